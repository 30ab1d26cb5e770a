-- Each drawer's account on one business day: before it, what was brought, after it, and whether a shift is open at
-- its end.
WITH drawer AS (
    SELECT d.office, d.number, a.id, coalesce(a.debits - a.credits, 0) AS balance
    FROM service.drawer AS d
    LEFT JOIN ledger.account AS a ON a.code = concat('office/', d.office, '/drawer/', d.number) COLLATE "C"
    WHERE CAST(:office AS text) IS NULL OR d.office = :office
), moved AS (
    SELECT side.id, sum(side.amount) AS since, sum(side.amount) FILTER (WHERE e.business_date > :day) AS after,
           sum(side.amount) FILTER (
               WHERE e.business_date = :day AND e.kind NOT IN ('withdrawal', 'over-short')
           ) AS received,
           count(*) FILTER (WHERE e.business_date = :day) AS moves
    FROM ledger.entry AS e
    CROSS JOIN LATERAL (SELECT * FROM ledger.posting AS p WHERE p.entry_id = e.id OFFSET 0) AS p
    CROSS JOIN LATERAL (VALUES (p.debit_id, p.amount), (p.credit_id, -p.amount)) AS side (id, amount)
    WHERE e.business_date >= :day AND side.id IN (SELECT id FROM drawer)
    GROUP BY side.id
)
SELECT d.office, d.number AS drawer, (d.balance - coalesce(m.since, 0))::bigint AS opening,
       coalesce(m.received, 0)::bigint AS received, (d.balance - coalesce(m.after, 0))::bigint AS ledger,
       coalesce(m.moves, 0) AS moves,
       EXISTS (SELECT FROM service.shift AS s
               WHERE s.office = d.office AND s.drawer = d.number
                 AND s.opened_at < :end AND (s.closed_at IS NULL OR s.closed_at >= :end)) AS is_open
FROM drawer AS d LEFT JOIN moved AS m ON m.id = d.id
ORDER BY d.office, d.number
