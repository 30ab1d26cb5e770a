-- A drawer was opened with what the ledger had, or there is a break that says so; the break names the shift before and
-- what it closed with.
SELECT concat('shift ', coalesce(s.id, b.shift_id), ': opened with ', s.opening_total, ', over or short by ',
              s.opening_over_short, '; break: ', coalesce(b.counted - b.expected, 0), ' after a close of ',
              coalesce(b.closed_total, 0)) AS detail
FROM service.shift AS s
FULL JOIN service.opening_break AS b ON b.shift_id = s.id
LEFT JOIN service.shift AS before ON before.id = b.previous_shift
WHERE coalesce(b.counted - b.expected, 0) IS DISTINCT FROM s.opening_over_short
   OR (b.shift_id IS NOT NULL AND ((b.counted, b.office, b.drawer) IS DISTINCT FROM (s.opening_total, s.office, s.drawer)
                                   OR b.closed_total IS DISTINCT FROM before.closing_total
                                   OR before.closed_at > s.opened_at))
