"""Nobody reaches what others look after: every operation of the document, asked by people from elsewhere.

A supervisor of another area, a clerk of another office and an auditor ask for real things of the first area, with
their real ids. A new operation fails until it is placed.
"""

from collections.abc import Callable
from enum import Enum
from typing import Final
from uuid import uuid4

import pytest
from httpx2 import Response

from atm_service.registers.staff import passkey_store
from tests.atm_service.counter import supervisor
from tests.atm_service.records import rows, tables, unchanged
from tests.atm_service.world import OFFICE, Clerk, Person
from tests.contract.cast import AREA, READY, Cast, Ready
from tests.contract.documented import PUBLIC, document

ITS_AREA: Final = "183"
ITS_OFFICE: Final = "06193-1"
NAME: Final = "Bưu điện Hoàng Văn Thụ"


class Reach(Enum):
    """Whom an operation answers, of those whose role may ask."""

    NAMED = "names a thing: 403 or 404 to everybody who does not look after it"
    LISTED = "shows what the caller looks after, and leaves out the rest"
    OWN = "the caller's own desk, which a token names and nothing else can"
    HELD = "a payment or a shift in another drawer's hands: its state refuses, or nothing happens"
    ANYWHERE = (
        "a customer has no area: a code, a card or a PIN opens it at any counter, any supervisor freezes"
    )
    SELF = "the caller's own passkeys, of everybody who signs in with a second factor"
    DOOR = "asked before anybody is known"


N, LISTED, OWN, ANYWHERE = Reach.NAMED, Reach.LISTED, Reach.OWN, Reach.ANYWHERE
STAFF: Final = {
    "staff_applications": LISTED,
    "staff_decide": N,
    "staff_open_shifts": LISTED,
    "staff_grant_take_over": N,
    "staff_coverage": LISTED,
    "staff_office": N,
    "staff_office_life": N,
    "staff_change_office_state": N,
    "staff_check_office": N,
    "staff_set_office_hours": N,
    "staff_set_office_day": N,
    "staff_set_office_line": N,
    "staff_order_delivery": N,
    "staff_deliveries": LISTED,
    "staff_cash_requests": LISTED,
    "staff_order_requested": N,
    "staff_refuse_requested": N,
    "staff_send_delivery": N,
    "staff_receive_delivery": N,
    "staff_refuse_delivery": N,
    "staff_cancel_delivery": N,
    "staff_explain_delivery": N,
    "staff_floats": LISTED,
    "staff_float_plan": N,
    "staff_float_forecast": N,
    "staff_board": LISTED,
    "staff_approvals": LISTED,
    "staff_decide_approval": N,
    "staff_complaints": LISTED,
    "staff_answer_complaint": N,
    "staff_members": LISTED,
    "staff_switch_member": N,
    "staff_move_member": N,
    "staff_reset_member": N,
    "staff_instructions": LISTED,
    "staff_ask_to_decide_instruction": N,
    "staff_decide_instruction": N,
    "staff_own_passkeys": Reach.SELF,
    "staff_ask_to_add_passkey": Reach.SELF,
    "staff_add_passkey": Reach.SELF,
    "staff_remove_passkey": Reach.SELF,
    "staff_find_customer": ANYWHERE,
    "staff_freeze_customer": ANYWHERE,
    "staff_office_drawers": N,
    "staff_freeze_drawer": N,
    "staff_claim_break": N,
    "staff_note_on_break": N,
    "staff_resolve_breaks": N,
}
COUNTER: Final = {
    "counter_line": OWN,
    "counter_open_shift": OWN,
    "counter_office_shifts": LISTED,
    "counter_current_shift": OWN,
    "counter_headroom": OWN,
    "counter_totals": OWN,
    "counter_count_drawer": OWN,
    "counter_close_shift": OWN,
    "counter_hand_over": Reach.HELD,
    "counter_take_over": N,
    "counter_vault": OWN,
    "counter_count_vault": OWN,
    "counter_move_cash": OWN,
    "counter_give_cash": Reach.HELD,
    "counter_exchange_notes": OWN,
    "counter_office_deliveries": LISTED,
    "counter_ask_for_cash": OWN,
    "counter_cash_requests": LISTED,
    "counter_send_delivery": N,
    "counter_receive_delivery": N,
    "counter_refuse_delivery": N,
    "counter_present": ANYWHERE,
    "counter_pay": Reach.HELD,
    "counter_release": Reach.HELD,
    "counter_receipts": LISTED,
    "counter_receipt": N,
    "counter_approvals": LISTED,
    "counter_approval": N,
    "counter_ask_to_reverse": N,
    "counter_reverse": N,
    "counter_ask_to_reverse_deposit": N,
    "counter_reverse_deposit": N,
    "counter_propose_deposit": ANYWHERE,
    "counter_deposit": N,
    "counter_ask_for_count": N,
    "counter_ask_for_deposit": N,
    "counter_confirm_deposit": N,
    "counter_propose_transfer": ANYWHERE,
    "counter_transfer": N,
    "counter_ask_for_transfer": N,
    "counter_confirm_transfer": N,
    "counter_pay_by_card": ANYWHERE,
    "counter_make_slip": ANYWHERE,
    "counter_reprint_slips": ANYWHERE,
    "counter_make_delegation": ANYWHERE,
    "counter_find_delegations": ANYWHERE,
    "counter_revoke_delegation": ANYWHERE,
    "counter_find_to_help": ANYWHERE,
    "counter_freeze_for_customer": ANYWHERE,
    "counter_thaw_for_customer": ANYWHERE,
    "counter_send_code_to_help": ANYWHERE,
    "counter_reset_pin": ANYWHERE,
    "counter_change_phone": ANYWHERE,
    "counter_record_counterfeit": OWN,
    "counter_counterfeits": LISTED,
    "counter_vouchers": LISTED,
    "counter_voucher": N,
}
PLACED: Final = STAFF | COUNTER | dict.fromkeys(PUBLIC, Reach.DOOR)

