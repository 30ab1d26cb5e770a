-- Who may do what in this database. Applied whole after each migration.
--
--   soft_atm_app           what the operator's command line may do; each migration grants to it
--   soft_atm_service       the same, but for what no request over HTTP does
--   soft_atm_housekeeping  the same, but for what only people do
--   soft_atm_auditor       reads all but what secrets could be guessed from; writes nothing
--
-- The owner migrates. A login of the service is a member of soft_atm_service and soft_atm_housekeeping and of nothing
-- else, an auditor's of soft_atm_auditor alone.

DO $$
DECLARE
    role name;
BEGIN
    FOREACH role IN ARRAY ARRAY['soft_atm_service', 'soft_atm_housekeeping', 'soft_atm_auditor'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
                EXECUTE concat('CREATE ROLE ', role, ' NOLOGIN');
            END IF;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;  -- another process was faster
        END;
        IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
           AND NOT pg_has_role(current_user, role, 'MEMBER') THEN
            EXECUTE concat('GRANT ', role, ' TO CURRENT_USER');
        END IF;
        EXECUTE concat('REVOKE ALL ON ALL TABLES IN SCHEMA ledger, service FROM ', role);
        EXECUTE concat('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledger, service FROM ', role);
        EXECUTE concat('GRANT USAGE ON SCHEMA ledger, service TO ', role);
    END LOOP;
END $$;

DO $$
DECLARE
    held record;
    not_served CONSTANT text[] := ARRAY[
        'INSERT staff', 'INSERT payer', 'INSERT office', 'INSERT signing_key', 'UPDATE signing_key',
        'INSERT unit', 'UPDATE unit', 'INSERT unit_way', 'INSERT area', 'UPDATE area',
        'INSERT office_unit', 'UPDATE office_unit', 'INSERT office_area', 'UPDATE office_area',
        'UPDATE idempotency', 'DELETE message', 'DELETE phone_code', 'UPDATE complaint_step',
        'DELETE session', 'DELETE session_token', 'INSERT settlement_account', 'INSERT statement_file',
        'INSERT statement_piece', 'INSERT bank_statement', 'INSERT statement_line', 'INSERT match_run',
        'INSERT bank_break',
        'EXECUTE close_day', 'EXECUTE seal', 'EXECUTE set_marks'];
    not_kept CONSTANT text[] := ARRAY[
        'INSERT staff', 'INSERT payer', 'INSERT office', 'INSERT signing_key', 'UPDATE signing_key',
        'INSERT unit', 'UPDATE unit', 'INSERT unit_way', 'INSERT area', 'UPDATE area',
        'INSERT office_unit', 'UPDATE office_unit', 'INSERT office_area', 'UPDATE office_area',
        'INSERT receipt', 'INSERT voucher', 'INSERT approval', 'INSERT approval_decision', 'INSERT shift',
        'INSERT session', 'INSERT idempotency', 'INSERT complaint', 'INSERT complaint_step', 'EXECUTE close_day',
        'INSERT settlement_account', 'INSERT statement_file', 'INSERT statement_piece', 'INSERT bank_statement',
        'INSERT statement_line', 'INSERT match_run', 'INSERT bank_break', 'INSERT bank_match', 'INSERT match_line',
        'INSERT match_entry', 'INSERT break_step', 'INSERT break_end'];
BEGIN
    FOR held IN
        SELECT g.privilege_type AS may, c.relname AS what, c.oid::regclass::text AS place, NULL::text AS part
        FROM pg_class AS c, aclexplode(c.relacl) AS g
        WHERE c.relnamespace IN ('ledger'::regnamespace, 'service'::regnamespace)
              AND c.relkind IN ('r', 'v', 'p', 'm') AND g.grantee = 'soft_atm_app'::regrole
        UNION ALL
        SELECT g.privilege_type, c.relname, c.oid::regclass::text, quote_ident(a.attname)
        FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid, aclexplode(a.attacl) AS g
        WHERE c.relnamespace IN ('ledger'::regnamespace, 'service'::regnamespace)
              AND NOT a.attisdropped AND g.grantee = 'soft_atm_app'::regrole
        UNION ALL
        SELECT g.privilege_type, p.proname, concat('FUNCTION ', p.oid::regprocedure), NULL
        FROM pg_proc AS p, aclexplode(p.proacl) AS g
        WHERE p.pronamespace IN ('ledger'::regnamespace, 'service'::regnamespace)
              AND g.grantee = 'soft_atm_app'::regrole
    LOOP
        IF NOT concat(held.may, ' ', held.what) = ANY (not_served) THEN
            EXECUTE concat('GRANT ', held.may, ' (' || held.part || ')', ' ON ', held.place, ' TO soft_atm_service');
        END IF;
        IF NOT concat(held.may, ' ', held.what) = ANY (not_kept) THEN
            EXECUTE concat('GRANT ', held.may, ' (' || held.part || ')', ' ON ', held.place,
                           ' TO soft_atm_housekeeping');
        END IF;
    END LOOP;

    -- What is encrypted stays so without the keys; what could be guessed at, or is nobody's business, is not read.
    FOR held IN
        SELECT c.oid::regclass::text AS place,
               string_agg(quote_ident(a.attname), ', ') FILTER (
                   WHERE c.relname IN ('staff', 'signing_key') AND a.attname NOT IN ('password_hash', 'sealed_private')
               ) AS part
        FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
        WHERE c.relnamespace IN ('ledger'::regnamespace, 'service'::regnamespace)
              AND c.relname NOT IN ('session', 'session_token', 'idempotency')
              AND c.relkind IN ('r', 'v', 'p', 'm') AND a.attnum > 0 AND NOT a.attisdropped
        GROUP BY c.oid
    LOOP
        EXECUTE concat('GRANT SELECT ', '(' || held.part || ') ', 'ON ', held.place, ' TO soft_atm_auditor');
    END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION ledger.account_id, service.place_on(date), service.offices_below(text, date),
    service.moved_at_bank
    TO soft_atm_auditor;
GRANT SELECT ON public.alembic_version TO soft_atm_service, soft_atm_auditor;
