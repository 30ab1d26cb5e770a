-- Where an office's cash lies: its vault and its drawers, on shift or not; one account each.
CREATE OR REPLACE VIEW service.cash_place AS
SELECT o.code AS office, ledger.account_id('office/' || o.code || '/vault') AS account_id
FROM service.office AS o
UNION ALL
SELECT d.office, ledger.account_id('office/' || d.office || '/drawer/' || d.number)
FROM service.drawer AS d;

GRANT SELECT ON service.cash_place TO soft_atm_app;
