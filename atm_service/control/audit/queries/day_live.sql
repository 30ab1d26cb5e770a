-- The withdrawals that an office may be asked to pay, against their holds.
-- Of a day that is over, what was live at its end: the ledger knows when each hold ended. To whom a code was presented
-- at that moment nobody knows any more, so then only codes that are bound to the office count.
WITH known AS (
    SELECT coalesce(w.office, w.drawer_office) AS office, w.id, w.amount, w.amount + w.fee AS wanted,
           w.status IN ('authorised', 'presented') OR coalesce(ended.ended_at >= :end, false) AS live,
           CASE WHEN ended.hold_id IS NULL OR ended.ended_at >= :end THEN h.amount END AS held
    FROM service.withdrawal AS w
    LEFT JOIN ledger.hold AS h ON h.id = w.id
    LEFT JOIN ledger.hold_end AS ended ON ended.hold_id = w.id
    WHERE w.id >= :oldest AND w.id < :near_end AND w.created_at < :end
      AND (w.office IS NOT NULL OR (w.status = 'presented' AND :now < :end))
)
SELECT office, count(*) FILTER (WHERE live) AS count,
       coalesce(sum(amount) FILTER (WHERE live), 0)::bigint AS total,
       (array_agg(concat('withdrawal ', id, ': ', CASE WHEN live THEN wanted ELSE 0 END, ' to be held, ',
                         coalesce(held, 0), ' held') ORDER BY id)
           FILTER (WHERE CASE WHEN live THEN wanted END IS DISTINCT FROM held))[1:20] AS mismatches
FROM known
WHERE (live OR held IS NOT NULL) AND (CAST(:office AS text) IS NULL OR office = :office)
GROUP BY office
