-- The notes of every drawer and vault that knows its notes come to its balance in the ledger.
SELECT concat(s.place, ': notes of ', s.total, ', ledger at ', coalesce(a.debits - a.credits, 0)) AS detail
FROM (
    SELECT place, notes[1]::bigint * 500000 + notes[2]::bigint * 200000 + notes[3]::bigint * 100000
        + notes[4]::bigint * 50000 + notes[5]::bigint * 20000 + notes[6]::bigint * 10000 + notes[7]::bigint * 5000
        + notes[8]::bigint * 2000 + notes[9]::bigint * 1000 AS total
    FROM service.note_stock
    WHERE notes IS NOT NULL
) AS s
LEFT JOIN ledger.account AS a ON a.code = s.place COLLATE "C"
WHERE s.total IS DISTINCT FROM a.debits - a.credits
