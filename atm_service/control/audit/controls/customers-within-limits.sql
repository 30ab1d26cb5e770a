-- No customer was paid and paid in more in a business day, sent more in a day, or did both in a month, than the policy in
-- force allows: the rule of headroom. From the month before this one on: older ones were made under older rules.
\ir given.psql
WITH moved AS (
    SELECT r.customer_id, r.amount, r.paid_at AS at, true AS is_cash
    FROM service.receipt AS r
    JOIN service.withdrawal AS w ON w.id = r.withdrawal_id AND w.status = 'paid'
    WHERE r.id >= :last_month_id AND r.paid_at >= :last_month
      -- new: AND r.customer_id IN (SELECT customer_id FROM service.receipt WHERE entry_id = ANY (CAST(:new AS uuid[]))
      -- new:    UNION SELECT customer_id FROM service.voucher WHERE entry_id = ANY (CAST(:new AS uuid[]))
      -- new:    UNION SELECT payer_id FROM service.wallet_transfer WHERE entry_id = ANY (CAST(:new AS uuid[])))
    UNION ALL
    SELECT u.customer_id, u.amount, u.made_at, u.is_cash
    FROM service.voucher_use AS u
    WHERE u.made_at >= :last_month
)
SELECT concat('customer ', customer_id, what, ' in the ', period, ' of ', since, ': ', total, ' of ', most) AS detail
FROM (
    SELECT m.customer_id, limits.what, limits.period, limits.most,
           date_trunc(limits.period, m.at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS since, sum(m.amount) AS total
    FROM moved AS m
    CROSS JOIN (
        VALUES ('', 'day', true, false, CAST(:customer_day AS bigint)),
               (' sent', 'day', false, true, CAST(:transfer_day AS bigint)),
               ('', 'month', true, true, CAST(:customer_month AS bigint))
    ) AS limits (what, period, of_cash, of_transfers, most)
    WHERE (m.is_cash AND limits.of_cash) OR (NOT m.is_cash AND limits.of_transfers)
    GROUP BY 1, 2, 3, 4, 5
) AS summed
WHERE total > most
