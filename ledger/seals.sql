-- Seals: writing one, and the guards on their tables. A seal says what the journal was; like the journal, it never
-- changes.

-- Write a seal over rows that are not sealed yet. Number and chain must follow the last seal, and every row must be
-- there; hashes and signature are the caller's, and `soft-atm audit verify` is who checks them. Of two callers at once
-- one fails: the number is the primary key. A row is in one seal: its kind and id are a primary key, too.
CREATE OR REPLACE FUNCTION ledger.seal(
    number bigint,
    previous bytea,
    history bytea,
    root bytea,
    first_at timestamptz,
    last_at timestamptz,
    sealed_at timestamptz,
    kid text,
    signature bytea,
    hash bytea,
    subtree bytea,
    kinds text[],
    ids uuid[],
    hashes bytea[]
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ledger, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    size CONSTANT integer := cardinality(ids);
    last record;
    known bigint;
BEGIN
    SELECT s.number, s.hash INTO last FROM ledger.seal AS s ORDER BY s.number DESC LIMIT 1;
    IF number IS DISTINCT FROM coalesce(last.number, 0) + 1
       OR previous IS DISTINCT FROM coalesce(last.hash, decode(repeat('00', 32), 'hex')) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value', MESSAGE = concat('seal ', number, ' does not follow the last one');
    END IF;
    IF (size, size) IS DISTINCT FROM (cardinality(kinds), cardinality(hashes)) THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = 'malformed seal: columns of other lengths';
    END IF;
    SELECT (SELECT count(*) FROM ledger.entry AS e WHERE e.id = ANY (wanted.entries))
         + (SELECT count(*) FROM ledger.hold AS h WHERE h.id = ANY (wanted.holds))
         + (SELECT count(*) FROM ledger.hold_end AS ended WHERE ended.hold_id = ANY (wanted.ends))
    INTO known
    FROM (
        SELECT array_agg(leaf.id) FILTER (WHERE leaf.kind = 'entry') AS entries,
               array_agg(leaf.id) FILTER (WHERE leaf.kind = 'hold') AS holds,
               array_agg(leaf.id) FILTER (WHERE leaf.kind = 'end') AS ends
        FROM unnest(kinds, ids) AS leaf (kind, id)
    ) AS wanted;
    IF known IS DISTINCT FROM size THEN
        RAISE EXCEPTION USING
            ERRCODE = 'invalid_parameter_value', MESSAGE = 'malformed seal: a row that does not exist, or one twice';
    END IF;

    PERFORM set_config('ledger.writer', 'ledger', true);
    INSERT INTO ledger.seal (number, previous, history, root, leaves, first_at, last_at, sealed_at, kid, signature,
                             hash, subtree)
    VALUES (number, previous, history, root, size, first_at, last_at, sealed_at, kid, signature, hash, subtree);
    INSERT INTO ledger.sealed (seal, position, kind, id, leaf_hash)
    SELECT number, leaf.position - 1, leaf.kind, leaf.id, leaf.hash
    FROM unnest(kinds, ids, hashes) WITH ORDINALITY AS leaf (kind, id, hash, position);
    PERFORM set_config('ledger.writer', '', true);
END $$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['seal', 'sealed'] LOOP
        EXECUTE concat('CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.',
                       name, ' FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()');
        EXECUTE concat('CREATE OR REPLACE TRIGGER written_by_ledger BEFORE INSERT ON ledger.', name,
                       ' FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_stranger()');
    END LOOP;
END $$;

REVOKE EXECUTE ON FUNCTION ledger.seal FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.seal TO soft_atm_app;
