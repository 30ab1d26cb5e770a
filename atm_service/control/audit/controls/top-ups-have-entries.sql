-- Every top-up that succeeded has one entry, from the linked bank to the customer, of its amount; every entry of kind
-- top-up has its top-up.
SELECT concat('top-up ', coalesce(t.id::text, 'none'), ': ', coalesce(t.moves, 'none'), '; entry ',
              coalesce(e.id, t.entry_id), ': ', coalesce(e.moves, 'none')) AS detail
FROM (
    SELECT top_up.id, top_up.entry_id,
           concat('bank/', link.bin, '/settlement to customer/', top_up.customer_id, ' ', top_up.amount) AS moves
    FROM service.top_up
    JOIN service.bank_link AS link ON link.id = top_up.bank_link_id
    WHERE top_up.status = 'succeeded'
      -- new: AND top_up.entry_id = ANY (CAST(:new AS uuid[]))
) AS t
FULL JOIN (
    SELECT entry.id, string_agg(concat(debit.code, ' to ', credit.code, ' ', p.amount), '; ' ORDER BY p.line) AS moves
    FROM ledger.entry
    JOIN ledger.posting AS p ON p.entry_id = entry.id
    JOIN ledger.account AS debit ON debit.id = p.debit_id
    JOIN ledger.account AS credit ON credit.id = p.credit_id
    WHERE entry.kind = 'top-up'
      -- new: AND entry.id = ANY (CAST(:new AS uuid[]))
    GROUP BY entry.id
) AS e ON e.id = t.entry_id
WHERE t.moves IS DISTINCT FROM e.moves
