-- The notes that were counted at a shift's opening and close come to the totals that were recorded.
SELECT concat('shift ', s.id, ', ', counted.moment, ': notes of ', counted.sum, ', total ', counted.total) AS detail
FROM service.shift AS s
CROSS JOIN LATERAL (
    SELECT 'opening' AS moment, s.opening_total AS total,
           (SELECT coalesce(sum(note::bigint * number::bigint), 0) FROM jsonb_each_text(s.opening_counts) AS n (note, number)) AS sum
    UNION ALL
    SELECT 'closing', s.closing_total,
           (SELECT coalesce(sum(note::bigint * number::bigint), 0) FROM jsonb_each_text(s.closing_counts) AS n (note, number))
    WHERE s.closed_at IS NOT NULL
) AS counted
WHERE counted.sum IS DISTINCT FROM counted.total
