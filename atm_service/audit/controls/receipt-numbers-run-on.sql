-- The receipts of an office and day are numbered 1, 2, 3, … without a gap, and each number names its office and day.
SELECT concat('receipt ', number, ': expected ', expected) AS detail
FROM (
    SELECT number, concat(office, '-', to_char(day, 'YYMMDD'), '-',
                          lpad(place::text, greatest(4, length(place::text)), '0')) AS expected
    FROM (
        SELECT number, office, day,
               row_number() OVER (PARTITION BY office, day ORDER BY length(number), number) AS place
        FROM (
            SELECT number, office, (paid_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day FROM service.receipt
        ) AS dated
    ) AS placed
) AS numbered
WHERE number <> expected
