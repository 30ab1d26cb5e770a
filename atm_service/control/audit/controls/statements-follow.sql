-- Each statement of a bank is its lines, opens as the one before closed, and has the next number, or 1 in another year.
SELECT concat('statement ', one.sequence, ' of ', one.account, ': ', wrong.words) AS detail
FROM service.bank_statement AS one LEFT JOIN service.bank_statement AS before ON before.id = one.previous
CROSS JOIN LATERAL (
    SELECT count(*) AS number, coalesce(sum(amount), 0) AS total FROM service.statement_line WHERE statement_id = one.id
) AS line
CROSS JOIN LATERAL (
    VALUES ('not its lines', (line.number, line.total, one.opening + line.total)
                             <> (one.lines::bigint, one.total::numeric, one.closing::numeric)),
           ('another opening', before.closing <> one.opening),
           ('a gap', before.sequence + 1 <> one.sequence
                     AND NOT (one.sequence = 1 AND one.closing_on >= date_trunc('year', before.closing_on) + interval '1 year'))
) AS wrong (words, is_so)
WHERE wrong.is_so
