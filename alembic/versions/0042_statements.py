"""Banks' statements as received, what they were matched with, and breaks until their end. None of it ever changes."""

from typing import Final

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

STATEMENTS: Final = """
CREATE TABLE service.settlement_account (
    number    varchar     COLLATE "C" PRIMARY KEY,
    bin       varchar     COLLATE "C" NOT NULL CONSTRAINT settlement_account_bin CHECK (bin ~ '^[0-9]{6}$'),
    opened_by uuid        NOT NULL REFERENCES service.staff (id),
    opened_at timestamptz NOT NULL,
    CONSTRAINT settlement_account_form CHECK (number ~ '^[A-Z0-9]{4,34}$'),
    CONSTRAINT settlement_account_of_bank UNIQUE (bin)
);

CREATE TABLE service.statement_file (
    id          uuid        PRIMARY KEY,
    sha256      bytea       NOT NULL CONSTRAINT statement_file_once UNIQUE,
    format      varchar     COLLATE "C" NOT NULL,
    size        integer     NOT NULL,
    imported_by uuid        NOT NULL REFERENCES service.staff (id),
    imported_at timestamptz NOT NULL,
    CONSTRAINT statement_file_sha256 CHECK (length(sha256) = 32),
    CONSTRAINT statement_file_format CHECK (format IN ('camt.053', 'mt940'))
);
CREATE TABLE service.statement_piece (
    file_id        uuid     NOT NULL REFERENCES service.statement_file (id),
    number         smallint NOT NULL,
    content_sealed bytea    NOT NULL,
    PRIMARY KEY (file_id, number)
);

-- A chain for each account, without a fork: each names the one before, opens as that one closed, and is named once.
CREATE TABLE service.bank_statement (
    id         uuid    PRIMARY KEY,
    file_id    uuid    NOT NULL REFERENCES service.statement_file (id),
    account    varchar COLLATE "C" NOT NULL REFERENCES service.settlement_account (number),
    sequence   integer NOT NULL,
    previous   uuid,
    opening    bigint  NOT NULL,
    opening_on date    NOT NULL,
    closing    bigint  NOT NULL,
    closing_on date    NOT NULL,
    lines      integer NOT NULL,
    total      bigint  NOT NULL,
    CONSTRAINT bank_statement_sequence CHECK (sequence > 0),
    CONSTRAINT bank_statement_days CHECK (closing_on >= opening_on),
    CONSTRAINT bank_statement_adds_up CHECK (closing = opening + total),
    CONSTRAINT bank_statement_closing UNIQUE (id, account, closing),
    CONSTRAINT bank_statement_one_chain UNIQUE NULLS NOT DISTINCT (account, previous),
    CONSTRAINT bank_statement_opens_as_closed
        FOREIGN KEY (previous, account, opening) REFERENCES service.bank_statement (id, account, closing)
);
CREATE INDEX bank_statement_of_file ON service.bank_statement (file_id);

-- Lines come before their statement, which counts and adds them as it comes; afterwards none is added.
CREATE TABLE service.statement_line (
    id           uuid    PRIMARY KEY,
    statement_id uuid    NOT NULL REFERENCES service.bank_statement (id) DEFERRABLE INITIALLY DEFERRED,
    number       integer NOT NULL,
    at           integer NOT NULL,
    booked_on    date    NOT NULL,
    value_on     date    NOT NULL,
    amount       bigint  NOT NULL CONSTRAINT statement_line_amount CHECK (amount <> 0 AND abs(amount) <= 1e15),
    charges      bigint  NOT NULL,
    reversal     boolean NOT NULL,
    names        text[]  COLLATE "C" NOT NULL,
    text_sealed  bytea   NOT NULL,
    CONSTRAINT statement_line_once UNIQUE (statement_id, number)
);

CREATE FUNCTION service.refuse_late_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM service.bank_statement WHERE id IN (SELECT statement_id FROM added)) THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = 'a statement gets no more lines';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER no_more_lines AFTER INSERT ON service.statement_line
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_late_lines();
CREATE FUNCTION service.check_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (new.lines, new.total) IS DISTINCT FROM (
        SELECT (count(*)::integer, coalesce(sum(amount), 0)::bigint) FROM service.statement_line
        WHERE statement_id = new.id AND number BETWEEN 1 AND new.lines AND booked_on <= new.closing_on) THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = 'a statement is not its lines';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER is_its_lines AFTER INSERT ON service.bank_statement
    FOR EACH ROW EXECUTE FUNCTION service.check_statement();
"""

