"""What the board says of an office: every alarm at its boundary, and the order of offices."""

from datetime import timedelta
from typing import Any

import pytest

from atm_service.control.board import domain
from atm_service.control.board.domain import Desk, Mark, OfficeAlarm
from atm_service.control.floats.domain import Levels
from atm_service.registers.offices.domain import Line, State
from tests.atm_service.world import START

LEVELS = Levels(50, 100, 200)


def desk(**changes: Any) -> Desk:
    """Give an office where everything is well."""
    facts: dict[str, Any] = {
        "code": "05971-1",
        "name": "Bưu điện Đồng Đăng",
        "unit": "Xã Đồng Đăng",
        "unit_code": "06184",
        "area_code": "178",
        "area": "Cao Lộc",
        "state": State.ACTIVE,
        "line": Line.GOOD,
        "seen_at": START,
        "cash": 100,
        "levels": LEVELS,
        "shifts": 1,
        "opened_at": START,
        "over_short": 0,
        "counts_far": 0,
        "opening_breaks": 0,
        "approvals": 0,
        "deliveries": 0,
        "unexplained": 0,
        "complaints": 0,
        "open_now": True,
        "open_since": START - timedelta(hours=1),
    }
    return Desk(**facts | changes)


def test_all_is_well() -> None:
    """Nothing rings, and the cash is what it should be."""
    assert domain.alarms(desk(), START) == []
    assert domain.mark(desk(), []) is Mark.WELL
    assert domain.filled(desk()) == 100


@pytest.mark.parametrize(
    ("changes", "alarm"),
    [
        ({"state": State.SUSPENDED}, OfficeAlarm.SUSPENDED),
        ({"cash": 0}, OfficeAlarm.EMPTY),
        ({"cash": 1}, OfficeAlarm.BELOW_MINIMUM),
        ({"cash": 49}, OfficeAlarm.BELOW_MINIMUM),
        ({"cash": 50}, None),
        ({"cash": 200}, None),
        ({"cash": 201}, OfficeAlarm.ABOVE_MAXIMUM),
        ({"opened_at": START - timedelta(hours=9, seconds=1)}, OfficeAlarm.LEFT_OPEN),
        ({"opened_at": START - timedelta(hours=9)}, None),
        ({"unexplained": 1}, OfficeAlarm.SUSPENSE),
        ({"complaints": 1}, OfficeAlarm.COMPLAINTS),
        ({"seen_at": None}, OfficeAlarm.SILENT),
        ({"seen_at": START - timedelta(minutes=5)}, OfficeAlarm.SILENT),
        ({"seen_at": START - timedelta(minutes=4, seconds=59)}, None),
        ({"seen_at": None, "open_now": False, "open_since": None}, None),
        ({"line": Line.NONE}, OfficeAlarm.NO_LINE),
        ({"line": Line.WEAK}, OfficeAlarm.WEAK_LINE),
        ({"shifts": 0, "seen_at": None}, OfficeAlarm.NOBODY),
        ({"shifts": 0, "open_since": START - timedelta(minutes=15)}, OfficeAlarm.NOBODY),
        ({"shifts": 0, "open_since": START - timedelta(minutes=14)}, None),
        ({"shifts": 0, "open_now": False, "open_since": None}, None),
        ({"opening_breaks": 1}, OfficeAlarm.OPENING_BREAK),
        ({"over_short": 1}, OfficeAlarm.OVER_SHORT),
        ({"over_short": -1}, OfficeAlarm.OVER_SHORT),
        ({"counts_far": 1}, OfficeAlarm.COUNT_FAR),
        ({"approvals": 1}, OfficeAlarm.APPROVALS),
        ({"state": State.PLANNED, "cash": 0, "shifts": 0}, None),
        ({"state": State.CLOSED, "cash": 0, "shifts": 0}, None),
    ],
)
def test_each_alarm_rings_for_its_own_reason(changes: dict[str, Any], alarm: OfficeAlarm | None) -> None:
    """One change, one alarm; one step before the boundary, none."""
    assert domain.alarms(desk(**changes), START) == ([alarm] if alarm else [])


def test_marks() -> None:
    """What keeps customers from their cash is for now; the rest is for a look."""
    now = {"suspended", "empty", "left-open", "count-far", "suspense", "silent", "no-line", "below-minimum"}
    for alarm in OfficeAlarm:
        assert domain.mark(desk(), [alarm]) is (Mark.ACT if alarm in now else Mark.LOOK), alarm
    assert domain.mark(desk(state=State.PLANNED), []) is Mark.REST


def test_cash_in_percent() -> None:
    """Of the target; nothing to reach is reached; 999 is the end."""
    assert domain.filled(desk(cash=99)) == 99
    assert domain.filled(desk(cash=10**9)) == 999
    assert domain.filled(desk(levels=Levels(0, 0, 0))) == 100


def test_the_worst_is_first_within_its_area() -> None:
    """Areas in order; in each the worst mark, then the worst alarm, then the code."""
    desks = [
        desk(code="3", area_code="178"),
        desk(code="2", area_code="178", cash=1),
        desk(code="4", area_code="178", cash=0),
        desk(code="1", area_code="180", state=State.SUSPENDED),
        desk(code="0", area_code="178", state=State.PLANNED),
        desk(code="5", area_code="178", approvals=1),
    ]
    marked = {}
    for one in desks:
        rings = domain.alarms(one, START)
        marked[one] = (domain.mark(one, rings), rings)
    assert [one.code for one in domain.worst_first(marked)] == ["4", "2", "5", "3", "0", "1"]
