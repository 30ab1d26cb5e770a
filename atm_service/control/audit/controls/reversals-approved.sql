-- Every reversal was approved by somebody else, for this amount, and the approval was used for it alone.
SELECT concat('voucher ', v.number, ': ', count(a.id), ' approvals used') AS detail
FROM service.voucher AS v
LEFT JOIN service.approval_use AS u ON u.used_for = v.id
LEFT JOIN service.approval AS a
    ON a.id = u.approval_id AND (a.kind, a.subject, a.amount, a.office) = (v.kind, v.subject, v.amount, v.office)
WHERE v.kind IN ('withdrawal-reversal', 'deposit-reversal')
GROUP BY v.id, v.number
HAVING count(a.id) <> 1
