-- No office paid more in a business day, or in a month, than the policy in force allows.
-- From the month before this one on: older payments were made under older rules.
SELECT concat('office ', office, ' in the ', period, ' of ', since, ': ', total, ' of ', most) AS detail
FROM (
    SELECT office, limits.period, limits.most,
           date_trunc(limits.period, paid_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS since, sum(amount) AS total
    FROM service.receipt
    CROSS JOIN (
        VALUES ('day', CAST(:office_day AS bigint)), ('month', CAST(:office_month AS bigint))
    ) AS limits (period, most)
    WHERE paid_at >= :last_month
    GROUP BY 1, 2, 3, 4
) AS paid
WHERE total > most
