"""Floats over HTTP: operators set them, supervisors see where offices stand, what is to come, and a proposed trip."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import exc

from atm_service.registers.offices import service as offices
from tests.atm_service.control.instructions.colleague import credit_by_two
from tests.atm_service.counter import again, supervisor
from tests.atm_service.world import OFFICE, OTHER_OFFICE, Person, Service
from tests.contract.documented import slug_of
from tests.database import Database

MILLION = 1_000_000
LEVELS = {"minimum": 10 * MILLION, "target": 50 * MILLION, "maximum": 200 * MILLION, "market": None}
MARKET = {"every": 5, "since": "2026-11-17"}
PATH = f"/operator/v1/offices/{OFFICE}/floats"
POLICYS = {"minimum": 20 * MILLION, "target": 100 * MILLION, "maximum": 500 * MILLION}


def standing(service: Service, boss: Person, office: str = OFFICE) -> dict[str, Any]:
    items = boss.get("/staff/v1/floats", limit=100).json()["items"]
    return next(one for one in items if one["office"] == office)


def paid_before(service: Service, database: Database, needs: dict[int, int], office: str = OFFICE) -> None:
    """Let an office have paid, so many days ago, so many million đồng: days that make a history."""
    today = service.now.date()
    with database.owner.begin() as session:
        for ago, need in needs.items():
            session.exec_driver_sql(
                "INSERT INTO service.office_day VALUES (%s, %s, %s, 1, 0, 0, 0)"
                if need >= 0
                else "INSERT INTO service.office_day VALUES (%s, %s, 0, 0, %s, 0, 1)",
                (office, today - timedelta(ago), abs(need) * MILLION),
            )


def weeks(need: int, number: int = 6) -> dict[int, int]:
    """Give the working days of the last weeks before a Monday, each with the same need."""
    return {ago: need for ago in range(1, 7 * number + 1) if ago % 7 not in {1, 2}}


def test_the_policys_float_holds_until_one_is_set(service: Service) -> None:
    """Then the newest counts, and what was before stays on record."""
    operator = service.staff("operator")
    (before,) = operator.get(PATH).json()["items"]
    assert before == {"office": OFFICE, **POLICYS, "market": None, "set_at": None}
    assert operator.post(PATH, LEVELS).status_code == 201
    service.clock.advance(minutes=1)
    set_now = operator.post(PATH, {**LEVELS, "target": 60 * MILLION, "market": MARKET}).json()
    assert (set_now["target"], set_now["market"]) == (60 * MILLION, MARKET)
    first = operator.get(PATH, limit=1).json()
    assert [one["target"] for one in first["items"]] == [60 * MILLION]
    (oldest,) = operator.get(PATH, cursor=first["next_cursor"]).json()["items"]
    assert (oldest["target"], oldest["market"]) == (50 * MILLION, None)


def test_setting_a_float_is_in_the_trail(service: Service) -> None:
    """By whom, and how much."""
    operator = service.staff("operator")
    operator.post(PATH, LEVELS)
    (row,) = service.trail("set-float")
    assert (row["actor"], row["detail"]["target"]) == (operator.id, 50 * MILLION)


@pytest.mark.parametrize(
    ("changes", "slug"),
    [
        ({"minimum": 60 * MILLION}, "float-out-of-order"),
        ({"target": 201 * MILLION}, "float-out-of-order"),
        ({"minimum": -1}, "malformed-request"),
        ({"maximum": 10_000_000_001}, "malformed-request"),
        ({"market": {"every": 6, "since": "2026-11-17"}}, "malformed-request"),
        ({"market": {"every": 5}}, "malformed-request"),
        ({"market": {"every": 5, "since": "1999-01-01"}}, "malformed-request"),
        ({"target": 1.5}, "malformed-request"),
    ],
)
def test_what_is_no_float(service: Service, changes: dict[str, Any], slug: str) -> None:
    """Out of order, out of bounds, or a market that never was; nothing is kept."""
    operator = service.staff("operator")
    assert slug_of(operator.post(PATH, LEVELS | changes)) == slug
    assert operator.get(PATH).json()["items"][0]["set_at"] is None


def test_an_unknown_office_has_no_float(service: Service) -> None:
    """Neither to set nor to see; a planned one has."""
    operator = service.staff("operator")
    unknown = "/operator/v1/offices/99999-1/floats"
    assert slug_of(operator.post(unknown, LEVELS)) == slug_of(operator.get(unknown)) == "office-unknown"
    assert operator.post(PATH, LEVELS).status_code == 201


@pytest.mark.parametrize(
    "changes", ["minimum = 60", "target = 201", "minimum = -1", "maximum = 10000000001", "market_every = 5"]
)
def test_the_database_keeps_levels_in_order(service: Service, database: Database, changes: str) -> None:
    """Whatever the program above believes; and what was set is not changed afterwards."""
    column, _, value = changes.partition(" = ")
    row = {"minimum": "10", "target": "50", "maximum": "200", "market_every": "NULL"} | {column: value}
    insert = f"""
        INSERT INTO service.office_float (id, office, {", ".join(row)}, set_at)
        VALUES (gen_random_uuid(), '{OFFICE}', {", ".join(row.values())}, now())
    """
    with database.owner.connect() as session, pytest.raises(exc.IntegrityError):
        session.exec_driver_sql(insert)
    service.staff("operator").post(PATH, LEVELS)
    with database.owner.connect() as session, pytest.raises(exc.DBAPIError, match="never changed"):
        session.exec_driver_sql("UPDATE service.office_float SET target = minimum")


def test_where_an_office_stands(service: Service) -> None:
    """Vault and drawers together, what is on the road either way, and the day of the next delivery."""
    service.clerk(cash=60 * MILLION)
    with service.context.transaction() as session:
        offices.bring_cash(session, OFFICE, 2, 15 * MILLION, UUID(int=1), service.now)
    boss = supervisor(service)
    order = {"office": OFFICE, "direction": "to-office", "amount": 30 * MILLION}
    boss.post("/staff/v1/deliveries", order)
    boss.post("/staff/v1/deliveries", order | {"direction": "to-area", "amount": 5 * MILLION})
    seen = standing(service, boss)
    assert [seen[name] for name in ("cash", "coming", "going")] == [75 * MILLION, 30 * MILLION, 5 * MILLION]
    assert (seen["until"], seen["need"], seen["alarms"]) == ("2026-11-18", 0, [])


def test_cash_on_the_road_is_where_it_goes(service: Service) -> None:
    """Sent it still comes; turned back it does not; sent back by the office it is neither there nor going."""
    clerk, boss = service.clerk(cash=0), supervisor(service)
    counts = {"500000": 60}

    def road() -> list[int]:
        seen = standing(service, boss)
        return [seen[name] // MILLION for name in ("cash", "coming", "going")]

    def order(direction: str) -> str:
        body = {"office": OFFICE, "direction": direction, "amount": 30 * MILLION}
        return str(boss.post("/staff/v1/deliveries", body).json()["id"])

    id = order("to-office")
    boss.post(f"/staff/v1/deliveries/{id}/send", {"counts": counts})
    assert road() == [0, 30, 0]
    clerk.post(f"/counter/v1/cash/deliveries/{id}/refuse", {"reason": "The seal is broken"})
    assert road() == [0, 0, 0]
    id = order("to-office")
    boss.post(f"/staff/v1/deliveries/{id}/send", {"counts": counts})
    clerk.post(f"/counter/v1/cash/deliveries/{id}/receive", {"counts": counts})
    assert road() == [30, 0, 0]
    id = order("to-area")
    assert road() == [30, 0, 30]
    clerk.post(f"/counter/v1/cash/deliveries/{id}/send", {"counts": counts})
    assert road() == [0, 0, 0]
    boss.post(f"/staff/v1/deliveries/{id}/refuse", {"reason": "Nobody is here"})
    assert road() == [0, 30, 0]


def test_an_office_that_will_be_short_is_told_in_time(service: Service, database: Database) -> None:
    """Three working days of forty million until Wednesday's delivery: eighty million are too few."""
    service.clerk(cash=80 * MILLION)
    paid_before(service, database, weeks(40))
    seen = standing(service, supervisor(service))
    assert (seen["need"], seen["alarms"]) == (120 * MILLION, ["short-soon"])


