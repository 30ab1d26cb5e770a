-- The notes on a voucher come to its amount, which is that of its deposit or transfer, for the same customer: what was
-- kept back as counterfeit is not in it.
SELECT concat('voucher ', v.number, ': ', v.amount, ', notes of ', n.total, ', proposed ', p.amount) AS detail
FROM service.voucher AS v
LEFT JOIN (
    SELECT id, amount, customer_id FROM service.deposit
    UNION ALL
    SELECT id, amount, payer_id FROM service.transfer
) AS p ON p.id = v.subject AND v.kind <> 'withdrawal-reversal'
LEFT JOIN LATERAL (
    SELECT coalesce(sum(c.note::bigint * c.number::bigint), 0) AS total FROM jsonb_each_text(v.counts) AS c (note, number)
) AS n ON v.counts IS NOT NULL
WHERE n.total <> v.amount
   OR (v.kind <> 'withdrawal-reversal'
       AND (p.amount, p.customer_id) IS DISTINCT FROM (v.amount, v.customer_id))
