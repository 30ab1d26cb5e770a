"""Propose money from outside, or who is to decide for others; decide it; carry it out.

Each runs inside one transaction of its caller.

Whoever proposed asks for the same once more after the approval: what has the same digest is carried out, and nothing
else. The rights of who acts are held until the commit, so whoever is switched off meanwhile moves nothing.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection

import ledger
from atm_service.control.instructions import store
from atm_service.control.instructions.domain import (
    Instruction,
    InstructionKind,
    InstructionStatus,
    Wanted,
)
from atm_service.control.instructions.errors import InstructionDecided, InstructionNeeded
from atm_service.control.instructions.store import ShownInstruction
from atm_service.platform import ids, standing, trail
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.policy import Policy
from atm_service.platform.refusals import NotFound
from atm_service.registers.credits.service import Leave, Plan, Wish
from atm_service.registers.staff import hands
from atm_service.registers.staff import service as staff
from atm_service.registers.staff.domain import Role
from atm_service.registers.staff.store import Member, MemberLeave

_MAY_BE_CARRIED_OUT = frozenset({InstructionStatus.APPROVED, InstructionStatus.DONE})


def funding(payer: str, amount: int, reference: str, bank: str | None) -> Wanted:
    """Want a payer's money recorded."""
    content = {"payer": payer, "reference": reference, "bank": bank}
    return Wanted(InstructionKind.FUNDING, amount, None, content, {})


def cash(office: str, drawer: int, amount: int, reference: str) -> Wanted:
    """Want cash from the treasury recorded in a drawer."""
    content = {"drawer": drawer, "reference": reference}
    return Wanted(InstructionKind.CASH, amount, office, content, {})


def credits(wish: Wish, plan: Plan, file_digest: str | None) -> Wanted:
    """Want a batch, or a part of one, credited: these lines to these customers, and no other.

    Lines that were credited before are among them, so that what was approved goes on after a crash.
    """
    lines = [[line.reference, str(customer), line.amount, line.narration] for line, customer in plan.good]
    content = {
        "payer": wish.payer,
        "batch": wish.batch,
        "lines": len(lines),
        "lines_digest": hashlib.sha256(orjson.dumps(sorted(lines))).hexdigest(),
    }
    shown = {
        "file": file_digest,
        "credited_before": plan.already,
        "left_out": [{"line": bad.number, "reason": bad.reason} for bad in plan.bad],
        "credited_lately": plan.again,
        "again": len(plan.again),
    }
    amount = sum(line.amount for line, _ in plan.good)
    return Wanted(InstructionKind.CREDITS, amount, None, content, shown, len(plan.again))


def bank_correction(bin: str, breaks: Sequence[UUID], amount: int, reason: str) -> Wanted:
    """Want breaks with a bank taken into suspense: `amount` đồng that it has more than we, or less."""
    way = "bank-has-more" if amount > 0 else "bank-has-less"
    content = {"bank": bin, "way": way, "breaks": [str(id) for id in sorted(breaks)], "reason": reason}
    return Wanted(InstructionKind.BANK_CORRECTION, abs(amount), None, content, {})


def member_added(username: str, role: Role, place: str | None, display_name: str) -> Wanted:
    """Want somebody added who decides for others."""
    content = {"username": username, "role": role, "place": place, "display_name": display_name}
    return Wanted(InstructionKind.MEMBER_ADDED, 0, None, content, {})


def member_role(session: Connection, member: Member, role: Role, place: str | None, reason: str) -> Wanted:
    """Want somebody to become, or to be no longer, one who decides for others."""
    content = {"from": member.role, "from_place": member.office or member.area, "role": role, "place": place}
    return _about(session, InstructionKind.MEMBER_ROLE, member, content, reason)


def member_reset(session: Connection, member: Member, reason: str) -> Wanted:
    """Want a first password for somebody who decides for others."""
    return _about(session, InstructionKind.MEMBER_RESET, member, {"role": member.role}, reason)


def _about(
    session: Connection, kind: InstructionKind, member: Member, content: dict[str, Any], reason: str
) -> Wanted:
    """Each time is another: `time` counts those that were done."""
    time = store.done(session, kind, member.id) + 1
    whom = {"member": str(member.id), "username": member.username, "display_name": member.display_name}
    return Wanted(kind, 0, None, {**whom, **content, "time": time}, {"reason": reason})


