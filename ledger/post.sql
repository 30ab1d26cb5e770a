-- ledger.post: many commands, one call, one outcome for each, in order, as if one after another.
--
-- How it works. Lock every account involved, in the order of their ids, in one statement. Read what is already known.
-- Decide each command in order on the locked rows, in memory: a refused command takes back what it did there and
-- nothing else. Then write all that was posted, set by set. So a refusal costs nothing, needs no savepoint, and does
-- not take its neighbours along.
--
-- The caller numbers things, so that a decision is array look-ups only. `accounts` are distinct account ids, `holds`
-- distinct hold ids; `debits`, `credits`, `hold_accounts` are positions in `accounts`, `hold_numbers` in `holds`.
-- `groups` is the position of the first command that has the same reference in the same scope. A wrong number cannot
-- make wrong money: it is refused here or by the constraints of the tables, and the whole call with it.
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
    actions        text[],         -- 'entry', 'hold', 'capture', 'void' or 'expire', one for each command
    refs           text[],
    fingerprints   bytea[],
    groups         integer[],
    entry_ids      uuid[],         -- of entry and capture, null for the others; so are the five below
    kinds          text[],
    business_dates date[],
    narrations     text[],
    corrections    uuid[],
    line_counts    integer[],      -- how many of the postings belong to the command: they follow one another
    hold_numbers   integer[],      -- of all but entry
    hold_accounts  integer[],      -- of hold; so are the two below
    hold_amounts   bigint[],
    deadlines      timestamptz[],
    accounts       uuid[],
    holds          uuid[],
    debits         integer[],      -- one for each posting; so are the two below
    credits        integer[],
    amounts        bigint[],
    at             timestamptz     -- when all this is recorded
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
        array_lower(actions, 1), array_lower(refs, 1), array_lower(fingerprints, 1), array_lower(groups, 1),
        array_lower(entry_ids, 1), array_lower(kinds, 1), array_lower(business_dates, 1), array_lower(narrations, 1),
        array_lower(corrections, 1), array_lower(line_counts, 1), array_lower(hold_numbers, 1),
        array_lower(hold_accounts, 1), array_lower(hold_amounts, 1), array_lower(deadlines, 1),
        array_lower(accounts, 1), array_lower(holds, 1),
        array_lower(debits, 1), array_lower(credits, 1), array_lower(amounts, 1)
    ]) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'malformed batch: arrays begin at 1';
    END IF;
    FOR attempt IN 1..3 LOOP
        BEGIN
            RETURN QUERY SELECT done.status, done.reason, done.id FROM ledger.attempt(
                actions, refs, fingerprints, groups, entry_ids, kinds, business_dates, narrations, corrections,
                line_counts, hold_numbers, hold_accounts, hold_amounts, deadlines, accounts, holds,
                debits, credits, amounts, at, attempt > 1
            ) AS done;
            RETURN;
        EXCEPTION WHEN unique_violation THEN
            IF attempt = 3 THEN
                RAISE;
            END IF;
        END;
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION ledger.attempt(
    actions text[], refs text[], fingerprints bytea[], groups integer[],
    entry_ids uuid[], kinds text[], business_dates date[], narrations text[], corrections uuid[], line_counts integer[],
    hold_numbers integer[], hold_accounts integer[], hold_amounts bigint[], deadlines timestamptz[],
    accounts uuid[], holds uuid[],
    debits integer[], credits integer[], amounts bigint[],
    at timestamptz,
    again boolean                  -- after a unique violation: look also for ids that are taken
) RETURNS TABLE (status text, reason text, id uuid)
LANGUAGE plpgsql AS $$             -- called by ledger.post alone, and with its settings
DECLARE
    total_max CONSTANT bigint := 100000000000000000;
    size CONSTANT integer := cardinality(actions);
    with_holds CONSTANT boolean := cardinality(holds) > 0;
    days_lock CONSTANT integer := 1684105459;  -- as in ledger.close_day
    closed date;                   -- this business date and all before it are closed
    row record;
    -- Accounts, by number, as they stand after the commands decided so far.
    account_ids uuid[] := accounts;
    locked_ids uuid[] := '{}';     -- those that exist, in the order of their ids, and their numbers
    locked_numbers integer[] := '{}';
    debited bigint[];
    credited bigint[];
    held_back bigint[];
    moves bigint[];
    floored boolean[];
    by_credit boolean[];           -- a credit makes it more; null where there is no such account
    -- Holds, by number.
    hold_account integer[];
    hold_amount bigint[];
    hold_deadline timestamptz[];
    hold_ended boolean[];
    end_outcome text[];            -- what this call writes
    end_command integer[];
    -- References, by group: what was posted under them, before or in this call.
    done_id uuid[] := array_fill(NULL::uuid, ARRAY[size]);
    done_fingerprint bytea[] := array_fill(NULL::bytea, ARRAY[size]);
    entry_taken boolean[] := array_fill(false, ARRAY[size]);
    -- Postings that were posted: their command and line, and both accounts' balance and version after them.
    command integer[] := array_fill(NULL::integer, ARRAY[cardinality(debits)]);
    line integer[] := command;
    debit_balance bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(debits)]);
    debit_version bigint[] := debit_balance;
    credit_balance bigint[] := debit_balance;
    credit_version bigint[] := debit_balance;
    -- Outcomes.
    statuses text[] := array_fill(NULL::text, ARRAY[size]);
    reasons text[] := statuses;
    ids uuid[] := done_id;
    -- The command at hand.
    g integer;
    h integer;
    a integer;
    d integer;
    c integer;
    first integer;
    last integer := 0;
    applied integer;
    n_locked integer := 0;
    l integer := 1;
    outflow bigint;
    released bigint;
    why text;
