from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.atm_service.world import Person, Service

PERSON = {"id_number": "020085900001", "phone": "0987654321", "pin": "480152"}


def in_review(service: Service, **changes: Any) -> str:
    answer = service.apply(capture="sample-doubtful", **changes).json()
    assert answer["status"] == "review"
    return str(answer["id"])


def decide(supervisor: Person, id: str, decision: str = "approve", key: str | None = None) -> Any:
    body = {"decision": decision, "reason": "called the person"}
    return supervisor.post(f"/staff/v1/applications/{id}/decision", body, key)


def sign_in(service: Service) -> int:
    body = {"phone": PERSON["phone"], "pin": PERSON["pin"]}
    return service.client.post("/wallet/v1/sessions", json=body).status_code


def test_listed(service: Service) -> None:
    """A supervisor sees who waits, newest first, page by page, with the card number masked."""
    old = in_review(service, **PERSON)
    service.clock.advance(seconds=1)
    new = in_review(service)
    service.apply()
    supervisor = service.staff("supervisor")
    first = supervisor.get("/staff/v1/applications", status="review", limit=1).json()
    last = supervisor.get("/staff/v1/applications", limit=1, cursor=first["next_cursor"]).json()
    assert [first["items"][0]["id"], last["items"][0]["id"], last["next_cursor"]] == [new, old, None]
    shown = last["items"][0]
    assert (shown["masked_id"], shown["date_of_birth"]) == ("••••••••0001", "1985-04-12")
    assert (shown["full_name"], shown["reasons"]) == ("Nông Văn Thắng", ["face-doubtful"])


def test_approve(service: Service) -> None:
    """With a supervisor's approval the person has a wallet, and signs in with the PIN of the application."""
    waiting = in_review(service, **PERSON)
    answer = decide(service.staff("supervisor"), waiting)
    assert (answer.status_code, answer.json()["status"]) == (200, "approved")
    assert sign_in(service) == 201
    assert service.client.get(f"/wallet/v1/applications/{waiting}").json() == answer.json()


def test_reject(service: Service) -> None:
    """With a supervisor's rejection there is no wallet, and nothing personal is kept."""
    waiting = in_review(service, **PERSON)
    answer = decide(service.staff("supervisor"), waiting, "reject").json()
    assert (answer["status"], answer["reasons"]) == ("rejected", ["face-doubtful", "staff-decision"])
    assert sign_in(service) == 401
    with service.context.transaction() as session:
        kept = session.exec_driver_sql(
            "SELECT num_nonnulls(identity_sealed, phone_sealed, pin_sealed, capture), note,"
            " decided_by IS NOT NULL FROM service.application"
        ).one()
    assert tuple(kept) == (0, "called the person", True)


@pytest.mark.parametrize(("first", "second"), [("approve", "reject"), ("reject", "approve")])
def test_decided_once(service: Service, first: str, second: str) -> None:
    """A second decision is refused, and told the first one."""
    waiting, supervisor = in_review(service, **PERSON), service.staff("supervisor")
    decision = decide(supervisor, waiting, first).json()["status"]
    again = decide(supervisor, waiting, second)
    assert (again.status_code, again.json()["type"].rpartition(":")[2]) == (409, "already-decided")
    assert (again.json()["status"], again.json()["decision"]) == (409, decision)


def test_repeated_with_one_key(service: Service) -> None:
    """The same key gets the same answer, marked as a replay."""
    waiting, supervisor = in_review(service, **PERSON), service.staff("supervisor")
    first, again = decide(supervisor, waiting, key="k1"), decide(supervisor, waiting, key="k1")
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"


def test_many_decide_at_once(service: Service) -> None:
    """Of ten supervisors who decide at once, one does."""
    waiting, supervisor = in_review(service, **PERSON), service.staff("supervisor")
    with ThreadPoolExecutor(10) as pool:
        answers = list(
            pool.map(lambda n: decide(supervisor, waiting, "reject" if n % 2 else "approve"), range(10))
        )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9


def test_approved_duplicate(service: Service) -> None:
    """A person who has got a wallet meanwhile is rejected, although the supervisor approves."""
    waiting = in_review(service, **PERSON)
    service.apply(**{**PERSON, "phone": "0987654322"})
    answer = decide(service.staff("supervisor"), waiting).json()
    assert (answer["status"], answer["reasons"]) == ("rejected", ["duplicate-person"])


def test_only_what_is_in_review(service: Service) -> None:
    """What does not exist, and what the provider has still to answer, is not there to decide."""
    supervisor = service.staff("supervisor")
    pending = service.apply(capture="sample-down").json()["id"]
    assert [decide(supervisor, one).status_code for one in (str(uuid4()), pending)] == [404, 404]


@pytest.mark.parametrize("role", ["auditor", "operator"])
def test_other_roles(service: Service, role: str) -> None:
    """Only supervisors see and decide applications."""
    waiting, other = in_review(service, **PERSON), service.staff(role)
    assert decide(other, waiting).status_code == 403
    assert other.get("/staff/v1/applications").status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"decision": "maybe", "reason": "because"},
        {"decision": "approve"},
        {"decision": "approve", "reason": "no"},
        {"decision": "approve", "reason": "x" * 201},
        {"decision": "approve", "reason": "a\x00b"},
    ],
)
def test_malformed(service: Service, body: dict[str, str]) -> None:
    """A decision needs one of two words and a reason of 3 to 200 characters."""
    waiting, supervisor = in_review(service, **PERSON), service.staff("supervisor")
    assert supervisor.post(f"/staff/v1/applications/{waiting}/decision", body).status_code == 422