MATCHES: Final = """
CREATE TABLE service.match_run (
    id       uuid        PRIMARY KEY,
    account  varchar     COLLATE "C" NOT NULL REFERENCES service.settlement_account (number),
    version  smallint    NOT NULL,
    through  date        NOT NULL,
    days     smallint    NOT NULL,
    matched  integer     NOT NULL,
    opened   integer     NOT NULL,
    ended    integer     NOT NULL,
    expected integer     NOT NULL,
    run_by   uuid        NOT NULL REFERENCES service.staff (id),
    run_at   timestamptz NOT NULL
);
CREATE INDEX match_run_of_account ON service.match_run (account, id);

-- By a rule of a run, or by a person with a word. Its lines and entries come first, as a statement's lines do.
CREATE TABLE service.bank_match (
    id      uuid        PRIMARY KEY,
    account varchar     COLLATE "C" NOT NULL REFERENCES service.settlement_account (number),
    rule    varchar     COLLATE "C" NOT NULL,
    run_id  uuid        REFERENCES service.match_run (id),
    made_by uuid        REFERENCES service.staff (id),
    words   varchar     COLLATE "C",
    made_at timestamptz NOT NULL,
    CONSTRAINT bank_match_rule CHECK (
        CASE WHEN rule IN ('void', 'reference', 'batch', 'amount-and-date')
             THEN run_id IS NOT NULL AND num_nonnulls(made_by, words) = 0
             WHEN rule IN ('by-hand', 'correction') THEN run_id IS NULL AND num_nonnulls(made_by, words) = 2
             ELSE false END),
    CONSTRAINT bank_match_words CHECK (length(words) BETWEEN 3 AND 200)
);
CREATE TABLE service.match_line (
    line_id  uuid PRIMARY KEY REFERENCES service.statement_line (id),
    match_id uuid NOT NULL REFERENCES service.bank_match (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX match_line_of_match ON service.match_line (match_id);
CREATE TABLE service.match_entry (
    account  varchar COLLATE "C" NOT NULL REFERENCES service.settlement_account (number),
    entry_id uuid    NOT NULL REFERENCES ledger.entry (id),
    match_id uuid    NOT NULL REFERENCES service.bank_match (id) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (account, entry_id)
);
CREATE INDEX match_entry_of_match ON service.match_entry (match_id);

-- What an entry moved on a bank's settlement account: positive is what the bank owes us.
CREATE FUNCTION service.moved_at_bank(bin text, entry uuid) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    settlement CONSTANT uuid := ledger.account_id(concat('bank/', bin, '/settlement'));
BEGIN
    RETURN (SELECT coalesce(sum(CASE settlement WHEN debit_id THEN amount WHEN credit_id THEN -amount END), 0)
            FROM ledger.posting WHERE entry_id = entry);
END $$;
CREATE FUNCTION service.refuse_late_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM service.bank_match WHERE id IN (SELECT match_id FROM added)) THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = 'a match gets nothing more';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER no_more_parts AFTER INSERT ON service.match_line
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_late_parts();
CREATE TRIGGER no_more_parts AFTER INSERT ON service.match_entry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_late_parts();
CREATE FUNCTION service.check_matches() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken uuid;
BEGIN
    SELECT made.id INTO broken
    FROM added AS made JOIN service.settlement_account AS of ON of.number = made.account
    CROSS JOIN LATERAL (
        SELECT count(*) AS parts, coalesce(sum(line.amount), 0) AS total,
               coalesce(bool_and(statement.account = made.account), true) AS of_account
        FROM service.match_line AS part JOIN service.statement_line AS line ON line.id = part.line_id
        JOIN service.bank_statement AS statement ON statement.id = line.statement_id
        WHERE part.match_id = made.id) AS theirs
    CROSS JOIN LATERAL (
        SELECT count(*) AS parts, coalesce(sum(service.moved_at_bank(of.bin, part.entry_id)), 0) AS total,
               coalesce(bool_and(part.account = made.account AND service.moved_at_bank(of.bin, part.entry_id) <> 0),
                        true) AS of_account
        FROM service.match_entry AS part WHERE part.match_id = made.id) AS ours
    WHERE theirs.total <> ours.total OR theirs.parts + ours.parts < 2
       OR NOT theirs.of_account OR NOT ours.of_account
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'restrict_violation', MESSAGE = concat('match ', broken, ' does not come to nothing');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER comes_to_nothing AFTER INSERT ON service.bank_match
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION service.check_matches();
"""

