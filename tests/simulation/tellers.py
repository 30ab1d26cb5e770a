"""Clerks and customers who go on whatever is killed: every question is repeated with its key until it is known."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

import httpx2

from tests.simulation.people import Clerk, Customer, Person, Town, slug
from tests.simulation.processes import wait_until

AMOUNT: Final = 50_000
NOTE: Final = {"50000": 1}  # the same in cash
KNOWS_WITHIN_S: Final = 90
ASK_AGAIN_S: Final = 0.1
CANCELLED_EVERY: Final = 5
LATER: Final = frozenset({"request-in-progress", "unavailable"})


@dataclass
class Asker:
    """Somebody who asks until an answer comes. `answers` counts what came."""

    answers: Counter[str] = field(default_factory=Counter, kw_only=True)
    step: str = field(default="", kw_only=True)  # what is being asked for now

    def _until_known(self, ask: Callable[[], httpx2.Response], step: str = "") -> dict[str, Any]:
        """Ask until there is an answer. Silence, `unavailable` and `request-in-progress` are none."""
        self.step = step
        end = time.monotonic() + KNOWS_WITHIN_S
        while time.monotonic() < end:
            try:
                answer = ask()
            except httpx2.TransportError:
                self.answers["silence"] += 1
                self.answers[f"silence at {step}"] += 1
            else:
                said = "replayed" if "Idempotency-Replayed" in answer.headers else slug(answer)
                self.answers[said] += 1
                if answer.is_success:
                    known: dict[str, Any] = answer.json()
                    return known
                assert said in LATER, f"{answer.status_code} {answer.text}"
                assert "Retry-After" in answer.headers, f"{said} does not say when to come back"
            time.sleep(ASK_AGAIN_S)
        raise AssertionError(f"not known after {KNOWS_WITHIN_S} s: {dict(self.answers)}")


@dataclass
class Teller(Asker):
    """One drawer with its clerk and the customers who come to it in turn."""

    clerk: Clerk
    customers: Sequence[Customer]
    told: list[dict[str, Any]] = field(default_factory=list)
    authorised: set[UUID] = field(default_factory=set)

    def work(self, stop: threading.Event) -> None:
        """Serve one customer after the other until told to stop, and the last one to the end."""
        for turn in range(10**6):
            if stop.is_set():
                return
            self.serve(self.customers[turn % len(self.customers)], turn)

    def serve(self, customer: Customer, turn: int) -> None:
        """Authorise, present and pay, or let the customer change their mind."""
        key = str(uuid4())
        code = self._until_known(lambda: customer.authorise(AMOUNT, key))
        id = code["id"]
        self.authorised.add(UUID(id))
        if turn % CANCELLED_EVERY == CANCELLED_EVERY - 1:
            self._until_known(lambda: customer.cancel(id, f"{key}-no"))
            return
        self._until_known(lambda: self.clerk.present(code["code"]))
        self.told.append(self._until_known(lambda: self.clerk.pay(id, customer.id_number, key)))


@dataclass
class Cashier(Teller):
    """A teller whose customers also pay in, and who is let undo every payment and deposit by a supervisor."""

    supervisor: Person = field(kw_only=True)
    vouchers: list[dict[str, Any]] = field(default_factory=list)

    def serve(self, customer: Customer, turn: int) -> None:
        """Pay and take in; undo the payment, the deposit or neither, in turn."""
        key = str(uuid4())
        code = self._until_known(lambda: customer.authorise(AMOUNT, key), "authorise")
        self.authorised.add(UUID(code["id"]))
        self._until_known(lambda: self.clerk.present(code["code"]), "present")
        self.told.append(
            self._until_known(lambda: self.clerk.pay(code["id"], customer.id_number, key), "pay")
        )
        named = {"to": {"id_number": customer.id_number}, "counts": NOTE}
        deposit = self._ask("deposits", named, "propose")["id"]
        self.vouchers.append(
            self._ask(f"deposits/{deposit}/confirmation", {"by": "name", "name": "Nông Văn Thắng"}, "deposit")
        )
        undone = (f"withdrawals/{code['id']}", f"deposits/{deposit}", None)[turn % 3]
        if undone is not None:
            self._undo(undone)

    def _undo(self, what: str) -> None:
        asked = self._ask(f"{what}/reversal-request", {"reason": "other", "words": "nhầm"}, "request")
        key, decision = str(uuid4()), {"decision": "approve", "reason": "đã gọi"}
        path = f"/staff/v1/approvals/{asked['id']}/decision"
        self._until_known(lambda: self.supervisor.post(path, decision, key), "decide")
        self.vouchers.append(self._ask(f"{what}/reversal", {"counts": NOTE}, "reverse"))

    def _ask(self, path: str, body: dict[str, Any], step: str) -> dict[str, Any]:
        key = str(uuid4())
        return self._until_known(lambda: self.clerk.post(f"/counter/v1/{path}", body, key), step)


@dataclass
class Tellers:
    """Every drawer of the simulation, each in a thread of its own."""

    each: Sequence[Teller]
    works: Sequence[Future[None]]

    def paid(self) -> int:
        """Tell how many payments are known."""
        return sum(len(teller.told) for teller in self.each)

    def authorised(self) -> set[UUID]:
        """Give every withdrawal that a customer was told of."""
        return set().union(*(teller.authorised for teller in self.each))

    def answers(self) -> Counter[str]:
        """Count every answer that anybody got, by what it was."""
        return sum((teller.answers for teller in self.each), Counter())

    def wait_for_more(self) -> None:
        """Wait until somebody has been paid since now."""
        before = self.paid()

        def more() -> bool:
            self.raise_failures()
            return self.paid() > before

        wait_until(more, "a payment", KNOWS_WITHIN_S)

    def wait_for_step(self, step: str) -> None:
        """Wait until somebody is asking for this."""

        def asked() -> bool:
            self.raise_failures()
            return any(teller.step == step for teller in self.each)

        wait_until(asked, step, KNOWS_WITHIN_S)

    def raise_failures(self) -> None:
        """Raise what ended a teller who should still be at work."""
        for work in self.works:
            if work.done():
                work.result()


@contextmanager
def at_work(town: Town, tellers: Sequence[Teller]) -> Iterator[Tellers]:
    """Let tellers work while the block runs; then each brings the customer in front of it to the end.

    What they were told is in `town.told` afterwards. A teller's failure is raised when the block has ended.
    """
    stop = threading.Event()
    with ThreadPoolExecutor(len(tellers)) as pool:
        working = Tellers(tellers, [pool.submit(teller.work, stop) for teller in tellers])
        try:
            yield working
        finally:
            stop.set()
    working.raise_failures()
    for teller in tellers:
        town.told += teller.told
