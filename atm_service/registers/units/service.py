"""The use cases of units and areas. Each runs inside its caller's transaction.

What is to change is shown first and done by the same functions: `apply=False` reads alone.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

import ledger
from atm_service.platform import trail
from atm_service.platform.keys.tokens import Caller
from atm_service.registers.offices import service as offices
from atm_service.registers.offices import store as office_store
from atm_service.registers.offices.domain import Line, Office, State
from atm_service.registers.units import errors, files, reform, store
from atm_service.registers.units.domain import FIRST_DAY, Node, Tree, below
from atm_service.registers.units.files import PlannedOffice
from atm_service.registers.units.reform import Planned, Reform
from atm_service.registers.units.store import AREAS, UNITS, Forest, Stay

_DATA: Final = Path(__file__).with_name("data")
OFFICES: Final = _DATA / "lang_son_offices.csv"
LANG_SON_AREAS: Final = _DATA / "lang_son_areas.csv"
LANG_SON: Final = {
    FIRST_DAY: _DATA / "lang_son_2021-01-01.csv",
    date(2024, 12, 1): _DATA / "lang_son_2024-12-01.csv",
    date(2025, 7, 1): _DATA / "lang_son_2025-07-01.csv",
}
_EVE: Final = timedelta(days=1)


@dataclass(frozen=True)
class Change:
    """What a file changes from a day on: the tree, offices' places in it, and whose reach becomes which offices."""

    reform: Reform
    moves: Mapping[str, tuple[Node | None, Node]]
    reach: Mapping[str, tuple[frozenset[str], frozenset[str]]]
    done: bool

    @property
    def is_none(self) -> bool:
        """Whether everything is as the file says already."""
        return not (self.reform.begins or self.reform.ends or self.moves)


def import_units(
    session: Connection,
    rows: Sequence[Planned],
    day: date,
    now: datetime,
    *,
    apply: bool,
    by: Caller | None = None,
) -> Change:
    """Take a new tree of units from a day on. The same file again changes nothing; areas and rights stay as they are.

    Raises the `TreeInvalid` that says what is wrong.
    """
    if apply:
        store.take_turn(session)
    tree = store.tree(session, UNITS)
    begun = Reform(
        day,
        begins=[node for node in tree.nodes if node.valid_from == day],
        ways=[way for way in tree.ways if way.day == day],
    )
    if not begun.begins and tree.began is not None and day < tree.began:
        raise errors.TooEarly(f"the last tree begins on {tree.began}")
    planned = reform.plan(tree.on(day - _EVE), rows, day)
    if begun.begins and planned.same == begun.same:
        return Change(Reform(day), {}, {}, done=True)
    if begun.begins:
        raise errors.OtherBegun(f"another tree begins on {day} already")
    ended = {(node.code, node.valid_from): node for node in planned.ends}
    here = [
        one
        for one in store.stays(session, UNITS)
        if one.valid_to is None and (one.node, one.node_from) in ended
    ]
    moves = {one.office: (ended[one.node, one.node_from], planned.heir(one.node)) for one in here}
    if apply:
        _grow(session, UNITS, planned)
        store.add_ways(session, planned.ways, day)
        _move(session, UNITS, here, {office: to for office, (_, to) in moves.items()}, day)
        learn_names(session)
        detail = {"from": str(day), "ended": len(planned.ends), "begun": len(planned.begins)}
        trail.record(session, now, "units.imported", None, by, detail)
    return Change(planned, moves, {}, done=apply)


def draw_areas(
    session: Connection,
    rows: Sequence[Planned],
    belongs: Mapping[str, str],
    day: date,
    now: datetime,
    *,
    apply: bool,
    by: Caller | None = None,
) -> Change:
    """Draw the areas anew from a day on, every office in one. The same file again changes nothing.

    A supervisor's right goes with the code of an area: `reach` says whose offices become others. Raises the
    `TreeInvalid` that says what is wrong.
    """
    if apply:
        store.take_turn(session)
    tree, stays = store.tree(session, AREAS), store.stays(session, AREAS)
    _check_each_office(session, belongs)
    before = tree.on(day)
    planned = reform.redraw(before, rows, day)
    after = {node.code: node for node in before.values() if node not in planned.ends}
    after |= {node.code: node for node in planned.begins}
    now_in = {one.office: one for one in stays if _is_on(one, day)}
    moves = {
        office: (before[now_in[office].node] if office in now_in else None, after[area])
        for office, area in belongs.items()
        if office not in now_in or after[area] != before[now_in[office].node]
    }
    change = Change(planned, moves, {}, done=True)
    if change.is_none:
        return change
    _check_day(tree, stays, planned, ledger.business_date(now))
    reach = _reaches(session, before, now_in, after, belongs)
    if apply:
        _grow(session, AREAS, planned)
        open_now = [one for one in stays if one.valid_to is None and one.office in moves]
        _move(session, AREAS, open_now, {office: to for office, (_, to) in moves.items()}, day)
        learn_names(session)
        detail = {
            "from": str(day),
            "ended": len(planned.ends),
            "begun": len(planned.begins),
            "moved": len(moves),
        }
        trail.record(session, now, "areas.drawn", None, by, detail)
    return Change(planned, moves, reach, done=apply)


