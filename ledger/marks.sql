-- Marks: an account's totals and version when the books were last found right (ledger/controls/marks.py).

-- Remember the accounts as this transaction sees them, and the last seal; answers with how many have moved since their
-- mark. A mark proves nothing: whoever doubts it looks at everything.
CREATE OR REPLACE FUNCTION ledger.set_marks() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ledger, pg_temp AS $$
DECLARE
    moved bigint;
BEGIN
    INSERT INTO ledger.account_mark AS mark (account_id, debits, credits, version, seal)
    SELECT a.id, a.debits, a.credits, a.version, (SELECT coalesce(max(s.number), 0) FROM ledger.seal AS s)
    FROM ledger.account AS a
    LEFT JOIN ledger.account_mark AS before ON before.account_id = a.id
    WHERE (before.debits, before.credits, before.version) IS DISTINCT FROM (a.debits, a.credits, a.version)
    ON CONFLICT (account_id) DO UPDATE
        SET debits = excluded.debits, credits = excluded.credits, version = excluded.version, seal = excluded.seal;
    GET DIAGNOSTICS moved = ROW_COUNT;
    RETURN moved;
END $$;

REVOKE EXECUTE ON FUNCTION ledger.set_marks FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.set_marks TO soft_atm_app;
