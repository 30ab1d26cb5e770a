-- Nothing was paid to a customer, out of a drawer or at an office while it was frozen or suspended, nor sent by a frozen
-- customer. Two processes' clocks may be a minute apart, and a payment that read its own before a thaw may have waited for
-- that, as long as a statement may last.
SELECT concat(r.what, ' ', r.number, ': paid while ', stop.what, ' was stopped since ', stop.since) AS detail
FROM (
    SELECT 'its customer' AS what, customer_id, NULL::text AS office, NULL::integer AS drawer, frozen AS stops,
           changed_at AS since, lead(changed_at) OVER (PARTITION BY customer_id, own ORDER BY id) AS until
    FROM service.customer_freeze
    UNION ALL
    SELECT 'its drawer', NULL, office, drawer, frozen,
           changed_at, lead(changed_at) OVER (PARTITION BY office, drawer ORDER BY id)
    FROM service.drawer_freeze
    UNION ALL
    SELECT 'its office', NULL, office, NULL, state = 'suspended' AND stops_shifts,
           changed_at, lead(changed_at) OVER (PARTITION BY office ORDER BY number)
    FROM service.office_change
) AS stop
JOIN (
    SELECT 'receipt' AS what, number::text, customer_id, office::text, drawer, paid_at AS at, entry_id
    FROM service.receipt
    UNION ALL
    SELECT 'voucher', number, customer_id, NULL, NULL, made_at, entry_id FROM service.voucher WHERE kind = 'transfer'
    UNION ALL
    SELECT 'transfer', number, payer_id, NULL, NULL, made_at, entry_id FROM service.wallet_transfer
) AS r
  ON r.customer_id = stop.customer_id OR (r.office = stop.office AND (stop.drawer IS NULL OR r.drawer = stop.drawer))
WHERE stop.stops AND r.at > stop.since + interval '1 minute'
  AND (stop.until IS NULL OR r.at < stop.until - interval '70 seconds')
  -- new: AND r.entry_id = ANY (CAST(:new AS uuid[]))
