-- With what is reserved for it, no office moves more in a business day, or in a month, than the policy in force allows.
\ir given.psql
SELECT concat('office ', office, ' in the ', period, ' of ', since, ': ', total, ' of ', most) AS detail
FROM (
    SELECT office, limits.period, limits.most, date_trunc(limits.period, day)::date AS since, sum(amount) AS total,
           bool_or(reserved) AS reserved
    FROM (
        SELECT office, day, paid_total - reversed_total + received_total AS amount, false AS reserved
        FROM service.office_day WHERE day >= date_trunc('month', CAST(:today AS date))
        UNION ALL
        SELECT office, day, amount, true FROM service.withdrawal
        WHERE reservation = 'standing' AND day >= CAST(:today AS date)
    ) AS moved
    CROSS JOIN (
        VALUES ('day', CAST(:office_day AS bigint)), ('month', CAST(:office_month AS bigint))
    ) AS limits (period, most)
    GROUP BY 1, 2, 3, 4
) AS moved
WHERE reserved AND total > most
