-- Every end has its hold, and came in time: a capture by its deadline, of no more than was held; an expiry after it.
-- The clock of whoever ends a hold may be up to a minute behind that of whoever placed it: a process thirty seconds off
-- still serves. Half a minute more is for what happens between two looks at a clock.
WITH taken AS (
    SELECT ended.hold_id, sum(p.amount) AS amount
    FROM ledger.hold_end AS ended
    JOIN ledger.hold AS h ON h.id = ended.hold_id
    JOIN ledger.account AS a ON a.id = h.account_id
    JOIN ledger.posting AS p
        ON p.entry_id = ended.entry_id
        AND h.account_id = CASE WHEN a.class IN ('asset', 'expense') THEN p.credit_id ELSE p.debit_id END
    WHERE ended.outcome = 'captured'
      -- new: AND ended.hold_id = ANY (CAST(:new AS uuid[]))
    GROUP BY ended.hold_id
)
SELECT concat('hold ', ended.hold_id, ': ', ended.outcome, CASE
           WHEN h.id IS NULL THEN ', but does not exist'
           WHEN ended.ended_at < h.placed_at - INTERVAL '90 seconds' THEN ' before it was placed'
           WHEN ended.outcome = 'expired' THEN ' before its deadline'
           WHEN e.id IS NULL THEN ' by an entry that does not exist'
           WHEN ended.ended_at > h.deadline THEN ' after its deadline'
           WHEN ended.ended_at <> e.recorded_at THEN ' at another time than its entry was recorded'
           ELSE concat(' by an entry that takes ', coalesce(taken.amount, 0), ' of ', h.amount) END) AS detail
FROM ledger.hold_end AS ended
LEFT JOIN ledger.hold AS h ON h.id = ended.hold_id
LEFT JOIN ledger.entry AS e ON e.id = ended.entry_id
LEFT JOIN taken ON taken.hold_id = ended.hold_id
WHERE (
      h.id IS NULL
      OR ended.ended_at < h.placed_at - INTERVAL '90 seconds'
      OR CASE ended.outcome
             WHEN 'captured' THEN e.id IS NULL OR ended.ended_at > h.deadline OR ended.ended_at <> e.recorded_at
                                  OR (taken.amount BETWEEN 1 AND h.amount) IS NOT TRUE
             WHEN 'expired' THEN ended.ended_at <= h.deadline
             ELSE false END
  )
  -- new: AND ended.hold_id = ANY (CAST(:new AS uuid[]))
