-- One entry of one posting, as a client in any language would send it: pgbench fills in who pays whom.
-- :customers are numbered from 1; with :hot = 1 all pay one account, which has number 0.
\set debit random(1, :customers)
\set other 1 + mod(:debit + random(0, :customers - 2), :customers)
\set credit case when :hot = 1 then 0 else :other end
WITH new AS MATERIALIZED (SELECT uuidv7() AS id)
SELECT done.status
FROM new, ledger.post_one(
    new.id, 'bench/' || new.id, sha256(uuid_send(new.id)), 'bench', :day::date, '',
    (SELECT id FROM bench.account WHERE number = :debit), (SELECT id FROM bench.account WHERE number = :credit),
    1, now()
) AS done;
