"""Asking the service until the answer is known.

The only module that sends a request that moves money. Every one is in the journal before it leaves; every
outcome is written there before anybody is told. What is not certain stays *unknown* and is asked again with
the same key, in the background and after a start, for as long as the app runs.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from http import HTTPStatus
from typing import Any, Final

from counter_app import service_api
from counter_app.answers import (
    Approval,
    Counterfeit,
    Decided,
    GarbledError,
    Problem,
    Receipt,
    Shift,
    Voucher,
    read,
)
from counter_app.board_api import Changed
from counter_app.cash_answers import CashRequest, Count, Delivery, Exchange, HandOver, Move, OpenShift
from counter_app.encryption import UndecryptableError
from counter_app.journal import Entry, Journal, Kind, Question, State
from counter_app.journal_errors import JournalWriteError
from counter_app.members_api import Noted
from counter_app.problems import ADVICE
from counter_app.service_api import NotSentError, RefusedError, Service, UnreachableError
from counter_app.sessions import Session, Sessions, SignInAgainError, authorised

VIET_NAM: Final = timezone(timedelta(hours=7))  # no summer time since 1975
BACKOFF_FIRST_S: Final = 1.0
BACKOFF_MAX_S: Final = 30.0
IN_PROGRESS_TRIES: Final = 5

# The 403 of the contract that is about the caller, and proves nothing; nor does one that is none of the contract's.
_OF_THE_CALLER: Final = "forbidden"
# Which vouchers answer which request.
VOUCHED: Final = {
    Kind.DEPOSIT: ("deposit",),
    Kind.TRANSFER: ("transfer",),
    Kind.REVERSAL: ("withdrawal-reversal", "deposit-reversal"),
}
_OTHERS: Final[Mapping[Kind, type[Any]]] = {
    Kind.CARD_PAYMENT: Receipt,
    Kind.DECISION: Decided,
    Kind.APPROVAL: Approval,
    Kind.OFFICE: Changed,
    Kind.RIGHTS: Noted,
    Kind.COMPLAINT: Noted,
    Kind.COUNTERFEIT: Counterfeit,
    Kind.HAND_OVER: HandOver,
    Kind.LEAVE: OpenShift,
    Kind.VAULT_MOVE: Move,
    Kind.DRAWER_MOVE: Move,
    Kind.EXCHANGE: Exchange,
    Kind.VAULT_COUNT: Count,
    Kind.RECOUNT: Count,
    Kind.DELIVERY: Delivery,
    Kind.CASH_REQUEST: CashRequest,
}
# Not an answer to this question: somebody is to wait, or to sign in.
_LATER: Final = frozenset({"too-many-attempts", "request-in-progress"})

_log = logging.getLogger(__name__)


class Resolver:
    """Sends journalled questions and finds out what became of them."""

    def __init__(self, service: Service, sessions: Sessions, journal: Journal, patience_s: float) -> None:
        self._service = service
        self._sessions = sessions
        self._journal = journal
        self._patience_s = patience_s
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._due: dict[
            str, tuple[float, float]
        ] = {}  # key: (loop time of the next try, wait before the one after)
        self._woken = asyncio.Event()

    async def send(self, question: Question, now: datetime) -> Entry:
        """Write the question down, ask it, and return what is known after at most `patience_s` seconds.

        The same key again joins the asking that is under way, or returns the known outcome. Raises
        NotYoursError.
        """
        written = self._journal.begin(question, now)
        if self._journal.get(question.key).unresolved:
            await self._ask_patiently(question.key, again=not written)
        return self._journal.get(question.key)

    async def send_again(self, key: str) -> Entry:
        """Ask a question that was never sent, or is unknown, once more now."""
        entry = self._journal.get(key)
        if entry.unresolved or entry.state is State.NOT_SENT:
            await self._ask_patiently(key, again=True)
        return self._journal.get(key)

    def wake(self) -> None:
        """Try everything unknown soon: somebody has signed in, or is looking."""
        self._due.clear()
        self._woken.set()

    async def run(self) -> None:
        """Ask what is unknown, for ever. Survives every failure but being cancelled."""
        while True:
            try:
                self.ask_due()
            except Exception:  # noqa: BLE001 - it must go on
                _log.exception("the resolver failed and goes on")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), timeout=BACKOFF_FIRST_S)
            self._woken.clear()

    def ask_due(self) -> list[asyncio.Task[None]]:
        """Start asking every unresolved question whose turn it is, and return the askings."""
        now_s = asyncio.get_running_loop().time()
        started = []
        for entry in self._journal.unresolved():
            due_s, wait_s = self._due.get(entry.key, (0.0, BACKOFF_FIRST_S))
            if due_s <= now_s and entry.key not in self._asking:
                self._due[entry.key] = (now_s + wait_s, min(2 * wait_s, BACKOFF_MAX_S))
                started.append(self._start(entry.key, again=True))
        return started

    async def stop(self) -> None:
        """Let go of what is being asked; the journal has it."""
        for task in self._asking.values():
            task.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)

    async def _ask_patiently(self, key: str, *, again: bool) -> None:
        task = self._asking.get(key) or self._start(key, again=again)
        with suppress(TimeoutError):
            # Shielded: a page that gives up waiting does not take the question back.
            await asyncio.wait_for(asyncio.shield(task), self._patience_s)

    def _start(self, key: str, *, again: bool) -> asyncio.Task[None]:
        task = asyncio.create_task(self._ask(key, again=again))
        self._asking[key] = task
        task.add_done_callback(lambda _: self._asking.pop(key, None))
        return task

    async def _ask(self, key: str, *, again: bool) -> None:
        entry = self._journal.get(key)
        try:
            session = self._sessions.of(entry.who, self._service.now())
            if session is None:
                await self._look_up(entry)
            else:
                await self._ask_as(session, entry, again=again)
        except Exception as failure:  # noqa: BLE001 - whatever happened, it is not known what the service did
            # Only the kind: a message could repeat what was sent.
            _log.error("asking failed: %s", type(failure).__name__)
            with suppress(JournalWriteError):  # what was begun and not answered is unknown anyway
                self._journal.unanswered(key)
        if not self._journal.get(key).unresolved:
            self._due.pop(key, None)

    async def _ask_as(self, session: Session, entry: Entry, *, again: bool) -> None:
        try:
            body = self._journal.body(entry.key)
        except UndecryptableError:
            await self._look_up(entry)
            return
        for _ in range(IN_PROGRESS_TRIES):
            if again:
                self._journal.asking(entry.key)
            again = True
            retry_after_s = await self._ask_once(session, entry, body)
            if retry_after_s is None:
                return
            self._journal.unanswered(entry.key)
            await asyncio.sleep(retry_after_s)

    async def _ask_once(self, session: Session, entry: Entry, body: bytes) -> float | None:
        """Ask, and write down what came of it. Returns seconds to wait when the service is still at work."""
        try:
            answer = await authorised(
                *(self._service, self._sessions, session),
                lambda token: service_api.ask(
                    *(self._service, entry.method, entry.path), token=token, key=entry.key, body=body
                ),
            )
        except NotSentError:
            self._journal.not_sent(entry.key)
        except (UnreachableError, SignInAgainError):
            self._journal.unanswered(entry.key)
        except RefusedError as refused:
            if refused.problem.slug == "request-in-progress":
                wait_s = refused.problem.retry_after_s
                return float(min(max(0, wait_s), 5)) if wait_s is not None else BACKOFF_FIRST_S
            self._refused(entry, refused.problem)
        else:
            self._answered(entry, answer)
        return None

    def _answered(self, entry: Entry, answer: object) -> None:
        try:
            known = _understood(entry, answer)
        except GarbledError:
            self._journal.unanswered(entry.key)
            return
        self._journal.resolve(entry.key, State.ANSWERED, known, self._service.clock())

    def _refused(self, entry: Entry, problem: Problem) -> None:
        """Believe a refusal only when it settles the question."""
        first_time = self._journal.get(entry.key).state is State.SENT
        about_caller = problem.status == HTTPStatus.UNAUTHORIZED or (
            problem.status == HTTPStatus.FORBIDDEN
            and (problem.slug == _OF_THE_CALLER or problem.slug not in ADVICE)
        )
        # A remembered refusal is this key's for good: whatever comes late of it does nothing.
        later = problem.slug in _LATER and not first_time and not problem.members.get("refused_before")
        if about_caller or later:
            self._journal.unanswered(entry.key)
            return
        self._journal.resolve(entry.key, State.REFUSED, _problem_json(problem), self._service.clock())

    async def _look_up(self, entry: Entry) -> None:
        """Take the second road: another clerk of the office asks for the withdrawal's receipt.

        A receipt settles it. None settles nothing: the question may still be on its way.
        """
        self._journal.unanswered(entry.key)
        session = self._sessions.of_office(entry.who.office, self._service.now())
        if session is None:
            return
        if entry.kind in VOUCHED:
            await self._look_up_voucher(session, entry)
        if entry.kind is not Kind.PAYMENT:
            return
        with suppress(RefusedError, UnreachableError, SignInAgainError):
            receipt = await self._find_receipt(session, entry)
            if receipt is None:
                return
            if receipt.drawer == entry.who.drawer:
                self._journal.resolve(entry.key, State.ANSWERED, _jsonable(receipt), self._service.clock())
            else:
                elsewhere = {
                    "paid_at": receipt.paid_at.isoformat(),
                    "paid_drawer": receipt.drawer,
                    "receipt_id": receipt.id,
                }
                paid = Problem("already-paid", HTTPStatus.CONFLICT, elsewhere)
                self._journal.resolve(entry.key, State.REFUSED, _problem_json(paid), self._service.clock())

    async def _look_up_voucher(self, session: Session, entry: Entry) -> None:
        """Ask for the vouchers about the same thing; at another drawer one is none of this request's."""
        with suppress(RefusedError, UnreachableError, SignInAgainError):
            found = await authorised(
                *(self._service, self._sessions, session),
                lambda token: service_api.vouchers_about(self._service, token, entry.subject),
            )
            for voucher in found:
                if _proves(voucher, entry) and voucher.drawer == entry.who.drawer:
                    answer = _jsonable(voucher)
                    self._journal.resolve(entry.key, State.ANSWERED, answer, self._service.clock())

    async def _find_receipt(self, session: Session, entry: Entry) -> Receipt | None:
        found = await authorised(
            *(self._service, self._sessions, session),
            lambda token: service_api.receipts_of(self._service, token, entry.subject),
        )
        return next((receipt for receipt in found if receipt.withdrawal_id == entry.subject), None)


def _proves(voucher: Voucher, entry: Entry) -> bool:
    """Whether a voucher is of the kind and about the thing that was asked for."""
    return voucher.subject == entry.subject and voucher.kind in VOUCHED[entry.kind]


def _understood(entry: Entry, answer: object) -> dict[str, Any]:
    """Read a success as what this question must be answered with. Raises GarbledError."""
    if entry.kind is Kind.PAYMENT:
        receipt = read(Receipt, answer)
        if receipt.withdrawal_id != entry.subject:
            raise GarbledError("a receipt of another withdrawal")
        return _jsonable(receipt)
    if entry.kind in VOUCHED:
        voucher = read(Voucher, answer)
        if not _proves(voucher, entry):
            raise GarbledError("a voucher of something else")
        return _jsonable(voucher)
    if entry.kind in _OTHERS:
        return _jsonable(read(_OTHERS[entry.kind], answer))
    return _jsonable(read(Shift, answer))


def _jsonable(value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = _plain(asdict(value))
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return value.isoformat() if isinstance(value, datetime) else value


def _problem_json(problem: Problem) -> dict[str, Any]:
    return {"slug": problem.slug, "status": problem.status, "members": dict(problem.members)}
