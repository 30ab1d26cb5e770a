"""How cash comes to the offices and goes back, by the plans: each bag is counted out and in, note by note."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection

from atm_service.control.floats import service as floats
from atm_service.desk.moves import service as moves
from atm_service.platform.keys.tokens import Caller
from atm_service.registers.cash import service, vaults
from atm_service.registers.cash.delivery import Direction
from atm_service.registers.notes.domain import NONE, Notes, counts_of, minus, notes_of, plus, propose
from tests.simulation.demand import Day
from tests.simulation.province import Bag, Place, Province

BUNDLE = 10_000_000
IN_A_BUNDLE = notes_of({"500000": 12, "100000": 30, "50000": 20})
ONE_NOTE = notes_of({"100000": 1})


def send_out(province: Province, day: Day) -> None:
    """Order what the areas' plans propose, where a van can come today, and send it out."""
    rules = province.context.policy.float
    if day.date.isoweekday() not in rules.delivery_weekdays:
        return
    for number, area in enumerate(sorted({place.area for place in province.places})):
        if number not in day.cut_off:
            with province.context.transaction() as session:
                _order(session, province, day, area)


def _order(session: Connection, province: Province, day: Day, area: str) -> None:
    policy, clock = province.context.policy, province.clock
    by_code = {place.code: place for place in province.places}
    made, _ = floats.plan(session, policy.float, area, policy.float.area_cash, clock.tick())
    carried = made.total(Direction.TO_OFFICE) + made.total(Direction.TO_AREA)
    assert carried <= policy.float.trip_max
    for one in made.proposals:
        place, now = by_code[one.office], clock.tick()
        ordered = service.order(session, policy, province.boss, one.office, one.direction, one.amount, now)
        if one.direction is Direction.TO_AREA:
            place.back.append(ordered)
            continue
        bag = tuple(number * (one.amount // BUNDLE) for number in IN_A_BUNDLE)
        service.send(session, policy, province.teller, ordered.id, counts_of(bag), now)
        lies_in_it = minus(bag, ONE_NOTE) if place.number in day.short_bags else bag
        place.bags[ordered.id] = Bag(one.amount, lies_in_it)


def count_in(province: Province, day: Day) -> None:
    """Let the clerks who are there count in what has come, or refuse it; the area counts what comes back."""
    with province.context.transaction() as session:
        for place in province.places:
            if place.number in day.away | day.late_bags:
                province.happened["bag late"] += len(place.bags)
                continue
            for id, bag in [(id, one.notes) for id, one in place.bags.items()]:
                if place.number in day.broken_bags:
                    service.refuse(
                        session, place.clerk, id, "The bag's seal is broken", province.clock.tick()
                    )
                    _received(session, province, province.teller, id, bag)
                    province.happened["bag refused"] += 1
                else:
                    _received(session, province, place.clerk, id, bag)
                    place.vault = plus(place.vault, bag)
                del place.bags[id]


def _received(session: Connection, province: Province, by: Caller, id: UUID, bag: Notes) -> None:
    """Count a bag, once more where the first count differs, and let somebody else explain what is missing."""
    received = service.receive(
        session, province.context.policy, by, id, counts_of(bag), province.clock.tick()
    )
    if received.recount:
        received = service.receive(
            session, province.context.policy, by, id, counts_of(bag), province.clock.tick()
        )
    assert not received.recount
    if received.delivery.difference:
        province.happened["bag short"] += 1
        policy, now = province.context.policy, province.clock.tick()
        service.explain(session, policy, province.boss, id, "A note was miscounted", now)


def into_drawers(province: Province) -> None:
    """Let clerks on shift take into their drawers what has come into their vaults."""
    policy = province.context.policy
    with province.context.transaction() as session:
        for place in province.places:
            if place.is_open and place.vault != NONE:
                counts = counts_of(place.vault)
                moves.move(session, policy, place.clerk, counts, province.clock.tick(), to_drawer=True)
                place.drawer, place.vault = plus(place.drawer, place.vault), NONE


def send_back(province: Province) -> None:
    """Let clerks on shift send back what was ordered back; what their notes do not make is called off."""
    for place in province.places:
        while place.back:
            with province.context.transaction() as session:
                _back(session, province, place)


def _back(session: Connection, province: Province, place: Place) -> None:
    policy, clock, ordered = province.context.policy, province.clock, place.back.pop()
    bag = propose(ordered.amount, place.drawer) if place.is_open else None
    if bag is None:
        service.cancel(session, province.boss, ordered.id, "The office cannot send it", clock.tick())
        return
    moves.move(session, policy, place.clerk, counts_of(bag), clock.tick(), to_drawer=False)
    service.send(session, policy, place.clerk, ordered.id, counts_of(bag), clock.tick())
    place.drawer = minus(place.drawer, bag)
    province.happened["bag sent back"] += 1
    _received(session, province, province.teller, ordered.id, bag)


def count_vaults(province: Province, day: Day) -> None:
    """Let each clerk who is there count the vault where it is due."""
    due = timedelta(province.context.policy.vault.count_every_days)
    with province.context.transaction() as session:
        for place in province.places:
            if place.number in day.away or day.date < place.vault_counted + due:
                continue
            counted = moves.count_vault(
                session, province.context.policy, place.clerk, counts_of(place.vault), province.clock.tick()
            )
            assert isinstance(counted, vaults.Counted)
            assert counted.over_short == 0
            place.vault_counted = day.date
