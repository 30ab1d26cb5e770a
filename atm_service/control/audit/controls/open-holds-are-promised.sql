-- Every open hold sets aside amount and fee of one live withdrawal, pending payout or bill of that customer, and each of
-- these has one.
SELECT concat(coalesce(w.what, 'nothing'), ' ', coalesce(w.id, h.id), ': ', coalesce(w.status, 'unknown'), ' for ',
              coalesce(w.amount, 0), ' and fee ', coalesce(w.fee, 0), '; open hold of ', coalesce(h.amount, 0), ' on ',
              coalesce(h.code, 'no account')) AS detail
FROM (
    SELECT 'withdrawal' AS what, id, status, amount, fee, concat('customer/', customer_id) AS code
    FROM service.withdrawal WHERE status IN ('authorised', 'presented')
    UNION ALL
    SELECT kind, id, status, amount, fee, concat('customer/', customer_id)
    FROM service.bank_payment WHERE kind <> 'top-up' AND status = 'pending'
) AS w
FULL JOIN (
    SELECT hold.id, hold.amount, a.code
    FROM ledger.hold JOIN ledger.account AS a ON a.id = hold.account_id
    WHERE NOT EXISTS (SELECT FROM ledger.hold_end AS ended WHERE ended.hold_id = hold.id)  -- all
    -- new: WHERE (SELECT true FROM ledger.hold_end AS ended WHERE ended.hold_id = hold.id) IS NULL
      -- new: AND hold.account_id = ANY (CAST(:moved AS uuid[]))
) AS h ON h.id = w.id
WHERE (w.amount + w.fee, w.code) IS DISTINCT FROM (h.amount, h.code::text)
