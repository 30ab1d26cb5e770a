-- ledger.post: many commands, one call, one outcome for each, in order, as if one after another.
--
-- How it works. *Lock* the business dates, then every account involved, in the order of their ids, in one statement.
-- *Know* what was posted before. *Decide* each command in order on the locked rows, in memory: a refused command takes
-- back what it did there and nothing else. Then *write* all that was posted, table by table. So a refusal costs
-- nothing, needs no savepoint, and does not take its neighbours along. (The four are parts of one function: what they
-- share are arrays, which would be copied from one function to the next.)
--
-- The caller numbers things from 1, so that a decision is array look-ups only. `accounts` are distinct account ids,
-- `holds` distinct hold ids, and a command's reference has a number, the same for the same reference in the same scope.
-- A wrong number cannot make wrong money: it is refused here or by the constraints of the tables, and the whole call
-- with it. The types of what comes in, ledger.command and ledger.movement, stand in alembic/versions/0019_door.py.
--
-- Why a hold needs no lock of its own. Whoever ends a hold, or places one, holds the lock of the hold's account for the
-- rest of the transaction, and looks for an end only after it got that lock, in a later statement: in READ COMMITTED
-- that statement sees every end that was committed before, and nobody can write another one meanwhile. A hold whose
-- account is not among the locked ones was placed after this call began; it counts as unknown, as it would have been
-- a moment before. The primary key of hold_end stands behind this argument.
--
-- Why two calls do not wait in a circle. Both take all their account locks before they write anything, in one order.
-- After that a call can only wait for a reference that another one is writing, and references are written in one order
-- too. (A transaction that calls ledger.post twice has two such rounds, and may be chosen as a deadlock's victim.)
--
-- Same reference, at the same time, in two calls. If they share an account, the second waits for the first at the lock
-- and then sees its entry. If they share none, both may decide to write it; the second then fails on the unique index,
-- and decides again with the first one's row in view. That is what the attempts in ledger.post are for.
--
-- Closed days. A call holds its business dates' locks, shared, from before it reads which days are closed until its
-- transaction ends; days.sql says why nothing slips into a day while it is closed.

CREATE OR REPLACE FUNCTION ledger.post(
    commands  ledger.command[],
    movements ledger.movement[],   -- the commands' postings: each command's follow one another
    accounts  uuid[],
    holds     uuid[],
    at        timestamptz          -- when all this is recorded
) RETURNS TABLE (status text, reason text, id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ledger, pg_temp
-- Plans are made once for a connection, maybe when the tables are still empty, and must be right ever after: every row
-- is found by its index.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_transaction_state',
            MESSAGE = 'ledger.post works in READ COMMITTED only: after it waited for a lock it must see what it waited for';
    END IF;
    IF 1 <> ANY (ARRAY[
        array_lower(commands, 1), array_lower(movements, 1), array_lower(accounts, 1), array_lower(holds, 1)
    ]) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'malformed batch: arrays begin at 1';
    END IF;
    FOR attempt IN 1..3 LOOP
        BEGIN
            RETURN QUERY SELECT * FROM ledger.attempt(commands, movements, accounts, holds, at, attempt > 1);
            RETURN;
        EXCEPTION WHEN unique_violation THEN
            IF attempt = 3 THEN
                RAISE;
            END IF;
        END;
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION ledger.attempt(
    commands ledger.command[], movements ledger.movement[], accounts uuid[], holds uuid[], at timestamptz,
    again boolean                  -- after a unique violation: look also for ids that are taken
) RETURNS TABLE (status text, reason text, id uuid)
LANGUAGE plpgsql AS $$             -- called by ledger.post alone, and with its settings
DECLARE
    total_max CONSTANT bigint := ledger.total_max();
    with_holds CONSTANT boolean := cardinality(holds) > 0;
    closed date;                   -- this business date and all before it are closed
    row record;
    -- Accounts, by number, as they stand after the commands decided so far.
    account_ids uuid[] := accounts;
    locked_ids uuid[] := '{}';     -- those that exist, in the order of their ids, and their numbers
    locked_numbers integer[] := '{}';
    n_locked integer := 0;
    debited bigint[];
    credited bigint[];
    held_back bigint[];
    versions bigint[];
    floor_sign integer[];          -- as in the table; null where there is no such account
    -- Holds, by number.
    hold_account integer[] := '{}';
    hold_amount bigint[] := '{}';
    hold_deadline timestamptz[] := '{}';
    hold_ended boolean[] := '{}';
    -- References, by number: what was posted under them, before or in this call.
    done_id uuid[] := '{}';
    done_fingerprint bytea[] := '{}';
    taken uuid[] := '{}';          -- ids of entries that are others'
    -- The rows to be written.
    entries ledger.entry[] := '{}';
    postings ledger.posting[] := '{}';
    placed ledger.hold[] := '{}';
    ends ledger.hold_end[] := '{}';
    n_entries integer := 0;
    n_postings integer := 0;
    n_placed integer := 0;
    n_ends integer := 0;
    -- The command at hand.
    command ledger.command;
    movement ledger.movement;
    h integer;
    a integer;
    d integer;
    c integer;
    first integer;
    last integer := 0;
    applied integer;
    l integer := 1;
    outflow bigint;
    released bigint;
BEGIN
    PERFORM set_config('ledger.writer', 'ledger', true);

    -- Lock. Holds do not change, so their accounts can be looked up before the lock.
    closed := ledger.keep_open(ARRAY(SELECT x.business_date FROM unnest(commands) AS x));
    IF with_holds THEN
        SELECT account_ids || array_agg(DISTINCT known.account_id) INTO account_ids
        FROM ledger.hold AS known
        WHERE known.id = ANY (holds) AND known.account_id <> ALL (accounts);
    END IF;
    debited := array_fill(0::bigint, ARRAY[cardinality(account_ids)]);
    credited := debited;
    held_back := debited;
    versions := debited;
    floor_sign := array_fill(NULL::integer, ARRAY[cardinality(account_ids)]);
    FOR row IN
        SELECT a.*, wanted.number
        FROM unnest(account_ids) WITH ORDINALITY AS wanted (id, number)
        JOIN ledger.account AS a ON a.id = wanted.id
        ORDER BY a.id
        FOR NO KEY UPDATE OF a
    LOOP
        a := row.number;
        n_locked := n_locked + 1;
        IF row.id = locked_ids[n_locked - 1] THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'malformed batch: an account twice';
        END IF;
        locked_ids[n_locked] := row.id;
        locked_numbers[n_locked] := a;
        debited[a] := row.debits;
        credited[a] := row.credits;
        held_back[a] := row.held;
        versions[a] := row.version;
        floor_sign[a] := row.floor_sign;
    END LOOP;

    -- Know. These statements begin after the locks are held.
    FOR row IN
        SELECT e.id, e.fingerprint, x.reference_number
        FROM unnest(commands) AS x
        JOIN ledger.entry AS e ON e.reference = x.reference
        WHERE x.entry_id IS NOT NULL
    LOOP
        done_id[row.reference_number] := row.id;
        done_fingerprint[row.reference_number] := row.fingerprint;
    END LOOP;
    IF again THEN
        taken := ARRAY(SELECT e.id FROM unnest(commands) AS x JOIN ledger.entry AS e ON e.id = x.entry_id);
    END IF;
    IF with_holds THEN
        FOR row IN
            SELECT known.id, known.fingerprint, x.reference_number
            FROM unnest(commands) AS x
            JOIN ledger.hold AS known ON known.reference = x.reference
            WHERE x.action = 'hold'
            UNION ALL
            SELECT known.hold_id, known.fingerprint, x.reference_number
            FROM unnest(commands) AS x
            JOIN ledger.hold_end AS known ON known.reference = x.reference
            WHERE x.action IN ('void', 'expire')
        LOOP
            done_id[row.reference_number] := row.id;
            done_fingerprint[row.reference_number] := row.fingerprint;
        END LOOP;
        FOR row IN
            SELECT known.account_id, known.amount, known.deadline, ended.hold_id IS NOT NULL AS ended, wanted.number
            FROM unnest(holds) WITH ORDINALITY AS wanted (id, number)
            JOIN ledger.hold AS known ON known.id = wanted.id
            LEFT JOIN ledger.hold_end AS ended ON ended.hold_id = known.id
            ORDER BY known.account_id
        LOOP
            WHILE locked_ids[l] < row.account_id LOOP
                l := l + 1;
            END LOOP;
            IF locked_ids[l] = row.account_id THEN
                hold_account[row.number] := locked_numbers[l];
            END IF;
            hold_amount[row.number] := row.amount;
            hold_deadline[row.number] := row.deadline;
            hold_ended[row.number] := row.ended;
        END LOOP;
    END IF;

    -- Decide, in order.
    FOREACH command IN ARRAY commands LOOP
        h := command.hold_number;
        first := last + 1;
        last := last + command.lines;
        applied := first - 1;
        released := 0;
        status := 'posted';
        reason := NULL;
        id := coalesce(command.entry_id, holds[h]);
        IF (command.lines >= 0 AND (command.lines > 0) = (command.entry_id IS NOT NULL)
            AND coalesce(h BETWEEN 1 AND cardinality(holds), true)) IS NOT TRUE
        THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'malformed batch: wrong numbers';
        END IF;

        IF done_id[command.reference_number] IS NOT NULL THEN
            IF done_fingerprint[command.reference_number] = command.fingerprint THEN
                status := 'already-posted';
                id := done_id[command.reference_number];
            ELSE
                status := 'refused';
                reason := 'reference-reused';
                id := NULL;
            END IF;
            RETURN NEXT;
            CONTINUE;
        END IF;

        -- The hold: is it there to be ended, or is there room to place it?
        CASE command.action
        WHEN 'entry' THEN
            NULL;
        WHEN 'hold' THEN
            a := command.account_number;
            IF at > command.deadline THEN
                reason := 'hold-lapsed';
            ELSIF floor_sign[a] IS NULL THEN
                reason := 'unknown-account';
            ELSIF floor_sign[a] = 0 THEN
                reason := 'account-not-floored';
            ELSIF ledger.room(debited[a], credited[a], floor_sign[a], held_back[a]) < command.amount THEN
                reason := 'insufficient-funds';
            ELSIF hold_amount[h] IS NOT NULL THEN
                reason := 'id-reused';
            ELSE
                held_back[a] := held_back[a] + command.amount;
                hold_account[h] := a;
                hold_amount[h] := command.amount;
                hold_deadline[h] := command.deadline;
                hold_ended[h] := false;
                n_placed := n_placed + 1;
                placed[n_placed] := ROW(holds[h], command.reference, command.fingerprint, account_ids[a],
                                        command.amount, command.deadline, at)::ledger.hold;
            END IF;
        ELSE
            a := hold_account[h];
            IF a IS NULL THEN
                reason := 'unknown-hold';
            ELSIF hold_ended[h] THEN
                reason := 'hold-ended';
            ELSIF command.action = 'capture' AND at > hold_deadline[h] THEN
                reason := 'hold-lapsed';
            ELSIF command.action = 'expire' AND at <= hold_deadline[h] THEN
                reason := 'hold-not-lapsed';
            ELSIF command.action = 'capture' THEN
                outflow := 0;
                FOR p IN first..last LOOP
                    movement := movements[p];
                    IF a = (CASE WHEN floor_sign[a] < 0 THEN movement.debit ELSE movement.credit END) THEN
                        outflow := outflow + movement.amount;
                    END IF;
                END LOOP;
                IF outflow = 0 THEN
                    reason := 'capture-misses-account';
                ELSIF outflow > hold_amount[h] THEN
                    reason := 'capture-exceeds-hold';
                END IF;
            END IF;
            IF reason IS NULL THEN
                released := hold_amount[h];
                held_back[a] := held_back[a] - released;
            END IF;
        END CASE;

        -- The entry: its postings in their order, each with room for it.
        IF reason IS NULL AND command.entry_id IS NOT NULL THEN
            IF command.business_date <= closed THEN
                reason := 'day-closed';
            ELSIF command.corrects IS NOT NULL
                  AND NOT EXISTS (SELECT FROM ledger.entry AS e WHERE e.id = command.corrects)
                  AND NOT EXISTS (SELECT FROM unnest(entries) AS e WHERE e.id = command.corrects) THEN
                reason := 'unknown-entry';
            END IF;
            WHILE reason IS NULL AND applied < last LOOP
                movement := movements[applied + 1];
                d := movement.debit;
                c := movement.credit;
                IF floor_sign[d] IS NULL OR floor_sign[c] IS NULL THEN
                    reason := 'unknown-account';
                    EXIT;
                END IF;
                applied := applied + 1;
                debited[d] := debited[d] + movement.amount;
                credited[c] := credited[c] + movement.amount;
                versions[d] := versions[d] + 1;
                versions[c] := versions[c] + 1;
                IF ledger.room(debited[d], credited[d], floor_sign[d], held_back[d]) < 0
                   OR ledger.room(debited[c], credited[c], floor_sign[c], held_back[c]) < 0 THEN
                    reason := 'insufficient-funds';
                ELSIF debited[d] > total_max OR credited[c] > total_max THEN
                    reason := 'account-full';
                ELSE
                    postings[n_postings + applied - first + 1] := ROW(
                        command.entry_id, applied - first + 1, account_ids[d], account_ids[c], movement.amount,
                        debited[d] - credited[d], versions[d], debited[c] - credited[c], versions[c])::ledger.posting;
                END IF;
            END LOOP;
            IF reason IS NULL AND command.entry_id = ANY (taken) THEN
                reason := 'id-reused';
            END IF;
        END IF;

        -- Refused: take back what the command did. Posted: remember it.
        IF reason IS NOT NULL THEN
            FOR p IN first..applied LOOP
                movement := movements[p];
                d := movement.debit;
                c := movement.credit;
                debited[d] := debited[d] - movement.amount;
                credited[c] := credited[c] - movement.amount;
                versions[d] := versions[d] - 1;
                versions[c] := versions[c] - 1;
            END LOOP;
            IF released > 0 THEN
                held_back[a] := held_back[a] + released;
            END IF;
            status := 'refused';
            id := NULL;
        ELSE
            IF command.entry_id IS NOT NULL THEN
                n_postings := n_postings + command.lines;
                n_entries := n_entries + 1;
                entries[n_entries] := ROW(
                    command.entry_id, command.reference, command.fingerprint, command.kind, command.business_date,
                    command.narration, command.lines, at, command.corrects)::ledger.entry;
            END IF;
            IF released > 0 THEN
                hold_ended[h] := true;
                n_ends := n_ends + 1;
                ends[n_ends] := ROW(
                    holds[h],
                    CASE command.action
                        WHEN 'capture' THEN 'captured' WHEN 'void' THEN 'voided' WHEN 'expire' THEN 'expired' END,
                    command.entry_id,
                    CASE WHEN command.entry_id IS NULL THEN command.reference END,
                    CASE WHEN command.entry_id IS NULL THEN command.fingerprint END,
                    at)::ledger.hold_end;
            END IF;
            done_id[command.reference_number] := id;
            done_fingerprint[command.reference_number] := command.fingerprint;
        END IF;
        RETURN NEXT;
    END LOOP;
    IF last IS DISTINCT FROM cardinality(movements) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value', MESSAGE = 'malformed batch: a posting without a command';
    END IF;

    -- Write: references in one order, so that two calls never wait for each other in a circle.
    INSERT INTO ledger.entry SELECT * FROM unnest(entries) AS x ORDER BY x.reference;
    INSERT INTO ledger.posting SELECT * FROM unnest(postings[1:n_postings]);
    IF with_holds THEN
        INSERT INTO ledger.hold SELECT * FROM unnest(placed) AS x ORDER BY x.reference;
        INSERT INTO ledger.hold_end SELECT * FROM unnest(ends) AS x ORDER BY x.reference;
    END IF;
    UPDATE ledger.account AS a
    SET debits = moved.debits, credits = moved.credits, held = moved.held, version = moved.version
    FROM unnest(account_ids, debited, credited, held_back, versions) AS moved (id, debits, credits, held, version)
    WHERE a.id = moved.id AND (a.version, a.held) IS DISTINCT FROM (moved.version, moved.held);

    PERFORM set_config('ledger.writer', '', true);
END $$;

REVOKE EXECUTE ON FUNCTION ledger.post, ledger.attempt FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.post TO soft_atm_app;
