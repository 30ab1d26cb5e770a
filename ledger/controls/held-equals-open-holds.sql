-- What is held of each account is the sum of its open holds.
SELECT concat('account ', coalesce(a.code, 'of id ' || open.account_id), ': ', coalesce(a.held, 0), ' held, ',
              coalesce(open.amount, 0), ' in open holds') AS detail
FROM (
    SELECT id, code, held FROM ledger.account
    -- new: WHERE id = ANY (CAST(:moved AS uuid[]))
) AS a
FULL JOIN (
    SELECT h.account_id, sum(h.amount)::bigint AS amount
    FROM ledger.hold AS h
    WHERE NOT EXISTS (SELECT FROM ledger.hold_end AS ended WHERE ended.hold_id = h.id)  -- all
    -- Each looked up on its own, whatever the planner believes.
    -- new: WHERE (SELECT true FROM ledger.hold_end AS ended WHERE ended.hold_id = h.id) IS NULL
      -- new: AND h.account_id = ANY (CAST(:moved AS uuid[]))
    GROUP BY h.account_id
) AS open ON open.account_id = a.id
WHERE coalesce(a.held, 0) <> coalesce(open.amount, 0)
