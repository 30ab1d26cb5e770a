-- On every business date, each drawer's receipts and its payments in the ledger are as many and come to the same.
WITH paid AS MATERIALIZED (  -- by account id first: a planner that begins with the codes joins them row by row
    SELECT p.credit_id, entry.business_date AS day, count(*) AS number, sum(p.amount) AS total
    FROM ledger.entry
    JOIN ledger.posting AS p ON p.entry_id = entry.id
    WHERE entry.kind = 'withdrawal'
      -- new: AND entry.id = ANY (CAST(:new AS uuid[]))
    GROUP BY 1, 2
), posted AS (
    SELECT a.code, paid.day, paid.number, paid.total
    FROM paid JOIN ledger.account AS a ON a.id = paid.credit_id
    WHERE a.code LIKE 'office/%/drawer/%'
), receipted AS (
    SELECT concat('office/', office, '/drawer/', drawer) AS code,
           (paid_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day, count(*) AS number, sum(amount) AS total
    FROM service.receipt
    -- new: WHERE entry_id = ANY (CAST(:new AS uuid[]))
    GROUP BY office, drawer, 2
)
SELECT concat(coalesce(r.code, e.code), ' on ', coalesce(r.day, e.day), ': ', coalesce(r.number, 0), ' receipts of ',
              coalesce(r.total, 0), ', ', coalesce(e.number, 0), ' entries of ', coalesce(e.total, 0)) AS detail
FROM receipted AS r
FULL JOIN posted AS e ON (e.code, e.day) = (r.code COLLATE "C", r.day)
WHERE (r.number, r.total) IS DISTINCT FROM (e.number, e.total)
