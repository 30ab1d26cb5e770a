"""Nobody alone makes, promotes or resets one who decides for others, nor decides through one just made."""

from typing import Any
from uuid import UUID

import pytest

from atm_service.registers.staff import service as staff
from atm_service.registers.staff import store
from atm_service.registers.staff.errors import AddedAlone
from tests.atm_service.control.audit.days import broken_now, missed
from tests.atm_service.control.instructions.colleague import agreed_on_member, colleague
from tests.atm_service.control.members.plants import PLANTS
from tests.atm_service.registers.staff.test_passkeys import Holder
from tests.atm_service.world import HASHER, PASSWORD, Person, Service
from tests.contract.documented import slug_of
from tests.database import Database

WHY = {"reason": "bổ nhiệm"}
BOSS = {"role": "supervisor", "place": "178"}
OWN = "cau-cua-rieng-toi-dai"


@pytest.fixture
def operator(service: Service) -> Person:
    return service.staff("operator")


def propose(by: Person, id: UUID, **wanted: Any) -> str:
    answer = by.post(f"/operator/v1/members/{id}/instructions", {**WHY, **wanted})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def decide(by: Person, id: str, decision: str = "approve", **proof: Any) -> str:
    body = {"decision": decision, "reason": "đã gọi hỏi", **proof}
    answer = by.post(f"/staff/v1/instructions/{id}/decision", body)
    return str(answer.json()["status"]) if answer.is_success else slug_of(answer)


def give(by: Person, id: UUID, **wanted: Any) -> str:
    answer = by.post(f"/operator/v1/members/{id}/role", {**WHY, **wanted})
    return str(answer.json()["role"]) if answer.is_success else slug_of(answer)


def reset(by: Person, id: UUID) -> str:
    answer = by.post(f"/staff/v1/members/{id}/password", WHY)
    return "reset" if answer.is_success else slug_of(answer)


def made(service: Service, by: Person, role: str = "operator") -> Person:
    """Let somebody be added by `by`, as after an approval."""
    name = f"made{service.now.timestamp():.0f}-{role}-{len(service.trail('staff.added'))}"
    with service.context.transaction() as session:
        maker = store.find(session, by.id)
        assert maker is not None
        id = staff.add(
            session,
            HASHER,
            name,
            PASSWORD,
            role,  # type: ignore[arg-type]
            None,
            "Hoàng Thị Mới",
            service.now,
            by=maker.caller,
            leave=lambda _, __: None,
        )
    given = {"username": name, "password": PASSWORD}
    assert slug_of(service.client.post("/staff/v1/sessions", json=given)) == "password-must-be-changed"
    chosen = service.client.post("/staff/v1/password", json={**given, "new_password": OWN})
    assert chosen.status_code == 204, chosen.text
    return fresh(service, Person(service.client, id, ""), OWN)


def test_one_alone_changes_nobody_who_decides(service: Service, operator: Person) -> None:
    """Neither to such a role, nor from it, nor by a first password; a clerk is reset as before."""
    clerk, boss = service.clerk(shift=False), service.staff("supervisor")
    assert give(operator, clerk.id, **BOSS) == "instruction-needed"
    assert give(operator, boss.id, role="clerk", place="05971-1") == "instruction-needed"
    assert reset(operator, boss.id) == "instruction-needed"
    assert boss.get("/staff/v1/members").status_code == 200
    with service.context.transaction() as session:
        found = store.find(session, clerk.id)
        by = colleague(service)
        with pytest.raises(AddedAlone):
            staff.add(session, HASHER, "op9", PASSWORD, "operator", None, "Một Mình", service.now, by=by)
    assert found is not None
    assert (found.role, found.must_change) == ("clerk", False)
    assert reset(operator, clerk.id) == "reset"


def test_what_was_approved_is_done_once_and_nothing_else(service: Service, operator: Person) -> None:
    """Another role, place, member or deed is another thing; the next time is asked for anew."""
    clerk, other = service.clerk(shift=False), service.staff("supervisor")
    agreed_on_member(service, operator, clerk.id, **BOSS)
    assert give(operator, clerk.id, role="supervisor", place="183") == "instruction-needed"
    assert give(operator, clerk.id, role="operator") == "instruction-needed"
    assert give(operator, other.id, **BOSS) == "instruction-needed"
    assert give(operator, clerk.id, **BOSS) == "supervisor"
    assert reset(operator, clerk.id) == "instruction-needed"
    agreed_on_member(service, operator, clerk.id)
    assert reset(operator, clerk.id) == "reset"
    assert reset(operator, clerk.id) == "instruction-needed"
    agreed_on_member(service, operator, clerk.id)
    assert reset(operator, clerk.id) == "reset"
    assert len(service.trail("instruction.done")) == 3


def test_nobody_approves_through_whom_they_have_just_made(service: Service, operator: Person) -> None:
    """Not the made one for the maker, the maker for the made one, nor two of one hand; until the time is over."""
    one, two = made(service, operator), made(service, operator)
    clerk = service.clerk(shift=False)
    for proposer, decider in ((operator, one), (one, operator), (one, two)):
        waits = propose(proposer, clerk.id, **BOSS)
        assert decide(decider, waits) == "decider-tied"
        assert decide(service.staff("supervisor"), waits, "refuse") == "refused"
        service.clock.advance(minutes=1)
        clerk = service.clerk(drawer=1, cash=0, shift=False)
    service.clock.advance(hours=service.context.policy.approval.cooling_hours)
    operator, one = fresh(service, operator), fresh(service, one, OWN)
    assert decide(one, propose(operator, clerk.id, **BOSS)) == "approved"


