-- Every reversed withdrawal has one voucher of its reversal, on the payment's own business date, whose entry names the
-- payment's and gives back what that took; and nothing else is reversed.
SELECT concat('withdrawal ', coalesce(w.id, v.subject), ': ', coalesce(w.status, 'unknown'), '; voucher ',
              coalesce(v.number, 'none'), '; paid ', r.amount, ' and fee ', r.fee, ', undone ', v.amount, ' and fee ',
              v.fee) AS detail
FROM (SELECT id, status, customer_id FROM service.withdrawal WHERE status = 'reversed') AS w
FULL JOIN (SELECT * FROM service.voucher WHERE kind = 'withdrawal-reversal') AS v ON v.subject = w.id
LEFT JOIN service.receipt AS r ON r.withdrawal_id = coalesce(w.id, v.subject)
LEFT JOIN ledger.entry AS e ON e.id = v.entry_id
WHERE (w.customer_id, r.entry_id, r.amount, r.fee, (r.paid_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
      IS DISTINCT FROM (v.customer_id, e.corrects, v.amount, v.fee, e.business_date)
