-- Each request for approval has one decision at most, by somebody who did not ask, before it lapsed; and what was done
-- because of one was approved before, on the same day.
SELECT concat('approval ', a.id, ': ', CASE
           WHEN d.number > 1 THEN concat(d.number, ' decisions')
           WHEN d.decided_by = a.requested_by THEN 'decided by the requester'
           WHEN d.decided_at >= a.expires_at THEN 'decided too late'
           WHEN NOT coalesce(d.approved, false) THEN 'used without an approval'
           ELSE 'used before the decision or too late' END) AS detail
FROM service.approval AS a
LEFT JOIN (
    SELECT approval_id, count(*) AS number, bool_and(approved) AS approved, min(decided_at) AS decided_at,
           (array_agg(decided_by))[1] AS decided_by
    FROM service.approval_decision GROUP BY approval_id
) AS d ON d.approval_id = a.id
LEFT JOIN service.approval_use AS u ON u.approval_id = a.id
WHERE d.number > 1 OR d.decided_by = a.requested_by OR d.decided_at >= a.expires_at
   OR (u.approval_id IS NOT NULL
       AND (NOT coalesce(d.approved, false) OR u.used_at < d.decided_at OR u.used_at >= a.expires_at))
