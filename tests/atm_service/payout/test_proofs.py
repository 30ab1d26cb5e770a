"""What a payment rests on is decided on the rows that its own transaction has locked; guesses are counted there too."""

import itertools
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from atm_service.payout import paying, presenting
from atm_service.payout import service as payout
from atm_service.payout.schemas import PaymentRequest
from atm_service.platform import policy
from atm_service.platform.idempotency import Key
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import Refusal, TooManyAttempts
from atm_service.registers.withdrawals import digits, errors
from tests.atm_service.world import OFFICE, Clerk, Customer, Service

THREADS = 24
TRIES = policy.load("bank_agent").attempts


def caller(clerk: Clerk) -> Caller:
    return Caller(clerk.id, "staff", "clerk", OFFICE)


def present(service: Service, clerk: Clerk, text: str) -> Any:
    """Present as another counter's process would, at any moment: not in the batches of this one."""
    ask = presenting.Presentation(caller(clerk), text, service.now)
    (answer,) = presenting.present_each(service.context, [ask])
    return answer


def pay(service: Service, clerk: Clerk, id: str, id_number: str, pin: str | None = None) -> Any:
    key = Key(str(clerk.id), str(uuid4()), b"print", service.context.cipher, service.now)
    checks = PaymentRequest(id_number=id_number, checked="qr", pin=pin)
    (answer,) = paying.pay_each(service.context, [paying.Payment(caller(clerk), UUID(id), checks, key)])
    return answer


def another(pin: str) -> str:
    return f"{(int(pin) + 1) % 10**6:06d}"


def nobodys() -> Iterator[str]:
    """Make well-formed digits that are nobody's."""
    return (f"{nine:09d}" + str(digits._checked(f"{nine:09d}")) for nine in range(100_000_000, 100_000_400))


def by_digits(service: Service) -> tuple[Customer, Clerk, dict[str, Any]]:
    customer, clerk = service.customer(), service.clerk()
    code = customer.code()
    assert clerk.present(code["digits"]).status_code == 201
    return customer, clerk, code


def test_the_transaction_that_pays_asks_for_the_pin(service: Service) -> None:
    """Nothing that was proved or seen before it counts: a wrong PIN is refused there, and so is none."""
    customer, clerk, code = by_digits(service)
    id_number = customer.facts["id_number"]
    assert isinstance(pay(service, clerk, code["id"], id_number), errors.PinRequired)
    wrong = pay(service, clerk, code["id"], id_number, another(customer.facts["pin"]))
    assert (type(wrong).__name__, wrong.members) == (
        "WrongPin",
        {"remaining_attempts": TRIES.pin.most - 1},
    )
    assert not isinstance(pay(service, clerk, code["id"], id_number, customer.facts["pin"]), Refusal)


def test_presenting_again_at_the_same_moment_does_not_pass_by_the_pin(service: Service) -> None:
    """Release and present by digits in one thread, pay with a wrong PIN in others: nothing is paid."""
    customer, clerk, code = by_digits(service)
    pin = another(customer.facts["pin"])
    answers: list[Any] = []

    def present_and_release() -> None:
        for _ in range(20):
            with suppress(Refusal), service.context.transaction() as session:
                payout.release(session, caller(clerk), UUID(code["id"]), service.now)
            present(service, clerk, code["digits"])

    def try_to_pay() -> None:
        answers.extend(pay(service, clerk, code["id"], customer.facts["id_number"], pin) for _ in range(20))

    with ThreadPoolExecutor(4) as pool:
        for job in [pool.submit(one) for one in (present_and_release, try_to_pay, try_to_pay, try_to_pay)]:
            job.result()
    assert {type(answer).__name__ for answer in answers} <= {"WrongPin", "TooManyAttempts", "NotPresented"}
    assert Counter(type(answer).__name__ for answer in answers)["WrongPin"] == TRIES.pin.most
    assert customer.look(code["id"])["status"] in {"authorised", "presented"}


def test_wrong_cards_are_counted_one_by_one_however_many_come_at_once(service: Service) -> None:
    """Five other cards are compared; whatever comes beside them or after them is not."""
    customer, clerk = service.customer(), service.clerk()
    code = customer.code()
    clerk.present(code["code"])
    other = "020085" + f"{(int(customer.facts['id_number'][6:]) + 1) % 10**6:06d}"
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda _: pay(service, clerk, code["id"], other), range(2 * THREADS)))
    seen = Counter(type(answer) for answer in answers)
    assert seen[errors.WrongIdentity] == TRIES.identity.most
    assert seen[TooManyAttempts] == 2 * THREADS - TRIES.identity.most
    left = sorted(one.members["remaining_attempts"] for one in answers if type(one) is errors.WrongIdentity)
    assert left == list(range(TRIES.identity.most))


def test_guessed_digits_are_counted_one_by_one_however_many_come_at_once(service: Service) -> None:
    """Five well-formed digits of nobody are looked up; whatever comes beside them or after them is not."""
    clerk = service.clerk()
    guesses = list(itertools.islice(nobodys(), 3 * THREADS))
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda text: present(service, clerk, text), guesses))
    seen = Counter(type(answer) for answer in answers)
    assert seen[errors.CodeUnknown] == TRIES.digits.most
    assert seen[TooManyAttempts] == 3 * THREADS - TRIES.digits.most


def test_guesses_of_one_batch_are_counted_too(service: Service) -> None:
    """Asks that share a transaction are refused as if one after another."""
    clerk = service.clerk()
    asks = [
        presenting.Presentation(caller(clerk), text, service.now) for text in itertools.islice(nobodys(), 10)
    ]
    seen = Counter(type(answer) for answer in presenting.present_each(service.context, asks))
    assert seen == {errors.CodeUnknown: TRIES.digits.most, TooManyAttempts: 10 - TRIES.digits.most}
