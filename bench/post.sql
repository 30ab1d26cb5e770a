-- One entry of one posting, as a client in any language would send it: pgbench fills in who pays whom.
-- :customers are numbered from 1; with :hot = 1 all pay one account, which has number 0.
\set debit random(1, :customers)
\set other 1 + mod(:debit + random(0, :customers - 2), :customers)
\set credit case when :hot = 1 then 0 else :other end
WITH new AS MATERIALIZED (SELECT uuidv7() AS id)
SELECT done.status
FROM new, ledger.post(
    '{entry}', ARRAY['bench/' || new.id], ARRAY[sha256(uuid_send(new.id))], '{1}',
    ARRAY[new.id], '{bench}', ARRAY[:day::date], '{""}', '{NULL}', '{1}',
    '{NULL}', '{NULL}', '{NULL}', '{NULL}',
    ARRAY[(SELECT id FROM bench.account WHERE number = :debit), (SELECT id FROM bench.account WHERE number = :credit)],
    '{}', '{1}', '{2}', '{1}', now()
) AS done;
