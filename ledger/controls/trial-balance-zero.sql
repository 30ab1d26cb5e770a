-- Over all accounts, debits and credits come to the same.
SELECT concat(debits, ' debits, ', credits, ' credits in all accounts') AS detail
FROM (
    SELECT coalesce(sum(debits), 0) AS debits, coalesce(sum(credits), 0) AS credits FROM ledger.account
) AS totals
WHERE debits <> credits
