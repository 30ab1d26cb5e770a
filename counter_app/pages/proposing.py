"""What deposits and transfers share: naming a customer, asking a supervisor, confirming, and lost answers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from starlette.responses import Response

from counter_app import cards, service_api
from counter_app.answers import Problem
from counter_app.journal import Entry, Kind, Question, State
from counter_app.page import Page, form_key
from counter_app.service_api import NotSentError, UnreachableError
from counter_app.sessions import authorised

T = TypeVar("T")

# Refusals after which the same page can simply be filled in again.
_AGAIN_HERE = frozenset(
    {"wrong-identity", "wrong-pin", "confirmation-needed", "approval-needed", "approval-waiting"}
)

PIN_LENGTH = 6
_PHONE_MAX = 32


class NobodyNamedError(Exception):
    """The field holds neither a phone number nor a card."""


def named(text: str) -> dict[str, str]:
    """Read whom a field names: a card that was scanned or typed, else a phone number. Raises NobodyNamedError."""
    text = text.strip()
    try:
        return {"id_number": cards.read(text).id_number}
    except cards.CardUnreadableError:
        pass
    plain = text.replace(" ", "").replace("-", "").replace(".", "")
    digits = plain.removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and len(plain) <= _PHONE_MAX):
        raise NobodyNamedError
    return {"phone": plain}


def is_pin(text: str) -> bool:
    """Whether this can be a PIN at all."""
    return text.isascii() and text.isdigit() and len(text) == PIN_LENGTH


async def twice(page: Page, call: Callable[[str], Awaitable[T]]) -> T:
    """Make a call that is safe to repeat, once more after a lost answer.

    Raises RefusedError, UnreachableError, SignInAgainError.
    """
    app = page.app

    async def once() -> T:
        return await authorised(app.service, app.sessions, page.clerk, call)

    try:
        return await once()
    except NotSentError:
        raise
    except UnreachableError:
        return await once()


def unknown(page: Page, subject: str, *kinds: Kind) -> Entry | None:
    """Return a request about this thing whose outcome is not known: it must not be asked for anew."""
    return next((one for one in page.unknown() if one.subject == subject and one.kind in kinds), None)


@dataclass(frozen=True)
class Proposals:
    """Proposals of one kind: their place in the service's paths, and the page on which one is confirmed.

    `read` takes from the form how it was confirmed, or says what is wrong with it.
    """

    kind: Kind
    path: str
    read: Callable[[dict[str, str]], Mapping[str, str] | Problem]
    show: Callable[[Page, str, Problem], Awaitable[Response]]

    async def ask_supervisor(self, page: Page, id: UUID) -> Response:
        """Ask a supervisor, and go to the page that waits."""
        page.clerk  # noqa: B018 - raises for anybody else
        fields = await page.form()
        key, words = form_key(fields), " ".join(fields.get("words", "").split())
        service, subject = page.app.service, (self.path, str(id))
        made = await twice(
            page, lambda token: service_api.ask_for_approval(service, token, key, subject, {"words": words})
        )
        return page.go(f"/approvals/{made.id}")

    async def confirm(self, page: Page, id: UUID) -> Response:
        """Let what was proposed be done. The same form again, by a double click or F5, asks nothing new."""
        clerk, fields = page.clerk, await page.form()
        key, subject = form_key(fields), str(id)
        asked = unknown(page, subject, self.kind) or page.app.journal.find(key)
        if asked and asked.state not in (State.REFUSED, State.NOT_SENT):
            await page.app.resolver.send_again(asked.key)
            return page.go(f"/requests/{asked.key}")
        proof = self.read(fields)
        if isinstance(proof, Problem):
            return await self.show(page, subject, proof)
        path, body = service_api.confirm_request(self.path, subject, proof)
        question = Question(key, self.kind, "POST", path, body, clerk.who, subject)
        entry = await page.app.resolver.send(question, page.app.service.clock())
        if entry.state is State.REFUSED and entry.answer and entry.answer["slug"] in _AGAIN_HERE:
            page.app.journal.shown(entry.key, page.app.service.clock())
            return await self.show(page, subject, Problem(**entry.answer))
        return page.go(f"/requests/{entry.key}")