def test_what_today_has_needed_is_not_needed_again(service: Service, database: Database) -> None:
    """Half of Monday is over; deposits beside it are counted off."""
    service.clerk(cash=110 * MILLION)
    paid_before(service, database, weeks(40) | {0: 15})
    seen = standing(service, supervisor(service))
    assert (seen["need"], seen["alarms"]) == (105 * MILLION, [])
    paid_before(service, database, dict.fromkeys(weeks(40), -40) | {0: -1}, OTHER_OFFICE)
    service.clerk(OTHER_OFFICE, cash=190 * MILLION)
    other = standing(service, supervisor(service, office=OTHER_OFFICE), OTHER_OFFICE)
    assert (other["need"], other["alarms"]) == (0, [])


def test_a_trip_is_proposed_and_ordered(service: Service, database: Database) -> None:
    """One office gets what it lacks, one sends back; each is ordered by itself, and then nothing is left to do."""
    service.clerk(cash=30 * MILLION)
    service.clerk(OTHER_OFFICE, cash=580 * MILLION)
    paid_before(service, database, weeks(40))
    boss = supervisor(service, "178")
    made = boss.get("/staff/v1/floats/plan", area="178").json()
    assert [made[name] for name in ("out", "back", "missing")] == [110 * MILLION, 480 * MILLION, 0]
    shown = [[one[name] for name in ("office", "direction", "amount", "after")] for one in made["proposals"]]
    assert shown == [
        [OFFICE, "to-office", 110 * MILLION, 140 * MILLION],
        [OTHER_OFFICE, "to-area", 480 * MILLION, 100 * MILLION],
    ]
    assert boss.get("/staff/v1/deliveries").json()["items"] == []
    for one in made["proposals"]:
        order = {name: one[name] for name in ("office", "direction", "amount")}
        assert boss.post("/staff/v1/deliveries", order).status_code == 201
    assert boss.get("/staff/v1/floats/plan", area="178").json()["proposals"] == []


