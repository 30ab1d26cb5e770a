-- What counts against a customer's limits beside withdrawals: vouchers, transfers from the phone, and payouts and bills
-- unless they were declined. Cash counts by the day and the month, the others by the month and a day of their own,
-- wherever they are made.
CREATE OR REPLACE VIEW service.voucher_use AS
    SELECT v.customer_id, v.amount, v.made_at, v.kind = 'deposit' AS is_cash
    FROM service.voucher AS v
    WHERE v.kind IN ('deposit', 'transfer')
      AND NOT EXISTS (SELECT FROM service.voucher AS r
                      WHERE r.kind = 'deposit-reversal' AND r.subject = v.subject)
    UNION ALL
    SELECT t.payer_id, t.amount, t.made_at, false FROM service.wallet_transfer AS t
    UNION ALL
    SELECT p.customer_id, p.amount, p.created_at, false FROM service.bank_payment AS p
    WHERE p.kind <> 'top-up' AND p.status <> 'declined';
GRANT SELECT ON service.voucher_use TO soft_atm_app;
