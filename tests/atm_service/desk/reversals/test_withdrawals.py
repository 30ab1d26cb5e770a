"""A payment is undone on its day, by its clerk, with approval and counted cash."""

import threading
from typing import Any

from atm_service.control.audit import service as audit
from tests.atm_service.counter import ask_to_reverse, decide, paid, refused, reverse, supervisor
from tests.atm_service.records import unchanged
from tests.atm_service.world import OFFICE, OTHER_OFFICE, Clerk, Customer, Service, small_notes

DRAWER = f"office/{OFFICE}/drawer/1"
FOUR = {"500000": 4}


def approved(service: Service, clerk: Clerk, receipt: dict[str, Any]) -> dict[str, Any]:
    """Ask for the reversal of a payment, and let a supervisor approve."""
    asked = ask_to_reverse(clerk, receipt["withdrawal_id"])
    assert asked.status_code == 201, asked.text
    answer = decide(supervisor(service), asked.json())
    assert answer.status_code == 200, answer.text
    approval: dict[str, Any] = answer.json()
    return approval


def stage(service: Service) -> tuple[Clerk, Customer, dict[str, Any]]:
    """Pay a customer two million at an open drawer."""
    clerk, customer = service.clerk(), service.customer()
    return clerk, customer, paid(service, clerk, customer)


def test_a_payment_is_undone(service: Service) -> None:
    """The cash is in the drawer again, the money in the wallet, the voucher names the receipt."""
    clerk, customer, receipt = stage(service)
    assert approved(service, clerk, receipt)["status"] == "approved"
    answer = reverse(clerk, receipt["withdrawal_id"], FOUR)
    assert answer.status_code == 201, answer.text
    voucher = answer.json()
    assert (voucher["kind"], voucher["amount"], voucher["undoes"]) == (
        "withdrawal-reversal",
        2_000_000,
        receipt["number"],
    )
    assert voucher["number"] == f"{OFFICE}-261116-V0001"
    assert service.balance(DRAWER) == 100_000_000
    assert customer.account()["available"] == 5_000_000
    assert customer.look(receipt["withdrawal_id"])["status"] == "reversed"
    assert clerk.get(f"/counter/v1/vouchers/{voucher['id']}").json() == voucher
    assert clerk.get("/counter/v1/vouchers").json()["items"] == [voucher | {"receipt_code": None}]


def test_an_undone_payment_is_marked_wherever_it_is_shown(service: Service) -> None:
    """On the receipt, in the day's list and in its shift's totals, before the close and at it."""
    clerk, customer, receipt = stage(service)
    stands = paid(service, clerk, customer, 1_000_000)
    assert (receipt["undone_by"], stands["undone_by"]) == (None, None)
    approved(service, clerk, receipt)
    voucher = reverse(clerk, receipt["withdrawal_id"], FOUR).json()
    shown = receipt | {"undone_by": voucher["number"], "receipt_code": None}
    assert clerk.get(f"/counter/v1/receipts/{receipt['id']}").json() == shown
    listed = clerk.get("/counter/v1/receipts").json()["items"]
    assert sorted(listed, key=lambda one: one["number"]) == [shown, stands | {"receipt_code": None}]
    totals = {"paid_count": 2, "paid_total": 3_000_000, "undone_count": 1, "undone_total": 2_000_000}
    current = clerk.get("/counter/v1/shifts/current").json()
    assert current | totals == current
    closed = clerk.close(small_notes(99_000_000)).json()
    assert (closed["recount"], closed | totals) == (False, closed)


def test_the_entry_mirrors_the_payment(service: Service) -> None:
    """Fee included, and it names the entry that it corrects."""
    service.change_rules(fee=3_000)
    clerk, customer, receipt = stage(service)
    approved(service, clerk, receipt)
    voucher = reverse(clerk, receipt["withdrawal_id"], FOUR).json()
    with service.context.transaction() as session:
        corrects = session.exec_driver_sql(
            "SELECT corrects FROM ledger.entry WHERE id = %(id)s", {"id": voucher["entry_id"]}
        ).scalar_one()
    assert str(corrects) == receipt["entry_id"]
    assert service.balance(f"office/{OFFICE}/fees") == 0
    assert customer.account()["available"] == 5_000_000


def test_the_limits_are_given_back(service: Service) -> None:
    """The customer's day and the office's day are as before the payment."""
    service.limit_office(per_day=2_000_000)
    clerk, customer, receipt = stage(service)
    assert customer.account()["limits"]["used_today"] == 2_000_000
    approved(service, clerk, receipt)
    assert reverse(clerk, receipt["withdrawal_id"], FOUR).status_code == 201
    assert customer.account()["limits"]["used_today"] == 0
    with service.context.transaction() as session:
        day = session.exec_driver_sql("SELECT paid_total, reversed_total FROM service.office_day").one()
    assert tuple(day) == (2_000_000, 2_000_000)
    assert paid(service, clerk, customer)["amount"] == 2_000_000