def found_offices(session: Connection, planned: Sequence[PlannedOffice], since: date) -> int:
    """Plan offices that stand in a unit and belong to an area since a day; those that are there stay as they are.

    Give how many are new. Where the unit has ended since, the office went its way. Raises the `TreeInvalid` that says
    what is wrong.
    """
    store.take_turn(session)
    known = {one.code for one in office_store.listed(session)}
    new = [one for one in planned if one.code not in known]
    if not new:
        return 0
    units, areas = store.tree(session, UNITS), store.tree(session, AREAS)
    stood = [stay for one in new for stay in _stays(units, one.code, one.unit, since)]
    belonged = [stay for one in new for stay in _stays(areas, one.code, one.area, since)]
    office_store.insert(session, [Office(one.code, one.name, State.PLANNED, Line.GOOD) for one in new])
    store.enter(session, UNITS, stood)
    store.enter(session, AREAS, belonged)
    learn_names(session)
    return len(new)


def furnish(session: Connection, now: datetime) -> int:
    """Bring in Lạng Sơn: its units in all three ages, the former districts as areas, an office in each former commune.

    Give how many offices are new. Safe to repeat: areas that somebody has drawn since stay.
    """
    for day, path in LANG_SON.items():
        import_units(session, files.units(path), day, now, apply=True)
    if not store.tree(session, AREAS).nodes:
        draw_areas(session, *files.areas(LANG_SON_AREAS), FIRST_DAY, now, apply=True)
    return found_offices(session, files.offices(OFFICES), FIRST_DAY)


def learn_names(session: Connection) -> None:
    """Let the search find each office by every name of every place that it ever stood in or belonged to."""
    words: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for forest in (UNITS, AREAS):
        tree = store.tree(session, forest)
        begins = sorted({node.valid_from for node in tree.nodes})
        for stay in store.stays(session, forest):
            days = [day for day in begins if _is_on(stay, day)] or [stay.valid_from]
            names = [node.name for day in days for node in tree.path(stay.node, day) if node.parent]
            words[stay.office] |= dict.fromkeys(names)
    office_store.learn(
        session,
        {
            one.code: offices.plain(" ".join([one.name, *words[one.code], one.code]))
            for one in office_store.listed(session)
        },
    )


def _grow(session: Connection, forest: Forest, planned: Reform) -> None:
    store.end(session, forest, planned.ends, planned.day)
    store.begin(session, forest, planned.begins, planned.day)


def _move(
    session: Connection, forest: Forest, stays: Sequence[Stay], to: Mapping[str, Node], day: date
) -> None:
    """Let offices go where they now belong. One that came on that day, or later, has been there since it came."""
    late = [one for one in stays if one.valid_from >= day]
    for one in late:
        heir = to[one.office]
        right = Stay(one.office, one.valid_from, None, heir.code, heir.valid_from)
        store.set_right(session, forest, right)
    going = to.keys() - {one.office for one in late}
    store.leave(session, forest, sorted(going), day)
    entering = [Stay(office, day, None, to[office].code, to[office].valid_from) for office in sorted(going)]
    store.enter(session, forest, entering)


def _stays(tree: Tree, office: str, code: str, since: date) -> list[Stay]:
    """Follow a node from a day on, as it went: one stay in each that it became."""
    at, found = tree.find(code, since), []
    came = since
    while at is not None:
        found.append(Stay(office, came, at.valid_to, at.code, at.valid_from))
        if at.valid_to is None:
            return found
        came = at.valid_to
        at = tree.heir(at, came) or tree.find(at.code, came)
    raise errors.OfficeNowhere(f"office {office}: {code} does not stand on {came}")


def _is_on(stay: Stay, day: date) -> bool:
    return stay.valid_from <= day and (stay.valid_to is None or day < stay.valid_to)


def _check_each_office(session: Connection, belongs: Mapping[str, str]) -> None:
    known = {one.code for one in office_store.listed(session)}
    if strange := sorted(belongs.keys() - known):
        raise errors.OfficeUnknownHere(f"there is no office {strange[0]}")
    if left := sorted(known - belongs.keys()):
        raise errors.OfficeNowhere(f"{len(left)} offices would be in no area, {left[0]} among them")


def _check_day(tree: Tree, stays: Sequence[Stay], planned: Reform, today: date) -> None:
    day = planned.day
    if tree.nodes and day < today:
        raise errors.TooEarly("what was before today is not drawn anew")
    last = max([day for one in stays for day in (one.valid_from, one.valid_to) if day], default=None)
    if last is not None and day < last:
        raise errors.TooEarly(f"areas were drawn, or an office came, from {last} on")
    if tree.began is not None and day < tree.began:
        raise errors.TooEarly(f"areas were drawn from {tree.began} on")
    if tree.began == day and (planned.begins or planned.ends):
        raise errors.OtherBegun(f"areas are drawn from {day} on already")
    standing = {node.code for node in planned.ends}
    ever = {node.code for node in tree.nodes}
    for node in planned.begins:
        if node.code in ever - standing:
            raise errors.CodeUsedUp(f"area {node.code} has ended; what is new has a new code")


def _reaches(
    session: Connection,
    before: Mapping[str, Node],
    now_in: Mapping[str, Stay],
    after: Mapping[str, Node],
    belongs: Mapping[str, str],
) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Tell which supervisors' offices become others, and from which to which."""
    found = {}
    for username, area in store.supervisors(session):
        had, has = below(before.values(), area), below(after.values(), area)
        was = frozenset(office for office, stay in now_in.items() if stay.node in had)
        becomes = frozenset(office for office, its in belongs.items() if its in has)
        if was != becomes:
            found[username] = (was, becomes)
    return found
