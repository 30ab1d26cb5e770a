"""Cash at the command line: deliveries by a supervisor, and which notes are where."""

from pathlib import Path
from uuid import uuid4

import pytest

from tests.atm_service.run.cli.line import FIRST, Run, add_staff, by_two, done, migrated, sign_in
from tests.database import Database

OFFICE = "05971-1"


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Run:
    """Give the command line of a service with one active office, a supervisor and an auditor."""
    run = migrated(database, tmp_path)
    done(run("offices", "import"))
    done(run("offices", "activate", OFFICE))
    add_staff(run, boss="supervisor", watch="auditor")
    sign_in(run, "boss")
    return run


def test_a_delivery_from_order_to_road_and_back(run: Run) -> None:
    """Each step says where the delivery stands."""
    id = run("cash", "order", OFFICE, 60_000_000).stdout.strip()
    sent = run("cash", "send", id, "--notes", "500000=100", "--notes", "50000=200")
    assert "60,000,000  sent" in sent.stdout
    assert id in run("cash", "deliveries", "--office", OFFICE).stdout
    called_off = run("cash", "cancel", id, "--reason", "Flood on the road")
    assert "turned-back" in called_off.stdout
    assert run("cash", "deliveries", "--office", "05974-1").stdout == ""


def test_an_order_back_to_the_area(run: Run) -> None:
    """Called off before it is sent, it is in the whole list alone."""
    id = run("cash", "order", OFFICE, 1_000_000, "--back").stdout.strip()
    assert "to-area" in run("cash", "deliveries").stdout
    run("cash", "cancel", id, "--reason", "Not needed")
    assert run("cash", "deliveries").stdout == ""
    assert "cancelled" in run("cash", "deliveries", "--all").stdout


def test_notes_are_shown_where_they_are_known(run: Run) -> None:
    """Brought as a sum they are not known; an empty vault knows that it is empty."""
    sign_in(run, FIRST)
    done(by_two(run, "cash", "bring", OFFICE, 5_000_000, "--reference", "PC1"))
    drawer, vault = run("cash", "notes", OFFICE).stdout.splitlines()
    assert drawer.split() == [f"office/{OFFICE}/drawer/1", "5,000,000", "not", "known"]
    assert vault.split() == [f"office/{OFFICE}/vault", "0"]


def test_cash_is_brought_by_two_and_once(run: Run) -> None:
    """Where there is no drawer it is refused at once; a paper's number brings nothing else afterwards."""
    sign_in(run, FIRST)
    unknown = run("cash", "bring", OFFICE, 5_000_000, "--drawer", 9, "--reference", "PC1")
    assert (unknown.exit_code, "DrawerUnknown" in unknown.stderr) == (1, True)
    bring = ("cash", "bring", OFFICE, 5_000_000, "--reference", "PC1")
    assert by_two(run, *bring).stdout == f"5,000,000 đ in drawer 1 of {OFFICE}\n"
    assert run(*bring).stdout == "recorded before; nothing was changed\n"
    other = by_two(run, "cash", "bring", OFFICE, 6_000_000, "--reference", "PC1")
    assert (other.exit_code, "has brought other cash" in other.stderr) == (1, True)
    assert "5,000,000" in run("cash", "notes", OFFICE).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("order", OFFICE, 1_500), "whole thousands"),
        (("order", "05974-1", 1_000), "OfficeNotActive"),
        (("send", uuid4(), "--notes", "500000=1"), "DeliveryUnknown"),
        (("send", uuid4(), "--notes", "300000=1"), "write a note and how many"),
        (("send", uuid4(), "--notes", "1000=x"), "write a note and how many"),
        (
            ("send", uuid4(), "--notes", "1000=1", "--notes", "1000=1"),
            "write a note and how many",
        ),
        (("cancel", uuid4(), "--reason", "x"), "3 to 200"),
        (("notes", "99999-1"), "OfficeUnknown"),
    ],
)
def test_what_cannot_be_done_says_why(run: Run, arguments: tuple[object, ...], said: str) -> None:
    """One plain line, and an exit status that is not 0."""
    answer = run("cash", *arguments)
    assert answer.exit_code != 0
    assert said in answer.stderr
