"""All counts follow one rule: what differs is counted again, and by much it stands with a supervisor's word alone."""

from collections.abc import Callable
from typing import Any

import pytest
from httpx2 import Response

from atm_service.platform import chart
from atm_service.registers.cash.domain import Verdict, judge
from tests.atm_service.control.audit.days import broken_now, missed
from tests.atm_service.counter import decide, supervisor
from tests.atm_service.world import OFFICE, PASSWORD, Clerk, Service
from tests.contract.documented import slug_of
from tests.database import Database

EXPECTED = 100_000_000
FAR_SHORT = {"500000": 100, "100000": 166}  # 66,600,000: short by 33,400,000
SHORT_BY = -33_400_000
Ask = Callable[[dict[str, int]], Response]


@pytest.mark.parametrize(
    ("difference", "so_far", "before", "verdict"),
    [
        (0, 5_000_000, False, Verdict.STANDS),
        (0, 5_000_000, True, Verdict.STANDS),
        (1, 0, False, Verdict.AGAIN),
        (-183_400_000, 0, False, Verdict.AGAIN),
        (1_000_000, 0, True, Verdict.STANDS),
        (-1_000_000, 0, True, Verdict.STANDS),
        (1_000_001, 0, True, Verdict.WORD),
        (-1_000_001, 0, True, Verdict.WORD),
        (-400_000, 600_000, True, Verdict.STANDS),
        (-400_001, 600_000, True, Verdict.WORD),
        (1, 1_000_000, True, Verdict.WORD),
    ],
)
def test_the_rule(difference: int, so_far: int, verdict: Verdict, *, before: bool) -> None:
    """Over and short alike, together with what else the day found; the threshold itself takes no word."""
    assert judge(difference, 1_000_000, so_far, before=before) is verdict


def _opening(service: Service) -> tuple[Clerk, Ask]:
    clerk = service.clerk(shift=False)
    return clerk, lambda counts: clerk.open(1, counts)


def _closing(service: Service) -> tuple[Clerk, Ask]:
    clerk = service.clerk()
    return clerk, clerk.close


def _amid(service: Service) -> tuple[Clerk, Ask]:
    clerk = service.clerk()
    return clerk, lambda counts: clerk.post("/counter/v1/shifts/current/count", {"counts": counts})


def _handing_over(service: Service) -> tuple[Clerk, Ask]:
    clerk = service.clerk()
    other = service.clerk(drawer=2, cash=0, shift=False)
    with service.context.transaction() as session:
        name = session.exec_driver_sql(
            "SELECT username FROM service.staff WHERE id = %(id)s", {"id": other.id}
        ).scalar_one()
    path = "/counter/v1/shifts/current/hand-over"
    return clerk, lambda counts: clerk.post(path, {"counts": counts, "username": name, "password": PASSWORD})


def _taking_over(service: Service) -> tuple[Clerk, Ask]:
    shift = service.clerk().facts["shift"]["id"]
    clerk = service.clerk(drawer=2, cash=0, shift=False)
    service.staff("supervisor").post(f"/staff/v1/shifts/{shift}/take-over", {"reason": "Ill at home"})
    path = f"/counter/v1/shifts/{shift}/take-over"
    return clerk, lambda counts: clerk.post(path, {"counts": counts})


def _vault(service: Service) -> tuple[Clerk, Ask]:
    clerk = service.clerk(cash=EXPECTED)
    every = {"500000": 180, "10000": 1000}
    assert clerk.post("/counter/v1/cash/moves", {"to": "vault", "counts": every}).status_code in {201, 409}
    return clerk, lambda counts: clerk.post("/counter/v1/cash/vault/count", {"counts": counts})


MOMENTS = {
    "opening": (_opening, chart.drawer(OFFICE, 1)),
    "closing": (_closing, chart.drawer(OFFICE, 1)),
    "amid": (_amid, chart.drawer(OFFICE, 1)),
    "handing over": (_handing_over, chart.drawer(OFFICE, 1)),
    "taking over": (_taking_over, chart.drawer(OFFICE, 1)),
    "vault": (_vault, chart.vault(OFFICE)),
}


