-- Every account has the id that its code gives it.
SELECT concat('account ', code, ': has the id of another code') AS detail
FROM ledger.account
WHERE id <> ledger.account_id(code)
  -- new: AND id = ANY (CAST(:moved AS uuid[]))
