"""Approvals: one decision by somebody elsewhere, on the same business day."""

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import exc, text

from atm_service.platform.keys.tokens import Caller
from atm_service.promises.approvals import errors
from atm_service.promises.approvals import service as approvals
from atm_service.promises.approvals.domain import Approval, ApprovalKind, ApprovalStatus, Decision, Reason
from atm_service.registers.staff import hands, store
from tests.atm_service.counter import WHY, again, ask_to_reverse, decide, paid, refused, supervisor
from tests.atm_service.records import unchanged
from tests.atm_service.world import OFFICE, OTHER_OFFICE, START, Clerk, Service


def asked(service: Service) -> tuple[Clerk, dict[str, object]]:
    """Pay, and ask for the reversal."""
    clerk = service.clerk()
    receipt = paid(service, clerk, service.customer())
    answer = ask_to_reverse(clerk, receipt["withdrawal_id"])
    assert answer.status_code == 201, answer.text
    return clerk, answer.json()


def approval(decision: Decision | None = None, *, used: bool = False) -> Approval:
    """Build a request that expires one day after the start."""
    return Approval(
        id=uuid4(),
        kind=ApprovalKind.DEPOSIT,
        subject=uuid4(),
        amount=12_000_000,
        office=OFFICE,
        reason=Reason.ABOVE_THRESHOLD,
        words="bán trâu",
        requested_by=uuid4(),
        requested_at=START,
        expires_at=START.replace(hour=17),
        decision=decision,
        used_at=START if used else None,
    )


YES = Decision(approved=True, reason="gọi rồi", by=uuid4(), at=START)
NO = Decision(approved=False, reason="không", by=uuid4(), at=START)
LATE = START.replace(hour=17)


def test_the_status_follows_from_the_facts() -> None:
    """Waiting and approved lapse with the day; refused and used stay what they are."""
    stands = {
        (None, False): (ApprovalStatus.WAITING, ApprovalStatus.EXPIRED),
        (YES, False): (ApprovalStatus.APPROVED, ApprovalStatus.EXPIRED),
        (NO, False): (ApprovalStatus.REFUSED, ApprovalStatus.REFUSED),
        (YES, True): (ApprovalStatus.USED, ApprovalStatus.USED),
    }
    for (decision, used), (early, late) in stands.items():
        one = approval(decision, used=used)
        assert (one.status(START), one.status(LATE)) == (early, late)


def test_each_status_but_approved_refuses_use_by_name() -> None:
    """One refusal per status, and none when it is approved."""
    approval(YES).check_use(START)
    for one, now, refusal in (
        (approval(), START, errors.ApprovalWaiting),
        (approval(NO), START, errors.ApprovalRefused),
        (approval(YES), LATE, errors.ApprovalExpired),
        (approval(YES, used=True), START, errors.ApprovalUsed),
    ):
        with pytest.raises(refusal):
            one.check_use(now)


def test_nobody_decides_for_themselves_or_their_office() -> None:
    """The requester, and a supervisor who belongs to the same office, are refused."""
    one = approval()
    for by, office in ((one.requested_by, None), (uuid4(), OFFICE)):
        with pytest.raises(errors.OwnRequest):
            one.decide(by, office, START, approved=True, reason="vâng")
    assert one.decide(uuid4(), OTHER_OFFICE, START, approved=True, reason="vâng").approved


def test_the_queue_shows_what_waits(service: Service) -> None:
    """With amount, office, reason and words; not after the decision."""
    _, request = asked(service)
    person = supervisor(service)
    (item,) = person.get("/staff/v1/approvals").json()["items"]
    assert item == request
    assert (item["amount"], item["office"], item["reason"], item["words"]) == (
        2_000_000,
        OFFICE,
        WHY["reason"],
        WHY["words"],
    )
    assert decide(person, request).json()["status"] == "approved"
    assert person.get("/staff/v1/approvals").json()["items"] == []


def test_a_supervisor_sees_the_own_area(service: Service) -> None:
    """Another area's request is unknown; the area's and the province's supervisors see it."""
    _, request = asked(service)
    elsewhere, here = supervisor(service, "180"), supervisor(service, "178")
    assert elsewhere.get("/staff/v1/approvals").json()["items"] == []
    with unchanged(service):
        assert refused(decide(elsewhere, request)) == "not-found"
    assert len(here.get("/staff/v1/approvals").json()["items"]) == 1
    assert decide(here, request).status_code == 200


def test_a_supervisor_at_the_same_office_is_refused(service: Service) -> None:
    """Elsewhere means elsewhere."""
    _, request = asked(service)
    person = supervisor(service, office=OFFICE)
    with unchanged(service):
        assert refused(decide(person, request)) == "own-request"


def test_one_decision_only(service: Service) -> None:
    """Six supervisors at once, three for and three against: one decision stands, and the others read which."""
    _, request = asked(service)
    people = [supervisor(service, None, office) for office in (None, OTHER_OFFICE)]
    answers = []

    def work(number: int) -> None:
        word = "approve" if number % 2 else "refuse"
        answers.append(decide(people[number % 2], request, word))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    decided = [answer for answer in answers if answer.status_code == 200]
    assert len(decided) == 1
    others = {answer.json()["decided_as"] for answer in answers if answer.status_code != 200}
    assert others == {decided[0].json()["status"]}


def test_a_decision_repeated_with_its_key_is_the_same(service: Service) -> None:
    """The same key replays; it does not decide twice."""
    _, request = asked(service)
    person = supervisor(service)
    first, second = decide(person, request, key="k"), decide(person, request, key="k")
    assert second.json() == first.json()


