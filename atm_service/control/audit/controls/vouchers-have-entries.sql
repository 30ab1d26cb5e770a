-- Every voucher, and every transfer from the phone, has one entry of its kind that moves its amount, and its fee, between
-- the accounts of its kind, and nothing else; every such entry has its voucher or transfer. A counterfeit is in none: notes
-- that are not money have no account.
SELECT concat('voucher ', coalesce(v.number, 'none'), ': ', coalesce(v.moves, 'none'), '; entry ',
              coalesce(e.id, v.entry_id), ': ', coalesce(e.moves, 'none')) AS detail
FROM (
    SELECT v.number, v.entry_id, v.kind, (v.made_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
           CASE v.kind
               WHEN 'transfer' THEN concat('customer/', v.customer_id, ' to customer/', t.payee_id, ' ', v.amount)
               WHEN 'deposit-reversal' THEN
                   concat('customer/', v.customer_id, ' to office/', v.office, '/drawer/', v.drawer, ' ', v.amount)
               ELSE concat('office/', v.office, '/drawer/', v.drawer, ' to customer/', v.customer_id, ' ', v.amount,
                           CASE WHEN v.fee > 0
                                THEN concat('; office/', v.office, '/fees to customer/', v.customer_id, ' ', v.fee) END)
           END AS moves
    FROM service.voucher AS v
    LEFT JOIN service.transfer AS t ON v.kind = 'transfer' AND t.id = v.subject
    WHERE true
      -- new: AND v.entry_id = ANY (CAST(:new AS uuid[]))
    UNION ALL
    SELECT w.number, w.entry_id, 'transfer', (w.made_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date,
           concat('customer/', w.payer_id, ' to customer/', w.payee_id, ' ', w.amount,
                  CASE WHEN w.fee > 0 THEN concat('; customer/', w.payer_id, ' to wallet/fees ', w.fee) END)
    FROM service.wallet_transfer AS w
    WHERE true
      -- new: AND w.entry_id = ANY (CAST(:new AS uuid[]))
) AS v
FULL JOIN (
    SELECT entry.id, entry.kind, entry.business_date,
           string_agg(concat(debit.code, ' to ', credit.code, ' ', p.amount), '; ' ORDER BY p.line) AS moves
    FROM ledger.entry
    JOIN ledger.posting AS p ON p.entry_id = entry.id
    JOIN ledger.account AS debit ON debit.id = p.debit_id
    JOIN ledger.account AS credit ON credit.id = p.credit_id
    WHERE (entry.kind IN ('deposit', 'transfer', 'withdrawal-reversal', 'deposit-reversal', 'counterfeit')
           OR starts_with(entry.reference, 'counterfeit/'))
      -- new: AND entry.id = ANY (CAST(:new AS uuid[]))
    GROUP BY entry.id
) AS e ON e.id = v.entry_id
WHERE (v.kind::text, v.day, v.moves) IS DISTINCT FROM (e.kind::text, e.business_date, e.moves)
