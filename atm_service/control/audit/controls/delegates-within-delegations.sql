-- Every payment to a delegate was within a delegation that was alive at that time: of its customer, at its office, up to
-- its ceiling and, with the others of the month, its month's sum; what was for a delegate was paid to one, and nothing else.
SELECT concat('receipt ', paid.number, ': ', paid.amount, ' at ', paid.office, ', ', paid.month_total, ' in the month; ',
              'delegation ', coalesce(paid.delegation_id::text, 'none'), ', card ', coalesce(paid.delegate_checked, 'none')
       ) AS detail
FROM (
    SELECT r.number, r.amount, r.office, r.customer_id, r.delegate_checked, r.paid_at, w.delegation_id,
           (r.paid_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
           sum(r.amount) FILTER (WHERE w.status = 'paid') OVER (
               PARTITION BY w.delegation_id, date_trunc('month', r.paid_at AT TIME ZONE 'Asia/Ho_Chi_Minh')
           ) AS month_total
    FROM service.receipt AS r
    JOIN service.withdrawal AS w ON w.id = r.withdrawal_id
    WHERE w.delegation_id IS NOT NULL OR r.delegate_checked IS NOT NULL
) AS paid
LEFT JOIN service.delegation AS d ON d.id = paid.delegation_id
LEFT JOIN service.delegation_revocation AS gone ON gone.delegation_id = d.id
WHERE paid.delegate_checked IS NULL
   OR (paid.customer_id, paid.office) IS DISTINCT FROM (d.customer_id, d.office)
   OR paid.day NOT BETWEEN d.begins_on AND d.ends_on
   OR paid.paid_at < d.made_at
   OR paid.paid_at > gone.revoked_at
   OR paid.amount > d.ceiling
   OR paid.month_total > d.per_month
