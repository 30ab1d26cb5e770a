-- Every live code is frozen as its customer is, every open shift is stopped as its office and drawer are, and customers and
-- drawers are as the newest row of their history says; of a customer, the newest of the own freezes and of the staff's.
SELECT concat('withdrawal ', w.id, ': not as its customer') AS detail
FROM service.withdrawal AS w JOIN service.customer AS c ON c.id = w.customer_id
WHERE w.status IN ('authorised', 'presented') AND w.frozen <> c.frozen
UNION ALL
SELECT concat('shift ', s.id, ': not as its office and drawer')
FROM service.shift AS s
JOIN service.office AS o ON o.code = s.office
JOIN service.drawer AS d ON d.office = s.office AND d.number = s.drawer
WHERE s.closed_at IS NULL AND s.stopped IS DISTINCT FROM
      CASE WHEN d.frozen THEN 'drawer-frozen' WHEN o.state <> 'active' THEN 'office-suspended' END
UNION ALL
SELECT concat('customer ', f.customer_id, ': not as its history says')
FROM (SELECT customer_id, bool_or(frozen) AS frozen
      FROM (SELECT DISTINCT ON (customer_id, own) * FROM service.customer_freeze ORDER BY customer_id, own, id DESC) AS n
      GROUP BY customer_id) AS f
JOIN service.customer AS c ON c.id = f.customer_id
WHERE c.frozen <> f.frozen
UNION ALL
SELECT concat('drawer ', f.office, '/', f.drawer, ': not as its history says')
FROM (SELECT DISTINCT ON (office, drawer) * FROM service.drawer_freeze ORDER BY office, drawer, id DESC) AS f
JOIN service.drawer AS d ON d.office = f.office AND d.number = f.drawer
WHERE d.frozen <> f.frozen
