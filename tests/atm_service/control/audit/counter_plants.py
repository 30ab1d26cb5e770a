"""What somebody might do to approvals and vouchers around every guard, and the control that must find it."""

from typing import Final

BY_THE_REQUESTER: Final = """
    UPDATE service.approval AS a SET requested_by = d.decided_by
    FROM service.approval_decision AS d WHERE d.approval_id = a.id
"""
PLANTS: Final = [
    ("approvals-decided-once", "UPDATE service.approval_decision SET approved = false"),
    ("approvals-decided-once", BY_THE_REQUESTER),
    ("approvals-decided-once", "UPDATE service.approval SET expires_at = requested_at + interval '1 s'"),
    ("approvals-decided-once", "UPDATE service.approval_use SET used_at = used_at - interval '1 day'"),
    ("approvals-decided-once", "DELETE FROM service.approval_decision"),
    ("reversals-mirror-payments", "UPDATE service.withdrawal SET status = 'paid' WHERE status = 'reversed'"),
    ("reversals-mirror-payments", "DELETE FROM service.voucher WHERE kind = 'withdrawal-reversal'"),
    ("reversals-mirror-payments", "UPDATE ledger.entry SET corrects = NULL WHERE kind = 'withdrawal-reversal'"),
    ("reversals-mirror-payments", "UPDATE ledger.entry SET business_date = '2026-11-17' WHERE corrects IS NOT NULL"),
    ("vouchers-have-entries", "UPDATE service.voucher SET amount = amount + 1 WHERE kind = 'deposit'"),
    ("vouchers-have-entries", "UPDATE service.voucher SET drawer = 2 WHERE kind = 'deposit-reversal'"),
    ("vouchers-have-entries", "UPDATE service.transfer SET payee_id = payer_id, payer_id = payee_id"),
    ("vouchers-have-entries", "UPDATE ledger.entry SET kind = 'counterfeit' WHERE kind = 'top-up'"),
    ("vouchers-have-entries", "DELETE FROM service.voucher WHERE kind = 'transfer'"),
    ("vouchers-have-entries", "UPDATE service.wallet_transfer SET amount = amount + 1"),
    ("vouchers-have-entries", "UPDATE service.wallet_transfer SET fee = fee + 1"),
    ("vouchers-have-entries", "UPDATE service.wallet_transfer SET payee_id = payer_id, payer_id = payee_id"),
    ("vouchers-have-entries", "UPDATE service.wallet_transfer SET made_at = made_at + interval '1 day'"),
    ("vouchers-have-entries", "DELETE FROM service.wallet_transfer"),
    *(
        (
            "nothing-paid-while-stopped",
            f"""INSERT INTO service.customer_freeze (id, customer_id, frozen, reason, changed_by, changed_at, own)
                SELECT gen_random_uuid(), {payer}, true, 'abc', (SELECT id FROM service.staff LIMIT 1),
                       made_at - interval '2 min', false FROM service.{table}""",
        )
        for payer, table in (("customer_id", "voucher WHERE kind = 'transfer'"), ("payer_id", "wallet_transfer"))
    ),
    ("vouchers-add-up", "UPDATE service.voucher SET counts = '{\"500000\": 1}' WHERE kind = 'deposit'"),
    ("vouchers-add-up", "UPDATE service.deposit SET amount = amount - 1"),
    ("vouchers-add-up", "DELETE FROM service.transfer"),
    ("reversals-approved", "DELETE FROM service.approval_use"),
    ("reversals-approved", "UPDATE service.approval SET amount = amount + 1"),
    ("office-days-equal-vouchers", "UPDATE service.office_day SET received_total = received_total + 1"),
    ("office-days-equal-vouchers", "UPDATE service.office_day SET reversed_total = 0"),
    ("office-days-equal-vouchers", "UPDATE service.office_day SET vouchers = vouchers + 1"),
    ("office-days-equal-vouchers", "UPDATE service.voucher SET number = concat(number, '9') WHERE kind = 'transfer'"),
    ("customers-within-limits", "UPDATE service.voucher SET amount = 20000001 WHERE kind = 'deposit'"),
    ("customers-within-limits", "UPDATE service.wallet_transfer SET amount = 20000001"),
    ("offices-within-limits", "UPDATE service.office_day SET received_total = 200000001"),
]  # fmt: skip
