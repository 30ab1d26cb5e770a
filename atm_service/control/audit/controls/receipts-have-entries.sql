-- Every receipt has one entry that captures its withdrawal's hold and, on the business date of the payment, moves the
-- amount from customer to drawer, the fee to the office, and nothing else; every entry of kind withdrawal has one.
SELECT concat('receipt ', coalesce(r.number, 'none'), ': ', coalesce(r.amount, 0), ' and fee ', coalesce(r.fee, 0),
              '; entry ', coalesce(e.id, r.entry_id), ': ', coalesce(e.moves, 'none')) AS detail
FROM (
    SELECT number, entry_id, withdrawal_id, amount, fee, (paid_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
           concat_ws('; ',
                     concat('customer/', customer_id, ' to office/', office, '/drawer/', drawer, ' ', amount),
                     CASE WHEN fee > 0 THEN concat('customer/', customer_id, ' to office/', office, '/fees ', fee) END
           ) AS moves
    FROM service.receipt
    -- new: WHERE entry_id = ANY (CAST(:new AS uuid[]))
) AS r
FULL JOIN (
    SELECT entry.id, entry.business_date, ended.hold_id,
           string_agg(concat(debit.code, ' to ', credit.code, ' ', p.amount), '; ' ORDER BY p.line) AS moves
    FROM ledger.entry
    JOIN ledger.posting AS p ON p.entry_id = entry.id
    JOIN ledger.account AS debit ON debit.id = p.debit_id
    JOIN ledger.account AS credit ON credit.id = p.credit_id
    LEFT JOIN ledger.hold_end AS ended ON ended.entry_id = entry.id
    WHERE entry.kind = 'withdrawal'
      -- new: AND entry.id = ANY (CAST(:new AS uuid[]))
    GROUP BY entry.id, ended.hold_id
) AS e ON e.id = r.entry_id
WHERE (r.moves, r.day, r.withdrawal_id) IS DISTINCT FROM (e.moves, e.business_date, e.hold_id)
