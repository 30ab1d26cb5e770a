-- What an office took in and had undone in a day, by the figures that limits and voucher numbers are made of, is what its
-- vouchers come to; and they are numbered 1, 2, 3, … without a gap.
SELECT concat('office ', coalesce(d.office, v.office), ' on ', coalesce(d.day, v.day), ': ', coalesce(d.vouchers, 0),
              ' vouchers, ', coalesce(d.received_total, 0), ' received, ', coalesce(d.reversed_total, 0),
              ' undone counted; ', coalesce(v.number, 0), ' vouchers to ', coalesce(v.last, 0), ', ',
              coalesce(v.received, 0), ', ', coalesce(v.reversed, 0), ' found') AS detail
FROM service.office_day AS d
FULL JOIN (
    SELECT office, (made_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day, count(*) AS number,
           max(split_part(number, '-V', 2)::integer) AS last,
           coalesce(sum(CASE kind WHEN 'deposit' THEN amount WHEN 'deposit-reversal' THEN -amount END), 0) AS received,
           coalesce(sum(amount) FILTER (WHERE kind = 'withdrawal-reversal'), 0) AS reversed
    FROM service.voucher
    GROUP BY 1, 2
) AS v ON (v.office, v.day) = (d.office, d.day)
WHERE (coalesce(d.vouchers, 0), coalesce(d.vouchers, 0), coalesce(d.received_total, 0), coalesce(d.reversed_total, 0))
      <> (coalesce(v.number, 0), coalesce(v.last, 0), coalesce(v.received, 0), coalesce(v.reversed, 0))
