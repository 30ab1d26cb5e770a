-- Every withdrawal that ended has a hold that ended the same way: captured when paid, given back otherwise.
SELECT concat('withdrawal ', w.id, ': ', w.status, ', hold ', coalesce(ended.outcome, 'not ended')) AS detail
FROM service.withdrawal AS w
LEFT JOIN ledger.hold_end AS ended ON ended.hold_id = w.id
WHERE (
      (w.status IN ('paid', 'reversed') AND ended.outcome IS DISTINCT FROM 'captured')
      OR (w.status IN ('cancelled', 'expired') AND coalesce(ended.outcome, '') NOT IN ('voided', 'expired'))
  )
  -- new: AND w.id = ANY (CAST(:new AS uuid[]))
