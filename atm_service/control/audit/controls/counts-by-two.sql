-- What counts of an office's cash found over or short on one day, and let stand without a supervisor's word, comes to no
-- more than the policy in force lets a clerk write off. From the month before this one on, for a threshold may have changed.
\ir given.psql
SELECT concat(office, ' on ', day, ': ', found, ' đồng over or short by count ', id, ', and nobody gave a word') AS detail
FROM (
    SELECT count.id, place.office, at.day, sum(abs(count.total - count.expected)) OVER (
               PARTITION BY place.office, at.day ORDER BY count.id
           ) AS found,
           EXISTS (SELECT FROM service.approval_use AS u WHERE u.used_for = count.id) AS has_word
    FROM service.cash_count AS count
    LEFT JOIN service.shift AS s ON s.id = count.subject
    LEFT JOIN ledger.account AS a ON a.id = count.subject
    CROSS JOIN LATERAL (VALUES (coalesce(s.office, split_part(a.code, '/', 2)))) AS place (office)
    CROSS JOIN LATERAL (VALUES ((count.counted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)) AS at (day)
    WHERE count.stood AND count.total <> count.expected AND place.office IS NOT NULL AND count.id >= :last_month_id
) AS c
WHERE found > :count_above AND NOT has_word