# A break is a fact; what people do with it are rows beside it, and its one end names the match that explains it.
BREAKS: Final = """
CREATE TABLE service.bank_break (
    id        uuid        PRIMARY KEY,
    account   varchar     COLLATE "C" NOT NULL REFERENCES service.settlement_account (number),
    kind      varchar     COLLATE "C" NOT NULL,
    line_id   uuid        REFERENCES service.statement_line (id),
    entries   uuid[]      NOT NULL,
    amount    bigint      NOT NULL CONSTRAINT bank_break_amount CHECK (amount <> 0),
    since     date        NOT NULL,
    run_id    uuid        NOT NULL REFERENCES service.match_run (id),
    opened_at timestamptz NOT NULL,
    CONSTRAINT bank_break_kind CHECK (
        CASE kind WHEN 'difference' THEN line_id IS NOT NULL AND cardinality(entries) > 0
                  WHEN 'missing' THEN line_id IS NULL AND cardinality(entries) = 1
                  WHEN 'unexpected' THEN line_id IS NOT NULL AND cardinality(entries) = 0
                  ELSE false END)
);
CREATE INDEX bank_break_of_line ON service.bank_break (line_id);
CREATE TABLE service.break_step (
    id       uuid        PRIMARY KEY,
    break_id uuid        NOT NULL REFERENCES service.bank_break (id),
    kind     varchar     COLLATE "C" NOT NULL,
    words    varchar     COLLATE "C",
    made_by  uuid        NOT NULL REFERENCES service.staff (id),
    made_at  timestamptz NOT NULL,
    CONSTRAINT break_step_kind CHECK (
        CASE kind WHEN 'claimed' THEN words IS NULL
                  WHEN 'noted' THEN words IS NOT NULL
                  ELSE false END),
    CONSTRAINT break_step_words CHECK (length(words) BETWEEN 3 AND 200)
);
CREATE INDEX break_step_of_break ON service.break_step (break_id, id);
CREATE TABLE service.break_end (
    break_id uuid        PRIMARY KEY REFERENCES service.bank_break (id),
    match_id uuid        NOT NULL REFERENCES service.bank_match (id),
    ended_at timestamptz NOT NULL
);

ALTER TABLE service.instruction
    DROP CONSTRAINT instruction_kind,
    ADD CONSTRAINT instruction_kind CHECK (
        kind IN ('funding', 'credits', 'cash', 'member-added', 'member-role', 'member-reset', 'bank-correction'));

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['settlement_account', 'statement_file', 'statement_piece', 'bank_statement',
        'statement_line', 'match_run', 'bank_match', 'match_line', 'match_entry', 'bank_break', 'break_step',
        'break_end']
    LOOP
        EXECUTE concat('CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.', name,
                       ' FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change()');
        EXECUTE concat('GRANT SELECT, INSERT ON service.', name, ' TO soft_atm_app');
    END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION service.refuse_late_lines, service.check_statement, service.refuse_late_parts,
    service.check_matches, service.moved_at_bank FROM PUBLIC;
GRANT EXECUTE ON FUNCTION service.moved_at_bank TO soft_atm_app;
"""


def upgrade() -> None:
    for part in (STATEMENTS, MATCHES, BREAKS):
        op.get_bind().exec_driver_sql(part)
