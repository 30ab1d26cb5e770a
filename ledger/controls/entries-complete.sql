-- Every entry has the postings that it announces, 1 to `lines`, and every posting its entry.
SELECT concat('entry ', coalesce(e.id, p.entry_id), ': ', coalesce(e.lines, 0), ' postings announced, ',
              coalesce(p.n, 0), ' found') AS detail
FROM (
    SELECT id, lines FROM ledger.entry
    -- new: WHERE id = ANY (CAST(:new AS uuid[]))
) AS e
FULL JOIN (
    SELECT entry_id, count(*) AS n, max(line) AS last FROM ledger.posting
    -- new: WHERE entry_id = ANY (CAST(:new AS uuid[]))
    GROUP BY entry_id
) AS p ON p.entry_id = e.id
WHERE (e.lines::bigint, e.lines) IS DISTINCT FROM (p.n, p.last) OR e.lines IS NULL