def propose(
    session: Connection, policy: Policy, caller: Caller, wanted: Wanted, now: datetime
) -> Instruction:
    """Propose what is wanted, or find where it stands: the same is asked for once until its time is over."""
    standing.keep(session, caller)
    store.take_turn(session, wanted.digest)
    before = store.newest(session, wanted.digest)
    if before is not None and not before.instruction.may_be_proposed_anew(now):
        return before.instruction
    instruction = Instruction(
        id=ids.new(now),
        kind=wanted.kind,
        digest=wanted.digest,
        amount=wanted.amount,
        office=wanted.office,
        facts={**wanted.content, **wanted.shown},
        proposed_by=caller.subject,
        proposed_at=now,
        expires_at=now + timedelta(hours=policy.approval.instruction_hours),
    )
    store.insert(session, instruction)
    _record(session, now, "instruction.proposed", caller, instruction)
    return instruction


def decide(
    session: Connection,
    policy: Policy,
    caller: Caller,
    id: UUID,
    again: int,
    now: datetime,
    *,
    approved: bool,
    reason: str,
) -> ShownInstruction:
    """Approve or refuse, once and for all. Raises `NotFound` for what is not the caller's to see, and as the rule does.

    Nobody approves who may be the proposer under another name (`hands.kin`).
    """
    standing.keep(session, caller)
    instruction = look(session, caller, id, now).instruction
    tied = instruction.proposed_by in hands.kin(session, policy, caller.subject, now)
    decision = instruction.decide(caller.subject, again, now, approved=approved, reason=reason, tied=tied)
    if not store.decide(session, instruction, decision):
        raise InstructionDecided
    _record(session, now, f"instruction.{'approved' if approved else 'refused'}", caller, instruction)
    return look(session, caller, id, now)


def carry_out(
    session: Connection,
    caller: Caller,
    wanted: Wanted,
    used_for: UUID,
    now: datetime,
    *,
    goes_on: bool = False,
) -> Instruction:
    """Note that exactly this is done in this transaction, for an entry, batch or member. Raises `InstructionNeeded`.

    The caller's rights are held already. `goes_on`: a batch that ended on its way goes on; what it has credited is not
    credited again.
    """
    store.take_turn(session, wanted.digest)
    found = store.newest(session, wanted.digest)
    if found is None:
        raise InstructionNeeded(stands="not-proposed")
    instruction = found.instruction
    status = instruction.status(now)
    confirmed = wanted.again <= instruction.again
    if confirmed and goes_on and instruction.used_for == used_for:
        return instruction
    if status is not InstructionStatus.APPROVED or not confirmed:
        stands = "not-proposed" if status in _MAY_BE_CARRIED_OUT else status
        raise InstructionNeeded(stands=stands, instruction_id=instruction.id)
    if not store.use(session, instruction.id, used_for, now):
        raise InstructionNeeded(stands="not-proposed", instruction_id=instruction.id)
    _record(session, now, "instruction.done", caller, instruction)
    return instruction


def leave_for_member(caller: Caller, wanted: Wanted, now: datetime) -> MemberLeave:
    """Give what a change to somebody who decides for others asks: whether exactly this was approved, and whose idea."""

    def leave(session: Connection, member: UUID) -> UUID:
        return carry_out(session, caller, wanted, member, now).proposed_by

    return leave


def leave_for_batch(caller: Caller, wish: Wish, file_digest: str | None, now: datetime) -> Leave:
    """Give what crediting a batch asks before it begins: whether exactly these lines were approved."""

    def leave(session: Connection, plan: Plan, batch: UUID) -> None:
        standing.keep(session, caller)
        carry_out(session, caller, credits(wish, plan, file_digest), batch, now, goes_on=True)

    return leave


def look(session: Connection, caller: Caller, id: UUID, now: datetime) -> ShownInstruction:
    """Show an instruction to an operator, or to a supervisor whom it concerns. Raises `NotFound`."""
    found = store.find(session, id)
    if found is None or not _concerns(session, caller, found.instruction, now):
        raise NotFound
    return found


def listed(
    session: Connection, caller: Caller, before: UUID, limit: int, now: datetime, *, every: bool
) -> Sequence[ShownInstruction]:
    """List what waits or may be carried out, of what concerns the caller; `every`: the past, too."""
    return store.listed(session, staff.scope(session, caller), before, limit, now, every=every)


def _concerns(session: Connection, caller: Caller, instruction: Instruction, now: datetime) -> bool:
    if instruction.office is None:
        return staff.scope(session, caller) is None
    return staff.looks_after(session, caller, instruction.office, ledger.business_date(now))


def _record(
    session: Connection, now: datetime, action: str, caller: Caller, instruction: Instruction
) -> None:
    detail: dict[str, Any] = {"kind": instruction.kind, "amount": instruction.amount}
    trail.record(session, now, action, instruction.id, caller, detail)
