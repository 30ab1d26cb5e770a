-- Every top-up, payout or bill that succeeded has one entry, between the linked bank or the biller and the customer, of
-- its amount and fee; every entry of these kinds has its bank payment. What went out, or did not, has a hold that ended
-- the same way.
SELECT concat(coalesce(t.kind, e.kind), ' ', coalesce(t.id::text, 'none'), ': ', coalesce(t.moves, 'none'), '; entry ',
              coalesce(e.id, t.entry_id), ': ', coalesce(e.moves, 'none')) AS detail
FROM (
    SELECT p.id, p.entry_id, p.kind, concat(
        CASE p.kind WHEN 'top-up' THEN concat('bank/', link.bin, '/settlement to customer/', p.customer_id)
                    WHEN 'payout' THEN concat('customer/', p.customer_id, ' to bank/', link.bin, '/settlement')
                    ELSE concat('customer/', p.customer_id, ' to ',
                                CASE WHEN bill.id IS NULL THEN 'no case' ELSE 'biller/kho-bac-lang-son' END) END,
        ' ', p.amount,
        CASE WHEN p.fee > 0 THEN concat('; customer/', p.customer_id, ' to wallet/fees ', p.fee) END) AS moves
    FROM service.bank_payment AS p
    LEFT JOIN service.bank_link AS link ON link.id = p.bank_link_id
    LEFT JOIN service.bill ON bill.id = p.id
    WHERE p.status = 'succeeded'
      -- new: AND p.entry_id = ANY (CAST(:new AS uuid[]))
) AS t
FULL JOIN (
    SELECT entry.id, entry.kind,
           string_agg(concat(debit.code, ' to ', credit.code, ' ', p.amount), '; ' ORDER BY p.line) AS moves
    FROM ledger.entry
    JOIN ledger.posting AS p ON p.entry_id = entry.id
    JOIN ledger.account AS debit ON debit.id = p.debit_id
    JOIN ledger.account AS credit ON credit.id = p.credit_id
    WHERE entry.kind IN ('top-up', 'payout', 'bill')
      -- new: AND entry.id = ANY (CAST(:new AS uuid[]))
    GROUP BY entry.id
) AS e ON e.id = t.entry_id AND e.kind = t.kind COLLATE "C"
WHERE t.moves IS DISTINCT FROM e.moves
UNION ALL
SELECT concat(p.kind, ' ', p.id, ': ', p.status, ', hold ', coalesce(ended.outcome, 'not ended'))
FROM service.bank_payment AS p
LEFT JOIN ledger.hold_end AS ended ON ended.hold_id = p.id
WHERE p.kind <> 'top-up' AND p.status <> 'pending'
  AND (ended.outcome, ended.entry_id)
      IS DISTINCT FROM (CASE p.status WHEN 'succeeded' THEN 'captured' ELSE 'voided' END, p.entry_id)
  -- new: AND (p.entry_id = ANY (CAST(:new AS uuid[])) OR p.id = ANY (CAST(:new AS uuid[])))
