"""The outbox: nothing leaves of what was rolled back, nothing is lost of what was committed."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from atm_service.platform.context import Context
from atm_service.platform.notifier import NotTaken, Text
from atm_service.registers.customers import service as customers
from atm_service.registers.messages import service as messages
from atm_service.registers.messages import store
from atm_service.registers.messages.domain import MessageKind, Told
from atm_service.registers.messages.simulated import SimulatedPhones
from atm_service.run import housekeeping
from tests.atm_service import elders
from tests.atm_service.counter import paid
from tests.atm_service.records import rows
from tests.atm_service.world import Customer, Service

BUSY_ONCE, SILENT_ONCE, NO_NUMBER = "0912349002", "0912349003", "0912349001"
OTHER_PIN = "913574"


class Killed(BaseException):
    """The end of a process, where nothing of it runs any more."""


def came(service: Service, phone: str) -> list[str]:
    """Carry what is due, and give what this phone shows, the oldest first."""
    messages.deliver(service.context)
    phones = service.context.notifier
    assert isinstance(phones, SimulatedPhones)
    return [one.words for one in reversed(phones.came()) if one.number == phone]


def quiet(service: Service, phone: str = "0912345678", **changes: Any) -> Customer:
    """Give a customer whose phone has had the message of the first sign-in."""
    customer = service.customer(phone=phone, **changes)
    while store_of(service):
        messages.deliver(service.context)
        service.clock.advance(minutes=1)
    return service.again(customer)


def store_of(service: Service) -> list[dict[str, Any]]:
    """Give what waits."""
    with service.context.transaction() as session:
        every = rows(session, "service.message")
    return [row for row in every if row["sent_at"] is None and row["dead_at"] is None]


def tell(service: Service, customer: Customer, words: str) -> None:
    with service.context.transaction() as session:
        told = Told(MessageKind.PIN_CHANGED, customer.id, customer.facts["phone"], words)
        messages.tell(session, service.context.cipher, [told], service.now)


def with_notifier(service: Service, send: Callable[[Text, float], None]) -> Context:
    class Carrier:
        def send(self, text: Text, timeout_s: float) -> None:
            send(text, timeout_s)

    return replace(service.context, notifier=Carrier())


def lock_pin(service: Service, customer: Customer) -> None:
    for _ in range(5):
        customer.authorise(pin=OTHER_PIN)


def lock_pin_elsewhere(service: Service, customer: Customer) -> None:
    """Do it where no transaction of the caller's is open: before a face match, or for another PIN."""
    for _ in range(5):
        customer.post("/wallet/v1/pin", {"pin": OTHER_PIN, "new_pin": "204816"})


def change_pin(service: Service, customer: Customer) -> None:
    body = {"pin": customer.facts["pin"], "new_pin": OTHER_PIN}
    assert customer.post("/wallet/v1/pin", body).status_code == 201


def sign_in(service: Service, customer: Customer, device: str | None = None) -> str:
    door = {"phone": customer.facts["phone"], "pin": customer.facts["pin"], "device": device}
    answer = service.client.post("/wallet/v1/sessions", json=door)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["device"])


def pay(service: Service, customer: Customer) -> None:
    paid(service, service.clerk(), customer)


def delegate(service: Service, customer: Customer) -> None:
    elders.delegated(service.clerk(), customer)


