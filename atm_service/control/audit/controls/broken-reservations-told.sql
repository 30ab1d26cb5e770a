-- Every reservation that an office could not keep, or whose day has passed, has a notice to its customer that says which.
SELECT concat('withdrawal ', w.id, ': ', w.reservation, ' at ', w.office, ' on ', w.day, ', and nobody was told') AS detail
FROM service.withdrawal AS w
WHERE w.reservation IN ('broken', 'missed')
  AND NOT EXISTS (
      SELECT FROM service.notice AS n
      WHERE n.withdrawal_id = w.id AND n.customer_id = w.customer_id AND n.kind = concat('reservation-', w.reservation)
        AND n.facts #>> '{place,office}' = w.office AND n.facts #>> '{place,day}' = w.day::text
  )
