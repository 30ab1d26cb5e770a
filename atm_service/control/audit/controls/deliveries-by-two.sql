-- What a delivery was over or short was explained by somebody who neither sent nor counted it, and nobody both ordered
-- and sent more for an office in a day than the policy in force lets one person. From the month before this one on: older
-- deliveries were made under older rules.
\ir given.psql
SELECT concat('delivery ', id, ' of ', amount, ' at ', office, ': ', wrong.words) AS detail
FROM (
    SELECT *, sum(amount) FILTER (WHERE sent_by = ordered_by AND needs_two IS NOT NULL) OVER (
        PARTITION BY office, ordered_by, (ordered_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date ORDER BY id
    ) AS alone
    FROM service.delivery WHERE ordered_at >= :last_month
) AS d
CROSS JOIN LATERAL (
    VALUES ('sent by who ordered it', greatest(d.amount, d.alone) > :delivery_above AND d.sent_by = d.ordered_by),
           ('explained by who sent it', d.explained_by = d.sent_by),
           ('explained by who counted it', d.explained_by = d.ended_by)
) AS wrong (words, is_so)
WHERE wrong.is_so
