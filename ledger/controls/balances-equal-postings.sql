-- Every account has the totals that its postings make: debits, credits, and their number as its version.
WITH moved AS (
    SELECT a.id, a.code, a.debits, a.credits, a.version, coalesce(mark.debits, 0) AS debits_then,
           coalesce(mark.credits, 0) AS credits_then, coalesce(mark.version, 0) AS version_then
    FROM ledger.account AS a
    LEFT JOIN ledger.account_mark AS mark ON mark.account_id = a.id
        AND false  -- all
    -- new: WHERE a.id = ANY (CAST(:moved AS uuid[]))
), since AS (
    SELECT id, sum(debit)::bigint AS debits, sum(credit)::bigint AS credits, count(*) AS number
    FROM (
        SELECT moved.id, p.amount AS debit, 0 AS credit
        FROM moved
        CROSS JOIN LATERAL (
            SELECT p.amount FROM ledger.posting AS p WHERE p.debit_id = moved.id AND p.debit_version > version_then
            -- new: OFFSET 0  -- by the index, account by account, whatever the planner believes
        ) AS p
        UNION ALL
        SELECT moved.id, 0, p.amount
        FROM moved
        CROSS JOIN LATERAL (
            SELECT p.amount FROM ledger.posting AS p WHERE p.credit_id = moved.id AND p.credit_version > version_then
            -- new: OFFSET 0
        ) AS p
    ) AS leg
    GROUP BY id
), made AS (
    SELECT moved.*, debits_then + coalesce(since.debits, 0) AS debits_made,
           credits_then + coalesce(since.credits, 0) AS credits_made,
           version_then + coalesce(since.number, 0) AS version_made
    FROM moved LEFT JOIN since ON since.id = moved.id
)
SELECT concat('account ', code, ': has ', debits, ' debits, ', credits, ' credits, version ', version,
              '; its postings make ', debits_made, ', ', credits_made, ', ', version_made) AS detail
FROM made
WHERE (debits, credits, version) IS DISTINCT FROM (debits_made, credits_made, version_made)
UNION ALL
SELECT concat('account of id ', gone.id, ': does not exist, and has ', gone.postings, ' postings')
FROM (
    SELECT side.id, count(*) AS postings
    FROM ledger.posting AS p CROSS JOIN LATERAL (VALUES (p.debit_id), (p.credit_id)) AS side (id)
    WHERE NOT EXISTS (SELECT FROM ledger.account AS a WHERE a.id = side.id)
      -- new: AND p.entry_id = ANY (CAST(:new AS uuid[]))
    GROUP BY side.id
) AS gone
UNION ALL
SELECT concat('account of id ', mark.account_id, ': does not exist any more')
FROM ledger.account_mark AS mark
WHERE NOT EXISTS (SELECT FROM ledger.account AS a WHERE a.id = mark.account_id)
