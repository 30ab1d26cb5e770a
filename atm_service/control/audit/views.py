"""Put what the audit found into HTTP bodies."""

from collections.abc import Sequence
from datetime import date, datetime

from atm_service.control.audit.reconciliation import DrawerDay, OfficeDay
from atm_service.control.audit.schemas import (
    AccountTotals,
    BreakView,
    Controls,
    ControlView,
    CountView,
    DrawerView,
    OfficeFigures,
    OfficeReconciliation,
    OfficeSummary,
    Reconciliation,
    TrialBalance,
    WithdrawalsView,
)
from atm_service.platform import paging
from ledger.controls import Control
from ledger.controls.marks import Mark
from ledger.reading import DatedBalance


def trial_balance(day: date, accounts: Sequence[DatedBalance]) -> TrialBalance:
    """Show accounts with their totals."""
    debits = sum(account.debits for account in accounts)
    credits_ = sum(account.credits for account in accounts)
    return TrialBalance(
        as_of=day,
        accounts=[
            AccountTotals.model_validate(
                {
                    "code": account.code,
                    "class": account.class_.value,
                    "debits": account.debits,
                    "credits": account.credits,
                    "balance": account.normal,
                }
            )
            for account in accounts
        ],
        total_debits=debits,
        total_credits=credits_,
        balanced=debits == credits_,
    )


def office_reconciliation(day: date, office: OfficeDay) -> OfficeReconciliation:
    """Show one office's day, drawer by drawer."""
    return OfficeReconciliation(
        office=office.office,
        name=office.name,
        date=day,
        drawers=[_drawer(drawer) for drawer in office.drawers],
        withdrawals=WithdrawalsView(
            paid_count=office.paid_count,
            paid_total=office.paid_total,
            undone_count=office.undone_count,
            undone_total=office.undone_total,
            live_count=office.live_count,
            live_total=office.live_total,
        ),
        breaks=[BreakView(control=broken.control, detail=broken.detail) for broken in office.breaks],
    )


def _drawer(drawer: DrawerDay) -> DrawerView:
    counts = [
        CountView(
            shift=count.shift,
            moment=count.moment,
            at=count.at,
            counted=count.counted,
            over_short=count.over_short,
        )
        for count in drawer.counts
    ]
    return DrawerView(**{**vars(drawer), "counts": counts})


def reconciliation(day: date, offices: Sequence[OfficeDay], after: str, limit: int) -> Reconciliation:
    """Show a page of offices after a code, and the totals of all."""
    summaries = [_summary(office) for office in offices]
    rest = [summary for summary in summaries if summary.office > after]
    names = OfficeFigures.model_fields
    return Reconciliation(
        items=rest[:limit],
        next_cursor=paging.write(rest[limit - 1].office) if len(rest) > limit else None,
        date=day,
        offices=len(summaries),
        totals=OfficeFigures(
            **{name: sum(getattr(summary, name) for summary in summaries) for name in names}
        ),
    )


def _summary(office: OfficeDay) -> OfficeSummary:
    drawers = office.drawers
    return OfficeSummary(
        office=office.office,
        name=office.name,
        opening=sum(drawer.opening for drawer in drawers),
        received=sum(drawer.received for drawer in drawers),
        paid=sum(drawer.paid for drawer in drawers),
        over_short=sum(drawer.over_short for drawer in drawers),
        closing=sum(drawer.closing for drawer in drawers),
        ledger=sum(drawer.ledger for drawer in drawers),
        paid_count=office.paid_count,
        undone_count=office.undone_count,
        undone_total=office.undone_total,
        live_count=office.live_count,
        live_total=office.live_total,
        breaks=len(office.breaks),
    )


def controls(now: datetime, found: Sequence[Control], mark: Mark | None) -> Controls:
    """Show what the controls found."""
    return Controls(
        checked_at=now,
        since_seal=mark.seal if mark else None,
        controls=[
            ControlView(
                name=control.name, holds=control.holds, breaks=control.breaks, examples=list(control.examples)
            )
            for control in found
        ],
        all_hold=all(control.holds for control in found),
    )
