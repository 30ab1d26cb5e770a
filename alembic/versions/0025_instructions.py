"""Money from outside takes two people: an instruction, its one decision by another, its one use."""

from typing import Final

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

# An instruction, its decision and its use are three facts, never changed. The decision repeats who proposed, held to be
# the same by its foreign key, so that a CHECK can say that nobody decides the own one.
INSTRUCTIONS: Final = """
CREATE TABLE service.instruction (
    id          uuid        PRIMARY KEY,
    kind        varchar     NOT NULL,
    digest      bytea       NOT NULL,
    amount      bigint      NOT NULL,
    office      varchar     REFERENCES service.office (code),
    facts       jsonb       NOT NULL,
    proposed_by uuid        NOT NULL REFERENCES service.staff (id),
    proposed_at timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    CONSTRAINT instruction_kind CHECK (kind IN ('funding', 'credits', 'cash')),
    CONSTRAINT instruction_digest CHECK (length(digest) = 32),
    CONSTRAINT instruction_amount CHECK (amount > 0),
    CONSTRAINT instruction_expires CHECK (expires_at > proposed_at),
    CONSTRAINT instruction_proposed_by UNIQUE (id, proposed_by)
);
CREATE INDEX instruction_of_content ON service.instruction (digest, id);
CREATE INDEX instruction_expiry ON service.instruction (expires_at);

CREATE TABLE service.instruction_decision (
    instruction_id uuid        PRIMARY KEY,
    proposed_by    uuid        NOT NULL,
    approved       boolean     NOT NULL,
    reason         varchar     NOT NULL,
    decided_by     uuid        NOT NULL REFERENCES service.staff (id),
    decided_at     timestamptz NOT NULL,
    CONSTRAINT instruction_decision_of FOREIGN KEY (instruction_id, proposed_by)
        REFERENCES service.instruction (id, proposed_by),
    CONSTRAINT instruction_decision_by_another CHECK (decided_by <> proposed_by),
    CONSTRAINT instruction_decision_reason_bounded CHECK (length(reason) BETWEEN 3 AND 200)
);

CREATE TABLE service.instruction_use (
    instruction_id uuid        PRIMARY KEY REFERENCES service.instruction_decision (instruction_id),
    used_for       uuid        NOT NULL,
    used_at        timestamptz NOT NULL
);
CREATE INDEX instruction_used_for ON service.instruction_use (used_for);
"""

# Whatever the program above believes: nobody decides too late, and nobody acts on what was refused or has lapsed.
GUARDS: Final = """
CREATE FUNCTION service.guard_instruction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lapses timestamptz;
BEGIN
    SELECT expires_at INTO lapses FROM service.instruction WHERE id = new.instruction_id;
    IF TG_TABLE_NAME = 'instruction_decision' THEN
        IF new.decided_at < lapses THEN
            RETURN new;
        END IF;
    ELSE
        PERFORM FROM service.instruction_decision WHERE instruction_id = new.instruction_id AND approved;
        IF FOUND AND new.used_at < lapses THEN
            RETURN new;
        END IF;
    END IF;
    RAISE EXCEPTION 'instruction % has lapsed or was not approved', new.instruction_id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER in_time BEFORE INSERT ON service.instruction_decision
    FOR EACH ROW EXECUTE FUNCTION service.guard_instruction();
CREATE TRIGGER of_approved_in_time BEFORE INSERT ON service.instruction_use
    FOR EACH ROW EXECUTE FUNCTION service.guard_instruction();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.instruction
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.instruction_decision
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.instruction_use
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
GRANT SELECT, INSERT ON service.instruction, service.instruction_decision, service.instruction_use TO soft_atm_app;
"""

# Older money came in under older rules: the control looks at what was recorded after this.
SINCE: Final = """
CREATE TABLE service.instructed_since (id uuid PRIMARY KEY);
INSERT INTO service.instructed_since (id)
SELECT coalesce((SELECT id FROM ledger.entry ORDER BY id DESC LIMIT 1), '00000000-0000-0000-0000-000000000000');
CREATE TRIGGER immutable BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON service.instructed_since
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
GRANT SELECT ON service.instructed_since TO soft_atm_app;
"""


def upgrade() -> None:
    for part in (INSTRUCTIONS, GUARDS, SINCE):
        op.execute(part)
