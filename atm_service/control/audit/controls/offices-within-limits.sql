-- No office paid out and took in more, less what was undone, in a business day, or in a month, than the policy in force allows.
-- By the figures from which limits are made; another control compares them with the receipts. From the month before this
-- one on: older payments were made under older rules.
\ir given.psql
SELECT concat('office ', office, ' in the ', period, ' of ', since, ': ', total, ' of ', most) AS detail
FROM (
    SELECT office, limits.period, limits.most, date_trunc(limits.period, day)::date AS since,
           sum(paid_total - reversed_total + received_total) AS total
    FROM service.office_day
    CROSS JOIN (
        VALUES ('day', CAST(:office_day AS bigint)), ('month', CAST(:office_month AS bigint))
    ) AS limits (period, most)
    WHERE day >= CAST(:last_month_day AS date)
    GROUP BY 1, 2, 3, 4
) AS paid
WHERE total > most
