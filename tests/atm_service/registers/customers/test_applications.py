from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from atm_service.platform.context import Context
from atm_service.registers.customers import application_store, domain, onboarding
from kyc.errors import ProviderRefused, ProviderUnavailable
from kyc.provider import CheckRequest, CheckResult, FaceRequest, FaceResult, Reason, Scores, Verdict
from tests.atm_service.world import Service

PERSON = {"id_number": "020085900001", "phone": "0987654321", "pin": "480152"}
SECRETS = ("Thắng", "020085900001", "0987654321", "480152", "1985-04-12")


class Answering:
    """A provider whose answers the test sets; `asked` keeps the ids that it was asked about."""

    def __init__(self, *answers: CheckResult | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[UUID] = []

    def check(self, request: CheckRequest, timeout_s: float) -> CheckResult:
        """Give the next answer; the last one stays."""
        self.asked.append(request.application_id)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def match_face(self, request: FaceRequest, timeout_s: float) -> FaceResult:
        """Not asked here."""
        raise NotImplementedError


SCORES = Scores(97, 98, 94)
APPROVED = CheckResult(Verdict.APPROVED, (), "ref-1", SCORES)
REVIEW = CheckResult(Verdict.REVIEW, (Reason.FACE_DOUBTFUL,), "ref-2", SCORES)
SILENCE = ProviderUnavailable("no answer")


def with_provider(service: Service, *answers: CheckResult | Exception) -> Answering:
    provider = Answering(*answers)
    service.context = replace(service.context, provider=provider)
    service.client.app.state.context = service.context  # type: ignore[attr-defined]
    return provider


def row(context: Context, id: str) -> dict[str, Any]:
    with context.transaction() as session:
        found = session.exec_driver_sql("SELECT * FROM service.application WHERE id = %s", (id,))
        return dict(found.mappings().one())


def count(context: Context, table: str) -> int:
    with context.transaction() as session:
        return int(session.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def sign_in(service: Service) -> int:
    body = {"phone": PERSON["phone"], "pin": PERSON["pin"]}
    return service.client.post("/wallet/v1/sessions", json=body).status_code


@pytest.mark.parametrize(
    ("capture", "status", "reasons"),
    [
        ("sample-clear", "approved", []),
        ("sample-slow", "approved", []),
        ("sample-blurred", "rejected", ["document-unreadable"]),
        ("sample-other-face", "rejected", ["face-mismatch"]),
        ("sample-expired-card", "rejected", ["document-expired"]),
        ("sample-doubtful", "review", ["face-doubtful"]),
        ("sample-down", "pending", []),
    ],
)
def test_samples(service: Service, capture: str, status: str, reasons: list[str]) -> None:
    """Each documented sample gets its answer, and the same when it is looked at again."""
    answer = service.apply(capture=capture)
    assert answer.status_code == 201
    assert (answer.json()["status"], answer.json()["reasons"]) == (status, reasons)
    assert service.client.get(f"/wallet/v1/applications/{answer.json()['id']}").json() == answer.json()


@pytest.mark.parametrize("capture", ["sample-blurred", "sample-doubtful", "sample-down"])
def test_no_wallet_before_approval(
    service: Service, capture: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without approval there is no customer, no sign-in and no ledger account; a silent provider is logged."""
    service.apply(capture=capture, **PERSON)
    assert ("did not answer" in capsys.readouterr().out) == (capture == "sample-down")
    assert count(service.context, "service.customer") == 0
    assert count(service.context, "ledger.account WHERE code LIKE 'customer/%%'") == 0
    assert sign_in(service) == 401


def test_approved_may_sign_in(service: Service) -> None:
    """With approval there are a customer and an empty account, and the PIN works."""
    service.apply(**PERSON)
    assert sign_in(service) == 201
    assert count(service.context, "ledger.account WHERE code LIKE 'customer/%%'") == 1


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"date_of_birth": "1986-04-12"}, "id_number", "birth-date-mismatch"),
        ({"phone": "0243826400"}, "phone", "not-mobile-number"),
        ({"pin": "111111"}, "pin", "weak"),
        ({"full_name": "\x00\x00\x00"}, "full_name", "wrong-characters"),
    ],
)
def test_broken_rules(service: Service, changes: dict[str, str], field: str, reason: str) -> None:
    """Data that break a rule are refused by field, and nothing is kept."""
    answer = service.apply(**changes)
    assert answer.status_code == 409
    assert answer.json()["type"].endswith(":applicant-refused")
    assert (answer.json()["field"], answer.json()["reason"]) == (field, reason)
    assert count(service.context, "service.application") == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"date_of_birth": 0},
        {"date_of_birth": "1985-04-12T00:00:00"},
        {"date_of_birth": "1985-02-30"},
        {"date_of_birth": "482112000"},
        {"id_number": "02008500432１"},
        {"id_number": 20085004321},
        {"pin": "48015"},
        {"capture": "a b"},
        {"capture": ""},
        {"full_name": ""},
        {"full_name": "x" * 281},
        {"admin": True},
    ],
)
def test_malformed(service: Service, changes: dict[str, Any]) -> None:
    """What does not have the documented shape is malformed, and the answer repeats none of it."""
    answer = service.apply(**changes)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith(":malformed-request")
    assert not any(secret in answer.text for secret in ("480152", "Thắng", "x" * 281))


def test_unknown_application(service: Service) -> None:
    """An id that nobody has is not found."""
    assert service.client.get(f"/wallet/v1/applications/{uuid4()}").status_code == 404


def test_pending_until_the_provider_answers(service: Service) -> None:
    """While the provider is down the application is pending; housekeeping asks again until it is approved."""
    application_id = service.apply(capture="sample-down", **PERSON).json()["id"]
    rounds = 0
    while row(service.context, application_id)["status"] == "pending":
        rounds += 1
        service.clock.advance(minutes=10)
        onboarding.resolve_pending(service.context, service.now)
        assert rounds < 10
    assert row(service.context, application_id)["status"] == "approved"
    assert sign_in(service) == 201


def test_pending_is_committed_before_asking(service: Service) -> None:
    """A crash while the provider is asked leaves a pending application, found later by housekeeping."""
    with_provider(service, RuntimeError("the process dies here"), APPROVED)
    assert service.apply(**PERSON).status_code == 500
    with service.context.transaction() as session:
        [application_id] = session.exec_driver_sql("SELECT id FROM service.application").scalars()
    assert row(service.context, application_id)["status"] == "pending"
    service.clock.advance(minutes=1)
    assert onboarding.resolve_pending(service.context, service.now) == 1
    assert row(service.context, application_id)["status"] == "approved"


def test_housekeeping_keeps_off_a_running_request(service: Service) -> None:
    """Nobody else asks while the request itself must still have its answer."""
    provider = with_provider(service, SILENCE)
    service.apply(**PERSON)
    assert onboarding.resolve_pending(service.context, service.now) == 0
    assert len(provider.asked) == 1


def test_backs_off(service: Service) -> None:
    """A silent provider is asked ever more rarely about one application, with the same id."""
    provider = with_provider(service, SILENCE)
    application_id = UUID(service.apply(**PERSON).json()["id"])
    for _ in range(600):
        service.clock.advance(seconds=10)
        onboarding.resolve_pending(service.context, service.now)
    assert set(provider.asked) == {application_id}
    assert 10 < len(provider.asked) < 20


def test_a_round_ends_at_the_first_silence(service: Service) -> None:
    """With the provider down, a round of housekeeping waits for one answer and not for all."""
    provider = with_provider(service, SILENCE)
    for _ in range(3):
        service.apply()
    service.clock.advance(hours=1)
    provider.asked.clear()
    onboarding.resolve_pending(service.context, service.now)
    assert len(provider.asked) == 1


def test_oldest_first(service: Service) -> None:
    """Whoever waits longest is asked about first."""
    provider = with_provider(service, SILENCE)
    first = UUID(service.apply().json()["id"])
    service.clock.advance(seconds=1)
    second = UUID(service.apply().json()["id"])
    service.clock.advance(hours=1)
    provider.asked.clear()
    provider.answers = [APPROVED]
    assert onboarding.resolve_pending(service.context, service.now) == 2
    assert provider.asked == [first, second]


def test_one_decides(service: Service) -> None:
    """Of many who have the provider's answer at once, one decides: one customer, one row in the trail."""
    with_provider(service, SILENCE, APPROVED)
    application_id = UUID(service.apply(**PERSON).json()["id"])
    with service.context.transaction() as session:
        application = onboarding.found(session, application_id)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: onboarding._ask(service.context, application, service.now), range(8)))
    assert count(service.context, "service.customer") == 1
    assert len(service.trail("application.approved")) == 1


def test_same_person_again(service: Service) -> None:
    """A second wallet for one card is rejected, whatever the phone."""
    with_provider(service, APPROVED)
    service.apply(**PERSON)
    again = service.apply(**{**PERSON, "phone": "0987654322"}).json()
    assert (again["status"], again["reasons"]) == ("rejected", ["duplicate-person"])


def test_same_phone_again(service: Service) -> None:
    """A phone belongs to one wallet."""
    service.apply(**PERSON)
    again = service.apply(**{**PERSON, "id_number": "020085900002"}).json()
    assert (again["status"], again["reasons"]) == ("rejected", ["phone-taken"])


@pytest.mark.parametrize(
    ("same", "other", "reason"),
    [("id_number", "phone", "duplicate-person"), ("phone", "id_number", "phone-taken")],
)
def test_race_for_one_person(service: Service, same: str, other: str, reason: str) -> None:
    """Of ten applications at once for one card or one phone, one is approved and nine say why not."""
    with_provider(service, APPROVED)
    base = int(PERSON[other])

    def apply(number: int) -> Any:
        return service.apply(**{**PERSON, other: f"{base + number:0{len(PERSON[other])}}"}).json()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(apply, range(10)))
    assert sorted(answer["status"] for answer in answers) == ["approved"] + ["rejected"] * 9
    assert {tuple(answer["reasons"]) for answer in answers} == {(), (reason,)}
    assert count(service.context, "service.customer") == 1


