-- The postings of each account carry the versions 1, 2, 3, … without a gap, and balances that follow from each other.
WITH moved AS (
    SELECT a.id, a.code, coalesce(mark.version, 0) AS version_then,
           coalesce(mark.debits - mark.credits, 0) AS balance_then
    FROM ledger.account AS a
    LEFT JOIN ledger.account_mark AS mark ON mark.account_id = a.id
        AND false  -- all
    WHERE a.id = ANY (CAST(:moved AS uuid[]))  -- new
)
SELECT concat('account ', code, ': posting ', leg.entry_id, ' line ', leg.line, ' has version ', leg.version,
              ' and balance ', leg.balance, '; expected ', leg.n, ' and ', leg.running) AS detail
FROM moved
CROSS JOIN LATERAL (
    SELECT side.*, version_then + row_number() OVER rising AS n,
           (balance_then + sum(side.amount) OVER rising)::bigint AS running
    FROM (
        SELECT entry_id, line, debit_version AS version, debit_balance AS balance, amount
        FROM ledger.posting WHERE debit_id = moved.id AND debit_version > version_then
        UNION ALL
        SELECT entry_id, line, credit_version, credit_balance, -amount
        FROM ledger.posting WHERE credit_id = moved.id AND credit_version > version_then
    ) AS side
    WINDOW rising AS (ORDER BY side.version ROWS UNBOUNDED PRECEDING)
) AS leg
WHERE (leg.version, leg.balance) IS DISTINCT FROM (leg.n, leg.running)