def pay_delegate(service: Service, customer: Customer) -> None:
    clerk = service.clerk()
    made = elders.delegated(clerk, customer)
    slips = elders.halves(clerk, customer, made)
    assert elders.pay_delegate(clerk, customer, slips).status_code == 201


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (pay, ["Chi 2.000.000d tai Buu dien"]),
        (delegate, ["Ban da uy quyen nhan tien tai Buu dien"]),
        (pay_delegate, ["Ban da uy quyen nhan tien", "Chi 2.000.000d cho nguoi ban uy quyen tai Buu dien"]),
        (lock_pin, ["Ma PIN bi nhap sai nhieu lan, tam khoa den"]),
        (lock_pin_elsewhere, ["Ma PIN bi nhap sai nhieu lan, tam khoa den"]),
        (change_pin, ["Ma PIN da duoc doi luc"]),
        (sign_in, ["Vi da duoc dang nhap tu thiet bi moi luc"]),
    ],
)
def test_what_is_told(service: Service, happens: Callable[..., None], said: list[str]) -> None:
    """Each thing once, on the customer's own phone, whom it is about, and on no other."""
    customer = quiet(service)
    before = len(came(service, customer.facts["phone"]))
    happens(service, customer)
    waiting = store_of(service)
    assert {row["customer_id"] for row in waiting} == {customer.id}
    told = came(service, customer.facts["phone"])[before:]
    assert len(told) == len(waiting) == len(said)
    for words, begins in zip(told, said, strict=True):
        assert words.startswith(f"Soft-ATM: {begins}")
    assert store_of(service) == []


def test_a_device_that_is_known_is_not_told_of(service: Service) -> None:
    """The sign of an earlier sign-in by the same customer; somebody else's, or a made-up one, is none."""
    customer, other = quiet(service), quiet(service, "0987654321")
    device, strange = sign_in(service, customer), sign_in(service, other)
    assert len(store_of(service)) == 2
    sign_in(service, customer, device)
    assert len(store_of(service)) == 2
    sign_in(service, customer, strange)
    assert len(store_of(service)) == 3


def test_the_time_until_which_the_pin_is_locked_is_the_true_one(service: Service) -> None:
    customer = quiet(service)
    lock_pin(service, customer)
    until = (service.now + timedelta(minutes=60, hours=7)).strftime("%H:%M %d/%m")
    assert f"tam khoa den {until}" in came(service, customer.facts["phone"])[-1]


def test_nothing_is_sent_of_what_was_rolled_back(service: Service) -> None:
    """A message is gone with the transaction that wrote it."""
    customer = quiet(service)
    before = came(service, customer.facts["phone"])
    with service.context.engine.begin() as session:
        customers.tell(
            session, service.context, customer.id, MessageKind.PAID, "Soft-ATM: never.", service.now
        )
        session.rollback()
    assert (store_of(service), came(service, customer.facts["phone"])) == ([], before)


def test_a_payment_costs_one_statement_more(service: Service) -> None:
    """One INSERT for all that are paid together, and no look-up: the phone is read with the withdrawal."""
    clerk, customer = service.clerk(), quiet(service)
    code = customer.code()
    clerk.present(code["code"])
    seen: list[str] = []
    event.listen(service.context.engine, "before_cursor_execute", lambda *call: seen.append(call[2]))
    assert clerk.pay(code["id"], customer.facts["id_number"]).status_code == 201
    assert sum("service.message" in statement for statement in seen) == 1
    assert not any("phone_print" in statement for statement in seen)


def test_number_and_words_are_sealed_and_then_wiped(service: Service) -> None:
    """While a message waits they are encrypted for its row alone; when it was taken nothing is left of them."""
    customer = quiet(service)
    tell(service, customer, "Soft-ATM: secret.")
    (row,) = store_of(service)
    assert b"secret" not in row["content_sealed"]
    assert customer.facts["phone"].encode() not in row["content_sealed"]
    assert b"secret" in service.context.cipher.decrypt(
        row["content_sealed"], f"message content {row['id']}".encode()
    )
    assert came(service, customer.facts["phone"])[-1] == "Soft-ATM: secret."
    with service.context.transaction() as session:
        assert [row["content_sealed"] for row in rows(session, "service.message")] == [None, None]


