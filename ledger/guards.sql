-- Guards on the ledger's tables, for everybody: the service's role, the owner, a script, a hand at psql.
--
-- The service's role has no right to write these tables at all. The owner has, so triggers stop it: nothing changes or
-- removes a journal row, and rows appear only while one of the ledger's own functions runs (it sets `ledger.writer` for
-- its own duration). This guards against accidents and not against a determined superuser, who can switch triggers
-- off: that is what seals are for.
--
-- All triggers are for statements, not rows, and who writes is looked at inside the function: PostgreSQL would read the
-- text of a WHEN anew for every statement, which costs five times as much as calling the function.

CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'restrict_violation',
        MESSAGE = concat(lower(TG_OP), ' refused: rows of ledger.', TG_TABLE_NAME, ' are never changed'),
        HINT = 'Correct an entry by posting another one with ledger.post that names it in "corrects".';
END $$;

CREATE OR REPLACE FUNCTION ledger.refuse_stranger() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('ledger.writer', true) IS DISTINCT FROM 'ledger' OR TG_OP IN ('DELETE', 'TRUNCATE') THEN
        RAISE EXCEPTION USING
            ERRCODE = 'restrict_violation',
            MESSAGE = concat(lower(TG_OP), ' refused: only the ledger''s functions write ledger.', TG_TABLE_NAME),
            HINT = 'Move money with ledger.post and open accounts with ledger.open_accounts.';
    END IF;
    RETURN NULL;
END $$;

-- An entry is complete in the statement that writes its postings: lines 1 to `lines`, each once. So a posting can be
-- added to an entry neither then nor later, because every line it may have is taken.
CREATE OR REPLACE FUNCTION ledger.refuse_incomplete() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    broken uuid;
BEGIN
    SELECT added.entry_id INTO broken
    FROM (SELECT entry_id, count(*) AS n, min(line) AS low, max(line) AS high FROM added GROUP BY entry_id) AS added
    LEFT JOIN ledger.entry AS e ON e.id = added.entry_id
    WHERE (added.n, added.low, added.high) IS DISTINCT FROM (e.lines::bigint, 1::smallint, e.lines)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'restrict_violation',
            MESSAGE = concat('insert refused: entry ', broken, ' must get all its postings at once'),
            HINT = 'Nothing is added to an entry later: post another one with ledger.post.';
    END IF;
    RETURN NULL;
END $$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['entry', 'posting', 'hold', 'hold_end'] LOOP
        EXECUTE concat('CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.',
                       name, ' FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()');
        EXECUTE concat('CREATE OR REPLACE TRIGGER written_by_ledger BEFORE INSERT ON ledger.',
                       name, ' FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_stranger()');
    END LOOP;
    EXECUTE concat('CREATE OR REPLACE TRIGGER never_removed BEFORE DELETE OR TRUNCATE ON ledger.account',
                   ' FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_stranger()');
    EXECUTE concat('CREATE OR REPLACE TRIGGER written_by_ledger BEFORE INSERT OR UPDATE ON ledger.account',
                   ' FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_stranger()');
END $$;

CREATE OR REPLACE TRIGGER complete_at_once AFTER INSERT ON ledger.posting
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_incomplete();

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC;
