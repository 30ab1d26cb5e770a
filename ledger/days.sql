-- Closed days: a closed business date, and every one before it, accepts no more entries.
--
-- Why nothing slips into a day while it is closed. Every call of ledger.post holds, from before it looks at the closed
-- days until its transaction ends, a shared advisory lock for each business date that its entries carry. Closing takes
-- the same locks alone before it writes. So it waits for those who are posting into the days at hand and then sees what
-- they did; whoever comes later waits for the close and then reads it. Shared locks do not wait for each other, and
-- closing yesterday touches no lock of today: payments go on (docs/decisions/0012-closing-a-day.md).

-- The lock of a business date is one of 64: enough to keep a day's neighbours apart, few enough to take them all.
CREATE OR REPLACE FUNCTION ledger.day_slot(day date) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT (day - DATE '2000-01-01') & 63 $$;

-- The lock's other half, the same for all business dates.
CREATE OR REPLACE FUNCTION ledger.days_lock() RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 1684105459 $$;

-- Hold the locks of these business dates, shared, until the transaction ends; then tell the last closed one.
CREATE OR REPLACE FUNCTION ledger.keep_open(days date[]) RETURNS date
LANGUAGE plpgsql AS $$
DECLARE
    slot integer;
BEGIN
    FOR slot IN
        SELECT DISTINCT ledger.day_slot(dated.day)
        FROM unnest(days) AS dated (day) WHERE dated.day IS NOT NULL ORDER BY 1
    LOOP
        IF NOT pg_try_advisory_xact_lock_shared(ledger.days_lock(), slot) THEN
            PERFORM pg_advisory_xact_lock_shared(ledger.days_lock(), slot);
        END IF;
    END LOOP;
    RETURN (SELECT max(c.business_date) FROM ledger.closed_day AS c);  -- a statement after the locks are held
END $$;

-- Close `day` and every business date before it. Answers with the last closed date, which is a later one when that was
-- closed before. A day can be closed from a quarter of an hour after its end, in Vietnam (UTC+7 since 1975), so that
-- what was asked for just before midnight still finds its day open. It cannot be undone, so nobody's clock is believed
-- that is ahead of this server's: a caller's may be behind, and half a minute off at most the other way.
CREATE OR REPLACE FUNCTION ledger.close_day(day date, at timestamptz) RETURNS date
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ledger, pg_temp AS $$
DECLARE
    closed date;
    believed timestamptz := least(at, clock_timestamp() + INTERVAL '30 seconds');
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_transaction_state', MESSAGE = 'ledger.close_day works in READ COMMITTED only';
    END IF;
    IF (day < ((believed - INTERVAL '15 minutes') AT TIME ZONE INTERVAL '7 hours')::date) IS NOT TRUE THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value', MESSAGE = concat(day, ' cannot be closed: it is not over');
    END IF;
    -- Two closes take turns, so that the second knows what the first left to be closed.
    LOCK TABLE ledger.closed_day IN SHARE ROW EXCLUSIVE MODE;
    SELECT max(c.business_date) INTO closed FROM ledger.closed_day AS c;
    IF closed >= day THEN
        RETURN closed;
    END IF;
    PERFORM pg_advisory_xact_lock(ledger.days_lock(), slots.slot)
    FROM (
        SELECT DISTINCT ledger.day_slot(day - back) AS slot
        FROM generate_series(0, least(63, day - closed - 1)) AS back  -- least() passes over a null: all 64
        ORDER BY slot
    ) AS slots;
    PERFORM set_config('ledger.writer', 'ledger', true);
    INSERT INTO ledger.closed_day (business_date, closed_at) VALUES (day, believed);
    PERFORM set_config('ledger.writer', '', true);
    RETURN day;
END $$;

CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.closed_day
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE OR REPLACE TRIGGER written_by_ledger BEFORE INSERT ON ledger.closed_day
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_stranger();

REVOKE EXECUTE ON FUNCTION ledger.close_day, ledger.keep_open, ledger.day_slot, ledger.days_lock FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.close_day TO soft_atm_app;
