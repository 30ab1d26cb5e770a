"""Staff are switched off, moved and given a first password; what they hold is worth nothing from that answer on."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from sqlalchemy import Connection

from atm_service.platform.refusals import Unauthenticated
from atm_service.promises.approvals import service as approvals
from atm_service.promises.shifts import service as shifts
from atm_service.registers.cash import service as cash
from atm_service.registers.cash.delivery import Direction
from atm_service.registers.staff import rights, store
from tests.atm_service.control.instructions.colleague import agreed_on_member
from tests.atm_service.counter import supervisor
from tests.atm_service.world import OFFICE, OTHER_OFFICE, PASSWORD, Clerk, Person, Service
from tests.waiting import wait_until_blocked

WHY = {"reason": "nghỉ việc"}
AMOUNT = 500_000


def switch(by: Person, id: object, *, active: bool) -> Response:
    return by.post(f"/staff/v1/members/{id}/state", {"active": active, **WHY})


def username(service: Service, person: Person) -> str:
    with service.context.transaction() as session:
        member = store.find(session, person.id)
    assert member is not None
    return member.username


def sign_in(service: Service, name: str, password: str = PASSWORD) -> Response:
    return service.client.post("/staff/v1/sessions", json={"username": name, "password": password})


def slug(answer: Response) -> str:
    return str(answer.json()["type"]).rpartition(":")[2]


def receipts(service: Service) -> int:
    with service.context.transaction() as session:
        return int(session.exec_driver_sql("SELECT count(*) FROM service.receipt").scalar_one())


def test_a_clerk_who_is_switched_off_pays_nothing_more(service: Service) -> None:
    """Neither what is presented already, nor by another route, nor by refreshing or signing in; until switched on."""
    customer, clerk, boss = service.customer(2 * AMOUNT), service.clerk(), service.staff("supervisor")
    name = username(service, clerk)
    session = sign_in(service, name).json()
    code = customer.code(AMOUNT)
    assert clerk.present(code["code"]).status_code == 201
    answer = switch(boss, clerk.id, active=False)
    assert (answer.status_code, answer.json()["active"]) == (200, False)
    assert slug(clerk.pay(code["id"], customer.facts["id_number"])) == "no-open-shift"
    assert slug(clerk.present(code["code"])) == "no-open-shift"
    assert clerk.get("/counter/v1/shifts/current").status_code == 401
    token = {"refresh_token": session["refresh_token"]}
    assert service.client.post("/staff/v1/sessions/refresh", json=token).status_code == 401
    assert slug(sign_in(service, name)) == "wrong-credentials"
    assert receipts(service) == 0

    assert slug(switch(boss, clerk.id, active=False)) == "rights-unchanged"
    assert switch(boss, clerk.id, active=True).json()["active"] is True
    assert clerk.get("/counter/v1/shifts/current").status_code == 401
    back = Clerk(service.client, clerk.id, sign_in(service, name).json()["access_token"], clerk.facts)
    assert back.pay(code["id"], customer.facts["id_number"]).status_code == 201


def test_what_runs_meanwhile_is_before_the_answer_or_not_at_all(service: Service) -> None:
    """A clerk pays on and on while switched off: when that is answered, the last receipt is written."""
    customer, clerk, boss = service.customer(40 * 50_000), service.clerk(), service.staff("supervisor")
    switched = threading.Event()
    after: list[int] = []

    def off() -> None:
        assert switch(boss, clerk.id, active=False).status_code == 200
        after.append(receipts(service))
        switched.set()

    thread = threading.Thread(target=off)
    paid = 0
    for turn in range(12):
        if turn == 3:
            thread.start()
        code = customer.code(50_000)
        clerk.present(code["code"])
        paid += clerk.pay(code["id"], customer.facts["id_number"]).status_code == 201
        customer.cancel(code["id"])
    thread.join(60)
    assert switched.is_set()
    assert after == [receipts(service)] == [paid]
    assert 3 <= paid < 12


WAITED_FOR: dict[str, tuple[str, dict[str, Any], str]] = {
    "thaw a wallet": (
        "/staff/v1/customers/{customer}/freeze",
        {"frozen": False, **WHY},
        "customer WHERE id = %(customer)s",
    ),
    "thaw a drawer": (
        f"/staff/v1/offices/{OFFICE}/drawers/1/freeze",
        {"frozen": False, **WHY},
        "office WHERE code = %(office)s",
    ),
    "suspend an office": (
        f"/staff/v1/offices/{OFFICE}/state",
        {"state": "suspended", **WHY},
        "office WHERE code = %(office)s",
    ),
    "open a wallet": (
        "/staff/v1/applications/{application}/decision",
        {"decision": "approve", **WHY},
        "application WHERE id = %(application)s",
    ),
    "refuse cash": (
        "/staff/v1/deliveries/requests/{request}/refuse",
        WHY,
        "cash_request WHERE id = %(request)s",
    ),
}


@pytest.mark.parametrize("deed", WAITED_FOR)
def test_a_deed_that_waits_ends_with_the_rights(service: Service, deed: str) -> None:
    """It passed the door in time and waits for a row: what is switched off meanwhile does nothing more."""
    path, body, row = WAITED_FOR[deed]
    boss, operator, clerk = service.staff("supervisor"), service.staff("operator"), service.clerk()
    customer = service.customer()
    known = {
        "customer": customer.id,
        "office": OFFICE,
        "application": service.apply(capture="sample-doubtful").json()["id"],
        "request": clerk.post("/counter/v1/cash/requests", {"amount": 1_000_000, **WHY}).json()["id"],
    }
    frozen = {"frozen": True, **WHY}
    assert boss.post(f"/staff/v1/customers/{customer.id}/freeze", frozen).status_code == 200
    assert boss.post(f"/staff/v1/offices/{OFFICE}/drawers/1/freeze", frozen).status_code == 200
    with ThreadPoolExecutor(1) as pool, service.context.engine.connect() as held:
        held.exec_driver_sql(f"SELECT FROM service.{row} FOR UPDATE", known)
        asked = pool.submit(boss.post, path.format(**known), body)
        wait_until_blocked(service.context.engine, asked)
        assert switch(operator, boss.id, active=False).status_code == 200
        held.rollback()
        assert slug(asked.result()) == "unauthenticated"


def test_a_supervisor_has_the_clerks_of_their_own_offices(service: Service) -> None:
    """Others are not found: another area's clerk, a colleague, an operator. Nobody switches themselves off."""
    clerk, operator = service.clerk(), service.staff("operator")
    area = service.client.get("/wallet/v1/offices", params={"q": OFFICE}).json()["items"][0]["area_code"]
    own, other = supervisor(service, area), supervisor(service, "181" if area != "181" else "182")
    for who, whom in ((other, clerk), (own, other), (own, operator)):
        assert switch(who, whom.id, active=False).status_code == 404
        assert who.post(f"/staff/v1/members/{whom.id}/password", WHY).status_code == 404
    assert [one["id"] for one in own.get("/staff/v1/members").json()["items"]] == [str(clerk.id)]
    assert other.get("/staff/v1/members").json()["items"] == []
    assert len(operator.get("/staff/v1/members").json()["items"]) == 4
    assert slug(switch(operator, operator.id, active=False)) == "own-rights"
    assert clerk.get("/staff/v1/members").status_code == 403
    assert switch(operator, own.id, active=False).status_code == 200
    assert own.get("/staff/v1/members").status_code == 401
    assert switch(operator, uuid4(), active=False).status_code == 404


