-- ledger.post_one: one entry of one posting, the lean way.
--
-- Most calls of ledger.post bring one entry with one posting that nothing stands against. For them the arrays and sets
-- of a batch cost more than the work itself. This function does that one case and decides no other: as soon as anything
-- is unusual (an unknown account, too little money, a reference that is there, a closed day) it takes back what it did
-- and asks ledger.post. So every refusal has one author, and this function can only post or step aside.
--
-- Its locks are those of ledger.post in the same order: the business date's, the two accounts' in the order of their
-- ids, then the reference. The statement that moves an account locks it; where it had to wait for that, PostgreSQL
-- looks at its conditions again on the newest row.

CREATE OR REPLACE FUNCTION ledger.post_one(
    entry_id      uuid,
    reference     text,
    fingerprint   bytea,
    kind          text,
    business_date date,
    narration     text,
    debit_id      uuid,
    credit_id     uuid,
    amount        bigint,
    at            timestamptz,     -- when this is recorded
    OUT status text, OUT reason text, OUT id uuid
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ledger, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    slot CONSTANT integer := ledger.day_slot(post_one.business_date);
    debit_balance bigint;
    debit_version bigint;          -- null as long as the account has not been moved; so is the next
    credit_balance bigint;
    credit_version bigint;
    writer text;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_transaction_state',
            MESSAGE = 'ledger.post_one works in READ COMMITTED only: after it waited for a lock it must see what it waited for';
    END IF;
    writer := set_config('ledger.writer', 'ledger', true);
    IF NOT pg_try_advisory_xact_lock_shared(ledger.days_lock(), slot) THEN
        PERFORM pg_advisory_xact_lock_shared(ledger.days_lock(), slot);
    END IF;

    FOR side IN 1..2 LOOP
        IF (side = 1) = (post_one.debit_id < post_one.credit_id) THEN
            UPDATE ledger.account AS a SET debits = a.debits + post_one.amount, version = a.version + 1
            WHERE a.id = post_one.debit_id AND a.debits <= ledger.total_max() - post_one.amount
                  AND ledger.room(a.debits + post_one.amount, a.credits, a.floor_sign, a.held) >= 0
            RETURNING a.debits - a.credits, a.version INTO debit_balance, debit_version;
        ELSE
            UPDATE ledger.account AS a SET credits = a.credits + post_one.amount, version = a.version + 1
            WHERE a.id = post_one.credit_id AND a.credits <= ledger.total_max() - post_one.amount
                  AND ledger.room(a.debits, a.credits + post_one.amount, a.floor_sign, a.held) >= 0
            RETURNING a.debits - a.credits, a.version INTO credit_balance, credit_version;
        END IF;
        EXIT WHEN NOT FOUND;
    END LOOP;

    IF debit_version IS NOT NULL AND credit_version IS NOT NULL THEN
        INSERT INTO ledger.entry
            (id, reference, fingerprint, kind, business_date, narration, lines, recorded_at)
        SELECT post_one.entry_id, post_one.reference, post_one.fingerprint, post_one.kind, post_one.business_date,
               post_one.narration, 1, post_one.at
        WHERE NOT EXISTS (SELECT FROM ledger.closed_day AS c WHERE c.business_date >= post_one.business_date)
        ON CONFLICT DO NOTHING;
        IF FOUND THEN
            INSERT INTO ledger.posting (entry_id, line, debit_id, credit_id, amount,
                                        debit_balance, debit_version, credit_balance, credit_version)
            VALUES (post_one.entry_id, 1, post_one.debit_id, post_one.credit_id, post_one.amount,
                    debit_balance, debit_version, credit_balance, credit_version);
            writer := set_config('ledger.writer', '', true);
            status := 'posted';
            id := post_one.entry_id;
            RETURN;
        END IF;
    END IF;

    -- Something is unusual. The rows are still locked, so this puts them back just as they were.
    IF debit_version IS NOT NULL THEN
        UPDATE ledger.account AS a SET debits = a.debits - post_one.amount, version = a.version - 1
        WHERE a.id = post_one.debit_id;
    END IF;
    IF credit_version IS NOT NULL THEN
        UPDATE ledger.account AS a SET credits = a.credits - post_one.amount, version = a.version - 1
        WHERE a.id = post_one.credit_id;
    END IF;
    SELECT done.status, done.reason, done.id INTO status, reason, id
    FROM ledger.post(
        ARRAY[ROW('entry', post_one.reference, 1, post_one.fingerprint, 1, post_one.entry_id, post_one.kind,
                  post_one.business_date, post_one.narration, NULL, NULL, NULL, NULL, NULL)::ledger.command],
        ARRAY[ROW(1, 2, post_one.amount)::ledger.movement],
        ARRAY[post_one.debit_id, post_one.credit_id], '{}', post_one.at
    ) AS done;
END $$;

REVOKE EXECUTE ON FUNCTION ledger.post_one FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.post_one TO soft_atm_app;
