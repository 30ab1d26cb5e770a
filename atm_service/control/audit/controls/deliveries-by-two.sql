-- What a delivery was over or short was explained by somebody who neither sent nor counted it, and nobody both ordered
-- and sent more than the policy in force lets one person. From the month before this one on: older deliveries were made
-- under older rules.
\ir given.psql
SELECT concat('delivery ', id, ' of ', amount, ' at ', office, ': ', wrong.words) AS detail
FROM service.delivery AS d
CROSS JOIN LATERAL (
    VALUES ('sent by who ordered it', d.amount > :delivery_above AND d.sent_by = d.ordered_by),
           ('explained by who sent it', d.explained_by = d.sent_by),
           ('explained by who counted it', d.explained_by = d.ended_by)
) AS wrong (words, is_so)
WHERE wrong.is_so AND d.ordered_at >= :last_month
