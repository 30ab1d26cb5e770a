-- What a vault's count that stood was over or short is in the ledger under the count's name, at that vault; no other entry
-- is of kind vault-over-short.
SELECT concat(coalesce(c.reference, e.reference), ': ', coalesce(c.over_short, 0), ' counted at ',
              coalesce(c.code, 'no vault'), ', ', coalesce(e.amount, 0), ' posted at ', coalesce(e.code, 'none')
       ) AS detail
FROM (
    SELECT concat('vault-count/', count.id) AS reference, a.code::text AS code,
           count.total - count.expected AS over_short
    FROM service.cash_count AS count
    JOIN ledger.account AS a ON a.id = count.subject AND a.code LIKE 'office/%/vault'
    WHERE count.stood AND count.total <> count.expected
) AS c
FULL JOIN (
    SELECT entry.reference, leg.code, sum(CASE leg.side WHEN 'debit' THEN leg.amount ELSE -leg.amount END) AS amount
    FROM ledger.entry
    JOIN ledger.leg ON leg.entry_id = entry.id AND leg.code NOT LIKE 'office/%/over-short'
    WHERE entry.kind = 'vault-over-short'
    GROUP BY 1, 2
) AS e ON e.reference = c.reference COLLATE "C"
WHERE (c.over_short, c.code) IS DISTINCT FROM (e.amount::bigint, e.code::text)
