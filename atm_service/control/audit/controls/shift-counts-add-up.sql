-- The notes that were counted at a shift's opening and close come to the totals that were recorded.
SELECT concat('shift ', s.id, ', ', counted.moment, ': notes of ', counted.sum, ', total ', counted.total) AS detail
FROM service.shift AS s
CROSS JOIN LATERAL (
    SELECT shown.moment, shown.total, coalesce(sum(n.note::bigint * n.number::bigint), 0) AS sum
    FROM (
        VALUES ('opening', s.opening_total, s.opening_counts), ('closing', s.closing_total, s.closing_counts)
    ) AS shown (moment, total, notes)
    LEFT JOIN LATERAL jsonb_each_text(shown.notes) AS n (note, number) ON true
    WHERE shown.moment = 'opening' OR s.closed_at IS NOT NULL
    GROUP BY shown.moment, shown.total
) AS counted
WHERE counted.sum IS DISTINCT FROM counted.total
