-- What offices have reserved for a day, for the rest of its month and for all later days, by the figures that payments
-- leave room for, is what their standing reservations come to. From today on: earlier days are not kept up.
\ir given.psql
WITH standing AS (
    SELECT office, day, amount FROM service.withdrawal WHERE reservation = 'standing' AND day >= CAST(:today AS date)
), days AS (
    SELECT office, day, reserved_on, reserved_in_month, reserved_from FROM service.office_day
    WHERE day >= CAST(:today AS date)
), wanted AS (
    SELECT office, day FROM days UNION SELECT office, day FROM standing
    UNION SELECT office, CAST(:today AS date) FROM standing
)
SELECT concat('office ', w.office, ' on ', w.day, ': ', coalesce(d.reserved_on, 0), ' reserved, ',
              coalesce(d.reserved_in_month, 0), ' in the month, ',
              coalesce(d.reserved_from, 0), ' from then on; reservations of ', coalesce(s.on_day, 0), ', ',
              coalesce(s.in_month, 0), ' and ',
              coalesce(s.from_day, 0)) AS detail
FROM wanted AS w
LEFT JOIN days AS d ON (d.office, d.day) = (w.office, w.day)
LEFT JOIN LATERAL (
    SELECT sum(one.amount) FILTER (WHERE one.day = w.day) AS on_day,
           sum(one.amount) FILTER (WHERE date_trunc('month', one.day) = date_trunc('month', w.day)) AS in_month,
           sum(one.amount) AS from_day
    FROM standing AS one WHERE one.office = w.office AND one.day >= w.day
) AS s ON true
WHERE (coalesce(d.reserved_on, 0), coalesce(d.reserved_in_month, 0), coalesce(d.reserved_from, 0))
      <> (coalesce(s.on_day, 0), coalesce(s.in_month, 0), coalesce(s.from_day, 0))
