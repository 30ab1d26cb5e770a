"""What takes two, as the second person sees and decides it: money from outside, and who decides for others."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from counter_app import service_api
from counter_app.service_api import Service, json_body, read_answer, read_answers

_PATH: Final = "/staff/v1/instructions"


@dataclass(frozen=True)
class Instruction:
    """What a colleague has proposed. `again`: lines that were credited lately, which an approval names."""

    id: str
    kind: str
    amount: int
    office: str | None
    facts: dict[str, Any]
    again: int
    proposed_by: str
    proposed_at: datetime
    expires_at: datetime
    status: str
    own: bool
    decided_by: str | None


@dataclass(frozen=True)
class _Challenge:
    passkey: dict[str, Any] | None


async def waiting(
    service: Service, token: str, after: str | None = None
) -> tuple[list[Instruction], str | None]:
    """List what waits or may be carried out, the newest first, after a cursor; and the next cursor."""
    query = {} if after is None else {"cursor": after}
    return read_answers(Instruction, await service_api.ask(service, "GET", _PATH, token=token, query=query))


async def challenge(service: Service, token: str, id: str, word: dict[str, Any]) -> dict[str, Any] | None:
    """Get what one's passkey is to sign for this decision; None without a passkey."""
    path = f"{_PATH}/{id}/challenge"
    answer = await service_api.ask(service, "POST", path, token=token, body=json_body(word))
    return read_answer(_Challenge, answer).passkey


async def decide(service: Service, token: str, id: str, body: dict[str, Any]) -> None:
    """Approve or refuse, with the second factor of now."""
    path = f"{_PATH}/{id}/decision"
    await service_api.ask(service, "POST", path, token=token, body=json_body(body))
