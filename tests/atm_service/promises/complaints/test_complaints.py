from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from prometheus_client import REGISTRY

from atm_service.platform import standing
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import Unauthenticated
from atm_service.promises.complaints import service as complaints
from atm_service.run import housekeeping
from tests.atm_service import counter
from tests.atm_service.control.audit.days import broken_now, missed
from tests.atm_service.promises.complaints.plants import CONTROL, PLANTS
from tests.atm_service.records import rows
from tests.atm_service.wallet.transfers import sending
from tests.atm_service.world import OFFICE, Customer, Person, Service
from tests.contract.documented import slug_of
from tests.database import Database

WALLET, STAFF = "/wallet/v1/complaints", "/staff/v1/complaints"
WORDS = "Tôi chỉ nhận được một triệu rưỡi"
ITS_AREA, OTHER_AREA = "178", "183"


def complain(
    customer: Customer, kind: str = "not-received", key: str | None = None, **about: str
) -> Response:
    return customer.post(WALLET, {"about": about, "kind": kind, "words": WORDS}, key)


def made(customer: Customer, kind: str = "not-received", **about: str) -> dict[str, Any]:
    answer = complain(customer, kind, **about)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def paid(service: Service, customer: Customer) -> str:
    """Pay the customer at a counter; give the entry."""
    return str(counter.paid(service, service.clerk(), customer)["entry_id"])


def newest(customer: Customer) -> str:
    return str(customer.get("/wallet/v1/statement").json()["items"][0]["entry_id"])


def answer(
    person: Person, id: str, *, upheld: bool = True, words: str = "Đã kiểm quỹ: thừa 500.000", **key: str
) -> Response:
    return person.post(f"{STAFF}/{id}/answer", {"upheld": upheld, "words": words}, **key)


def contest(customer: Customer, id: str, words: str = "Tôi vẫn chưa nhận được") -> Response:
    return customer.post(f"{WALLET}/{id}/contest", {"words": words})


def waiting(person: Person, **query: Any) -> list[str]:
    answer = person.get(STAFF, **query)
    assert answer.status_code == 200, answer.text
    return [item["number"] for item in answer.json()["items"]]


def look(customer: Customer, id: str) -> dict[str, Any]:
    body: dict[str, Any] = customer.get(f"{WALLET}/{id}").json()
    return body


def test_from_a_proof_to_the_last_answer(service: Service) -> None:
    """A number and a day at once; answered, contested, answered by another; told by notice and message each time."""
    customer = service.customer()
    entry_id = paid(service, customer)
    one = made(customer, entry_id=entry_id)
    assert one["number"].startswith("KN-2026-")
    assert (one["status"], one["answer_by"], one["overdue"]) == ("open", "2026-11-21", False)
    assert (one["amount"], one["said"]["words"]) == (2_000_000, WORDS)

    thu, hoa = counter.supervisor(service, ITS_AREA), counter.supervisor(service)
    assert waiting(thu) == waiting(hoa) == [one["number"]]
    (seen,) = thu.get(STAFF).json()["items"]
    assert (seen["masked_name"], seen["office"], seen["paper"]) == ("N••• V••• Thắng", OFFICE, one["paper"])
    assert answer(thu, one["id"], upheld=False, words="Camera cho thấy đã đủ").status_code == 200
    told = look(customer, one["id"])
    assert (told["status"], told["answer"]["upheld"], told["contest_by"]) == ("answered", False, "2026-12-01")
    assert told["answer"]["words"] == "Camera cho thấy đã đủ"
    assert waiting(hoa) == []
    notice = customer.get("/wallet/v1/notices").json()["items"][0]
    assert (notice["kind"], notice["complaint_id"]) == ("complaint-answered", one["id"])

    again = contest(customer, one["id"])
    assert (again.json()["status"], again.json()["answer_by"]) == ("contested", "2026-11-21")
    assert slug_of(answer(thu, one["id"])) == "answered-by-you"
    assert thu.get(STAFF).json()["items"][0]["answered_by_you"] is True
    assert answer(hoa, one["id"]).status_code == 200
    told = look(customer, one["id"])
    assert (told["status"], told["last_answer"]["upheld"], told["contest_by"]) == ("closed", True, None)
    assert slug_of(contest(customer, one["id"])) == "contested-before"
    assert slug_of(answer(hoa, one["id"])) == "complaint-answered"
    with service.context.transaction() as session:
        kinds = Counter(row["kind"] for row in rows(session, "service.message"))
    assert kinds["complaint-answered"] == 2
    assert [row["action"] for row in service.trail("complaint.")] == [
        "complaint.made",
        "complaint.answered",
        "complaint.contested",
        "complaint.answered",
    ]
    assert CONTROL not in broken_now(service)


