-- The notes that an entry brought into a drawer or a vault, or took out of it, come to what it posted there.
SELECT concat('entry ', m.entry_id, ' at ', m.place, ': notes of ', m.total, ', posted ', coalesce(e.amount, 0)) AS detail
FROM (
    SELECT entry_id, place, notes[1]::bigint * 500000 + notes[2]::bigint * 200000 + notes[3]::bigint * 100000
        + notes[4]::bigint * 50000 + notes[5]::bigint * 20000 + notes[6]::bigint * 10000 + notes[7]::bigint * 5000
        + notes[8]::bigint * 2000 + notes[9]::bigint * 1000 AS total
    FROM service.note_movement
    -- new: WHERE entry_id = ANY (CAST(:new AS uuid[]))
) AS m
LEFT JOIN LATERAL (
    SELECT sum(CASE a.id WHEN p.debit_id THEN p.amount ELSE -p.amount END)::bigint AS amount
    FROM ledger.posting AS p
    JOIN ledger.account AS a ON a.code = m.place COLLATE "C" AND a.id IN (p.debit_id, p.credit_id)
    WHERE p.entry_id = m.entry_id
) AS e ON true
WHERE m.total <> coalesce(e.amount, 0)
