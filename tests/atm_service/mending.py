"""What the tests of mending do at a counter and on phones: cards, codes, faces."""

import re
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

from httpx2 import Response

from atm_service.registers.messages import service as messages
from atm_service.registers.messages.simulated import SimulatedPhones
from tests.atm_service.world import Clerk, Customer, Service

NEW_PIN: Final = "927364"
NEW_PHONE: Final = "0387654321"
CLEAR: Final = "sample-clear"
OTHER_FACE: Final = "sample-other-face"
_DIGITS: Final = re.compile(r": ([0-9]{6}) la ma ")


def picture(sample: str = CLEAR) -> str:
    """Take a picture: each is another one, as cameras do."""
    return f"{sample}:{uuid4()}"


def card(customer: Customer) -> dict[str, str]:
    return {"id_number": customer.facts["id_number"], "checked": "qr"}


def came(service: Service, phone: str) -> list[str]:
    """Carry what is due, and give what this phone shows, the newest first."""
    messages.deliver(service.context)
    assert isinstance(service.context.notifier, SimulatedPhones)
    return [one.words for one in service.context.notifier.came() if one.number == phone]


def digits(service: Service, phone: str) -> str:
    """Read the newest code that came to a phone."""
    found = _DIGITS.search(came(service, phone)[0])
    assert found
    return found[1]


def send_code(service: Service, clerk: Clerk, customer: Customer, phone: str | None = None) -> str:
    """Have a code sent, to the wallet's number or to another, a while after the last one; give its id."""
    service.clock.advance(minutes=2)
    sent = clerk.post("/counter/v1/help/code", {**card(customer), "phone": phone})
    assert sent.status_code == 201, sent.text
    return str(sent.json()["id"])


def for_pin(service: Service, clerk: Clerk, customer: Customer, **changes: Any) -> dict[str, Any]:
    """Give what sets the PIN anew: a code that came to the phone, a face, and the PIN."""
    code_id = send_code(service, clerk, customer)
    proofs = {"code_id": code_id, "code": digits(service, customer.facts["phone"]), "face_capture": picture()}
    return {**card(customer), **proofs, "new_pin": NEW_PIN, **changes}


def for_phone(service: Service, clerk: Clerk, customer: Customer, **changes: Any) -> dict[str, Any]:
    """Give what gives a wallet another number."""
    code_id = send_code(service, clerk, customer, NEW_PHONE)
    proofs = {"code_id": code_id, "code": digits(service, NEW_PHONE), "face_capture": picture()}
    return {**card(customer), **proofs, "phone": NEW_PHONE, **changes}


def reset(clerk: Clerk, body: dict[str, Any], key: str | None = None) -> Response:
    return clerk.post("/counter/v1/help/pin", body, key or str(uuid4()))


def change(clerk: Clerk, body: dict[str, Any], key: str | None = None) -> Response:
    return clerk.post("/counter/v1/help/phone", body, key or str(uuid4()))


def signed_in(service: Service, customer: Customer, **changes: str) -> Customer:
    """Sign in, with another PIN or number than before."""
    facts = {**customer.facts, **changes}
    answer = service.client.post("/wallet/v1/sessions", json={"phone": facts["phone"], "pin": facts["pin"]})
    assert answer.status_code == 201, answer.text
    return replace(customer, token=answer.json()["access_token"], facts=facts)


def faces_compared(service: Service) -> list[tuple[str, int]]:
    """Give how many pictures were compared, for whom."""
    with service.context.transaction() as session:
        counted = session.exec_driver_sql("SELECT subject, wrong FROM service.attempt WHERE door = 'face'")
        return [(row.subject, row.wrong) for row in counted]


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"
