"""What the API shows of an office's life."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from atm_service.control.offices.schemas import ChangeView, CheckView, LifeView, OpeningDayView
from atm_service.platform.calendar import VIETNAM
from atm_service.registers.offices import hours, life_store, states
from atm_service.registers.offices.domain import Office
from atm_service.registers.offices.states import Item

HISTORY_MAX: Final = 100


def life(session: Connection, office: Office, now: datetime) -> LifeView:
    """Show an office's life as it is now."""
    today = now.astimezone(VIETNAM).date()
    its_hours = life_store.hours_of(session, today, office.code).of(office.code)
    days = life_store.exceptions(session, office.code, today)
    return LifeView(
        code=office.code,
        name=office.name,
        state=office.state,
        may=states.for_supervisor(office.state),
        line=office.line,
        checks=_checks(session, office.code),
        week=[hours.write(day) for day in its_hours.week],
        days=[OpeningDayView.model_validate(vars(one)) for one in days],
        open_now=hours.is_open(its_hours, now),
        next_open=hours.next_open(its_hours, now),
        history=[
            ChangeView.model_validate({name: value for name, value in vars(one).items() if name != "id"})
            for one in life_store.history(session, office.code, HISTORY_MAX)
        ],
    )


def _checks(session: Connection, code: str) -> list[CheckView]:
    looked_at = {one.item: one for one in life_store.checks(session, code)}
    return [
        CheckView.model_validate(vars(looked_at[item]))
        if item in looked_at
        else CheckView(item=item, passed=None, words=None, checked_by=None, checked_at=None)
        for item in Item
    ]
