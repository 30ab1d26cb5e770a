-- Every paid (or later reversed) withdrawal has one receipt of its customer, amount and fee; every receipt has such a
-- withdrawal.
SELECT concat('withdrawal ', coalesce(w.id, r.withdrawal_id), ': ', coalesce(w.status, 'unknown'), ', ', w.amount,
              ' and fee ', w.fee, '; receipt ', coalesce(r.number, 'none'), ', ', r.amount, ' and fee ', r.fee
       ) AS detail
FROM (
    SELECT * FROM service.withdrawal
    WHERE status IN ('paid', 'reversed')
      -- new: AND id = ANY (CAST(:new AS uuid[]))
) AS w
FULL JOIN (
    SELECT * FROM service.receipt
    -- new: WHERE withdrawal_id = ANY (CAST(:new AS uuid[]))
) AS r ON r.withdrawal_id = w.id
WHERE (w.receipt_id, w.customer_id, w.amount, w.fee) IS DISTINCT FROM (r.id, r.customer_id, r.amount, r.fee)
