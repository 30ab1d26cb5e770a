"""The whole matrix of applications over HTTP, and what must not come of it."""

import json
import re
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response

from atm_service.registers.customers import domain, onboarding, store
from atm_service.run import pages
from kyc.errors import WatchListUnavailable
from kyc.watch_list import Screened
from tests.atm_service.registers.customers.ekyc import CASES, ENDS_IN_NOVEMBER, NUMBER, OLD, PHONE, Case
from tests.atm_service.world import Customer, Service
from tests.contract.documented import slug_of
from tests.kyc.card_texts import qr, zone
from tests.names import ROOT
from tests.waiting import wait_until_blocked

PERSON = {"id_number": NUMBER, "phone": PHONE}
STATIC = ROOT / pages.__name__.replace(".", "/") / "static"


def decided(service: Service, case: Case) -> tuple[str, str, str, str]:
    """Send a case; give decision, reason, field, and what the applicant is told."""
    answer = service.apply(**{**PERSON, **case.changes})
    body = answer.json()
    if answer.status_code == 409:
        assert slug_of(answer) == "applicant-refused"
        return "refused", body["reason"], body["field"], body["reason"]
    assert answer.status_code == 201, answer.text
    (told,) = body["reasons"] or [""]
    if body["status"] != "review":
        return body["status"], told, "", told
    (seen,) = service.staff("supervisor").get("/staff/v1/applications").json()["items"]
    (reason,) = seen["reasons"]
    return body["status"], reason, seen["field"] or "", told


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_the_matrix(service: Service, case: Case) -> None:
    """Each application has its decision, reason and field, and its applicant is told that much."""
    if case.before is not None:
        assert service.apply(**{**PERSON, **case.before}).json()["status"] == "approved"
    assert decided(service, case) == (case.decision, case.reason, case.field, case.told)


