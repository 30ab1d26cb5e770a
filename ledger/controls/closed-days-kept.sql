-- No entry was recorded for a business date that was closed by then.
-- A close waits for those who are posting into its days, and they may have read a later clock: a minute apart
-- at most, and half a minute for the wait.
WITH closed AS (
    SELECT dated.business_date, min(c.closed_at) AS closed_at
    FROM (
        SELECT DISTINCT business_date FROM ledger.entry
        -- new: WHERE id = ANY (CAST(:new AS uuid[]))
    ) AS dated
    JOIN ledger.closed_day AS c ON c.business_date >= dated.business_date
    GROUP BY dated.business_date
)
SELECT concat('entry ', e.id, ': of ', e.business_date, ', recorded at ', e.recorded_at, ', closed at ',
              closed.closed_at) AS detail
FROM ledger.entry AS e JOIN closed USING (business_date)
WHERE e.recorded_at > closed.closed_at + INTERVAL '90 seconds'
  -- new: AND e.id = ANY (CAST(:new AS uuid[]))