BEGIN
    PERFORM set_config('ledger.writer', 'ledger', true);

    -- 0. Days. What is closed is read in a statement after the locks are held.
    FOR row IN
        SELECT DISTINCT ledger.day_slot(dated.day) AS slot
        FROM unnest(business_dates) AS dated (day) WHERE dated.day IS NOT NULL ORDER BY slot
    LOOP
        IF NOT pg_try_advisory_xact_lock_shared(days_lock, row.slot) THEN
            PERFORM pg_advisory_xact_lock_shared(days_lock, row.slot);
        END IF;
    END LOOP;
    SELECT max(c.business_date) INTO closed FROM ledger.closed_day AS c;

    -- 1. Lock. Holds do not change, so their accounts can be looked up before the lock.
    IF with_holds THEN
        SELECT account_ids || array_agg(DISTINCT known.account_id) INTO account_ids
        FROM ledger.hold AS known
        WHERE known.id = ANY (holds) AND known.account_id <> ALL (accounts);
        hold_account := array_fill(NULL::integer, ARRAY[cardinality(holds)]);
        hold_amount := array_fill(NULL::bigint, ARRAY[cardinality(holds)]);
        hold_deadline := array_fill(NULL::timestamptz, ARRAY[cardinality(holds)]);
        hold_ended := array_fill(NULL::boolean, ARRAY[cardinality(holds)]);
        end_outcome := array_fill(NULL::text, ARRAY[cardinality(holds)]);
        end_command := hold_account;
    END IF;
    debited := array_fill(0::bigint, ARRAY[cardinality(account_ids)]);
    credited := debited;
    held_back := debited;
    moves := debited;
    floored := array_fill(false, ARRAY[cardinality(account_ids)]);
    by_credit := array_fill(NULL::boolean, ARRAY[cardinality(account_ids)]);
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
        moves[a] := row.version;
        floored[a] := row.floored;
        by_credit[a] := row.class NOT IN ('asset', 'expense');
    END LOOP;

    -- 2. Read what is known. These statements begin after the locks are held.
    FOR row IN
        SELECT e.id, e.fingerprint, wanted.number
        FROM unnest(refs, entry_ids) WITH ORDINALITY AS wanted (reference, id, number)
        JOIN ledger.entry AS e ON e.reference = wanted.reference
        WHERE wanted.id IS NOT NULL
    LOOP
        done_id[groups[row.number]] := row.id;
        done_fingerprint[groups[row.number]] := row.fingerprint;
    END LOOP;
    IF again THEN
        FOR row IN
            SELECT wanted.number
            FROM unnest(entry_ids) WITH ORDINALITY AS wanted (id, number)
            JOIN ledger.entry AS e ON e.id = wanted.id
        LOOP
            entry_taken[row.number] := true;
        END LOOP;
    END IF;
    IF with_holds THEN
        FOR row IN
            SELECT known.id, known.fingerprint, wanted.number
            FROM unnest(refs, actions) WITH ORDINALITY AS wanted (reference, action, number)
            JOIN ledger.hold AS known ON known.reference = wanted.reference
            WHERE wanted.action = 'hold'
            UNION ALL
            SELECT known.hold_id, known.fingerprint, wanted.number
            FROM unnest(refs, actions) WITH ORDINALITY AS wanted (reference, action, number)
            JOIN ledger.hold_end AS known ON known.reference = wanted.reference
            WHERE wanted.action IN ('void', 'expire')
        LOOP
            done_id[groups[row.number]] := row.id;
            done_fingerprint[groups[row.number]] := row.fingerprint;
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

    -- 3. Decide, in order.
    FOR n IN 1..size LOOP
        g := groups[n];
        h := hold_numbers[n];
        first := last + 1;
        last := last + line_counts[n];
        applied := first - 1;
        released := 0;
        why := NULL;
        IF (line_counts[n] >= 0 AND coalesce(h BETWEEN 1 AND cardinality(holds), true)) IS NOT TRUE THEN
            RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'malformed batch: wrong numbers';
        END IF;

        IF done_id[g] IS NOT NULL THEN
            IF done_fingerprint[g] = fingerprints[n] THEN
                statuses[n] := 'already-posted';
                ids[n] := done_id[g];
            ELSE
                statuses[n] := 'refused';
                reasons[n] := 'reference-reused';
            END IF;
            CONTINUE;
        END IF;

        -- 3a. The hold: is it there to be ended, or is there room to place it?
        CASE actions[n]
        WHEN 'entry' THEN
            NULL;
        WHEN 'hold' THEN
            a := hold_accounts[n];
            IF at > deadlines[n] THEN
                why := 'hold-lapsed';
            ELSIF by_credit[a] IS NULL THEN
                why := 'unknown-account';
            ELSIF NOT floored[a] THEN
                why := 'account-not-floored';
            ELSIF (CASE WHEN by_credit[a] THEN credited[a] - debited[a] ELSE debited[a] - credited[a] END)
                  - held_back[a] < hold_amounts[n] THEN
                why := 'insufficient-funds';
            ELSIF hold_amount[h] IS NOT NULL THEN
                why := 'id-reused';
            ELSE
                held_back[a] := held_back[a] + hold_amounts[n];
                hold_account[h] := a;
                hold_amount[h] := hold_amounts[n];
                hold_deadline[h] := deadlines[n];
                hold_ended[h] := false;
            END IF;
        ELSE
            a := hold_account[h];
            IF a IS NULL THEN
                why := 'unknown-hold';
            ELSIF hold_ended[h] THEN
                why := 'hold-ended';
            ELSIF actions[n] = 'capture' AND at > hold_deadline[h] THEN
                why := 'hold-lapsed';
            ELSIF actions[n] = 'expire' AND at <= hold_deadline[h] THEN
                why := 'hold-not-lapsed';
            ELSIF actions[n] = 'capture' THEN
                outflow := 0;
                FOR p IN first..last LOOP
                    IF a = (CASE WHEN by_credit[a] THEN debits[p] ELSE credits[p] END) THEN
                        outflow := outflow + amounts[p];
                    END IF;
                END LOOP;
                IF outflow = 0 THEN
                    why := 'capture-misses-account';
                ELSIF outflow > hold_amount[h] THEN
                    why := 'capture-exceeds-hold';
                END IF;
            END IF;
            IF why IS NULL THEN
                released := hold_amount[h];
                held_back[a] := held_back[a] - released;
            END IF;
        END CASE;

        -- 3b. The entry: its postings in their order, each with room for it.
        IF why IS NULL AND entry_ids[n] IS NOT NULL THEN
            IF business_dates[n] <= closed THEN
                why := 'day-closed';
            ELSIF corrections[n] IS NOT NULL
                  AND NOT EXISTS (SELECT FROM ledger.entry AS e WHERE e.id = corrections[n])
                  AND NOT EXISTS (SELECT FROM unnest(entry_ids, statuses) AS e (id, status)
                                  WHERE e.id = corrections[n] AND e.status = 'posted') THEN
                why := 'unknown-entry';
            END IF;
            WHILE why IS NULL AND applied < last LOOP
                d := debits[applied + 1];
                c := credits[applied + 1];
                IF by_credit[d] IS NULL OR by_credit[c] IS NULL THEN
                    why := 'unknown-account';
                    EXIT;
                END IF;
                applied := applied + 1;
                debited[d] := debited[d] + amounts[applied];
                credited[c] := credited[c] + amounts[applied];
                moves[d] := moves[d] + 1;
                moves[c] := moves[c] + 1;
                debit_balance[applied] := debited[d] - credited[d];
                debit_version[applied] := moves[d];
                credit_balance[applied] := debited[c] - credited[c];
                credit_version[applied] := moves[c];
                IF (floored[d] AND by_credit[d] AND credited[d] - debited[d] < held_back[d])
                   OR (floored[c] AND NOT by_credit[c] AND debited[c] - credited[c] < held_back[c]) THEN
                    why := 'insufficient-funds';
                ELSIF debited[d] > total_max OR credited[c] > total_max THEN
                    why := 'account-full';
                END IF;
            END LOOP;
            IF why IS NULL AND entry_taken[n] THEN
                why := 'id-reused';
            END IF;
        END IF;

        -- 3c. Refused: take back what the command did. Posted: remember it.
        IF why IS NOT NULL THEN
            FOR p IN first..applied LOOP
                d := debits[p];
                c := credits[p];
                debited[d] := debited[d] - amounts[p];
                credited[c] := credited[c] - amounts[p];
                moves[d] := moves[d] - 1;
                moves[c] := moves[c] - 1;
            END LOOP;
            IF released > 0 THEN
                held_back[a] := held_back[a] + released;
            END IF;
            statuses[n] := 'refused';
            reasons[n] := why;
        ELSE
            FOR p IN first..last LOOP
                command[p] := n;
                line[p] := p - first + 1;
            END LOOP;
            IF released > 0 THEN
                hold_ended[h] := true;
                end_outcome[h] := CASE actions[n]
                    WHEN 'capture' THEN 'captured' WHEN 'void' THEN 'voided' WHEN 'expire' THEN 'expired' END;
                end_command[h] := n;
            END IF;
            statuses[n] := 'posted';
            ids[n] := coalesce(entry_ids[n], holds[h]);
            done_id[g] := ids[n];
            done_fingerprint[g] := fingerprints[n];
        END IF;
    END LOOP;
    IF last IS DISTINCT FROM cardinality(debits) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value', MESSAGE = 'malformed batch: a posting without a command';
    END IF;

    -- 4. Write what was posted: references in one order, so that two calls never wait for each other in a circle.
    INSERT INTO ledger.entry
        (id, reference, fingerprint, kind, business_date, narration, lines, recorded_at, corrects)
    SELECT e.id, e.reference, e.fingerprint, e.kind, e.business_date, e.narration, e.lines, at, e.corrects
    FROM unnest(entry_ids, refs, fingerprints, kinds, business_dates, narrations, line_counts, corrections, statuses)
        AS e (id, reference, fingerprint, kind, business_date, narration, lines, corrects, status)
    WHERE e.status = 'posted' AND e.id IS NOT NULL
    ORDER BY e.reference COLLATE "C";

    INSERT INTO ledger.posting (entry_id, line, debit_id, credit_id, amount,
                                debit_balance, debit_version, credit_balance, credit_version)
    SELECT entry_ids[p.command], p.line, account_ids[p.debit], account_ids[p.credit], p.amount,
           p.debit_balance, p.debit_version, p.credit_balance, p.credit_version
    FROM unnest(command, line, debits, credits, amounts,
                debit_balance, debit_version, credit_balance, credit_version)
        AS p (command, line, debit, credit, amount, debit_balance, debit_version, credit_balance, credit_version)
    WHERE p.command IS NOT NULL;

    IF with_holds THEN
        INSERT INTO ledger.hold (id, reference, fingerprint, account_id, amount, deadline, placed_at)
        SELECT holds[x.number], x.reference, x.fingerprint, account_ids[x.account], x.amount, x.deadline, at
        FROM unnest(actions, statuses, hold_numbers, refs, fingerprints, hold_accounts, hold_amounts, deadlines)
            AS x (action, status, number, reference, fingerprint, account, amount, deadline)
        WHERE x.action = 'hold' AND x.status = 'posted'
        ORDER BY x.reference COLLATE "C";

        INSERT INTO ledger.hold_end (hold_id, outcome, entry_id, reference, fingerprint, ended_at)
        SELECT x.id, x.outcome, entry_ids[x.command],
               CASE WHEN entry_ids[x.command] IS NULL THEN refs[x.command] END,
               CASE WHEN entry_ids[x.command] IS NULL THEN fingerprints[x.command] END, at
        FROM unnest(holds, end_outcome, end_command) AS x (id, outcome, command)
        WHERE x.command IS NOT NULL
        ORDER BY refs[x.command] COLLATE "C";
    END IF;

    UPDATE ledger.account AS a
    SET debits = moved.debits, credits = moved.credits, held = moved.held, version = moved.version
    FROM unnest(account_ids, debited, credited, held_back, moves) AS moved (id, debits, credits, held, version)
    WHERE a.id = moved.id AND (a.version, a.held) IS DISTINCT FROM (moved.version, moved.held);

    PERFORM set_config('ledger.writer', '', true);
    RETURN QUERY SELECT * FROM unnest(statuses, reasons, ids);
END $$;

REVOKE EXECUTE ON FUNCTION ledger.post, ledger.attempt FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.post TO soft_atm_app;
