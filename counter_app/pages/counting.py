"""The form on which cash is counted, note by note: one form for every count there is.

It never shows what the count is to come to, and adds up without scripts as well.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from counter_app import counts as typed_counts
from counter_app import money
from counter_app.counts import CountUnreadableError
from counter_app.journal import Question
from counter_app.page import Page, form_key

_DRAWERS: Final = range(1, 100)


@dataclass(frozen=True)
class Counting:
    """What is counted, and where the form goes. Texts are English; the template translates them.

    `again`: the first count differed. `settled`: it waits until nothing here is unknown. `asks_drawer` and
    `asks_colleague` add fields to the form.
    """

    action: str
    title: str
    lead: str
    button: str
    back: str = "/"
    again: bool = False
    settled: bool = False
    asks_drawer: bool = False
    asks_colleague: bool = False


def form(
    page: Page,
    counting: Counting,
    fields: dict[str, str] | None = None,
    *,
    added: int = 0,
    wrong: bool = False,
) -> Response:
    """Show the form, with what was typed before, or what is unknown and in its way."""
    typed = fields or {}
    if barred := _barred(page, counting):
        return barred
    return page.render(
        "count.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        counting=counting,
        typed=typed,
        form_key=typed.get("key") or str(uuid.uuid4()),
        added=added,
        wrong=wrong,
        denominations=money.DENOMINATIONS,
        count_max=money.COUNT_MAX,
    )


async def send(
    page: Page,
    counting: Counting,
    fields: dict[str, str],
    question: Callable[[str, dict[str, int]], Question],
) -> Response:
    """Send the count that was typed, or add it up; what cannot be read comes back with what was typed.

    `question` makes the request from its key and the counts. It may raise CountUnreadableError for a field of its own.
    """
    key = form_key(fields)
    if barred := _barred(page, counting, key):
        return barred
    try:
        counts = typed_counts.read(fields)
        asked = question(key, counts)
    except CountUnreadableError:
        return form(page, counting, fields, wrong=True)
    if fields.get("action") == "add-up":
        return form(page, counting, fields, added=money.total(counts))
    unknown = page.unknown_about(asked.subject, asked.kind)
    return await page.asked_before(key, unknown) or await page.send(asked)


def _barred(page: Page, counting: Counting, own: str | None = None) -> Response | None:
    """Say what must be known before this is counted, besides what the form itself has asked."""
    unknown = [entry for entry in page.unknown() if entry.key != own] if counting.settled else []
    if not unknown:
        return None
    return page.render("count_barred.html", HTTPStatus.CONFLICT, unknown=unknown, here=counting.action)


def drawer(text: str) -> int:
    """Read a drawer's number. Raises CountUnreadableError."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len("99") else 0
    if number not in _DRAWERS:
        raise CountUnreadableError
    return number
