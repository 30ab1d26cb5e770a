-- Every account that holds a customer's or a payer's money, or cash, is of its class and floored, so that it never goes below zero.
SELECT concat('account ', code, ': ', class, CASE WHEN floored THEN ', floored' ELSE ', not floored' END) AS detail
FROM ledger.account
WHERE (starts_with(code, 'customer/') AND (class, floored) IS DISTINCT FROM ('liability', true))
   OR (starts_with(code, 'payer/') AND (class, floored) IS DISTINCT FROM ('liability', true))
   OR (code ~ '^office/[^/]+/(drawer/.*|vault|transit)$' AND (class, floored) IS DISTINCT FROM ('asset', true))
