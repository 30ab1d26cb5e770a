-- Every payment is in the audit trail, by the clerk and the office of its receipt.
SELECT concat('receipt ', r.number, ': no row in the trail') AS detail
FROM service.receipt AS r
WHERE NOT EXISTS (
    SELECT FROM service.audit_event AS e
    WHERE e.subject = r.withdrawal_id AND e.action = 'pay' AND e.actor = r.clerk_id AND e.office = r.office
)
  -- new: AND r.entry_id = ANY (CAST(:new AS uuid[]))
