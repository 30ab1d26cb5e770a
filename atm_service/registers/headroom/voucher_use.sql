-- What counts against a customer's limits beside withdrawals. Cash counts by the day and the month, transfers by the
-- month.
CREATE OR REPLACE VIEW service.voucher_use AS
    SELECT v.customer_id, v.amount, v.made_at, v.kind = 'deposit' AS is_cash
    FROM service.voucher AS v
    WHERE v.kind IN ('deposit', 'transfer')
      AND NOT EXISTS (SELECT FROM service.voucher AS r
                      WHERE r.kind = 'deposit-reversal' AND r.subject = v.subject);
GRANT SELECT ON service.voucher_use TO soft_atm_app;