def test_it_waits_for_approval(service: Service) -> None:
    """Without a request, with one that waits, and with one that was refused, nothing is undone."""
    clerk, _, receipt = stage(service)
    id = receipt["withdrawal_id"]
    assert refused(reverse(clerk, id, FOUR)) == "approval-needed"
    asked = ask_to_reverse(clerk, id).json()
    with unchanged(service):
        assert refused(reverse(clerk, id, FOUR)) == "approval-waiting"
    assert decide(supervisor(service), asked, "refuse").json()["status"] == "refused"
    with unchanged(service):
        assert refused(reverse(clerk, id, FOUR)) == "approval-refused"
    assert ask_to_reverse(clerk, id).status_code == 201


def test_the_whole_amount_must_be_counted(service: Service) -> None:
    """A note too few or too many undoes nothing."""
    clerk, _, receipt = stage(service)
    approved(service, clerk, receipt)
    with unchanged(service):
        for counts in ({"500000": 3}, {"500000": 4, "1000": 1}, {}):
            answer = reverse(clerk, receipt["withdrawal_id"], counts)
            assert refused(answer) == "count-differs"
            assert answer.json()["amount"] == 2_000_000


def test_it_is_undone_once(service: Service) -> None:
    """The same key gives the same voucher; another one is refused, and so is asking again."""
    clerk, _, receipt = stage(service)
    approved(service, clerk, receipt)
    id = receipt["withdrawal_id"]
    first, second = reverse(clerk, id, FOUR, "one"), reverse(clerk, id, FOUR, "one")
    assert (second.json(), second.headers["Idempotency-Replayed"]) == (first.json(), "true")
    with unchanged(service):
        assert refused(reverse(clerk, id, FOUR)) == "already-reversed"
        assert refused(ask_to_reverse(clerk, id)) == "already-reversed"
    assert service.balance(DRAWER) == 100_000_000


def test_ten_at_once_undo_it_once(service: Service) -> None:
    """Ten requests with ten keys at the same moment: one voucher."""
    clerk, _, receipt = stage(service)
    approved(service, clerk, receipt)
    statuses: list[int] = []
    threads = [
        threading.Thread(
            target=lambda: statuses.append(reverse(clerk, receipt["withdrawal_id"], FOUR).status_code)
        )
        for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] + [409] * 9
    assert service.balance(DRAWER) == 100_000_000


def test_not_after_its_day(service: Service) -> None:
    """At midnight in Vietnam the approval lapses, and the payment stays."""
    clerk, _, receipt = stage(service)
    approved(service, clerk, receipt)
    service.clock.advance(hours=15)
    clerk = service.again(clerk)
    with unchanged(service):
        assert refused(reverse(clerk, receipt["withdrawal_id"], FOUR)) == "not-today"
        assert refused(ask_to_reverse(clerk, receipt["withdrawal_id"])) == "not-today"


def test_until_the_end_of_its_day(service: Service) -> None:
    """One second before midnight it can still be undone."""
    clerk, _, receipt = stage(service)
    approved(service, clerk, receipt)
    service.clock.advance(hours=14, minutes=59, seconds=59)
    clerk = service.again(clerk)
    assert reverse(clerk, receipt["withdrawal_id"], FOUR).status_code == 201


def test_only_the_paying_clerk_asks(service: Service) -> None:
    """A colleague is refused; to another office the payment is unknown."""
    _, _, receipt = stage(service)
    colleague, stranger = service.clerk(drawer=2), service.clerk(OTHER_OFFICE)
    assert refused(ask_to_reverse(colleague, receipt["withdrawal_id"])) == "not-yours"
    assert refused(ask_to_reverse(stranger, receipt["withdrawal_id"])) == "not-found"
    assert refused(reverse(stranger, receipt["withdrawal_id"], FOUR)) == "not-found"


def test_what_was_not_paid_is_not_undone(service: Service) -> None:
    """A code that is only presented is none of reversal's."""
    clerk, customer = service.clerk(), service.customer()
    code = customer.code()
    clerk.present(code["code"])
    assert refused(ask_to_reverse(clerk, code["id"])) == "not-found"


def test_it_takes_an_open_shift(service: Service) -> None:
    """The counted cash needs a drawer."""
    clerk, _, receipt = stage(service)
    approved(service, clerk, receipt)
    assert clerk.close({"500000": 196}).status_code == 200
    assert refused(reverse(clerk, receipt["withdrawal_id"], FOUR)) == "no-open-shift"


def test_every_control_holds_after_it(service: Service) -> None:
    """Of the ledger and of the service."""
    clerk, _, receipt = stage(service)
    approved(service, clerk, receipt)
    assert reverse(clerk, receipt["withdrawal_id"], FOUR).status_code == 201
    with service.context.transaction() as session:
        found = audit.controls(session, service.context.policy, service.now)
    assert [control for control in found if not control.holds] == []
