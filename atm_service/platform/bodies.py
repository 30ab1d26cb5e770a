"""A body has one reading: JSON in UTF-8 in which every name stands once and every number is a number.

The framework's own reader also takes UTF-16, byte-order marks, NaN and repeated names, where another reader (a
proxy, the fingerprint of an idempotency key, the auditor's tool) would see something else or nothing at all.

So has a query: a name that the document does not know, or one that stands twice, is refused. Whoever misspells `from`
would take the whole list for the part that was asked for.
"""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, Final, NoReturn, get_args, get_origin

from fastapi import Request
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import AfterValidator

from atm_service.platform.refusals import MalformedRequest

# What shows nothing, or turns round what stands beside it: controls, formats, line ends, letters that are blank. The
# formats beyond the first plane are in no portable pattern; `_said` knows them.
_UNSEEN: Final = (
    r"\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u180e\u200b-\u200f"
    r"\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb"
)
_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_UNSEEN_KINDS: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})
_BLANKS: Final = r" \xa0\u1680\u2000-\u200a\u202f\u205f\u3000\u0300-\u036f\ufe00-\ufe0f"  # and marks on them
_SEEN: Final = rf"[{_BLANKS}]*[^{_BLANKS}{_UNSEEN}]"

ONE_LINE: Final = rf"^[^{_UNSEEN}]*$"
"""What is looked for, or compared with something: in one line, and nothing hidden in it."""
SEEN: Final = rf"^{_SEEN}[^{_UNSEEN}]*$"
"""A word that people write for people, with `seen` beside it."""
SAID: Final = rf"^(?:{_SEEN}){{3}}[^{_UNSEEN}]*$"
"""Words that people write for people, with `said` beside it: it says something."""


def _shows(text: str, least: int) -> str:
    """Give the text without blanks around it. Raises `ValueError` where it hides something, or shows too little."""
    text = text.strip()
    if any(unicodedata.category(one) in _UNSEEN_KINDS or one in _BLANK_LETTERS for one in text):
        raise ValueError("has a character that does not show")
    if sum(unicodedata.category(one)[0] not in "MZ" for one in text) < least:
        raise ValueError(f"shows fewer than {least} characters")
    return text


seen: Final = AfterValidator(partial(_shows, least=1))
said: Final = AfterValidator(partial(_shows, least=3))


async def unambiguous(request: Request) -> None:
    """Refuse a query or a body that could be read in two ways. Raises `MalformedRequest` or `BodyTooLarge`."""
    route = request.scope["route"]
    if request.url.query and HTTPStatus.UNPROCESSABLE_ENTITY in route.responses:
        known(request, queries(route))
    if request.method == "POST" and (body := await request.body()):
        check(body)


def queries(route: APIRoute) -> dict[str, bool]:
    """Give the names that a route's query may have, and which of them may stand more than once."""
    return {one.alias: _is_list(one.field_info.annotation) for one in _queries(route.dependant)}


def _queries(dependant: Dependant) -> Iterator[ModelField]:
    yield from dependant.query_params
    for below in dependant.dependencies:
        yield from _queries(below)


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is list or any(_is_list(one) for one in get_args(annotation))


def known(request: Request, names: Mapping[str, bool]) -> None:
    """Refuse a name that is not among `names`, or stands twice. Raises `MalformedRequest`, which repeats no other."""
    asked = [name for name, _ in request.query_params.multi_items()]
    wrong = [
        {"where": f"query.{name}", "message": "stands twice"}
        for name, often in sorted(names.items())
        if not often and asked.count(name) > 1
    ]
    if not names.keys() >= set(asked):
        wrong.append({"where": "query", "message": f"known are: {', '.join(sorted(names)) or 'none'}"})
    if wrong:
        raise MalformedRequest(errors=wrong)


def check(body: bytes) -> Any:
    """Read a body. Raises `MalformedRequest` unless it is JSON with one reading; it never repeats what was sent."""
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_names_once, parse_constant=_no_number)
    except _AmbiguousError as ambiguous:
        raise _malformed(str(ambiguous)) from None
    except (ValueError, RecursionError):
        raise _malformed("not JSON in UTF-8") from None


class _AmbiguousError(Exception):
    """JSON by name, but not with one reading."""


def _names_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _AmbiguousError("a name stands twice in one object")
    return found


def _no_number(_: str) -> NoReturn:
    raise _AmbiguousError("NaN and Infinity are no JSON")


def _malformed(message: str) -> MalformedRequest:
    return MalformedRequest(errors=[{"where": "body", "message": message}])