def test_a_complaint_moves_no_money(service: Service) -> None:
    """Whatever is said and answered, the books and the wallet stay as they are."""
    customer = service.customer()
    entry_id = paid(service, customer)
    boss = counter.supervisor(service)

    def books() -> Any:
        with service.context.transaction() as session:
            return [rows(session, f"ledger.{table}") for table in ("entry", "posting", "account", "hold")]

    before = books()
    one = made(customer, entry_id=entry_id)
    assert answer(boss, one["id"]).status_code == 200
    assert contest(customer, one["id"]).status_code == 200
    assert books() == before


def test_a_withdrawal_that_was_not_paid(service: Service) -> None:
    """It has no entry: the withdrawal itself is complained of, at the office to which it is bound."""
    customer = service.customer()
    service.clerk()
    bound, free = customer.code(office=OFFICE), customer.code()
    one = made(customer, "refused", withdrawal_id=bound["id"])
    assert (one["about"], one["withdrawal_id"], one["entry_id"], one["paper"]) == (
        "withdrawal",
        bound["id"],
        None,
        None,
    )
    two = made(customer, "refused", withdrawal_id=free["id"])
    assert waiting(counter.supervisor(service, ITS_AREA)) == [one["number"]]
    assert waiting(counter.supervisor(service)) == [one["number"], two["number"]]
    listed = customer.get(WALLET, about=bound["id"]).json()["items"]
    assert [item["number"] for item in listed] == [one["number"]]


def test_a_withdrawal_that_was_paid_is_its_entry(service: Service) -> None:
    """Complained of from either side it is one thing, with the number on the paper and the fee that was taken."""
    service.change_rules(fee=5_000)
    customer = service.customer()
    receipt = counter.paid(service, service.clerk(), customer)
    one = made(customer, withdrawal_id=receipt["withdrawal_id"])
    told = (one["entry_id"], one["withdrawal_id"], one["paper"], one["amount"])
    assert told == (receipt["entry_id"], None, receipt["number"], 2_005_000)
    assert slug_of(complain(customer, entry_id=receipt["entry_id"])) == "already-complained"


def test_nobody_elses_entry_or_complaint(service: Service) -> None:
    """Another customer's entry, withdrawal or complaint is not there; nor is an entry that nobody has."""
    customer, stranger = service.customer(), service.customer()
    entry_id = paid(service, customer)
    code = customer.code()
    for about in ({"entry_id": entry_id}, {"withdrawal_id": code["id"]}, {"entry_id": str(uuid4())}):
        assert complain(stranger, **about).status_code == 404
    one = made(customer, entry_id=entry_id)
    assert stranger.get(f"{WALLET}/{one['id']}").status_code == 404
    assert stranger.get(WALLET).json()["items"] == []
    assert answer(counter.supervisor(service), one["id"]).status_code == 200
    assert contest(stranger, one["id"]).status_code == 404


def test_who_looks_after_it(service: Service) -> None:
    """An office's complaint is its area's and the province's; a transfer's, no office's, is the province's alone."""
    payer, payee = sending.two(service)
    sending.sent(payer, payee)
    one = made(payer, "wrong-person", entry_id=newest(payer))
    customer = service.customer()
    two = made(customer, entry_id=paid(service, customer))
    near, far, all_ = (counter.supervisor(service, area) for area in (ITS_AREA, OTHER_AREA, None))
    assert [waiting(who) for who in (near, far, all_)] == [
        [two["number"]],
        [],
        [one["number"], two["number"]],
    ]
    assert [answer(who, one["id"]).status_code for who in (near, far, all_)] == [404, 404, 200]
    assert [answer(who, two["id"]).status_code for who in (far, near)] == [404, 200]


