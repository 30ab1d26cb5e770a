"""What deposits and transfers share: naming a customer, asking once more after a lost answer, what is unknown."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from counter_app import cards
from counter_app.journal import Entry, Kind
from counter_app.page import Page
from counter_app.service_api import NotSentError, UnreachableError
from counter_app.sessions import authorised

T = TypeVar("T")

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
