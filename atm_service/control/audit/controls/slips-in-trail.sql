-- Every code that was made at a counter has one row in the trail, by the clerk who made it, in that clerk's own shift.
SELECT concat('slip ', s.withdrawal_id, ': ', count(t.id), ' rows in the trail') AS detail
FROM service.slip AS s
LEFT JOIN service.shift AS h ON (h.id, h.clerk_id) = (s.shift_id, s.clerk_id) AND s.made_at >= h.opened_at
LEFT JOIN service.audit_event AS t
    ON t.action = 'authorise' AND t.subject = s.withdrawal_id AND t.actor = s.clerk_id AND t.role = 'clerk'
       AND h.id IS NOT NULL
GROUP BY s.withdrawal_id
HAVING count(t.id) <> 1