def test_it_lapses_with_the_day(service: Service) -> None:
    """At midnight in Vietnam it can no longer be decided, and leaves the queue."""
    clerk, request = asked(service)
    person = supervisor(service)
    service.clock.advance(hours=15)
    clerk, person = service.again(clerk), again(service, person)
    with unchanged(service):
        assert refused(decide(person, request)) == "approval-expired"
    assert person.get("/staff/v1/approvals").json()["items"] == []
    assert clerk.get(f"/counter/v1/approvals/{request['id']}").json()["status"] == "expired"
    assert clerk.get("/counter/v1/approvals").json()["items"] == []


def test_asking_twice_names_the_first(service: Service) -> None:
    """While a request waits or is approved, another one is refused with its id."""
    clerk, request = asked(service)
    for stands in ("waiting", "approved"):
        answer = ask_to_reverse(clerk, request["subject"])
        assert refused(answer) == "already-requested"
        assert (answer.json()["approval_id"], answer.json()["stands"]) == (request["id"], stands)
        if stands == "waiting":
            decide(supervisor(service), request)


def test_a_request_is_its_offices(service: Service) -> None:
    """Another office cannot look at it."""
    _, request = asked(service)
    stranger = service.clerk(OTHER_OFFICE)
    assert refused(stranger.get(f"/counter/v1/approvals/{request['id']}")) == "not-found"


def test_an_approval_is_for_its_amount_and_office(service: Service) -> None:
    """What was approved for two million at one office serves for nothing else."""
    clerk, request = asked(service)
    decide(supervisor(service), request)
    subject, number = UUID(str(request["subject"])), uuid4()
    for amount, office in ((2_000_001, OFFICE), (2_000_000, OTHER_OFFICE)):
        caller = Caller(clerk.id, "staff", "clerk", office)
        with pytest.raises(errors.ApprovalNeeded), service.context.transaction() as session:
            approvals.use(
                session, caller, ApprovalKind.WITHDRAWAL_REVERSAL, subject, amount, number, service.now
            )


def test_every_step_is_in_the_trail(service: Service) -> None:
    """Asked, decided, used: who and when, and none of the words."""
    clerk, request = asked(service)
    decide(supervisor(service), request)
    clerk.post(f"/counter/v1/withdrawals/{request['subject']}/reversal", {"counts": {"500000": 4}})
    rows = service.trail("approval.")
    assert {row["action"] for row in rows} == {"approval.requested", "approval.approved", "approval.used"}
    assert WHY["words"] not in str(rows)


BY_REQUESTER = """
    INSERT INTO service.approval_decision SELECT id, true, 'tự duyệt', requested_by, requested_at FROM service.approval
"""
TOO_LATE = """
    INSERT INTO service.approval_decision
    SELECT a.id, true, 'muộn', s.id, a.expires_at FROM service.approval a, service.staff s WHERE s.id <> a.requested_by
"""


@pytest.mark.parametrize(
    "statement",
    [
        BY_REQUESTER,
        TOO_LATE,
        "UPDATE service.approval SET amount = 1",
        "DELETE FROM service.approval",
    ],
    ids=["by the requester", "too late", "changed", "deleted"],
)
def test_the_database_itself_refuses(service: Service, statement: str) -> None:
    """Whatever the program believes: not by the requester, not too late, never changed."""
    asked(service)
    supervisor(service)
    with pytest.raises(exc.DBAPIError), service.context.transaction() as session:
        session.execute(text(statement))


def test_the_database_lets_nobody_use_what_was_refused(service: Service) -> None:
    """A use needs a decision that says yes."""
    _, request = asked(service)
    use = text("INSERT INTO service.approval_use VALUES (:id, :id, :now)")
    values = {"id": request["id"], "now": service.now}
    with pytest.raises(exc.DBAPIError), service.context.transaction() as session:
        session.execute(use, values)
    decide(supervisor(service), request, "refuse")
    with pytest.raises(exc.DBAPIError), service.context.transaction() as session:
        session.execute(use, values)


def test_nobody_approves_what_they_may_have_asked_for_themselves(service: Service) -> None:
    """A supervisor who has lately given the clerk a password may be the clerk: another one decides, for a while."""
    clerk, request = asked(service)
    boss, other = supervisor(service), supervisor(service, "178")
    reset = boss.post(f"/staff/v1/members/{clerk.id}/password", {"reason": "quên mật khẩu"})
    assert reset.status_code == 201
    assert refused(decide(boss, request)) == "decider-tied"
    assert decide(other, request).json()["status"] == "approved"


def test_a_first_password_is_not_waited_out(service: Service) -> None:
    """Given to a clerk on leave, it ties for as long as it stands, and for a while after an own one was chosen."""
    clerk, boss, policy = service.clerk(), supervisor(service), service.context.policy
    told = boss.post(f"/staff/v1/members/{clerk.id}/password", {"reason": "quên mật khẩu"}).json()["password"]

    def tied(**later: float) -> bool:
        with service.context.transaction() as session:
            return clerk.id in hands.kin(session, policy, boss.id, service.now + timedelta(**later))

    assert tied(days=300)
    service.clock.advance(days=300)
    with service.context.transaction() as session:
        member = store.find(session, clerk.id)
    assert member is not None
    own = {"username": member.username, "password": told, "new_password": "cau-cua-rieng-toi-dai"}
    assert service.client.post("/staff/v1/password", json=own).status_code == 204
    assert tied(hours=policy.approval.cooling_hours, seconds=-1)
    assert not tied(hours=policy.approval.cooling_hours)


def test_who_may_be_the_asker_can_still_say_no(service: Service) -> None:
    """A refusal moves nothing."""
    clerk, request = asked(service)
    boss = supervisor(service)
    assert boss.post(f"/staff/v1/members/{clerk.id}/password", {"reason": "quên mật khẩu"}).status_code == 201
    assert decide(boss, request, "refuse").json()["status"] == "refused"