SHOWN: Final[dict[str, Callable[[Cast], str]]] = {
    "staff_applications": Cast.application,
    "staff_open_shifts": Cast.left_open,
    "staff_complaints": lambda cast: str(cast.complained()["number"]),
    "staff_members": Cast.colleague_clerk,
    "staff_deliveries": Cast.ordered,
    "staff_coverage": lambda _: f'"area_code":"{AREA}"',
    "staff_floats": lambda _: OFFICE,
    "staff_board": lambda _: OFFICE,
    "staff_instructions": Cast.proposed_to_promote,
    "staff_approvals": lambda cast: str(cast.asked()["id"]),
    "counter_office_shifts": Cast.left_open,
    "counter_office_deliveries": Cast.ordered,
    "counter_cash_requests": Cast.asked_for_cash,
    "staff_cash_requests": Cast.asked_for_cash,
    "counter_receipts": lambda cast: str(cast.receipt()["id"]),
    "counter_approvals": lambda cast: str(cast.asked()["id"]),
    "counter_counterfeits": lambda cast: str(
        cast.clerk.post("/counter/v1/counterfeits", READY["counter_record_counterfeit"](cast)["body"]).json()[
            "id"
        ]
    ),
    "counter_vouchers": Cast.vouched,
}
"""For each list: bring about a thing of the first area that it shows; give what stands for it in the answer."""

OPERATIONS: Final = [
    (facts["operationId"], path, method)
    for path, methods in document()["paths"].items()
    for method, facts in methods.items()
]


@pytest.fixture(scope="module")
def strangers(cast: Cast) -> dict[str, Person]:
    """Give people of another area, each by the first word of the operations that the role may ask."""
    return {
        "staff": supervisor(cast.service, ITS_AREA),
        "counter": cast.service.clerk(ITS_OFFICE),
        "audit": cast.service.staff("auditor"),
    }


def test_every_operation_is_placed() -> None:
    """Who comes with a new one says whom it answers; a list says by which thing it is looked at."""
    asked = {name for name, _, _ in OPERATIONS}
    for_others = {name for name in asked if name.startswith(("wallet_", "audit_", "operator_"))} - PUBLIC
    assert asked - for_others == set(PLACED)
    assert {name for name, reach in PLACED.items() if reach is Reach.LISTED} == set(SHOWN)
    open_to_all = {
        facts["operationId"]
        for methods in document()["paths"].values()
        for facts in methods.values()
        if not facts.get("security")
    }
    assert open_to_all == PUBLIC


