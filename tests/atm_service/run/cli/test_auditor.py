"""An auditor with a login that only reads, and without a secret key."""

from pathlib import Path

from sqlalchemy import make_url

from atm_service.platform import database as db
from tests.atm_service.run.cli.line import by_two, done, invoke, migrated
from tests.database import Database, administer


def test_an_auditor_needs_a_reading_login_and_no_key(database: Database, tmp_path: Path) -> None:
    """Controls, keys, seals, export and verification; what would write is refused, and so is a command of money."""
    run = migrated(database, tmp_path / "owner")
    done(run("payers", "open", "school-12", "--name", "Trường THCS Số 12"))
    done(by_two(run, "payers", "fund", "school-12", 5_000, "--reference", "FT1"))
    done(run("audit", "seal"))
    login = f"auditor_{make_url(database.url).database}"
    administer(database.url, f"CREATE ROLE {login} LOGIN IN ROLE {db.AUDITOR_ROLE}")
    try:
        url = make_url(database.url).set(username=login, password=None).render_as_string()
        auditor = {"SOFT_ATM_DATABASE_URL": url, "SOFT_ATM_DATA_DIR": str(tmp_path / "auditor")}
        for command in (
            ("controls", "--read-only"),
            ("controls", "--read-only", "--full"),
            ("keys",),
            ("checkpoint",),
            ("verify",),
            ("export", "--format", "csv"),
            ("export", "--sealed", tmp_path / "sealed.gz"),
        ):
            answer = invoke("audit", *command, **auditor)
            assert answer.exit_code == 0, (command, answer.output)
        answer = invoke("audit", "controls", **auditor)
        assert (answer.exit_code, "(42501)" in answer.stderr) == (1, True), answer.output
        answer = invoke(
            "audit", "export", "--pack", tmp_path / "pack.zip", **auditor
        )  # signed by a secret key
        assert (answer.exit_code, "secret keys" in answer.output) == (1, True), answer.output
        assert not (tmp_path / "pack.zip").exists()
        assert not (tmp_path / "auditor").exists()
    finally:
        administer(database.url, f"DROP ROLE {login}")