def words(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in ("", "opening/"):
        text = (STATIC / "i18n" / f"{part}{language}.js").read_text(encoding="utf-8")
        found |= json.loads(text.split("export default ", 1)[1].strip().removesuffix(";"))
    return found


def test_the_page_shows_the_matrix() -> None:
    """docs/ekyc.md has each case and each word that an applicant reads, as they are here and on the pages."""
    page = (ROOT / "docs/ekyc.md").read_text(encoding="utf-8")
    matrix, told = (
        re.findall(r"^\| .+ \|$", part, re.MULTILINE)[1:] for part in page.split("\n## What the")[:2]
    )
    assert matrix == [case.row() for case in CASES]
    keys = sorted(
        {("applicant" if case.decision == "refused" else "reason", case.told) for case in CASES if case.told}
    )
    said = [
        [words(language)[f"{kind}.{slug}"].replace("\n", ". ") for language in ("vi", "en")]
        for kind, slug in keys
    ]
    assert told == [f"| `{slug}` | {vi} | {en} |" for (_, slug), (vi, en) in zip(keys, said, strict=True)]


def test_refused_at_the_door_nothing_is_kept(service: Service) -> None:
    """And nothing is asked of the provider: no check is paid for."""
    for case in CASES:
        if case.decision == "refused":
            decided(service, case)
    with service.context.transaction() as session:
        assert session.exec_driver_sql("SELECT count(*) FROM service.application").scalar_one() == 0


@pytest.mark.parametrize("name", ["Ngô Sách Hỏng", "Ngô Sách Cũ"])
def test_without_a_list_nobody_is_approved(service: Service, name: str) -> None:
    """It is asked again; a list that answers decides, one that is old never does."""
    service.apply(**PERSON, full_name=name)
    seen = []
    for _ in range(5):
        service.clock.advance(minutes=11)
        onboarding.resolve_pending(service.context, service.now)
        with service.context.transaction() as session:
            seen.append(session.exec_driver_sql("SELECT status FROM service.application").scalar_one())
    assert seen == (["pending"] * 2 + ["approved"] * 3 if name.endswith("Hỏng") else ["pending"] * 5)


def test_who_is_listed_learns_nothing(service: Service) -> None:
    """The same words as for a field that differs; rejected by staff, the decision alone is told."""
    listed = service.apply(**PERSON, full_name="Ngô Danh Sách").json()
    differs = service.apply(card_qr=qr("020085999999")).json()
    assert listed["reasons"] == differs["reasons"] == ["looked-at"]
    body = {"decision": "reject", "reason": "asked at the counter"}
    path = f"/staff/v1/applications/{listed['id']}/decision"
    assert service.staff("supervisor").post(path, body).json()["reasons"] == ["staff-decision"]
    told = service.client.get(f"/wallet/v1/applications/{listed['id']}").json()
    assert (told["status"], told["reasons"]) == ("rejected", ["staff-decision"])


def test_all_that_a_person_looks_for_is_told_to_who_looks(service: Service) -> None:
    """Several reasons stand together."""
    changes = {"full_name": "Ngô Danh Sách", "capture": "sample-doubtful", "card_qr": qr(NUMBER)}
    told = service.apply(**PERSON, **changes).json()["reasons"]
    (seen,) = service.staff("supervisor").get("/staff/v1/applications").json()["items"]
    assert (seen["reasons"], seen["field"]) == (
        ["watch-list", "form-qr-differ", "face-doubtful"],
        "full_name",
    )
    assert told == ["looked-at", "face-doubtful"]


def test_of_a_card_its_month_stays(service: Service) -> None:
    """Neither text is kept, the old number only as a keyed hash, and a minor's coming of age as a month."""
    texts = {"card_qr": qr(NUMBER, old=OLD), "mrz": zone(NUMBER)}
    service.apply(**PERSON, **texts)
    with service.context.transaction() as session:
        kept = session.exec_driver_sql(
            "SELECT card_until, minor_until, old_id_print FROM service.customer"
        ).one()
        rows = session.exec_driver_sql(
            "SELECT c::text FROM service.customer c UNION ALL SELECT a::text FROM service.application a"
            " UNION ALL SELECT e::text FROM service.audit_event e"
        )
        assert not any(OLD in row or "Nà Sầm" in row or "<<" in row for row in rows.scalars())
    assert (kept.card_until, kept.minor_until, len(kept.old_id_print)) == (date(2045, 4, 30), None, 32)


def test_of_a_decided_application_no_month_and_no_old_number_stays(service: Service) -> None:
    """A card ends in the month of a birthday; who has no wallet here leaves the hash of the card's number alone."""
    texts = {"card_qr": qr(NUMBER, old=OLD), "mrz": zone(NUMBER)}
    assert service.apply(**PERSON, **texts, capture="sample-other-face").json()["status"] == "rejected"
    with service.context.transaction() as session:
        kept = session.exec_driver_sql("SELECT card_until, old_id_print FROM service.application").one()
    assert tuple(kept) == (None, None)


def decide(service: Service, id: str) -> Response:
    """Let a supervisor say yes."""
    body = {"decision": "approve", "reason": "compared with the card"}
    return service.staff("supervisor").post(f"/staff/v1/applications/{id}/decision", body)


def test_a_card_that_expires_before_the_answer_opens_nothing(service: Service) -> None:
    """The provider was down for days: what is decided is decided by the day on which it is."""
    body = service.apply(**ENDS_IN_NOVEMBER, capture="sample-down").json()
    assert body["status"] == "pending"
    service.clock.now = service.clock.now.replace(month=12, day=2)
    for _ in range(3):
        onboarding.resolve_pending(service.context, service.now)
        service.clock.advance(minutes=30)
    with service.context.transaction() as session:
        found = onboarding.found(session, UUID(body["id"]))
    assert (found.status, found.reasons) == ("rejected", ("document-expired",))


def test_a_card_that_expires_before_a_person_decides_opens_nothing(service: Service) -> None:
    """A wallet out of which nothing goes from its first day on is no wallet."""
    body = service.apply(**ENDS_IN_NOVEMBER, capture="sample-doubtful").json()
    service.clock.advance(days=60)
    decided = decide(service, body["id"]).json()
    assert (decided["status"], decided["reasons"]) == ("rejected", ["document-expired"])


def test_who_is_listed_while_a_person_looks_is_not_let_in_unseen(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list is asked again before a yes: what it says now, the supervisor knows before deciding."""
    body = service.apply(**PERSON, capture="sample-doubtful").json()
    listed = Screened(is_listed=True, as_of=service.now)
    monkeypatch.setattr(service.context.watch_list, "screen", lambda *_: listed)
    assert decide(service, body["id"]).json()["status"] == "review"
    (seen,) = service.staff("supervisor").get("/staff/v1/applications").json()["items"]
    assert seen["reasons"] == ["face-doubtful", "watch-list"]
    assert decide(service, body["id"]).json()["status"] == "approved"


def test_without_a_list_a_person_approves_nobody(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silent, or too old: asked again later. A no needs no list."""
    body = service.apply(**PERSON, capture="sample-doubtful").json()
    old = Screened(is_listed=False, as_of=service.now - timedelta(days=366))
    for answer in (lambda *_: old, _silent):
        monkeypatch.setattr(service.context.watch_list, "screen", answer)
        assert decide(service, body["id"]).status_code == 503
    path = f"/staff/v1/applications/{body['id']}/decision"
    no = {"decision": "reject", "reason": "asked at the counter"}
    assert service.staff("supervisor").post(path, no).json()["status"] == "rejected"


def _silent(*_: Any) -> Screened:
    raise WatchListUnavailable


def test_an_old_number_that_another_has_got_meanwhile_is_looked_at(service: Service) -> None:
    """While a person looks at the first who named it, the second has opened a wallet."""
    first = service.apply(**PERSON, card_qr=qr(NUMBER, old=OLD), capture="sample-doubtful").json()
    number = "020085930005"
    assert service.apply(id_number=number, card_qr=qr(number, old=OLD)).json()["status"] == "approved"
    told = decide(service, first["id"]).json()
    assert (told["status"], told["reasons"]) == ("review", ["face-doubtful", "looked-at"])


def test_two_who_name_one_old_number_at_once_are_looked_at(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is second, by however little."""
    seen, asked, number = store.has_old_number, list[Future[str]](), "020085930005"

    def apply(number: str) -> str:
        return str(service.apply(id_number=number, card_qr=qr(number, old=OLD)).json()["status"])

    def looked(*args: Any) -> bool:
        known = seen(*args)
        if not asked:
            asked.append(pool.submit(apply, number))
            wait_until_blocked(service.context.engine, *asked)
        return known

    monkeypatch.setattr(store, "has_old_number", looked)
    with ThreadPoolExecutor(1) as pool:
        assert (apply(NUMBER), asked[0].result()) == ("approved", "review")


def test_a_minors_day_is_smaller_until_of_age(service: Service) -> None:
    """Approved by a person, somebody of 17 takes out and sends five million a day; an adult twenty."""
    minor: dict[str, Any] = {"date_of_birth": "2008-12-08", "id_number": "020208900001", "phone": PHONE}
    waiting = service.apply(**minor).json()
    path = f"/staff/v1/applications/{waiting['id']}/decision"
    approved = service.staff("supervisor").post(path, {"decision": "approve", "reason": "spoke to both"})
    assert approved.json()["status"] == "approved"
    session = service.client.post("/wallet/v1/sessions", json={"phone": PHONE, "pin": "480152"}).json()
    young = Customer(service.client, UUID(int=0), session["access_token"], {"pin": "480152"})
    young.id = UUID(young.account()["customer_id"])
    service.credit(young.id, 20_000_000)
    assert young.account()["limits"]["per_day"] == 5_000_000
    assert slug_of(young.authorise(5_010_000)) == "customer-limit-reached"
    assert young.authorise(5_000_000).status_code == 201
    service.clock.advance(days=46)  # the new year has begun, and the month of the birthday is over
    grown = service.again(young)
    assert grown.account()["limits"]["per_day"] == 20_000_000
    assert grown.authorise(10_000_000).status_code == 201


@pytest.mark.parametrize(
    "texts", [{"card_qr": "x" * 1025}, {"mrz": ""}, {"card_qr": 7}, {"old_id_number": NUMBER}]
)
def test_malformed_texts(service: Service, texts: dict[str, Any]) -> None:
    """Too long, empty or of another kind: malformed, and the answer repeats none of it."""
    answer = service.apply(**PERSON, **texts)
    assert answer.status_code == 422
    assert NUMBER not in answer.text


def test_what_is_told_of_each_status() -> None:
    """While a person looks, one word; of a decision, only what is the applicant's to know."""
    reasons = ["watch-list", "form-qr-differ", "minor", "staff-decision"]
    assert domain.told(domain.ApplicationStatus.REVIEW, reasons[:3]) == ["looked-at", "minor"]
    assert domain.told(domain.ApplicationStatus.REJECTED, reasons) == ["minor", "staff-decision"]
