-- Every account that moved until the period's last day, with its signed balance before the first and after the last.
-- From the totals of now, less what happened since: exact for entries that were dated back, and quick for periods near
-- the end of the journal. Added up and not joined, as in ledger.reading.trial_balance.
SELECT max(side.code) AS code, max(side.kind) AS kind,
       sum(side.opening)::bigint AS opening, sum(side.closing)::bigint AS closing
FROM (
    SELECT a.id, a.code, a.class AS kind, a.debits - a.credits AS opening, a.debits - a.credits AS closing,
           a.debits + a.credits AS turnover
    FROM ledger.account AS a
    UNION ALL
    SELECT undone.id, NULL, NULL, -undone.amount,
           CASE WHEN e.business_date > :last THEN -undone.amount ELSE 0 END,
           CASE WHEN e.business_date > :last THEN -p.amount ELSE 0 END
    FROM ledger.entry AS e
    CROSS JOIN LATERAL (SELECT * FROM ledger.posting AS p WHERE p.entry_id = e.id OFFSET 0) AS p
    CROSS JOIN LATERAL (VALUES (p.debit_id, p.amount), (p.credit_id, -p.amount)) AS undone (id, amount)
    WHERE e.business_date >= :first
) AS side
GROUP BY side.id
HAVING sum(side.turnover) > 0
ORDER BY 1
