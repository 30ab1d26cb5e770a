-- No withdrawal is still live when its deadline, one lease and some time for housekeeping have passed.
\ir given.psql
SELECT concat('withdrawal ', id, ': ', status, ', expired at ', expires_at) AS detail
FROM service.withdrawal
WHERE status IN ('authorised', 'presented') AND expires_at < :overdue
