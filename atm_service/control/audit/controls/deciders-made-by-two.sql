-- Each change to somebody who decides for others was proposed by one, approved by another in time, for this member and
-- this role, and done once; since it takes two. And nobody has such a role but as the trail last gave it.
SELECT concat(e.action, ' ', s.username, ' at ', e.at, ': nobody approved it') AS detail
FROM service.audit_event AS e JOIN service.staff AS s ON s.id = e.subject
CROSS JOIN LATERAL (VALUES (coalesce(e.detail ->> 'to', e.detail ->> 'role'))) AS given (role)
WHERE e.action IN ('staff.added', 'staff.role-changed', 'staff.reset') AND e.actor IS NOT NULL
  AND e.id > (SELECT id FROM service.made_by_two_since)
  AND (given.role <> 'clerk' OR e.detail ->> 'from' <> 'clerk')
  AND NOT EXISTS (
      SELECT FROM service.instruction_use AS u
      JOIN service.instruction_decision AS d ON d.instruction_id = u.instruction_id
      JOIN service.instruction AS i ON i.id = u.instruction_id
      WHERE u.used_for = e.subject AND u.used_at = e.at AND d.approved AND d.decided_by <> i.proposed_by
        AND u.used_at BETWEEN d.decided_at AND i.expires_at
        AND e.detail ->> 'proposed_by' = CAST(i.proposed_by AS text) AND given.role = i.facts ->> 'role'
        AND i.kind = CASE e.action WHEN 'staff.added' THEN 'member-added' WHEN 'staff.reset' THEN 'member-reset'
                     ELSE 'member-role' END
  )
UNION ALL
SELECT concat(s.username, ' is ', s.role, ', and the trail made this one ', coalesce(given.role, 'nothing'))
FROM service.staff AS s
LEFT JOIN LATERAL (
    SELECT coalesce(e.detail ->> 'to', e.detail ->> 'role') AS role FROM service.audit_event AS e
    WHERE e.subject = s.id AND e.action IN ('staff.added', 'staff.role-changed') ORDER BY e.id DESC LIMIT 1
) AS given ON true
WHERE s.role <> 'clerk' AND given.role IS DISTINCT FROM s.role
