-- What a customer contested was answered by another person, and no answer is awaited but of what waits for one.
SELECT concat('complaint ', c.serial, ' was answered twice by one person') AS detail
FROM service.complaint AS c
JOIN service.complaint_step AS first ON first.complaint_id = c.id AND first.number = 2
JOIN service.complaint_step AS last ON last.complaint_id = c.id AND last.number = 4
WHERE last.by = first.by
UNION ALL
SELECT concat('complaint ', c.serial, ' waits for what its steps do not say')
FROM service.complaint AS c
LEFT JOIN LATERAL (
    SELECT s.number, s.until FROM service.complaint_step AS s WHERE s.complaint_id = c.id ORDER BY s.number DESC LIMIT 1
) AS newest ON true
WHERE c.waits_until IS DISTINCT FROM CASE WHEN newest.number IN (1, 3) THEN newest.until END
