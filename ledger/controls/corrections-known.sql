-- Every entry that corrects another one names an entry that exists.
SELECT concat('entry ', e.id, ' corrects ', e.corrects, ', which does not exist') AS detail
FROM ledger.entry AS e
WHERE e.corrects IS NOT NULL AND NOT EXISTS (SELECT FROM ledger.entry AS c WHERE c.id = e.corrects)
  -- new: AND e.id = ANY (CAST(:new AS uuid[]))