def test_messages_to_one_phone_keep_their_order(service: Service) -> None:
    """A later one waits until the earlier was taken; those to other phones do not."""
    busy, free = quiet(service, BUSY_ONCE), quiet(service, "0987654321")
    for words in ("one", "two"):
        tell(service, busy, words)
    tell(service, free, "three")
    assert came(service, BUSY_ONCE)[1:] == []  # and here the round ends, at the first silence
    assert came(service, "0987654321")[1:] == ["three"]
    assert came(service, BUSY_ONCE)[1:] == []  # not before its pause is over
    service.clock.advance(seconds=13)
    assert came(service, BUSY_ONCE)[1:] == ["one"]  # the second is new to the carrier, and busy once, too
    service.clock.advance(seconds=13)
    assert came(service, BUSY_ONCE)[1:] == ["one", "two"]


def test_sent_again_it_has_the_same_id(service: Service) -> None:
    """The carrier had it, and its word was lost: by the id it drops the second."""
    customer = quiet(service, SILENT_ONCE)
    tell(service, customer, "one")
    assert came(service, SILENT_ONCE)[1:] == ["one"]
    assert len(store_of(service)) == 1
    service.clock.advance(minutes=1)
    assert came(service, SILENT_ONCE)[1:] == ["one"]
    assert store_of(service) == []


def test_a_process_that_dies_in_between_loses_nothing(service: Service) -> None:
    """It had taken the message and sent it, and could not say so: another takes it when its time is over."""
    customer = quiet(service)
    tell(service, customer, "one")

    def dies(text: Text, timeout_s: float) -> None:
        service.context.notifier.send(text, timeout_s)
        raise Killed

    with pytest.raises(Killed):
        messages.deliver(with_notifier(service, dies))
    assert came(service, customer.facts["phone"])[1:] == ["one"]
    assert len(store_of(service)) == 1
    service.clock.advance(minutes=1)
    assert came(service, customer.facts["phone"])[1:] == ["one"]
    assert store_of(service) == []


def test_two_processes_never_have_the_same_in_hand(service: Service) -> None:
    """While one is sending, another finds neither that message nor what comes after it to that phone."""
    customer, other = quiet(service), quiet(service, "0987654321")
    for words in ("one", "two"):
        tell(service, customer, words)
    tell(service, other, "three")
    entered, leave = threading.Event(), threading.Event()

    def slow(text: Text, timeout_s: float) -> None:
        entered.set()
        assert leave.wait(60)
        service.context.notifier.send(text, timeout_s)

    first = threading.Thread(target=messages.deliver, args=[with_notifier(service, slow)])
    first.start()
    try:
        assert entered.wait(60)
        assert messages.deliver(service.context) == 1
        assert came(service, "0987654321")[1:] == ["three"]
        assert came(service, customer.facts["phone"])[1:] == []
    finally:
        leave.set()
        first.join(60)
    assert came(service, customer.facts["phone"])[1:] == ["one", "two"]


def test_one_that_is_being_taken_is_passed_by(service: Service) -> None:
    """Two who take at the same moment: nobody waits, and each gets another."""
    customer, other = quiet(service), quiet(service, "0987654321")
    tell(service, customer, "one")
    tell(service, other, "two")
    with service.context.transaction() as first, service.context.transaction() as second:
        taken = [store.take_due(one, service.now, lambda _: timedelta(1)) for one in (first, second)]
        assert store.take_due(second, service.now, lambda _: timedelta(1)) is None
    assert len({one.id for one in taken if one}) == 2


def give_up(service: Service, customer: Customer) -> dict[str, Any]:
    """Have a message to a carrier that is away given up; give what an operator sees of it."""
    tell(service, customer, "one")

    def away(_text: Text, _timeout_s: float) -> None:
        raise NotTaken

    tried = 0
    while store_of(service):
        assert messages.deliver(with_notifier(service, away)) == 0
        tried += 1
        service.clock.advance(hours=2)
    assert tried == service.context.policy.message.tries_max
    (seen,) = service.staff("operator").get("/operator/v1/messages").json()["items"]
    return dict(seen)


