-- Every drawer has a ledger account, and every drawer account its drawer.
SELECT concat(coalesce(a.code, d.code), ': ',
              CASE WHEN d.code IS NULL THEN 'account without drawer' ELSE 'drawer without account' END) AS detail
FROM (SELECT concat('office/', office, '/drawer/', number) AS code FROM service.drawer) AS d
FULL JOIN (SELECT code FROM ledger.account WHERE code LIKE 'office/%/drawer/%') AS a ON a.code = d.code COLLATE "C"
WHERE d.code IS NULL OR a.code IS NULL
