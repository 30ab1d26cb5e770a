-- The postings of each account carry the versions 1, 2, 3, … without a gap, and balances that follow from each other.
WITH moved AS (
    SELECT a.id, coalesce(mark.version, 0) AS version_then, coalesce(mark.debits - mark.credits, 0) AS balance_then
    FROM ledger.account AS a
    LEFT JOIN ledger.account_mark AS mark ON mark.account_id = a.id
        AND false  -- all
    -- new: WHERE a.id = ANY (CAST(:moved AS uuid[]))
), legs AS (
    SELECT moved.id, version_then, balance_then, p.*
    FROM moved
    CROSS JOIN LATERAL (
        SELECT p.entry_id, p.line, p.debit_version AS version, p.debit_balance AS balance, p.amount
        FROM ledger.posting AS p WHERE p.debit_id = moved.id AND p.debit_version > version_then
        -- new: OFFSET 0  -- by the index, account by account, whatever the planner believes
    ) AS p
    UNION ALL
    SELECT moved.id, version_then, balance_then, p.*
    FROM moved
    CROSS JOIN LATERAL (
        SELECT p.entry_id, p.line, p.credit_version, p.credit_balance, -p.amount
        FROM ledger.posting AS p WHERE p.credit_id = moved.id AND p.credit_version > version_then
        -- new: OFFSET 0
    ) AS p
), followed AS (
    SELECT legs.*, version_then + row_number() OVER rising AS n,
           (balance_then + sum(amount) OVER rising)::bigint AS running
    FROM legs
    WINDOW rising AS (PARTITION BY id ORDER BY version ROWS UNBOUNDED PRECEDING)
)
SELECT concat('account ', a.code, ': posting ', entry_id, ' line ', line, ' has version ', followed.version,
              ' and balance ', balance, '; expected ', n, ' and ', running) AS detail
FROM followed JOIN ledger.account AS a ON a.id = followed.id
WHERE (followed.version, balance) IS DISTINCT FROM (n, running)