def test_after_so_many_tries_it_is_given_up_and_can_be_sent_again(service: Service) -> None:
    """An operator sees which, whose and why, and neither number nor words; sent again it comes, once."""
    customer = quiet(service)
    seen = give_up(service, customer)
    assert {name: seen[name] for name in ("kind", "fault", "tries", "kept")} == {
        "kind": "pin-changed",
        "fault": "not-taken",
        "tries": 30,
        "kept": True,
    }
    assert seen["customer_id"] == str(customer.id)
    assert came(service, customer.facts["phone"])[1:] == []
    operator = service.staff("operator")
    for _ in range(2):
        assert operator.post(f"/operator/v1/messages/{seen['id']}/send").status_code == 204
    assert came(service, customer.facts["phone"])[1:] == ["one"]
    assert operator.post(f"/operator/v1/messages/{seen['id']}/send").status_code == 204
    assert came(service, customer.facts["phone"])[1:] == ["one"]
    assert len(service.trail("message.sent-again")) == 1


def test_nobody_but_an_operator_sends_again(service: Service) -> None:
    seen = give_up(service, quiet(service))
    for person in (service.staff("supervisor"), service.staff("auditor"), service.clerk()):
        assert person.post(f"/operator/v1/messages/{seen['id']}/send").status_code == 403
        assert person.get("/operator/v1/messages").status_code == 403
    assert store_of(service) == []


def test_the_words_of_what_was_given_up_go_after_a_week(service: Service) -> None:
    """Then it cannot be sent any more, and the operator is told to call; after a year nothing is left of it."""
    seen = give_up(service, quiet(service))
    operator = service.staff("operator")
    service.clock.advance(days=8)
    housekeeping.round_(service.context, service.now)
    operator = service.again(operator)
    (listed,) = operator.get("/operator/v1/messages").json()["items"]
    assert (listed["id"], listed["kept"]) == (seen["id"], False)
    refused = operator.post(f"/operator/v1/messages/{seen['id']}/send")
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (409, "message-wiped")
    assert operator.post(f"/operator/v1/messages/{operator.id}/send").status_code == 404
    service.clock.advance(days=366)
    housekeeping.round_(service.context, service.now)
    with service.context.transaction() as session:
        assert rows(session, "service.message") == []


def test_a_number_that_is_none_is_given_up_at_once(service: Service) -> None:
    """And holds nothing up: the next to other phones goes out in the same round."""
    customer, other = service.customer(phone=NO_NUMBER), quiet(service, "0987654321")
    tell(service, customer, "one")
    tell(service, other, "two")
    assert came(service, "0987654321")[1:] == ["two"]
    assert store_of(service) == []
    items = service.staff("operator").get("/operator/v1/messages").json()["items"]
    assert {one["fault"] for one in items} == {"no-such-number"}


def test_who_never_comes_back_from_the_last_try_does_not_hold_it_for_ever(service: Service) -> None:
    """A message that kills each process that has it ends as given up, too."""
    tell(service, quiet(service), "one")

    def dies(_text: Text, _timeout_s: float) -> None:
        raise Killed

    for _ in range(service.context.policy.message.tries_max):
        with pytest.raises(Killed):
            messages.deliver(with_notifier(service, dies))
        service.clock.advance(hours=2)
    assert messages.deliver(with_notifier(service, dies)) == 0
    assert store_of(service) == []


def test_a_message_that_waits_too_long_is_an_alarm(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    """The age of the oldest and the number of dead ones are counted; after a quarter of an hour it is an error."""
    tell(service, quiet(service), "one")
    service.clock.advance(minutes=15)
    messages.watch(service.context, service.now)
    assert "do not get through" not in capsys.readouterr().out
    service.clock.advance(seconds=1)
    messages.watch(service.context, service.now)
    assert "do not get through" in capsys.readouterr().out


def test_every_process_carries(service: Service) -> None:
    """A served application carries by itself, in a thread of its own, while housekeeping does other things."""
    settings = service.context.settings.model_copy(update={"housekeeping_s": 0.1})
    customer = quiet(service)
    carried = threading.Event()
    with housekeeping.running(
        replace(with_notifier(service, lambda _text, _timeout_s: carried.set()), settings=settings)
    ):
        tell(service, customer, "one")
        assert carried.wait(60)
