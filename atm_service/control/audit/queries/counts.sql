-- Every count of cash of a period, by Vietnam's days, in order of time: where, by whom, which notes, and what the ledger had.
SELECT c.id, coalesce(a.code, 'office/' || s.office || '/drawer/' || s.drawer, 'delivery/' || d.office) AS place,
       c.number, c.counted_by, c.counted_at, c.counts, c.total, c.expected, c.stood
FROM service.cash_count AS c
LEFT JOIN ledger.account AS a ON a.id = c.subject
LEFT JOIN service.shift AS s ON s.id = c.subject
LEFT JOIN service.delivery AS d ON d.id = c.subject
WHERE c.counted_at >= CAST(:first AS timestamp) AT TIME ZONE 'Asia/Ho_Chi_Minh'
  AND c.counted_at < (CAST(:last AS timestamp) + interval '1 day') AT TIME ZONE 'Asia/Ho_Chi_Minh'
ORDER BY c.counted_at, c.id
