"""Which notes pay an amount: proposed from the drawer's, changed by the clerk within the same sum, and taken out.

A payment locks the place's notes, chooses, posts to the ledger, and then takes the notes.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from atm_service.registers.notes import errors, stock
from atm_service.registers.notes.domain import (
    Counts,
    Notes,
    nearest,
    notes_of,
    propose,
    too_few,
    total,
)


@dataclass(frozen=True)
class Mix:
    """The notes that are to leave a place; None where the place does not know its notes and the clerk named none."""

    place: str
    notes: Notes | None
    known: Notes | None


def suggest(known: Notes, amount: int) -> tuple[Notes, Notes]:
    """Propose notes of a place for an amount, the largest first and in small ones. Raises `NotesCannotMake`."""
    return _proposed(amount, known), _proposed(amount, known, small=True)


def choose(place: str, known: Notes | None, amount: int, chosen: Counts | None) -> Mix:
    """Settle which of the place's notes pay the amount: the clerk's choice, or the largest first.

    `known` is what `stock.lock` gave. Raises `MixOfOtherSum`, `NotesNotThere` for a choice, `NotesCannotMake` without
    one. A sum that is not there at all is left to the ledger to refuse.
    """
    if known is not None and total(known) < amount:
        return Mix(place, None, known)
    if chosen is None:
        return Mix(place, None if known is None else _proposed(amount, known), known)
    notes = notes_of(chosen)
    if total(notes) != amount:
        raise errors.MixOfOtherSum(amount=amount, chosen=total(notes))
    refuse_missing(known, notes, "drawer")
    return Mix(place, notes, known)


def take(session: Connection, entry_id: UUID, mix: Mix, now: datetime) -> None:
    """Write that the chosen notes have left with an entry; without any, the place's notes are not known any more."""
    if mix.notes is None:
        stock.forget(session, mix.place)
    else:
        stock.move(session, entry_id, {mix.place: mix.known}, now, out_of={mix.place: mix.notes})


def _proposed(amount: int, known: Notes, *, small: bool = False) -> Notes:
    notes = propose(amount, known, small=small)
    if notes is None:
        below, above = nearest(amount, known)
        raise errors.NotesCannotMake(below=below, above=above)
    return notes


def refuse_missing(known: Notes | None, wanted: Notes, place: str) -> None:
    """Refuse notes that are known not to be there; where notes are not known, the ledger guards the sum."""
    if known is not None and (lacking := too_few(known, wanted)):
        raise errors.NotesNotThere(place=place, too_few=lacking)
