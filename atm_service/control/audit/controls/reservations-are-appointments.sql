-- Every reservation is of a live scheduled withdrawal, at an office, for a day within its life; and the hold of every live
-- withdrawal lasts as long as its code.
SELECT concat('withdrawal ', w.id, ': ', w.lifetime, ', ', w.status, ', ', w.reservation, ' at ', w.office, ' on ', w.day,
              ', expires at ', w.expires_at, ', held until ', h.deadline) AS detail
FROM service.withdrawal AS w
LEFT JOIN ledger.hold AS h ON h.id = w.id
WHERE (w.reservation IS NOT NULL
       AND (w.lifetime <> 'scheduled' OR w.status NOT IN ('authorised', 'presented') OR w.office IS NULL OR w.day IS NULL
            OR w.day > (w.expires_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date))
   OR (w.status IN ('authorised', 'presented') AND h.deadline <= w.expires_at)