def test_a_first_password_is_good_for_choosing_another(service: Service) -> None:
    """It is told once and opens no session; the old one and all sessions end at once."""
    clerk, boss = service.clerk(), service.staff("supervisor")
    name = username(service, clerk)
    first = boss.post(f"/staff/v1/members/{clerk.id}/password", WHY).json()["password"]
    assert clerk.get("/counter/v1/shifts/current").status_code == 401
    assert slug(sign_in(service, name)) == "wrong-credentials"
    assert slug(sign_in(service, name, first)) == "password-must-be-changed"

    def choose(password: str, chosen: str) -> Any:
        body = {"username": name, "password": password, "new_password": chosen}
        return service.client.post("/staff/v1/password", json=body)

    assert slug(choose("x" * 12, "mot-cau-khac-de-nho")) == "wrong-credentials"
    for unfit in (first, "short"):
        assert slug(choose(first, unfit)) == "password-unfit"
    assert choose(first, "mot-cau-khac-de-nho").status_code == 204
    assert slug(sign_in(service, name, first)) == "wrong-credentials"
    assert sign_in(service, name, "mot-cau-khac-de-nho").status_code == 201


def test_a_clerk_moves_and_signs_in_anew(service: Service) -> None:
    """At the old office nothing is paid any more; the next session is of the new one."""
    clerk, operator = service.clerk(), service.staff("operator")
    body = {"office": OTHER_OFFICE, **WHY}
    moved = operator.post(f"/staff/v1/members/{clerk.id}/office", body)
    assert (moved.status_code, moved.json()["office"]) == (200, OTHER_OFFICE)
    assert clerk.get("/counter/v1/shifts/current").status_code == 401
    assert sign_in(service, username(service, clerk)).json()["office"] == OTHER_OFFICE
    assert slug(operator.post(f"/staff/v1/members/{clerk.id}/office", body)) == "rights-unchanged"
    unknown = operator.post(f"/staff/v1/members/{clerk.id}/office", {"office": "99999-1", **WHY})
    assert slug(unknown) == "office-unknown"