def test_the_first_due_comes_first_and_pages_go_on(service: Service) -> None:
    """By the day that was promised, whatever was made first; a page goes on where the one before has ended."""
    customer, boss = service.customer(), counter.supervisor(service)
    entry_id = paid(service, customer)
    slow = made(customer, "service", entry_id=entry_id)
    service.clock.advance(minutes=1)
    quick = made(customer, "wrong-amount", entry_id=entry_id)
    service.clock.advance(minutes=1)
    also = made(customer, "twice", entry_id=entry_id)
    numbers = [one["number"] for one in (quick, also, slow)]
    assert waiting(boss) == numbers
    found, cursor = [], None
    while True:
        page = boss.get(STAFF, limit=1, **({"cursor": cursor} if cursor else {})).json()
        found += [item["number"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == numbers
    for foreign in ("MQ", "LTE", "MDU5NzEtMQ"):
        assert slug_of(boss.get(STAFF, cursor=foreign)) == "malformed-request"


def test_overdue_is_seen_on_the_board_and_counted(service: Service) -> None:
    """From the moment after the promised day on; an answer takes it away, a late one too."""
    customer, boss = service.customer(), counter.supervisor(service)
    one = made(customer, entry_id=paid(service, customer))

    def seen() -> tuple[bool, int, float | None]:
        housekeeping.TASKS["watch-complaints"](service.context, service.now)
        (desk,) = [desk for desk in boss.get("/staff/v1/board").json()["offices"] if desk["code"] == OFFICE]
        assert ("complaints" in desk["alarms"]) is (desk["complaints"] > 0)
        overdue = boss.get(STAFF).json()["items"]
        late = REGISTRY.get_sample_value("soft_atm_complaints_overdue")
        return bool(overdue and overdue[0]["overdue"]), desk["complaints"], late

    assert seen() == (False, 0, 0)
    service.clock.advance(days=5, hours=14, minutes=59, seconds=59)  # the last second of the 21st
    boss = counter.again(service, boss)
    assert seen() == (False, 0, 0)
    service.clock.advance(seconds=1)
    assert seen() == (True, 1, 1)
    assert look(service.again(customer), one["id"])["overdue"] is True
    assert answer(boss, one["id"]).status_code == 200
    assert seen() == (False, 0, 0)
    assert service.trail("complaint.answered")[0]["detail"]["late"] is True


def test_a_frozen_wallets_customer_may_complain(service: Service) -> None:
    """Who is stopped has the more to say."""
    customer, boss = service.customer(), counter.supervisor(service)
    entry_id = newest(customer)
    body = {"frozen": True, "reason": "mất điện thoại"}
    assert boss.post(f"/staff/v1/customers/{customer.id}/freeze", body).status_code == 200
    door = {"phone": customer.facts["phone"], "pin": customer.facts["pin"]}
    customer.token = service.client.post("/wallet/v1/sessions", json=door).json()["access_token"]
    assert made(customer, "not-mine", entry_id=entry_id)["status"] == "open"


def test_the_same_is_said_once_and_few_wait(service: Service) -> None:
    """The same of the same thing names the first; a sixth waits for an answer; a lost answer is given again."""
    customer, boss = service.customer(), counter.supervisor(service)
    entry_id = newest(customer)
    key = str(uuid4())
    first, again = (complain(customer, entry_id=entry_id, key=key) for _ in range(2))
    assert (first.json(), again.headers["Idempotency-Replayed"]) == (again.json(), "true")
    same = complain(customer, entry_id=entry_id)
    assert (slug_of(same), same.json()["complaint_id"]) == ("already-complained", first.json()["id"])
    for kind in ("twice", "not-mine", "wrong-amount", "service"):
        made(customer, kind, entry_id=entry_id)
    many = complain(customer, "wrong-person", entry_id=entry_id)
    assert (slug_of(many), many.json()["maximum"]) == ("too-many-complaints", 5)
    assert answer(boss, first.json()["id"]).status_code == 200
    made(customer, "wrong-person", entry_id=entry_id)
    assert slug_of(complain(customer, entry_id=entry_id)) == "already-complained"


def test_the_time_for_contesting_ends(service: Service) -> None:
    """With the fifteenth day after the answer; then it is closed."""
    customer, boss = service.customer(), counter.supervisor(service)
    one = made(customer, entry_id=newest(customer))
    assert slug_of(contest(customer, one["id"])) == "not-answered-yet"
    assert answer(boss, one["id"]).status_code == 200
    service.clock.advance(days=15, hours=15)  # midnight of the second of December
    customer = service.again(customer)
    late = contest(customer, one["id"])
    assert (slug_of(late), late.json()["ended_at"]) == ("contest-too-late", "2026-12-01T17:00:00Z")
    assert look(customer, one["id"])["status"] == "closed"


@pytest.mark.parametrize(
    ("words", "ok"),
    [
        ("không", True),
        ("no", False),
        ("     ", False),
        ("a" * 500, True),
        ("a" * 501, False),
        ("a\nb c", False),
    ],
)
def test_words_are_bounded(service: Service, words: str, ok: bool) -> None:  # noqa: FBT001  a table of answers
    """Three letters to five hundred, on one line."""
    customer = service.customer()
    body = {"about": {"entry_id": newest(customer)}, "kind": "twice", "words": words}
    assert customer.post(WALLET, body).status_code == (201 if ok else 422)


def at_once(asks: list[Callable[[], Response]]) -> Counter[str]:
    with ThreadPoolExecutor(len(asks)) as pool:
        return Counter(
            str(one.status_code) if one.status_code < 400 else slug_of(one)
            for one in pool.map(lambda ask: ask(), asks)
        )


def test_two_answers_at_once_are_one(service: Service) -> None:
    """Of four supervisors at the same moment, one answers; the customer is told once."""
    customer = service.customer()
    one = made(customer, entry_id=newest(customer))
    bosses = [service.staff("supervisor") for _ in range(4)]
    ended = at_once([lambda boss=boss: answer(boss, one["id"]) for boss in bosses])  # type: ignore[misc]
    assert ended == {"200": 1, "complaint-answered": 3}
    assert len(customer.get("/wallet/v1/notices").json()["items"]) == 1


def test_the_same_at_once_is_said_once(service: Service) -> None:
    """Two taps with two keys make one complaint; at the limit, one more of two."""
    customer = service.customer()
    entry_id = newest(customer)
    ended = at_once([lambda: complain(customer, entry_id=entry_id)] * 3)
    assert ended == {"201": 1, "already-complained": 2}
    for kind in ("twice", "not-mine", "wrong-amount"):
        made(customer, kind, entry_id=entry_id)
    kinds = ("service", "wrong-person", "refused")
    ended = at_once([lambda kind=kind: complain(customer, kind, entry_id=entry_id) for kind in kinds])  # type: ignore[misc]
    assert ended == {"201": 1, "too-many-complaints": 2}


def test_who_is_switched_off_answers_nothing(service: Service) -> None:
    """Also not by a request that had passed the door before: the rights are held by the answer's own transaction."""
    customer, boss = service.customer(), counter.supervisor(service)
    one = made(customer, entry_id=newest(customer))
    with service.context.transaction() as session:
        before = standing.generation(session, boss.id)
        standing.lock(session, boss.id)
        standing.change(session, boss.id)
    caller = Caller(boss.id, "staff", "supervisor", None, before)
    with pytest.raises(Unauthenticated), service.context.transaction() as session:
        complaints.answer(
            session, service.context, caller, UUID(one["id"]), "Đã đủ", service.now, upheld=False
        )
    assert look(customer, one["id"])["status"] == "open"


@pytest.mark.parametrize(
    "words", ["   ", "\u3164" * 3, "đúng\u061crồi", "du\u00adng", "a\u034f\u034fb", "x\U000e0041y"]
)
def test_an_answer_says_something(service: Service, words: str) -> None:
    """Neither blanks nor letters that are blank, and nothing between the letters that does not show."""
    customer, boss = service.customer(), service.staff("supervisor")
    id = made(customer, entry_id=newest(customer))["id"]
    assert answer(boss, id, words=words).status_code == 422
    assert answer(boss, id, words="  đã trả lại tiền ").json()["answer"]["words"] == "đã trả lại tiền"


def test_words_are_encrypted_and_forgotten(service: Service) -> None:
    """Nobody reads them in the tables; after five years they go, but not those that wait for an answer."""
    customer, boss = service.customer(), counter.supervisor(service)
    entry_id = newest(customer)
    done, open_ = (made(customer, kind, entry_id=entry_id) for kind in ("twice", "not-mine"))
    assert answer(boss, done["id"], words="xong rồi nhé").status_code == 200
    with service.context.transaction() as session:
        steps = rows(session, "service.complaint_step")
    assert len(steps) == 3
    assert not any(WORDS.encode() in bytes(step["words_sealed"]) for step in steps)
    service.clock.advance(days=service.context.policy.complaint.kept_days)
    assert housekeeping._forget_old(service.context, service.now) >= 0
    assert look(service.again(customer), done["id"])["said"]["words"] == WORDS
    service.clock.advance(seconds=1)
    housekeeping._forget_old(service.context, service.now)
    customer = service.again(customer)
    told = look(customer, done["id"])
    assert (told["said"]["words"], told["answer"]["words"], told["answer"]["upheld"]) == (None, None, True)
    assert look(customer, open_["id"])["said"]["words"] == WORDS


def test_every_plant_is_found(service: Service, database: Database) -> None:
    """One answered by two people and one that waits: whatever is changed by hand breaks the control."""
    customer, boss = service.customer(), counter.supervisor(service)
    one = made(customer, entry_id=newest(customer))
    assert answer(boss, one["id"]).status_code == 200
    assert contest(customer, one["id"]).status_code == 200
    assert answer(service.staff("supervisor"), one["id"]).status_code == 200
    made(customer, "twice", entry_id=newest(customer))
    assert CONTROL not in broken_now(service)
    assert missed(database, service, PLANTS) == []
