"""A second person, who approves what an operator proposes."""

from typing import Any
from uuid import UUID

from httpx2 import Response

from atm_service.control.instructions import service as instructions
from atm_service.platform.keys.tokens import Caller
from tests.atm_service.world import Person, Service

PATH = "/operator/v1/instructions"


def colleague(service: Service, role: str = "operator") -> Caller:
    """Bring in somebody who may decide."""
    return Caller(service.member(role, None)[0], "staff", role, None)  # type: ignore[arg-type]


def approve(service: Service, id: UUID, again: int = 0, by: Caller | None = None) -> None:
    """Let a colleague approve an instruction."""
    with service.context.transaction() as session:
        caller = by or colleague(service)
        facts = (service.context.policy, caller, id, again, service.now)
        instructions.decide(session, *facts, approved=True, reason="đã đối chiếu")


def agreed_on_member(service: Service, operator: Person, id: UUID, **wanted: Any) -> None:
    """Have a role, or without one a first password, proposed for a member and approved."""
    body = {"reason": "đã trao đổi", **wanted}
    proposed = operator.post(f"/operator/v1/members/{id}/instructions", body)
    assert proposed.status_code == 201, proposed.text
    approve(service, UUID(proposed.json()["id"]))


def agreed(service: Service, operator: Person, body: dict[str, Any]) -> None:
    """Have exactly these credits proposed and approved."""
    proposed = operator.post(PATH, body)
    assert proposed.status_code == 201, proposed.text
    approve(service, UUID(proposed.json()["id"]), proposed.json()["again"])


def credit_by_two(
    service: Service, operator: Person, body: dict[str, Any], key: str | None = None
) -> Response:
    """Have credits proposed, approved and carried out."""
    agreed(service, operator, body)
    return operator.post("/operator/v1/credits", body, key=key)