def test_a_poor_area_says_what_is_missing(service: Service, database: Database) -> None:
    """Never more than the area's cash."""
    service.clerk(cash=30 * MILLION)
    paid_before(service, database, weeks(40))
    made = supervisor(service).get("/staff/v1/floats/plan", area="178", cash=50 * MILLION).json()
    assert [made[name] for name in ("area_cash", "out", "missing")] == [
        50 * MILLION,
        50 * MILLION,
        60 * MILLION,
    ]


def test_a_forecast_for_the_days_to_come(service: Service, database: Database) -> None:
    """From today, with the kinds of days; market days are those of the office's float."""
    service.clerk()
    paid_before(service, database, weeks(40))
    service.staff("operator").post(PATH, LEVELS | {"market": MARKET})
    answer = supervisor(service).get(f"/staff/v1/floats/{OFFICE}/forecast", days=7).json()
    assert [one["expected"] // MILLION for one in answer["days"]] == [40, 40, 40, 40, 40, 0, 0]
    assert [one["kinds"] for one in answer["days"]] == [[], ["market"], [], [], [], [], ["market"]]
    assert answer["need"] == 200 * MILLION


def test_pay_days_are_those_of_the_offices_customers(service: Service) -> None:
    """A salary list makes a pay day where those it paid fetch their cash, and nowhere else."""
    clerk, other = service.clerk(), service.clerk(OTHER_OFFICE)
    teacher, farmer = service.customer(), service.customer()
    for who, counter in ((teacher, clerk), (farmer, other)):
        assert counter.serve(who, who.code()).status_code == 201
    line = {
        "line_reference": "1",
        "phone": teacher.facts["phone"],
        "amount": 5 * MILLION,
        "narration": "Lương",
    }
    batch = {"batch": "school-11", "payer": "treasury", "lines": [line]}
    assert credit_by_two(service, service.staff("operator"), batch).status_code == 201
    boss = supervisor(service)

    def pay_days(office: str) -> list[str]:
        days = boss.get(f"/staff/v1/floats/{office}/forecast", days=40).json()["days"]
        return [one["day"] for one in days if "pay" in one["kinds"]]

    assert pay_days(OFFICE) == ["2026-11-16", "2026-11-17", "2026-11-18"]  # a list of this morning is known
    service.clock.advance(days=1)
    boss = again(service, boss)
    again_in_december = ["2026-12-16", "2026-12-17", "2026-12-18"]
    assert pay_days(OFFICE) == ["2026-11-17", "2026-11-18", *again_in_december]
    assert pay_days(OTHER_OFFICE) == []


def test_a_supervisor_sees_the_own_area(service: Service) -> None:
    """Another's offices are unknown, its plan and its list too; the province's supervisor sees all."""
    service.clerk()
    own, other, province = supervisor(service, "178"), supervisor(service, "180"), supervisor(service)
    for boss in (own, province):
        assert [one["office"] for one in boss.get("/staff/v1/floats").json()["items"]] == [OFFICE]
        assert boss.get("/staff/v1/floats/plan", area="178").status_code == 200
        assert boss.get(f"/staff/v1/floats/{OFFICE}/forecast").status_code == 200
    assert other.get("/staff/v1/floats").json()["items"] == []
    assert slug_of(other.get("/staff/v1/floats", area="178")) == "area-unknown"
    assert slug_of(other.get("/staff/v1/floats/plan", area="178")) == "area-unknown"
    assert slug_of(other.get(f"/staff/v1/floats/{OFFICE}/forecast")) == "office-unknown"
    assert slug_of(province.get("/staff/v1/floats/plan", area="999")) == "area-unknown"


def test_only_active_offices_stand_anywhere(service: Service) -> None:
    """A planned one needs no cash; the list goes by pages."""
    boss = supervisor(service)
    assert boss.get("/staff/v1/floats").json()["items"] == []
    assert slug_of(boss.get(f"/staff/v1/floats/{OFFICE}/forecast")) == "office-unknown"
    service.clerk(shift=False)
    service.clerk(OTHER_OFFICE, shift=False)
    page = boss.get("/staff/v1/floats", limit=1).json()
    assert [one["office"] for one in page["items"]] == [OFFICE]
    rest = boss.get("/staff/v1/floats", cursor=page["next_cursor"]).json()
    assert [one["office"] for one in rest["items"]] == [OTHER_OFFICE]
    assert rest["next_cursor"] is None


def test_what_is_reserved_is_needed(service: Service) -> None:
    """Whatever the history says: a plan sends back nothing that customers were promised."""
    service.clerk(cash=600 * MILLION)
    for _ in range(3):
        customer = service.customer(balance=30 * MILLION)
        body = {"lifetime": "scheduled", "office": OFFICE, "day": "2026-11-17"}
        assert customer.authorise(10 * MILLION, **body).status_code == 201
    seen = standing(service, supervisor(service))
    assert (seen["need"], seen["alarms"]) == (30 * MILLION, ["above-maximum"])
