-- Every customer has a ledger account, and every customer account its customer.
SELECT concat('customer/', coalesce(c.id::text, substr(a.code, 10)), ': ',
              CASE WHEN c.id IS NULL THEN 'account without customer' ELSE 'customer without account' END) AS detail
FROM service.customer AS c
FULL JOIN (SELECT code FROM ledger.account WHERE starts_with(code, 'customer/')) AS a
    ON a.code = concat('customer/', c.id) COLLATE "C"
WHERE c.id IS NULL OR a.code IS NULL
