"""Refusals become RFC 9457 problems here, and only here, from the table in `kinds`."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from atm_service.platform import refusals
from atm_service.platform.kinds import KINDS, URN, Kind
from atm_service.platform.refusals import Refusal

MEDIA_TYPE: Final = "application/problem+json"


class Problem(BaseModel):
    """An RFC 9457 problem. Further members depend on `type`."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=[f"{URN}code-expired"])
    title: str = Field(examples=["The code has expired"])
    status: int = Field(examples=[410])
    detail: str = Field(examples=["The money is back in the wallet. The customer can make a new code."])
    instance: str = Field(
        examples=["urn:uuid:01990000-0000-7000-8000-000000000000"], description="the request id"
    )


# What any route may answer, whatever it does.
_ALWAYS: Final = (refusals.MalformedRequest, refusals.Unavailable, refusals.Broken)
_SIGNED_IN: Final = (refusals.Unauthenticated, refusals.Forbidden)
_POSTED: Final = (refusals.BodyTooLarge, refusals.ClockWrong)
_KEYED: Final = (
    refusals.IdempotencyKeyMissing,
    refusals.IdempotencyKeyReused,
    refusals.RequestInProgress,
    refusals.AnswerForgotten,
    refusals.DayClosed,
)


def body(kind: Kind, members: Mapping[str, Any], request_id: str) -> dict[str, Any]:
    """Build the problem's JSON object. What RFC 9457 defines is never hidden by a member of the same name."""
    return {
        **members,
        "type": kind.type,
        "title": kind.title,
        "status": kind.status,
        "detail": kind.advice,
        "instance": f"urn:uuid:{request_id}",
    }


def refuses(
    *reasons: type[Refusal], signed_in: bool = True, posted: bool = False, keyed: bool = False
) -> dict[int | str, dict[str, Any]]:
    """Document a route's refusals for OpenAPI, from the same table that makes them."""
    more = (
        _ALWAYS
        + (_SIGNED_IN if signed_in else ())
        + (_POSTED if posted or keyed else ())
        + (_KEYED if keyed else ())
    )
    by_status: dict[int | str, list[Kind]] = defaultdict(list)
    for reason in dict.fromkeys(reasons + more):
        by_status[KINDS[reason].status].append(KINDS[reason])
    return {status: _documented(kinds) for status, kinds in sorted(by_status.items())}


def examples() -> dict[str, dict[str, Any]]:
    """Give an example of every problem for OpenAPI, by slug: routes refer to these."""
    request_id = "01990000-0000-7000-8000-000000000000"
    return {
        kind.slug: {"summary": kind.title, "value": body(kind, {}, request_id)} for kind in KINDS.values()
    }


def _documented(kinds: list[Kind]) -> dict[str, Any]:
    examples = {kind.slug: {"$ref": f"#/components/examples/{kind.slug}"} for kind in kinds}
    return {
        "description": " · ".join(kind.title for kind in kinds),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}},
    }