@pytest.mark.parametrize(
    ("name", "path", "method"), [one for one in OPERATIONS if one[0] not in PUBLIC], ids=lambda one: one
)
def test_who_does_not_look_after_it_reaches_nothing(
    cast: Cast, strangers: dict[str, Person], name: str, path: str, method: str
) -> None:
    """Nothing of the first area is shown to strangers and no row changes; then its own people succeed."""
    mark = SHOWN[name](cast) if name in SHOWN else None
    ready = cast.ready(name)
    ready.setdefault("path", cast.there(path))
    role = name.partition("_")[0]
    others = strangers.keys() - {role} - ({"audit"} if PLACED.get(name) is Reach.SELF else set())
    with unchanged(cast.service):
        for whose in others:
            answer = ask(strangers[whose], method, path, ready)
            assert answer.status_code in {401, 403}, answer.text
    if name in PLACED:
        LOOKED_AT[PLACED[name]](cast, strangers[role], name, path, method, ready, mark)


def ask(person: Person, method: str, path: str, ready: Ready) -> Response:
    headers = {"Authorization": f"Bearer {person.token}", "Idempotency-Key": str(uuid4())}
    return person.client.request(
        method,
        path.format(**ready["path"]),
        params=ready.get("query"),
        json=ready.get("body"),
        headers=headers,
    )


def own(cast: Cast, name: str) -> Person:
    return Person(cast.service.client, cast.clerk.id, cast.token(name))


def silent(answer: Response, ready: Ready) -> None:
    """Fail when an answer tells anything of the office or its people, or of the thing that was asked for."""
    told = [OFFICE, NAME, *(str(value) for name, value in ready["path"].items() if name == "id")]
    assert [word for word in told if word in answer.text] == []


def named(cast: Cast, stranger: Person, name: str, path: str, method: str, ready: Ready, _: object) -> None:
    refused(cast, stranger, name, path, method, ready, {403, 404})


def held(cast: Cast, stranger: Person, name: str, path: str, method: str, ready: Ready, _: object) -> None:
    refused(cast, stranger, name, path, method, ready, {204, 409})


def refused(
    cast: Cast, stranger: Person, name: str, path: str, method: str, ready: Ready, statuses: set[int]
) -> None:
    """Fail unless nothing is told or moved for a stranger, and the same request succeeds for those whose it is."""
    with unchanged(cast.service):
        answer = ask(stranger, method, path, ready)
    assert answer.status_code in statuses, answer.text
    silent(answer, ready)
    assert 200 <= ask(own(cast, name), method, path, ready).status_code < 300


def listed(
    cast: Cast, stranger: Person, name: str, path: str, method: str, ready: Ready, mark: str | None
) -> None:
    assert mark is not None
    with unchanged(cast.service):
        answer = ask(stranger, method, path, ready)
        assert mark in ask(own(cast, name), method, path, ready).text
    assert answer.status_code == 200
    assert mark not in answer.text
    silent(answer, ready)


def at_own_desk(
    cast: Cast, stranger: Person, _: str, path: str, method: str, ready: Ready, __: object
) -> None:
    assert "{" not in path
    before = of_the_office(cast)
    silent(ask(stranger, method, path, ready), ready)
    assert of_the_office(cast) == before
    if stranger.get("/counter/v1/shifts/current").status_code != 200:
        assert isinstance(stranger, Clerk)
        stranger.open(2, {"500000": 0})


def at_own_door(
    cast: Cast, stranger: Person, name: str, path: str, method: str, ready: Ready, _: object
) -> None:
    with cast.service.context.transaction() as session:
        before = passkey_store.of(session, cast.supervisor.id)
    silent(ask(stranger, method, path, ready), ready)
    with cast.service.context.transaction() as session:
        assert passkey_store.of(session, cast.supervisor.id) == before
        assert passkey_store.of(session, stranger.id) == []
    assert 200 <= ask(own(cast, name), method, path, ready).status_code < 300


def of_the_office(cast: Cast) -> list[str]:
    """Give every row that names the first area's office, balances of its accounts included."""
    with cast.service.context.transaction() as session:
        return sorted(
            text for table in tables(session) for row in rows(session, table) if OFFICE in (text := str(row))
        )


LOOKED_AT: Final[dict[Reach, Callable[..., None]]] = {
    Reach.NAMED: named,
    Reach.LISTED: listed,
    Reach.HELD: held,
    Reach.OWN: at_own_desk,
    Reach.ANYWHERE: lambda *_: None,
    Reach.SELF: at_own_door,
}
