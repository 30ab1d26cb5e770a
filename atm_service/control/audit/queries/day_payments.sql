-- What each drawer paid on the day, by receipts and by the ledger's entries, and the payments on which they differ.
WITH receipt AS (
    SELECT r.entry_id, r.number, r.office, r.drawer, r.amount
    FROM service.receipt AS r
    WHERE r.id >= :near_start AND r.id < :near_end AND r.paid_at >= :start AND r.paid_at < :end
      AND (CAST(:office AS text) IS NULL OR r.office = :office)
), today AS MATERIALIZED (  -- the day first: a planner that begins with the drawers reads their whole past
    SELECT e.id, p.credit_id, p.amount
    FROM ledger.entry AS e JOIN ledger.posting AS p ON p.entry_id = e.id
    WHERE e.business_date = :day AND e.kind = 'withdrawal'
), entry AS (
    SELECT t.id, split_part(a.code, '/', 2) AS office, split_part(a.code, '/', 4)::integer AS drawer, t.amount
    FROM today AS t JOIN ledger.account AS a ON a.id = t.credit_id
    WHERE a.code ~ '^office/[^/]+/drawer/[0-9]{1,2}$'
      AND (CAST(:office AS text) IS NULL OR split_part(a.code, '/', 2) = :office)
), payment AS (
    SELECT coalesce(r.office, e.office) AS office, coalesce(r.drawer, e.drawer) AS drawer,
           r.number, r.amount AS receipted, e.amount AS posted, coalesce(e.id, r.entry_id) AS entry_id
    FROM receipt AS r
    FULL JOIN entry AS e ON e.id = r.entry_id AND e.office = r.office AND e.drawer = r.drawer
)
SELECT office, drawer, count(receipted) AS receipts, coalesce(sum(receipted), 0)::bigint AS receipts_total,
       count(posted) AS entries, coalesce(sum(posted), 0)::bigint AS entries_total,
       (array_agg(concat('receipt ', coalesce(number, 'none'), ': ', coalesce(receipted, 0), '; entry ', entry_id,
                         ': ', coalesce(posted, 0)) ORDER BY entry_id)
           FILTER (WHERE receipted IS DISTINCT FROM posted))[1:20] AS mismatches
FROM payment
GROUP BY office, drawer
ORDER BY office, drawer
