-- The journal of one business day, as recorded, with both accounts as they stood after each posting.
WITH undone AS (
    SELECT DISTINCT ON (corrects) corrects AS entry_id, id AS undone_by
    FROM ledger.entry WHERE business_date = :day AND corrects IS NOT NULL ORDER BY corrects, recorded_at, id
)
SELECT e.id, e.business_date, e.recorded_at, e.kind, e.reference, e.narration, e.corrects, u.undone_by,
       p.line, p.amount, debit.code AS debit, debit.class AS debit_class, p.debit_balance, p.debit_version,
       credit.code AS credit, credit.class AS credit_class, p.credit_balance, p.credit_version
FROM ledger.entry AS e
JOIN ledger.posting AS p ON p.entry_id = e.id
JOIN ledger.account AS debit ON debit.id = p.debit_id
JOIN ledger.account AS credit ON credit.id = p.credit_id
LEFT JOIN undone AS u ON u.entry_id = e.id
WHERE e.business_date = :day
ORDER BY e.recorded_at, e.id, p.line
