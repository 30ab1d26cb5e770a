-- No floored account is below zero, or was after any posting. Less than what is held is below zero, too.
SELECT concat('account ', code, ': ', available, ' available') AS detail
FROM (
    SELECT code, floored,
           CASE WHEN class IN ('asset', 'expense') THEN debits - credits ELSE credits - debits END - held AS available
    FROM ledger.account
) AS now
WHERE floored AND available < 0
UNION ALL
SELECT concat('account ', a.code, ': below zero after its version ', p.debit_version)
FROM ledger.posting AS p JOIN ledger.account AS a ON a.id = p.debit_id
WHERE a.floored AND p.debit_balance > 0 AND a.class NOT IN ('asset', 'expense')
  -- new: AND p.entry_id = ANY (CAST(:new AS uuid[]))
UNION ALL
SELECT concat('account ', a.code, ': below zero after its version ', p.credit_version)
FROM ledger.posting AS p JOIN ledger.account AS a ON a.id = p.credit_id
WHERE a.floored AND p.credit_balance < 0 AND a.class IN ('asset', 'expense')
  -- new: AND p.entry_id = ANY (CAST(:new AS uuid[]))
