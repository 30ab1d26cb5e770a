-- What a biller gave back is one entry of its paid bill's amount, from the biller to the customer; what names no paid bill
-- is a break until somebody explains it. No case has two bills that were paid a while ago and not given back: what was
-- given back and is paid again is told us in a moment.
\ir given.psql
SELECT concat('refund ', coalesce(r.number::text, 'none'), ': ', coalesce(r.moves, 'none'), '; entry ',
              coalesce(e.id, r.entry_id), ': ', coalesce(e.moves, 'none')) AS detail
FROM (
    SELECT refund.number, refund.entry_id,
           CASE WHEN bill.id IS NULL THEN concat('of no paid bill ', refund.order_id, ' of ', refund.amount)
                ELSE concat('biller/kho-bac-lang-son to customer/', bill.customer_id, ' ', refund.amount) END AS moves
    FROM service.bill_refund AS refund
    LEFT JOIN service.bank_payment AS bill
        ON bill.id = refund.order_id AND bill.kind = 'bill' AND bill.status = 'succeeded'
        AND bill.amount = refund.amount
    -- new: WHERE refund.entry_id IS NULL OR refund.entry_id = ANY (CAST(:new AS uuid[]))
) AS r
FULL JOIN (
    SELECT entry.id,
           string_agg(concat(debit.code, ' to ', credit.code, ' ', p.amount), '; ' ORDER BY p.line) AS moves
    FROM ledger.entry
    JOIN ledger.posting AS p ON p.entry_id = entry.id
    JOIN ledger.account AS debit ON debit.id = p.debit_id
    JOIN ledger.account AS credit ON credit.id = p.credit_id
    WHERE entry.kind = 'bill-reversal'
      -- new: AND entry.id = ANY (CAST(:new AS uuid[]))
    GROUP BY entry.id
) AS e ON e.id = r.entry_id
WHERE r.moves IS DISTINCT FROM e.moves
UNION ALL
SELECT concat('a case of ', min(bill.procedure), ' paid ', count(*), ' times: ', string_agg(bill.id::text, ', '))
FROM service.bill JOIN service.bank_payment AS p ON p.id = bill.id AND p.status = 'succeeded'
WHERE NOT EXISTS (SELECT FROM service.bill_refund AS r WHERE r.order_id = p.id AND r.entry_id IS NOT NULL)
  AND p.ended_at < :settled
  -- new: AND bill.case_print IN (SELECT b.case_print FROM service.bill AS b
  -- new:    JOIN service.bank_payment AS q ON q.id = b.id
  -- new:    WHERE q.id >= :since_day_id OR q.entry_id = ANY (CAST(:new AS uuid[])))
GROUP BY bill.case_print
HAVING count(*) > 1
