"""Put a counterfeit note on record. It runs inside one transaction of its caller.

Keeping a counterfeit back, with a record that names its bearer and is given to that person, is what Decree
87/2023/ND-CP and Circular 58/2024/TT-NHNN (which followed Circular 28/2013/TT-NHNN) ask of whoever handles cash. The
note is handed to the State Bank's branch and is worth nothing to its bearer: so nothing of it is posted.
"""

import json
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.desk.counterfeits import store
from atm_service.desk.counterfeits.schemas import CounterfeitRequest, CounterfeitView
from atm_service.desk.counterfeits.store import Counterfeit
from atm_service.desk.proposals import service as proposals
from atm_service.desk.vouchers.domain import VoucherKind
from atm_service.platform import ids, trail
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.promises.shifts import service as shifts
from atm_service.promises.shifts.domain import Stopped
from kyc import cccd


def record(
    session: Connection, context: Context, clerk: Caller, found: CounterfeitRequest, now: datetime
) -> Counterfeit:
    """Put a note on record. Raises `NoOpenShift`, and `NotFound` for a deposit that is not this clerk's."""
    shift = shifts.shift_of(session, clerk, *Stopped)
    if found.deposit_id is not None:
        proposals.own(session, clerk, VoucherKind.DEPOSIT, found.deposit_id)
    number, now = store.next_in(session, store.run(shift.office, ledger.business_date(now)), now)
    id = ids.new(now)
    bearer = json.dumps({"name": found.bearer_name, "id_number": found.bearer_id_number})
    facts = {
        "id": id,
        "number": number,
        "note": int(found.note),
        "serial": found.serial,
        "deposit_id": found.deposit_id,
        "bearer_sealed": context.cipher.encrypt(bearer.encode(), _place_of(id)),
        "office": shift.office,
        "drawer": shift.drawer,
        "shift_id": shift.id,
        "clerk_id": clerk.subject,
        "found_at": now,
    }
    store.insert(session, facts)
    detail = {"number": facts["number"], "note": facts["note"]}
    trail.record(session, now, "counterfeit.kept", id, clerk, detail)
    kept = store.find(session, id)
    assert kept is not None
    return kept


def view(context: Context, kept: Counterfeit) -> CounterfeitView:
    """Show a record to its office: the paper for the bearer is printed from it."""
    bearer = json.loads(context.cipher.decrypt(kept.bearer_sealed, _place_of(kept.id)))
    return CounterfeitView(
        id=kept.id,
        number=kept.number,
        note=kept.note,
        serial=kept.serial,
        deposit_id=kept.deposit_id,
        bearer_name=bearer["name"],
        masked_id=cccd.mask(bearer["id_number"]),
        office=kept.office,
        office_name=kept.office_name,
        drawer=kept.drawer,
        clerk=kept.clerk,
        found_at=kept.found_at,
    )


def _place_of(id: UUID) -> bytes:
    return f"counterfeit bearer {id}".encode()
