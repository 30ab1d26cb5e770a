-- The counter's journal. One row for every request that moves money, committed before it is sent.
CREATE TABLE IF NOT EXISTS journal_version (version INTEGER NOT NULL);
INSERT INTO journal_version (version) SELECT 3 WHERE NOT EXISTS (SELECT 1 FROM journal_version);

CREATE TABLE IF NOT EXISTS request (
    key           TEXT PRIMARY KEY,     -- the Idempotency-Key
    kind          TEXT NOT NULL CHECK (kind <> ''),  -- counter_app.journal.Kind
    method        TEXT NOT NULL,
    path          TEXT NOT NULL,
    subject       TEXT NOT NULL,        -- the withdrawal, deposit, … it is about, or empty
    username      TEXT NOT NULL,
    office        TEXT NOT NULL,
    drawer        INTEGER NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('sent', 'unknown', 'not-sent', 'answered', 'refused')),
    attempts      INTEGER NOT NULL,     -- how often it may have arrived
    sealed_body   BLOB,                 -- card number and PIN, encrypted; erased when resolved
    sealed_answer BLOB,
    created_at    TEXT NOT NULL,
    resolved_at   TEXT,
    shown_at      TEXT,
    sealed_about  BLOB,                 -- whose money and how much, encrypted: said while it is unknown
    -- An outcome is an answer that was read, and only an unresolved question keeps its body.
    CHECK ((state IN ('answered', 'refused')) = (sealed_answer IS NOT NULL AND resolved_at IS NOT NULL)),
    CHECK (state NOT IN ('answered', 'refused') OR sealed_body IS NULL),
    CHECK (state NOT IN ('sent', 'unknown') OR sealed_body IS NOT NULL)
) STRICT;

CREATE INDEX IF NOT EXISTS request_state ON request (state, created_at);