def test_an_operator_gives_another_role(service: Service) -> None:
    """With the place that belongs to it; tokens of before are worth nothing, and nobody promotes themselves."""
    clerk, operator, boss = service.clerk(), service.staff("operator"), service.staff("supervisor")
    customer = service.customer()
    code = customer.code(AMOUNT)
    assert clerk.present(code["code"]).status_code == 201

    def give(who: Person, whom: Person, role: str, place: str | None = None) -> Response:
        return who.post(f"/operator/v1/members/{whom.id}/role", {"role": role, "place": place, **WHY})

    assert give(boss, clerk, "supervisor").status_code == 403
    assert slug(give(operator, operator, "auditor")) == "own-rights"
    for role, place in (("clerk", None), ("auditor", OFFICE), ("supervisor", "999"), ("operator", "178")):
        assert slug(give(operator, clerk, role, place)) == "place-unfit"
    assert slug(give(operator, clerk, "clerk", "99999-1")) == "office-unknown"
    assert slug(give(operator, clerk, "clerk", OFFICE)) == "rights-unchanged"
    agreed_on_member(service, operator, clerk.id, role="supervisor", place="178")
    made = give(operator, clerk, "supervisor", "178").json()
    assert (made["role"], made["office"], made["area"]) == ("supervisor", None, "178")
    assert slug(clerk.pay(code["id"], customer.facts["id_number"])) == "no-open-shift"
    assert clerk.get("/counter/v1/shifts/current").status_code == 401
    assert sign_in(service, username(service, clerk)).json()["role"] == "supervisor"


@pytest.mark.parametrize("deed", ["switched-off", "reset", "moved"])
def test_the_trail_says_who_why_and_how_many_sessions_ended(service: Service, deed: str) -> None:
    """A deed at somebody's rights names who did it; the password is nowhere."""
    clerk, boss = service.clerk(), service.staff("supervisor")
    sign_in(service, username(service, clerk))
    asks = {
        "switched-off": ("state", {"active": False, **WHY}),
        "reset": ("password", WHY),
        "moved": ("office", {"office": OTHER_OFFICE, **WHY}),
    }
    where, body = asks[deed]
    answer = boss.post(f"/staff/v1/members/{clerk.id}/{where}", body)
    assert answer.is_success, answer.text
    with service.context.transaction() as session:
        row = session.exec_driver_sql(
            "SELECT actor, subject, detail FROM service.audit_event WHERE action = %s", (f"staff.{deed}",)
        ).one()
    assert (row.actor, row.subject) == (boss.id, clerk.id)
    assert (row.detail["reason"], row.detail["sessions_ended"]) == ("nghỉ việc", 1)
    assert answer.json().get("password", "no password") not in str(row.detail)


def test_rights_that_end_on_the_way_do_nothing_more(service: Service) -> None:
    """Past the door, and switched off before the transaction: neither approved, granted, ordered, sent nor reset."""
    clerk, boss = service.clerk(), supervisor(service)
    with service.context.transaction() as session:
        found = store.find(session, boss.id)
    assert found is not None
    late = replace(found.caller, generation=found.generation - 1)
    policy, now, why = service.context.policy, service.now, "đã gọi điện"
    order = boss.post("/staff/v1/deliveries", {"office": OFFICE, "direction": "to-office", "amount": AMOUNT})
    id = UUID(order.json()["id"])
    shift = UUID(clerk.get("/counter/v1/shifts/current").json()["id"])
    doings: list[Callable[[Connection], object]] = [
        lambda session: approvals.decide(session, policy, late, id, now, approved=True, reason=why),
        lambda session: shifts.grant_take_over(session, late, shift, why, now),
        lambda session: cash.order(session, policy, late, OFFICE, Direction.TO_OFFICE, AMOUNT, now),
        lambda session: cash.send(session, policy, late, id, {"500000": 1}, now),
        lambda session: rights.switch(session, late, clerk.id, why, now, active=False),
        lambda session: rights.move(session, late, clerk.id, OTHER_OFFICE, why, now),
        lambda _: rights.reset(service.context, late, clerk.id, why, now, lambda _, __: None),
    ]
    for doing in doings:
        with pytest.raises(Unauthenticated), service.context.transaction() as session:
            doing(session)
