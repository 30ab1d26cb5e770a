from dataclasses import replace
from datetime import timedelta, timezone
from uuid import UUID

import pytest

from ledger import Capture, Command, Entry, Expire, Hold, Void
from ledger.fingerprint import encoding, fingerprint
from tests.ledger.builders import ANNA, BANK, BINH, HOUR, TODAY, entry, hold, new_id

ENTRY = entry((BANK, ANNA, 5), (BANK, BINH, 6), reference="r", narration="n")
HOLD = hold(5, reference="r")
HOLD_ID = UUID(int=1)

DIFFERENT: list[Command] = [
    ENTRY,
    replace(ENTRY, reference="s"),
    replace(ENTRY, kind="other"),
    replace(ENTRY, business_date=TODAY + timedelta(days=1)),
    replace(ENTRY, narration="m"),
    replace(ENTRY, corrects=UUID(int=9)),
    replace(ENTRY, postings=ENTRY.postings[::-1]),
    replace(ENTRY, postings=ENTRY.postings[:1]),
    replace(ENTRY, postings=(replace(ENTRY.postings[0], amount=6), ENTRY.postings[1])),
    replace(ENTRY, postings=(replace(ENTRY.postings[0], debit=BINH), ENTRY.postings[1])),
    Capture(HOLD_ID, ENTRY),
    Capture(UUID(int=2), ENTRY),
    HOLD,
    replace(HOLD, reference="s"),
    replace(HOLD, account=BINH),
    replace(HOLD, amount=6),
    replace(HOLD, deadline=HOLD.deadline + HOUR),
    Void(HOLD_ID, "r"),
    Void(HOLD_ID, "s"),
    Void(UUID(int=2), "r"),
    Expire(HOLD_ID, "r"),
]


def test_every_part_of_the_content_counts() -> None:
    """No two commands that differ in anything but their own id have the same fingerprint."""
    assert len({fingerprint(command) for command in DIFFERENT}) == len(DIFFERENT)


@pytest.mark.parametrize("command", [ENTRY, HOLD])
def test_the_own_id_does_not_count(command: Entry | Hold) -> None:
    """A caller who asks again with a new id asks for the same."""
    again = replace(command, id=new_id())
    assert fingerprint(again) == fingerprint(command)


def test_the_same_moment_in_another_zone_is_the_same() -> None:
    """A deadline counts as a moment, not as it is written."""
    local = HOLD.deadline.astimezone(timezone(timedelta(hours=7)))
    assert fingerprint(replace(HOLD, deadline=local)) == fingerprint(HOLD)


def test_fields_cannot_run_into_each_other() -> None:
    """Each field has its length before it, so moving a letter between fields shows."""
    assert encoding(Void(HOLD_ID, "r")) == (
        b"\0\0\0\x19soft-atm ledger command 1"
        b"\0\0\0\x04void"
        b"\0\0\0\x2400000000-0000-0000-0000-000000000001"
        b"\0\0\0\x01r"
    )
    one, other = replace(ENTRY, kind="ab", reference="c"), replace(ENTRY, kind="b", reference="ca")
    assert fingerprint(one) != fingerprint(other)


def test_the_encoding_stays() -> None:
    """Fingerprints are stored for ever: a change of the encoding needs a new version, not a new result."""
    fixed = replace(ENTRY, corrects=UUID(int=9))
    assert fingerprint(Capture(HOLD_ID, fixed)).hex() == (
        "d8391b8e14c838ccc9eeccba232fd2cb0ad5106f5cd5c2a59522219f044cdf30"
    )
