"""Signing in at a shell: a session that ends as everywhere, in a file that is one person's alone."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest

from atm_service.registers.staff import service
from atm_service.registers.staff.second_factor import Offer
from atm_service.registers.staff.service import offer_second_factor
from atm_service.run.cli import signing
from tests.atm_service.run.cli.line import (
    FIRST,
    SECOND,
    Run,
    add_staff,
    by_two,
    done,
    migrated,
    proposed,
    shell,
    sign_in,
)
from tests.atm_service.world import PASSWORD, START
from tests.database import Database

OPEN = ("payers", "open", "school-12", "--name", "Trường THCS Số 12")


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Run:
    """Give the command line with its first operator signed in."""
    return migrated(database, tmp_path)


@pytest.fixture
def kept(run: Run, tmp_path: Path) -> Path:
    """Give the file of the session."""
    assert run
    return tmp_path / "state/soft-atm/session"


def ended(run: Run, why: str, *, hours: float = 0) -> None:
    """See that a command that needs somebody is refused."""
    answer = run(*OPEN, now=START + timedelta(hours=hours))
    assert (answer.exit_code, why in answer.stderr) == (1, True), answer.output


def test_who_signs_in_and_out(run: Run, database: Database, kept: Path) -> None:
    """The file is the owner's alone; what is done has a name in the trail; after signing out nobody is there."""
    assert run("whoami").stdout == f"{FIRST} (operator)\n"
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    done(run(*OPEN))
    with database.owner.connect() as session:
        who = session.exec_driver_sql(
            "SELECT s.username FROM service.audit_event e JOIN service.staff s ON s.id = e.actor"
            " WHERE e.action = 'payer-opened'"
        )
        assert who.scalars().all() == [FIRST]
    copy = kept.read_text()
    done(run("sign-out"))
    done(run("sign-out"))
    ended(run, "nobody is signed in")
    kept.touch(0o600)
    kept.write_text(copy)
    ended(run, "the session has ended")


def test_the_second_factor_is_set_up_and_asked_for(
    run: Run, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who decides for others sets an authenticator up at the first sign-in, and gives a new code at each."""
    secrets: list[str] = []

    def offer(*asked: Any) -> Offer:
        made = offer_second_factor(*asked)
        secrets.append(made.secret)
        return made

    def typed(what: str) -> str:
        return pyotp.TOTP(secrets[0]).at(at[-1]) if "authenticator" in what else PASSWORD

    monkeypatch.setattr(service, "offer_second_factor", offer)
    monkeypatch.setattr(signing, "_asked", typed)
    settings = {
        "SOFT_ATM_DATABASE_URL": database.url,
        "SOFT_ATM_SECRET_KEYS_FILE": f"{tmp_path}/secret-keys.toml",
    }
    strict, at = shell(settings, tmp_path, START), [START]
    assert secrets == []
    said = done(strict("sign-in", FIRST))
    assert secrets[0] in said
    assert "SecondFactorWrong" in strict("sign-in", FIRST).stderr  # the same code again
    at.append(START + timedelta(minutes=1))
    assert "told once" not in done(strict("sign-in", FIRST, now=at[-1]))
    assert len(secrets) == 1


def test_a_wrong_password_opens_nothing(run: Run) -> None:
    """Nor does no password; the session that was there has ended, too."""
    for typed in ("not-the-password\n", ""):
        refused = run("sign-in", FIRST, typed=typed)
        assert (refused.exit_code, "WrongCredentials" in refused.stderr) == (1, True)
    ended(run, "nobody is signed in")


def test_a_session_ends_after_its_hours(run: Run) -> None:
    """Not at every command, and not later because of one."""
    done(run(*OPEN, now=START + timedelta(hours=11)))
    ended(run, "the session has ended", hours=12)


def test_rights_end_at_once(run: Run, tmp_path: Path, database: Database) -> None:
    """An operator who is switched off at another shell does nothing more at this one."""
    add_staff(run, op2="operator")
    mine = (tmp_path / "state/soft-atm/session").read_text()
    sign_in(run, "op2")
    done(run("staff", "off", FIRST, "--reason", "nghỉ việc"))
    (tmp_path / "state/soft-atm/session").write_text(mine)
    ended(run, "the session has ended")


def test_a_first_password_is_changed_at_the_first_sign_in(run: Run) -> None:
    """The second line is the new one; the first password is good for nothing else."""
    add_staff(run, op2="operator")
    first = by_two(run, "staff", "reset", "op2", "--reason", "quên mật khẩu").stdout.split()[4]
    short = run("sign-in", "op2", typed=f"{first}\nshort\n")
    assert (short.exit_code, "PasswordUnfit" in short.stderr) == (1, True)
    done(run("sign-in", "op2", typed=f"{first}\nanother-long-password\n"))
    assert run("whoami").stdout == "op2 (operator)\n"
    assert run("sign-in", "op2", typed=f"{PASSWORD}\n").exit_code == 1


def test_a_file_that_others_could_read_is_not_believed(run: Run, kept: Path) -> None:
    """Nor one that leads elsewhere; each with what to do."""
    kept.chmod(0o640)
    ended(run, "others could read or change")
    kept.chmod(0o600)
    real = kept.rename(kept.with_name("elsewhere"))
    kept.symlink_to(real)
    ended(run, "cannot be read")


def test_a_decision_takes_the_second_factor_anew(
    run: Run, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell left open decides nothing: a code of now is asked for, and a wrong one decides nothing either."""
    secrets: dict[str, str] = {}
    who, at, wrong = [FIRST], [START], [False]

    def offer(context: Any, username: str, *rest: Any) -> Offer:
        made = offer_second_factor(context, username, *rest)
        secrets[username] = made.secret
        return made

    def typed(what: str) -> str:
        if "authenticator" not in what:
            return PASSWORD
        return "000000" if wrong[0] else pyotp.TOTP(secrets[who[0]]).at(at[0])

    monkeypatch.setattr(service, "offer_second_factor", offer)
    monkeypatch.setattr(signing, "_asked", typed)
    settings = {
        "SOFT_ATM_DATABASE_URL": database.url,
        "SOFT_ATM_SECRET_KEYS_FILE": f"{tmp_path}/secret-keys.toml",
    }
    strict = shell(settings, tmp_path, START)
    done(strict("sign-in", FIRST))
    done(strict(*OPEN))
    id = proposed(strict, "payers", "fund", "school-12", "5000000", "--reference", "FT1")
    who[0] = SECOND
    done(strict("sign-in", SECOND))
    at[0] = START + timedelta(hours=1)
    approve = ("approvals", "approve", id, "--reason", "đã đối chiếu")
    wrong[0] = True
    refused = strict(*approve, now=at[0])
    assert (refused.exit_code, "Traceback" in refused.output) == (1, False), refused.output
    assert "waiting" in strict("approvals", "list", now=at[0]).stdout
    wrong[0] = False
    assert "approved" in done(strict(*approve, now=at[0]))
