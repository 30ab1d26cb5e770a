-- Every delivery has the entries of the steps it has gone through and no others, over the road of its office: what was
-- sent left for the road, what was received left it for the place that received, the rest went to or came from suspense.
SELECT concat('delivery ', coalesce(d.reference, e.reference), ': ', coalesce(d.moves, 'no entry due'), '; ledger: ',
              coalesce(e.moves, 'none')) AS detail
FROM (
    SELECT concat('delivery/', id, '/', step.name) AS reference, step.moves
    FROM (
        SELECT *, concat('office/', office, '/vault') AS vault, concat('office/', office, '/transit') AS transit,
               concat('suspense/transit-', office) AS suspense, concat('office/', office, '/over-short') AS odd,
               (direction = 'to-office') = (status = 'received') AS at_office, least(amount, amount + difference) AS came
        FROM service.delivery
    ) AS d
    CROSS JOIN LATERAL (
        VALUES
            ('sent', sent_at IS NOT NULL,
             CASE direction
                 WHEN 'to-office' THEN concat('treasury/cash to treasury/funding ', amount, '; ', transit,
                                              ' to treasury/cash ', amount)
                 ELSE concat(transit, ' to ', vault, ' ', amount) END),
            ('received', status IN ('received', 'returned'),
             concat_ws('; ',
                 CASE WHEN came > 0 THEN concat(CASE WHEN at_office THEN vault ELSE 'treasury/cash' END, ' to ', transit,
                                                ' ', came) END,
                 CASE WHEN difference < 0 THEN concat(suspense, ' to ', transit, ' ', -difference) END,
                 CASE WHEN difference > 0 THEN concat(CASE WHEN at_office THEN vault ELSE 'treasury/cash' END, ' to ',
                                                      suspense, ' ', difference) END,
                 CASE WHEN NOT at_office AND amount + difference > 0
                      THEN concat('treasury/funding to treasury/cash ', amount + difference) END)),
            ('explained', explained_at IS NOT NULL,
             CASE WHEN difference > 0 THEN concat(suspense, ' to ', odd, ' ', difference)
                  ELSE concat(odd, ' to ', suspense, ' ', -difference) END)
    ) AS step (name, done, moves)
    WHERE step.done
) AS d
FULL JOIN (
    SELECT entry.reference,
           string_agg(concat(debit.code, ' to ', credit.code, ' ', p.amount), '; ' ORDER BY p.line) AS moves
    FROM ledger.entry
    JOIN ledger.posting AS p ON p.entry_id = entry.id
    JOIN ledger.account AS debit ON debit.id = p.debit_id
    JOIN ledger.account AS credit ON credit.id = p.credit_id
    WHERE entry.kind IN ('cash-sent', 'cash-received', 'cash-explained')
    GROUP BY entry.reference
) AS e ON e.reference = d.reference COLLATE "C"
WHERE d.moves IS DISTINCT FROM e.moves
