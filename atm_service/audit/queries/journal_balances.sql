-- Every account that moved until the period's last day, with its signed balance before the first and after the last.
-- From the totals of now, less what happened since: exact for entries that were dated back, and quick for periods near
-- the end of the journal.
WITH since AS (
    SELECT p.debit_id, p.credit_id, p.amount, e.business_date > :last AS after
    FROM ledger.entry AS e JOIN ledger.posting AS p ON p.entry_id = e.id
    WHERE e.business_date >= :first
), undone AS (
    SELECT account_id, sum(amount)::bigint AS moved,
           (sum(amount) FILTER (WHERE after))::bigint AS moved_after,
           (sum(abs(amount)) FILTER (WHERE after))::bigint AS turnover_after
    FROM (
        SELECT debit_id AS account_id, amount, after FROM since
        UNION ALL
        SELECT credit_id, -amount, after FROM since
    ) AS legs
    GROUP BY account_id
)
SELECT a.code, a.class AS kind, a.debits - a.credits - coalesce(undone.moved, 0) AS opening,
       a.debits - a.credits - coalesce(undone.moved_after, 0) AS closing
FROM ledger.account AS a LEFT JOIN undone ON undone.account_id = a.id
WHERE a.debits + a.credits > coalesce(undone.turnover_after, 0)
ORDER BY a.code
