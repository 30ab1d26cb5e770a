-- Each count of the day, with what the ledger got for its over/short and what moved in the drawer after a close.
WITH counted AS (
    SELECT s.office, s.drawer, s.id AS shift, c.moment, c.at, c.counted, c.over_short, a.id AS account_id
    FROM service.shift AS s
    CROSS JOIN LATERAL (
        VALUES ('opening', s.opened_at, s.opening_total, s.opening_over_short),
               ('closing', s.closed_at, s.closing_total, s.closing_over_short)
    ) AS c (moment, at, counted, over_short)
    LEFT JOIN ledger.account AS a ON a.code = concat('office/', s.office, '/drawer/', s.drawer) COLLATE "C"
    WHERE s.opened_at < :end AND c.at >= :start AND c.at < :end
      AND (CAST(:office AS text) IS NULL OR s.office = :office)
), today AS (
    SELECT p.debit_id, p.credit_id, p.amount, e.recorded_at
    FROM ledger.entry AS e JOIN ledger.posting AS p ON p.entry_id = e.id
    WHERE e.business_date = :day
), moved AS (
    SELECT c.shift, c.moment, sum(leg.amount) AS amount
    FROM counted AS c
    JOIN (
        SELECT debit_id AS id, amount, recorded_at FROM today
        UNION ALL
        SELECT credit_id, -amount, recorded_at FROM today
    ) AS leg ON leg.id = c.account_id AND leg.recorded_at > c.at
    WHERE c.moment = 'closing'
    GROUP BY c.shift, c.moment
), posted AS (
    SELECT c.shift, c.moment, sum(CASE WHEN p.debit_id = c.account_id THEN p.amount ELSE -p.amount END) AS amount,
           max(CASE WHEN p.debit_id = c.account_id THEN p.debit_balance ELSE p.credit_balance END) AS balance
    FROM counted AS c
    JOIN ledger.entry AS e
        ON e.reference = concat('shift/', c.shift, '/', c.moment) COLLATE "C" AND e.business_date = :day
    JOIN ledger.posting AS p ON p.entry_id = e.id AND c.account_id IN (p.debit_id, p.credit_id)
    GROUP BY c.shift, c.moment
)
SELECT c.office, c.drawer, c.shift, c.moment, c.at, c.counted, c.over_short,
       p.amount::bigint AS posted, p.balance, coalesce(m.amount, 0)::bigint AS moved_after
FROM counted AS c LEFT JOIN posted AS p USING (shift, moment) LEFT JOIN moved AS m USING (shift, moment)
ORDER BY c.office, c.drawer, c.at, c.moment DESC
