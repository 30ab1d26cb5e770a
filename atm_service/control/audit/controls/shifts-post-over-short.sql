-- What a shift's counts were over or short is in the ledger under the shift's reference, at its drawer; no other entry
-- is of kind over-short.
SELECT concat(coalesce(c.reference, e.reference), ': ', coalesce(c.over_short, 0), ' counted at ',
              coalesce(c.code, 'no drawer'), ', ', coalesce(e.amount, 0), ' posted at ', coalesce(e.code, 'none')
       ) AS detail
FROM (
    SELECT concat('shift/', s.id, '/', counted.moment) AS reference, counted.over_short,
           concat('office/', s.office, '/drawer/', s.drawer) AS code
    FROM service.shift AS s
    CROSS JOIN LATERAL (
        VALUES ('opening', s.opened_at, s.opening_over_short), ('closing', s.closed_at, s.closing_over_short)
    ) AS counted (moment, at, over_short)
    WHERE counted.over_short <> 0
      -- new: AND counted.at >= :since
    UNION ALL
    -- Counts amid a shift: all that stood but a closed shift's last.
    SELECT concat('shift/', s.id, '/count/', count.id), count.total - count.expected,
           concat('office/', s.office, '/drawer/', s.drawer)
    FROM service.cash_count AS count
    JOIN service.shift AS s ON s.id = count.subject
    WHERE count.stood AND count.total <> count.expected
      AND (s.closed_at IS NULL OR EXISTS (SELECT FROM service.cash_count AS later
                                          WHERE later.subject = s.id AND later.number > count.number))
      -- new: AND count.counted_at >= :since
) AS c
FULL JOIN (
    SELECT entry.reference, leg.code, sum(CASE leg.side WHEN 'debit' THEN leg.amount ELSE -leg.amount END) AS amount
    FROM ledger.entry
    JOIN ledger.leg ON leg.entry_id = entry.id AND leg.code NOT LIKE 'office/%/over-short'
    WHERE entry.kind = 'over-short'
      -- new: AND entry.id >= :since_id
    GROUP BY 1, 2
) AS e ON e.reference = c.reference
WHERE (c.over_short, c.code) IS DISTINCT FROM (e.amount::bigint, e.code::text)
