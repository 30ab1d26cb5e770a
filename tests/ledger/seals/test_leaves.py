"""The bytes that are sealed: fixed for ever, and different when anything is."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Final
from uuid import UUID

import pytest

from ledger.seals.leaves import End, Entry, Hold, Leaf, Leg, encoded, microseconds, moment, order

AT: Final = datetime(2026, 3, 2, 4, 30, 0, 123456, tzinfo=UTC)
LATER: Final = AT + timedelta(microseconds=1)
ID, OTHER = UUID(int=1), UUID(int=2)
PRINT, OTHER_PRINT = bytes(32), b"\1" * 32
LEG: Final = Leg(1, "customer/anna", "office/x/drawer/1", 500_000, -5, 2, 70, 3)
ENTRY: Final = Entry(ID, "r", PRINT, "withdrawal", date(2026, 3, 2), "Rút tiền", None, 1, AT, (LEG,))
HOLD: Final = Hold(ID, "r", PRINT, "customer/anna", 500_000, LATER, AT)
END: Final = End(ID, "voided", None, "r", PRINT, AT)

CHANGES: Final[list[tuple[Leaf, dict[str, Any]]]] = [
    (ENTRY, {"id": OTHER}),
    (ENTRY, {"reference": "s"}),
    (ENTRY, {"fingerprint": OTHER_PRINT}),
    (ENTRY, {"kind": "withdrawals"}),
    (ENTRY, {"business_date": date(2026, 3, 3)}),
    (ENTRY, {"narration": "Rút tiên"}),
    (ENTRY, {"corrects": OTHER}),
    (ENTRY, {"lines": 2}),
    (ENTRY, {"recorded_at": LATER}),
    (ENTRY, {"postings": ()}),
    (ENTRY, {"postings": (LEG, LEG)}),
    *((ENTRY, {"postings": (LEG._replace(**{name: getattr(LEG, name) * 2}),)}) for name in Leg._fields),
    (HOLD, {"id": OTHER}),
    (HOLD, {"reference": "s"}),
    (HOLD, {"fingerprint": OTHER_PRINT}),
    (HOLD, {"account": "customer/binh"}),
    (HOLD, {"amount": 1}),
    (HOLD, {"deadline": AT}),
    (HOLD, {"placed_at": LATER}),
    (END, {"id": OTHER}),
    (END, {"outcome": "expired"}),
    (END, {"entry_id": OTHER}),
    (END, {"reference": None}),
    (END, {"fingerprint": None}),
    (END, {"ended_at": LATER}),
]  # fmt: skip


def by_hand(*fields: str) -> bytes:
    return b"".join(len(field.encode()).to_bytes(4, "big") + field.encode() for field in fields)


def test_an_entry_is_encoded_as_documented() -> None:
    """Field by field, as somebody else would write it."""
    assert encoded(ENTRY._replace(corrects=OTHER)) == by_hand(
        "soft-atm ledger entry 1", "00000000-0000-0000-0000-000000000001", "r", "00" * 32, "withdrawal",
        "2026-03-02", "Rút tiền", "00000000-0000-0000-0000-000000000002", "1", "1772425800123456",
        "1", "customer/anna", "office/x/drawer/1", "500000", "-5", "2", "70", "3",
    )  # fmt: skip


def test_a_hold_and_its_end_are_encoded_as_documented() -> None:
    """Field by field; what is null is empty."""
    own_id = "00000000-0000-0000-0000-000000000001"
    assert encoded(HOLD) == by_hand(
        "soft-atm ledger hold 1", own_id, "r", "00" * 32, "customer/anna", "500000", "1772425800123457",
        "1772425800123456",
    )  # fmt: skip
    assert encoded(END) == by_hand(
        "soft-atm ledger hold end 1", own_id, "voided", "", "r", "00" * 32, "1772425800123456"
    )
    captured = END._replace(outcome="captured", entry_id=OTHER, reference=None, fingerprint=None)
    assert encoded(captured) == by_hand(
        "soft-atm ledger hold end 1", own_id, "captured", "00000000-0000-0000-0000-000000000002", "", "",
        "1772425800123456",
    )  # fmt: skip


@pytest.mark.parametrize(("leaf", "change"), CHANGES)
def test_whatever_changes_changes_the_bytes(leaf: Leaf, change: dict[str, Any]) -> None:
    """No column of the journal can change without the leaf."""
    assert encoded(leaf._replace(**change)) != encoded(leaf)


def test_neighbouring_fields_do_not_run_together() -> None:
    """A letter that moves from one field into the next makes other bytes."""
    assert encoded(ENTRY._replace(reference="rw", kind="ithdrawal")) != encoded(
        ENTRY._replace(reference="r", kind="withdrawal")
    )


def test_times_are_moments() -> None:
    """The same moment in another zone has the same bytes, and the way back is exact."""
    elsewhere = AT.astimezone(timezone(timedelta(hours=7)))
    assert encoded(ENTRY._replace(recorded_at=elsewhere)) == encoded(ENTRY)
    assert moment(microseconds(AT)) == AT


def test_leaves_are_ordered_by_time_then_kind_then_id() -> None:
    """One order for all, which does not depend on what the database gives first."""
    right: list[Leaf] = [END, ENTRY, ENTRY._replace(id=OTHER), HOLD, END._replace(ended_at=LATER)]
    assert sorted([*right[2:], *right[:2]], key=order) == right
