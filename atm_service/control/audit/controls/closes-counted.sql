-- Every close since counts are kept is the last count of its shift, by whoever closed it; it agreed or was the second.
SELECT concat('shift ', s.id, ': closed with ', s.closing_total, ', counted ', coalesce(c.total::text, 'never')) AS detail
FROM service.shift AS s
LEFT JOIN LATERAL (
    SELECT total, counted_by, counts, expected, stood, number FROM service.cash_count
    WHERE subject = s.id ORDER BY number DESC LIMIT 1
) AS c ON true
WHERE s.closed_at >= (SELECT min(counted_at) FROM service.cash_count)
  AND ((c.total, c.counted_by, c.counts, c.total - c.expected, c.stood)
       IS DISTINCT FROM (s.closing_total, s.closed_by, s.closing_counts, s.closing_over_short, true)
       OR (c.number = 1 AND c.total <> c.expected))
