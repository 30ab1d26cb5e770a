-- No customer was paid more in a business day, or in a month, than the policy in force allows.
-- From the month before this one on: older payments were made under older rules.
SELECT concat('customer ', customer_id, ' in the ', period, ' of ', since, ': ', total, ' of ', most) AS detail
FROM (
    SELECT r.customer_id, limits.period, limits.most,
           date_trunc(limits.period, r.paid_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS since, sum(r.amount) AS total
    FROM service.receipt AS r
    JOIN service.withdrawal AS w ON w.receipt_id = r.id AND w.status = 'paid'
    CROSS JOIN (
        VALUES ('day', CAST(:customer_day AS bigint)), ('month', CAST(:customer_month AS bigint))
    ) AS limits (period, most)
    WHERE r.paid_at >= :last_month
    GROUP BY 1, 2, 3, 4
) AS paid
WHERE total > most
