"""Complaints as a supervisor sees and answers them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from counter_app import service_api
from counter_app.service_api import Service, json_body, read_answers

_PATH: Final = "/staff/v1/complaints"


@dataclass(frozen=True)
class Said:
    """What was said, and when; None where it is so long ago that the words were forgotten."""

    words: str | None
    at: datetime


@dataclass(frozen=True)
class Answer:
    """An answer, and whether the customer is right."""

    words: str | None
    at: datetime
    upheld: bool


@dataclass(frozen=True)
class Complaint:
    """One that waits for an answer by a day. `amount` in đồng; `paper` is the number on the receipt or transfer."""

    id: str
    number: str
    kind: str
    status: str
    amount: int
    paper: str | None
    said: Said
    answer_by: date | None
    overdue: bool
    answer: Answer | None
    contest: Said | None
    masked_name: str
    phone_end: str
    office: str | None
    office_name: str | None
    answered_by_you: bool


async def waiting(
    service: Service, token: str, after: str | None = None
) -> tuple[list[Complaint], str | None]:
    """List what waits, the first due first, after a cursor; and the next cursor."""
    query = {} if after is None else {"cursor": after}
    return read_answers(Complaint, await service_api.ask(service, "GET", _PATH, token=token, query=query))


def answer_request(id: str, body: dict[str, Any]) -> tuple[str, bytes]:
    """Path and body for an answer."""
    return f"{_PATH}/{id}/answer", json_body(body)
