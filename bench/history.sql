-- What the service would have written beside the ledger for payments that were loaded into the ledger alone:
-- withdrawals, receipts, the office's days and the audit trail. Made from the ledger, and only where it is missing.
CREATE TEMPORARY TABLE loaded ON COMMIT DROP AS
SELECT e.id AS entry_id, e.business_date AS day, e.recorded_at AS at, ended.hold_id AS withdrawal_id, h.deadline,
       p.amount, substr(customer.code, 10)::uuid AS customer_id, s.office, s.drawer, s.id AS shift_id, s.clerk_id,
       coalesce(known.receipts, 0) + row_number() OVER (PARTITION BY s.office, e.business_date ORDER BY e.id) AS place
FROM ledger.entry AS e
JOIN ledger.posting AS p ON p.entry_id = e.id
JOIN ledger.hold_end AS ended ON ended.entry_id = e.id
JOIN ledger.hold AS h ON h.id = ended.hold_id
JOIN ledger.account AS customer ON customer.id = p.debit_id
JOIN ledger.account AS cash ON cash.id = p.credit_id
JOIN service.shift AS s ON cash.code = concat('office/', s.office, '/drawer/', s.drawer) COLLATE "C"
LEFT JOIN service.office_day AS known ON (known.office, known.day) = (s.office, e.business_date)
WHERE e.kind = 'withdrawal' AND NOT EXISTS (SELECT FROM service.receipt AS r WHERE r.entry_id = e.id);

INSERT INTO service.receipt (id, number, withdrawal_id, entry_id, shift_id, customer_id, amount, fee, office, drawer,
                             clerk_id, identity_checked, paid_at)
SELECT entry_id, concat(office, '-', to_char(day, 'YYMMDD'), '-', lpad(place::text, greatest(4, length(place::text)), '0')),
       withdrawal_id, entry_id, shift_id, customer_id, amount, 0, office, drawer, clerk_id, 'qr', at
FROM loaded;

INSERT INTO service.withdrawal (id, customer_id, amount, fee, lifetime, created_at, expires_at, status, by_digits,
                                digits_print, digits_sealed, receipt_id)
SELECT withdrawal_id, customer_id, amount, 0, 'journey', at, deadline, 'paid', false,
       sha256(uuid_send(withdrawal_id)), sha256(uuid_send(entry_id)), entry_id
FROM loaded;

INSERT INTO service.office_day AS known (office, day, paid_total, receipts)
SELECT office, day, sum(amount), count(*) FROM loaded GROUP BY office, day
ON CONFLICT (office, day) DO UPDATE
SET paid_total = known.paid_total + EXCLUDED.paid_total, receipts = known.receipts + EXCLUDED.receipts;

INSERT INTO service.audit_event (id, at, action, subject, actor, role, office, detail)
SELECT entry_id, at, 'pay', withdrawal_id, clerk_id, 'clerk', office, '{"checked": "qr"}' FROM loaded;

-- Nobody has said which notes were paid, so the drawers no longer know theirs.
UPDATE service.note_stock SET notes = NULL
WHERE place IN (SELECT concat('office/', office, '/drawer/', drawer) FROM loaded);
