-- Each office's cash in transit is what its deliveries on the road come to, and its suspense what those that were over
-- or short and have no explanation come to.
SELECT concat(coalesce(a.code, d.code), ': ', coalesce(a.balance, 0), ' in the ledger, ', coalesce(d.amount, 0),
              ' by deliveries') AS detail
FROM (
    SELECT code, CASE WHEN code LIKE 'suspense/%' THEN credits - debits ELSE debits - credits END AS balance
    FROM ledger.account
    WHERE code LIKE 'office/%/transit' OR code LIKE 'suspense/transit-%'
) AS a
FULL JOIN (
    SELECT concat('office/', office, '/transit') AS code, sum(amount) AS amount
    FROM service.delivery WHERE status IN ('sent', 'turned-back') GROUP BY office
    UNION ALL
    SELECT concat('suspense/transit-', office), sum(difference)
    FROM service.delivery WHERE difference <> 0 AND explained_at IS NULL GROUP BY office
) AS d ON d.code = a.code::text
WHERE coalesce(a.balance, 0) <> coalesce(d.amount, 0)
