"""What clerks and supervisors do at the counter beside paying: deposits, transfers, reversals, approvals."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from httpx2 import Response

from atm_service.platform.keys.tokens import issue_access
from atm_service.registers.staff import service as staff
from tests.atm_service.world import PASSWORD, Clerk, Customer, Person, Service
from tests.contract.documented import slug_of

WHY = {"reason": "cash-not-taken", "words": "Khách đi mất, tiền còn trên quầy"}


def supervisor(service: Service, area: str | None = None, office: str | None = None) -> Person:
    """Bring in a supervisor of an area, or of the whole province."""
    name = f"supervisor-{area or 'all'}-{office or 'none'}"
    with service.context.transaction() as session:
        id = staff.add(
            session,
            service.context.hasher,
            name,
            PASSWORD,
            "supervisor",
            office,
            "Đinh Quang Giám",
            service.now,
            area,
        )
    return again(service, Person(service.client, id, "", {"office": office}))


def again(service: Service, person: Person) -> Person:
    """Give a supervisor a fresh token."""
    keys, office = service.context.keys.at(service.now), person.facts.get("office")
    token = issue_access(keys, person.id, "staff", "supervisor", office, service.now, timedelta(minutes=60))
    return Person(service.client, person.id, token, person.facts)


def decide(person: Person, approval: dict[str, Any], decision: str = "approve", **more: Any) -> Response:
    """Let a supervisor decide."""
    body = {"decision": decision, "reason": "Đã gọi điện cho khách"}
    return person.post(f"/staff/v1/approvals/{approval['id']}/decision", body, **more)


def ask_to_reverse(clerk: Clerk, id: str | UUID, of: str = "withdrawals", **more: Any) -> Response:
    """Ask for the reversal of a withdrawal or a deposit."""
    return clerk.post(f"/counter/v1/{of}/{id}/reversal-request", {**WHY, **more})


def reverse(
    clerk: Clerk, id: str | UUID, counts: dict[str, int], key: str | None = None, of: str = "withdrawals"
) -> Response:
    """Undo by counted cash."""
    return clerk.post(f"/counter/v1/{of}/{id}/reversal", {"counts": counts}, key)


def propose(clerk: Clerk, customer: Customer, counts: dict[str, int], **to: str) -> Response:
    """Put counted cash on the counter for a customer, named by phone unless told otherwise."""
    named = to or {"phone": customer.facts["phone"]}
    return clerk.post("/counter/v1/deposits", {"to": named, "counts": counts})


def confirm(
    clerk: Clerk, deposit: dict[str, Any], by: str = "name", key: str | None = None, **proof: Any
) -> Response:
    """Take the proposed cash in, by the name that customers have unless they are told another."""
    if by == "name":
        proof = {"name": "nong van thang"} | proof
    return clerk.post(f"/counter/v1/deposits/{deposit['id']}/confirmation", {"by": by, **proof}, key)


def deposited(clerk: Clerk, customer: Customer, counts: dict[str, int]) -> dict[str, Any]:
    """Take cash in by the account holder's card; give the voucher."""
    proposed = propose(clerk, customer, counts)
    assert proposed.status_code == 201, proposed.text
    card = {"id_number": customer.facts["id_number"], "checked": "qr"}
    answer = confirm(clerk, proposed.json(), "card", **card)
    assert answer.status_code == 201, answer.text
    voucher: dict[str, Any] = answer.json()
    return voucher


def paid(service: Service, clerk: Clerk, customer: Customer, amount: int = 2_000_000) -> dict[str, Any]:
    """Pay a customer; give the receipt."""
    answer = clerk.serve(customer, customer.code(amount))
    assert answer.status_code == 201, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


def refused(answer: Response) -> str:
    """Give the slug of a refusal."""
    return slug_of(answer)
