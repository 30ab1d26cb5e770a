-- Each funding of a payer, each batch of credits, each sum of cash brought without a delivery and each correction by a
-- bank's statement was proposed by one and approved by another, in time, for what it comes to; since instructions are kept.
SELECT concat(made.kind, ' ', made.id, ' of ', made.amount, ': ', wrong.words) AS detail
FROM (
    SELECT CASE e.kind WHEN 'payer-funding' THEN 'funding' WHEN 'cash-brought' THEN 'cash' ELSE e.kind END AS kind, e.id, p.amount
    FROM ledger.entry AS e JOIN ledger.posting AS p ON p.entry_id = e.id AND p.line = 1
    WHERE e.kind IN ('payer-funding', 'cash-brought', 'bank-correction') AND e.id > (SELECT id FROM service.instructed_since)
      -- new: AND e.id = ANY (CAST(:new AS uuid[]))
    UNION ALL
    SELECT 'credits', b.id, (
        SELECT coalesce(sum(p.amount), 0) FROM ledger.entry AS e JOIN ledger.posting AS p ON p.entry_id = e.id
        WHERE e.reference >= concat('credit/', b.name, '/') AND e.reference < concat('credit/', b.name, '0')
    )
    FROM service.credit_batch AS b WHERE b.id > (SELECT id FROM service.instructed_since)
      -- new: AND b.name IN (SELECT split_part(reference, '/', 2) FROM ledger.entry
      -- new:     WHERE kind = 'credit' AND id = ANY (CAST(:new AS uuid[])))
) AS made
CROSS JOIN LATERAL (
    SELECT count(i.id) AS number, coalesce(sum(i.amount), 0) AS amount, coalesce(bool_and(i.kind = made.kind), true)
               AS same_kind, coalesce(bool_and(d.decided_by <> i.proposed_by AND d.proposed_by = i.proposed_by), true)
               AS by_two, coalesce(bool_and(d.approved AND d.decided_at < i.expires_at AND u.used_at >= d.decided_at
               AND u.used_at < i.expires_at), true) AS in_time
    FROM service.instruction_use AS u
    JOIN service.instruction_decision AS d ON d.instruction_id = u.instruction_id
    JOIN service.instruction AS i ON i.id = u.instruction_id
    WHERE u.used_for = made.id
) AS known
CROSS JOIN LATERAL (
    VALUES ('nobody approved it', known.number = 0 OR NOT known.same_kind),
           ('one person alone', NOT known.by_two),
           ('not approved in time', NOT known.in_time),
           ('another amount was approved', known.number > 0 AND (made.amount > known.amount
               OR (made.kind <> 'credits' AND (known.number > 1 OR made.amount <> known.amount))))
) AS wrong (words, is_so)
WHERE wrong.is_so
