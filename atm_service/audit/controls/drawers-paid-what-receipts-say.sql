-- On every business date, each drawer's receipts and its payments in the ledger are as many and come to the same.
SELECT concat('office/', coalesce(r.office, e.office), '/drawer/', coalesce(r.drawer, e.drawer), ' on ',
              coalesce(r.day, e.day), ': ', coalesce(r.number, 0), ' receipts of ', coalesce(r.total, 0), ', ',
              coalesce(e.number, 0), ' entries of ', coalesce(e.total, 0)) AS detail
FROM (
    SELECT office, drawer::text AS drawer, (paid_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
           count(*) AS number, sum(amount) AS total
    FROM service.receipt
    GROUP BY 1, 2, 3
) AS r
FULL JOIN (
    SELECT split_part(a.code, '/', 2) AS office, split_part(a.code, '/', 4) AS drawer, entry.business_date AS day,
           count(*) AS number, sum(p.amount) AS total
    FROM ledger.entry
    JOIN ledger.posting AS p ON p.entry_id = entry.id
    JOIN ledger.account AS a ON a.id = p.credit_id
    WHERE entry.kind = 'withdrawal' AND a.code LIKE 'office/%/drawer/%'
    GROUP BY 1, 2, 3
) AS e ON (e.office, e.drawer, e.day) = (r.office, r.drawer, r.day)
WHERE (r.number, r.total) IS DISTINCT FROM (e.number, e.total)