def ask(clerk: Clerk, count_id: str) -> Response:
    return clerk.post(f"/counter/v1/counts/{count_id}/approval-request", {"words": "Đếm hai lần vẫn lệch"})


def is_asked_again(answer: Response) -> bool:
    if answer.is_error:
        return slug_of(answer) == "count-again"
    body: dict[str, Any] = answer.json()
    return bool(body.get("closed", body)["recount"])


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_differs_by_much_stands_with_a_word_alone(
    service: Service, database: Database, moment: str
) -> None:
    """Counted again, blind; asked for, blind; decided with the figure and its sign; counted once more, and posted."""
    begin, place = MOMENTS[moment]
    clerk, count = begin(service)
    held = service.balance(place)
    short_by = 66_600_000 - held
    assert is_asked_again(count(FAR_SHORT))
    needs = count(FAR_SHORT)
    assert slug_of(needs) == "count-needs-word"
    assert not {str(short_by), str(-short_by)} & set(map(str, needs.json().values()))
    assert (service.balance(place), service.balance(chart.over_short(OFFICE))) == (held, 0)

    asked = ask(clerk, needs.json()["count_id"]).json()
    assert (asked["reason"], asked["amount"]) == ("count-differs", None)
    assert slug_of(count(FAR_SHORT)) == "approval-waiting"
    boss = supervisor(service)
    (waiting,) = boss.get("/staff/v1/approvals").json()["items"]
    assert (waiting["amount"], waiting["kind"]) == (short_by, asked["kind"])
    assert decide(boss, waiting).status_code == 200

    assert count(FAR_SHORT).is_success
    assert (service.balance(place), service.balance(chart.over_short(OFFICE))) == (66_600_000, -short_by)
    (done,) = clerk.get("/counter/v1/approvals").json()["items"]
    assert (done["status"], done["amount"]) == ("used", short_by)
    assert missed(database, service, [("counts-by-two", "DELETE FROM service.approval_use")]) == []
    assert broken_now(service) == {}


def needing_a_word(service: Service) -> tuple[Clerk, str]:
    clerk = service.clerk(shift=False)
    clerk.open(1, FAR_SHORT)
    return clerk, clerk.open(1, FAR_SHORT).json()["count_id"]


def test_a_word_is_on_one_sum(service: Service) -> None:
    """Another sum, counted after it, needs a word of its own; the right one none."""
    clerk, count = needing_a_word(service)
    decide(supervisor(service), ask(clerk, count).json())
    other = clerk.open(1, {"500000": 1})
    assert slug_of(other) == "count-needs-word"
    assert other.json()["count_id"] != count
    assert clerk.open(1, {"500000": 200}).json()["opening_over_short"] == 0


def test_a_no_lets_nothing_stand(service: Service) -> None:
    """The same count needs another word then."""
    clerk, count = needing_a_word(service)
    decide(supervisor(service), ask(clerk, count).json(), "refuse")
    assert slug_of(clerk.open(1, FAR_SHORT)) == "count-needs-word"
    assert service.balance(chart.over_short(OFFICE)) == 0


def test_a_word_is_asked_for_by_whoever_counted(service: Service) -> None:
    """Nobody else's count, none that does not exist, none that stands."""
    clerk, count = needing_a_word(service)
    other = service.clerk(drawer=2, cash=0)
    assert slug_of(ask(other, count)) == "not-found"
    assert slug_of(ask(clerk, str(clerk.id))) == "not-found"
    clerk.open(1, {"500000": 200})
    clerk.close({"500000": 200})
    with service.context.transaction() as session:
        stood = session.exec_driver_sql(
            "SELECT id FROM service.cash_count WHERE stood AND counted_by = %(id)s LIMIT 1", {"id": clerk.id}
        ).scalar_one()
    assert slug_of(ask(clerk, str(stood))) == "nothing-to-approve"