def test_duplicates_are_said_only_to_who_was_checked(service: Service) -> None:
    """A stranger without the person's face does not learn that the person, or the phone, has a wallet."""
    service.apply(**PERSON)
    answer = service.apply(capture="sample-other-face", **PERSON).json()
    assert answer["reasons"] == ["face-mismatch"]


def test_provider_will_not_check(service: Service) -> None:
    """An application that the provider refuses to look at is rejected: nobody gets a wallet unchecked."""
    with_provider(service, ProviderRefused(422))
    answer = service.apply(**PERSON).json()
    assert (answer["status"], answer["reasons"]) == ("rejected", ["not-checkable"])


@pytest.mark.parametrize("capture", ["sample-clear", "sample-blurred"])
def test_decision_erases_the_data(service: Service, capture: str) -> None:
    """After the decision the application keeps its outcome and a keyed hash, and nothing of the person."""
    application_id = service.apply(capture=capture, **PERSON).json()["id"]
    kept = row(service.context, application_id)
    erased = ("identity_sealed", "phone_sealed", "pin_sealed", "capture")
    assert [kept[name] for name in erased] == [None] * 4
    assert len(kept["id_print"]) == 32


def test_nothing_in_the_clear(service: Service) -> None:
    """No table of the service holds a name, a number, a birth date or a PIN that can be read."""
    service.apply(**PERSON)
    service.apply(capture="sample-doubtful", **{**PERSON, "phone": "0987654329"})
    for table in ("application", "customer", "audit_event", "attempt"):
        with service.context.transaction() as session:
            for shown in session.exec_driver_sql(f"SELECT t::text FROM service.{table} t").scalars():
                plain = shown + "".join(
                    bytes.fromhex(part[: len(part) // 2 * 2]).decode("latin-1") for part in _hex_parts(shown)
                )
                assert not any(secret in plain for secret in SECRETS), table


def _hex_parts(shown: str) -> list[str]:
    return [part.split('"')[0] for part in shown.split("\\\\x")[1:]]


def test_too_many_applications(service: Service) -> None:
    """One card number may be applied for twenty times an hour; then the door is shut, also for others."""
    person = {**PERSON, "capture": "sample-blurred"}
    for _ in range(20):
        assert service.apply(**person).status_code == 201
    assert service.apply(**person).status_code == 429
    assert service.apply().status_code == 201
    service.clock.advance(minutes=61)
    assert service.apply(**person).status_code == 201


def test_decided_stays_decided(service: Service) -> None:
    """PostgreSQL itself refuses to change a decided application."""
    id = UUID(service.apply(capture="sample-blurred", **PERSON).json()["id"])
    decision = application_store.Decision(domain.ApplicationStatus.REJECTED, ("other",))
    with service.context.engine.connect() as session:
        assert application_store.lock(session, id)
        with pytest.raises(DBAPIError, match="never changed"):
            application_store.decide(session, id, decision, service.now + timedelta(1))
