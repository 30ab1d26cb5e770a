-- The receipts of an office and day are numbered 1, 2, 3, … without a gap, and each number names its office and day.
SELECT concat('receipt ', number, ': ', CASE WHEN number = expected THEN 'the one before is missing'
                                             ELSE concat('expected ', expected) END) AS detail
FROM (
    SELECT number, place, prefix, concat(prefix, lpad(place::text, greatest(4, length(place::text)), '0')) AS expected
    FROM (
        SELECT number, CAST(substring(number FROM '[0-9]{1,9}$') AS integer) AS place,
               concat(office, '-', to_char(paid_at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYMMDD'), '-') AS prefix
        FROM service.receipt
        -- new: WHERE entry_id = ANY (CAST(:new AS uuid[]))
    ) AS dated
) AS numbered
WHERE number IS DISTINCT FROM expected OR place = 0
   OR (place > 1 AND NOT EXISTS (
       SELECT FROM service.receipt AS before
       WHERE before.number = concat(prefix, lpad((place - 1)::text, greatest(4, length((place - 1)::text)), '0'))
   ))
