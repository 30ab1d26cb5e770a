-- The journal of one business day, as recorded, with both accounts as they stood after each posting.
SELECT e.id, e.business_date, e.recorded_at, e.kind, e.reference, e.narration, e.corrects,
       p.line, p.amount, debit.code AS debit, debit.class AS debit_class, p.debit_balance, p.debit_version,
       credit.code AS credit, credit.class AS credit_class, p.credit_balance, p.credit_version
FROM ledger.entry AS e
JOIN ledger.posting AS p ON p.entry_id = e.id
JOIN ledger.account AS debit ON debit.id = p.debit_id
JOIN ledger.account AS credit ON credit.id = p.credit_id
WHERE e.business_date = :day
ORDER BY e.recorded_at, e.id, p.line
