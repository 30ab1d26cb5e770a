-- Accounts: their ids, and opening them.

-- The id of an account is a name-based UUID (RFC 9562 version 8, SHA-256) of its code: whoever knows the code knows the
-- id without asking. `ledger.account_id` in Python computes the same.
CREATE OR REPLACE FUNCTION ledger.account_id(code text) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT encode(
        set_byte(set_byte(name, 6, (get_byte(name, 6) & 15) | 128), 8, (get_byte(name, 8) & 63) | 128), 'hex'
    )::uuid
    FROM (SELECT substr(sha256(convert_to('soft-atm ledger account ' || code, 'UTF8')), 1, 16) AS name) AS hashed
$$;

-- The most that an account's debits, or its credits, may come to. (The domain ledger.total stands behind it, with the
-- same figure; a test holds them together.)
CREATE OR REPLACE FUNCTION ledger.total_max() RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 100000000000000000 $$;

-- How much more a floored account could give: its floor is kept where this is not below zero. Always zero without a
-- floor. (The table's CHECK account_floor stands behind it; PostgreSQL reads a function's text into the query.)
CREATE OR REPLACE FUNCTION ledger.room(debits bigint, credits bigint, floor_sign integer, held bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT (debits - credits) * floor_sign - held $$;

-- Open the accounts that do not exist yet. Answers with the codes that exist as something else (another class, or
-- floored or not where the other was asked); if there is one, nothing is opened, unless it came up this very moment.
CREATE OR REPLACE FUNCTION ledger.open_accounts(codes text[], classes text[], floors boolean[], at timestamptz)
RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ledger, pg_temp AS $$
BEGIN
    PERFORM set_config('ledger.writer', 'ledger', true);
    FOR attempt IN 1..2 LOOP
        RETURN QUERY
            SELECT wanted.code
            FROM unnest(codes, classes, floors) AS wanted (code, class, floored)
            JOIN ledger.account AS a ON a.code = wanted.code
            WHERE (a.class, a.floored) IS DISTINCT FROM (wanted.class, wanted.floored);
        EXIT WHEN FOUND OR attempt = 2;
        -- In one order, so that two callers who open the same accounts wait for each other and never in a circle.
        INSERT INTO ledger.account (id, code, class, floored, opened_at)
        SELECT ledger.account_id(wanted.code), wanted.code, wanted.class, wanted.floored, at
        FROM unnest(codes, classes, floors) AS wanted (code, class, floored)
        ORDER BY wanted.code COLLATE "C"
        ON CONFLICT DO NOTHING;
    END LOOP;
    PERFORM set_config('ledger.writer', '', true);
END $$;

-- Close an account for good; false where it is not empty. Whoever posts to it at this moment comes before, and it may not
-- be empty, or after, and is refused by the table's CHECK account_closed: a closed account keeps its version.
CREATE OR REPLACE FUNCTION ledger.close_account(which text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ledger, pg_temp AS $$
DECLARE
    closed boolean;
BEGIN
    PERFORM set_config('ledger.writer', 'ledger', true);
    UPDATE ledger.account SET closed_version = version WHERE code = which AND debits = credits AND held = 0;
    closed := FOUND;
    PERFORM set_config('ledger.writer', '', true);
    RETURN closed;
END $$;

-- The sign in the table's floor: it follows class and floor, whoever writes them.
CREATE OR REPLACE FUNCTION ledger.set_floor_sign() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.floor_sign := CASE WHEN NOT NEW.floored THEN 0 WHEN NEW.class IN ('asset', 'expense') THEN 1 ELSE -1 END;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER floor_sign_follows BEFORE INSERT OR UPDATE OF class, floored, floor_sign ON ledger.account
    FOR EACH ROW EXECUTE FUNCTION ledger.set_floor_sign();

REVOKE EXECUTE ON FUNCTION ledger.set_floor_sign FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION ledger.account_id, ledger.open_accounts, ledger.close_account, ledger.total_max, ledger.room
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.account_id, ledger.open_accounts, ledger.close_account TO soft_atm_app;
