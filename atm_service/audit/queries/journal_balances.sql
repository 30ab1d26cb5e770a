-- Every account that moved until the period's last day, with its signed balance before the first and after the last.
-- From the totals of now, less what happened since: exact for entries that were dated back, and quick for periods near
-- the end of the journal.
WITH undone AS (
    SELECT side.account_id, sum(side.amount)::bigint AS moved,
           (sum(side.amount) FILTER (WHERE e.business_date > :last))::bigint AS moved_after,
           (sum(abs(side.amount)) FILTER (WHERE e.business_date > :last))::bigint AS turnover_after
    FROM ledger.entry AS e
    JOIN ledger.posting AS p ON p.entry_id = e.id
    CROSS JOIN LATERAL (VALUES (p.debit_id, p.amount), (p.credit_id, -p.amount)) AS side (account_id, amount)
    WHERE e.business_date >= :first
    GROUP BY side.account_id
)
SELECT a.code, a.class AS kind, a.debits - a.credits - coalesce(undone.moved, 0) AS opening,
       a.debits - a.credits - coalesce(undone.moved_after, 0) AS closing
FROM ledger.account AS a LEFT JOIN undone ON undone.account_id = a.id
WHERE a.debits + a.credits > coalesce(undone.turnover_after, 0)
ORDER BY a.code
