-- What an office has paid in a day, by the figure that limits and receipt numbers are made of, is what its receipts
-- come to.
SELECT concat('office ', coalesce(d.office, r.office), ' on ', coalesce(d.day, r.day), ': ', coalesce(d.receipts, 0),
              ' payments of ', coalesce(d.paid_total, 0), ' counted, ', coalesce(r.number, 0), ' receipts of ',
              coalesce(r.total, 0)) AS detail
FROM (
    SELECT * FROM service.office_day
    -- new: WHERE day >= CAST(:since_day AS date)
) AS d
FULL JOIN (
    SELECT office, (paid_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day, count(*) AS number, sum(amount) AS total
    FROM service.receipt
    -- new: WHERE id >= :since_day_id AND paid_at >= :since_day_start
    GROUP BY 1, 2
) AS r ON (r.office, r.day) = (d.office, d.day)
WHERE coalesce(d.receipts, 0) <> coalesce(r.number, 0) OR coalesce(d.paid_total, 0) <> coalesce(r.total, 0)
