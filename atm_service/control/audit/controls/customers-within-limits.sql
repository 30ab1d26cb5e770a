-- No customer was paid and paid in more in a business day, or in a month, than the policy in force allows.
-- From the month before this one on: older payments were made under older rules.
\ir given.psql
WITH paid AS (
    SELECT r.customer_id, (r.paid_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day, sum(r.amount) AS total
    FROM service.receipt AS r
    JOIN service.withdrawal AS w ON w.id = r.withdrawal_id AND w.status = 'paid'
    WHERE r.id >= :last_month_id AND r.paid_at >= :last_month
      -- new: AND r.customer_id IN (SELECT customer_id FROM service.receipt WHERE entry_id = ANY (CAST(:new AS uuid[])))
    GROUP BY 1, 2
    UNION ALL
    SELECT u.customer_id, (u.made_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, u.amount
    FROM service.voucher_use AS u
    WHERE u.is_cash AND u.made_at >= :last_month
)
SELECT concat('customer ', customer_id, ' in the ', period, ' of ', since, ': ', total, ' of ', most) AS detail
FROM (
    SELECT customer_id, limits.period, limits.most, date_trunc(limits.period, day)::date AS since, sum(total) AS total
    FROM paid
    CROSS JOIN (
        VALUES ('day', CAST(:customer_day AS bigint)), ('month', CAST(:customer_month AS bigint))
    ) AS limits (period, most)
    GROUP BY 1, 2, 3, 4
) AS summed
WHERE total > most