def fresh(service: Service, person: Person, password: str = PASSWORD) -> Person:
    """Sign in once more."""
    with service.context.transaction() as session:
        member = store.find(session, person.id)
    assert member is not None
    body = {"username": member.username, "password": password}
    token = service.client.post("/staff/v1/sessions", json=body).json()["access_token"]
    return Person(service.client, person.id, token)


def test_a_reset_or_a_promotion_ties_too(service: Service, operator: Person) -> None:
    """Whoever has told somebody a password may know it."""
    boss, clerk = service.staff("supervisor"), service.clerk(shift=False)
    agreed_on_member(service, operator, boss.id, role="operator")
    assert give(operator, boss.id, role="operator") == "operator"
    promoted = fresh(service, boss)
    assert decide(promoted, propose(operator, clerk.id, **BOSS)) == "decider-tied"


def test_a_hand_reaches_over_others(service: Service, operator: Person) -> None:
    """Who was made by whom the proposer has made, and for whom a colleague carried it out, are tied."""
    clerk, other, colleague_ = (
        service.clerk(shift=False),
        service.staff("supervisor"),
        service.staff("operator"),
    )
    grandchild = made(service, made(service, operator))
    waits = propose(operator, clerk.id, role="supervisor")
    assert decide(grandchild, waits) == "decider-tied"
    assert decide(colleague_, waits) == "approved"
    assert give(colleague_, clerk.id, role="supervisor") == "supervisor"
    assert service.trail("staff.role-changed")[0]["detail"]["proposed_by"] == str(operator.id)
    assert decide(fresh(service, clerk), propose(operator, other.id)) == "decider-tied"


def test_a_decider_whom_nobody_approved_is_named(
    service: Service, operator: Person, database: Database
) -> None:
    """Made, changed or reset behind the service's back, or by one alone."""
    clerk = service.clerk(shift=False)
    agreed_on_member(service, operator, clerk.id, **BOSS)
    assert give(operator, clerk.id, **BOSS) == "supervisor"
    agreed_on_member(service, operator, clerk.id)
    assert reset(operator, clerk.id) == "reset"
    assert broken_now(service) == {}
    assert missed(database, service, PLANTS) == []


def test_who_decides_is_told_all_and_nobody_decides_the_own(service: Service, operator: Person) -> None:
    """The list shows who, what and since when; decided or lapsed it takes no second word."""
    clerk, boss = service.clerk(shift=False), service.staff("supervisor")
    id = propose(operator, clerk.id, **BOSS)
    (shown,) = boss.get("/staff/v1/instructions").json()["items"]
    assert (shown["kind"], shown["amount"], shown["own"]) == ("member-role", 0, False)
    assert (shown["facts"]["from"], shown["facts"]["role"], shown["facts"]["place"]) == (
        "clerk",
        "supervisor",
        "178",
    )
    assert operator.get("/staff/v1/instructions").json()["items"][0]["own"] is True
    assert decide(operator, id) == "own-instruction"
    assert decide(boss, id) == "approved"
    assert decide(boss, id) == "instruction-decided"
    late = propose(operator, boss.id)
    service.clock.advance(hours=24)
    assert decide(fresh(service, boss), late) == "instruction-lapsed"


def to_sign(by: Person, id: str, decision: str, again: int = 0) -> Any:
    word = {"decision": decision, "again": again}
    return by.post(f"/staff/v1/instructions/{id}/challenge", word).json()["passkey"]


def test_a_passkey_signs_for_one_word(service: Service) -> None:
    """What was signed as a refusal approves nothing, nor other lines than were confirmed."""
    service.demand_second_factor()
    operator, boss = service.staff("operator"), Holder(service)
    id, key = propose(operator, service.clerk(shift=False).id, **BOSS), boss.holding()
    for word in (("refuse", 0), ("approve", 1)):
        assert decide(boss.me, id, passkey=key.get(to_sign(boss.me, id, *word))) == "passkey-wrong"
    assert decide(boss.me, id, "refuse", passkey=key.get(to_sign(boss.me, id, "refuse"))) == "refused"


def test_the_second_factor_is_shown_with_the_decision(service: Service) -> None:
    """A code of now, or a passkey that signs for this very thing; a session alone decides nothing."""
    service.demand_second_factor()
    operator, boss = service.staff("operator"), Holder(service)
    clerk, other = service.clerk(shift=False), service.clerk(drawer=2, shift=False)
    first, second = (propose(operator, one.id, **BOSS) for one in (clerk, other))
    assert decide(boss.me, first) == "second-factor-needed"
    assert decide(boss.me, first, code="000000") == "second-factor-wrong"
    key = boss.holding()

    def asked(id: str) -> Any:
        return to_sign(boss.me, id, "approve")

    assert decide(boss.me, first, passkey=key.get(boss.asked())) == "passkey-wrong"
    assert decide(boss.me, first, passkey=key.get(asked(second))) == "passkey-wrong"
    assert slug_of(boss.finish(key.get(asked(first)))) == "passkey-wrong"
    assert decide(boss.me, first, passkey=key.get(asked(first))) == "approved"
    assert decide(boss.me, second, "refuse", code=boss.code()) == "refused"
