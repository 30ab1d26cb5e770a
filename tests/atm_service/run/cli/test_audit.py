"""The auditor at the command line: with the database, and on a machine that has none."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import orjson
import pytest

from atm_service.control.audit import packing
from ledger.seals import records
from tests.atm_service.run.cli import line
from tests.atm_service.run.cli.line import Run
from tests.database import Database
from tests.ledger.builders import ANNA, NOW, fill, hold, new_id, payment, prepare, top_up

AUDIT = "audit"
invoke = partial(line.invoke, now=NOW)
SPENT, PAID = hold(10), new_id()


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Run:
    """Give the command line of a service whose three entries are sealed."""
    run = line.migrated(database, tmp_path, NOW)
    prepare(database.owner, [top_up(), fill(), SPENT, payment(SPENT, own_id=PAID)])
    assert run(AUDIT, "seal").stdout == "5 rows sealed\n"
    return run


@pytest.fixture
def kept(run: Run, tmp_path: Path) -> Path:
    """Give a folder with what an auditor keeps: keys, a checkpoint, an export, a proof."""
    folder = tmp_path / "kept"
    folder.mkdir()
    for name, arguments in {
        "keys.json": ["keys"],
        "checkpoint.json": ["checkpoint"],
        "proof.json": ["prove", PAID],
    }.items():
        answer = run(AUDIT, *arguments)
        assert answer.exit_code == 0, answer.output
        (folder / name).write_text(answer.stdout)
    assert run(AUDIT, "export", "--sealed", folder / "sealed.ndjson").exit_code == 0
    return folder


def tamper(database: Database, statement: str) -> None:
    with database.owner.begin() as session:
        session.exec_driver_sql("SET session_replication_role = replica")
        session.exec_driver_sql(statement)


def rewritten(path: Path, change: Callable[[Any], object]) -> None:
    record = orjson.loads(path.read_bytes())
    change(record)
    path.write_bytes(orjson.dumps(record))


def test_all_is_in_order(run: Run) -> None:
    """Says what was read and where the chain stands, and ends with 0."""
    answer = run(AUDIT, "verify")
    assert answer.exit_code == 0
    first, second = answer.stdout.splitlines()
    assert first.startswith("5 rows in 1 seals, 3 postings, 0 not sealed yet; the last seal is 1, ")
    assert second == "All is as it was sealed, and every balance follows."
    assert "give --key" in answer.stderr


def test_what_is_wrong_is_named(run: Run, database: Database, kept: Path) -> None:
    """The row, what it is about, and 1."""
    tamper(database, f"UPDATE ledger.entry SET narration = 'x' WHERE id = '{PAID}'")
    answer = run(AUDIT, "verify", "--key", kept / "keys.json", "--checkpoint", kept / "checkpoint.json")
    assert answer.exit_code == 1
    assert answer.stdout.startswith(f"changed: entry {PAID}: it was changed after it became leaf ")
    assert answer.stderr.endswith("1 found that should not be\n")


def test_other_keys_and_other_checkpoints_do_not_pass(run: Run, kept: Path) -> None:
    """What the auditor keeps counts, not what the database says."""
    assert run("keys", "rotate", "seal").exit_code == 0
    new = orjson.loads(run(AUDIT, "keys").stdout)
    assert len(new["keys"]) == 2
    old = {key["kid"] for key in orjson.loads((kept / "keys.json").read_bytes())["keys"]}
    stranger = {"keys": [key for key in new["keys"] if key["kid"] not in old]}
    (kept / "stranger.json").write_bytes(orjson.dumps(stranger))
    answer = run(AUDIT, "verify", "--key", kept / "stranger.json")
    assert (answer.exit_code, answer.stdout.startswith("forged: seal 1: ")) == (1, True)
    checkpoint = kept / "checkpoint.json"
    published = records.seal(orjson.loads(checkpoint.read_bytes()))
    checkpoint.write_bytes(orjson.dumps(records.of_seal(replace(published, number=7))))
    answer = run(AUDIT, "verify", "--key", kept / "keys.json", "--checkpoint", checkpoint)
    assert answer.exit_code == 1
    assert "gone: seal 7: it was published" in answer.stdout


@pytest.mark.parametrize("name", ["sealed.ndjson", "sealed.ndjson.gz"])
def test_an_export_is_verified_on_a_machine_without_a_database(run: Run, kept: Path, name: str) -> None:
    """No settings, no keys of secrets, no database: a file and the public key."""
    assert run(AUDIT, "export", "--sealed", kept / name).exit_code == 0
    answer = invoke(AUDIT, "verify", "--export", kept / name, "--key", kept / "keys.json")
    assert (answer.exit_code, answer.stdout.splitlines()[1][:22]) == (0, "All is as it was seale")
    assert {path.name for path in kept.iterdir()} >= {name}
    assert not [path for path in kept.iterdir() if path.name.endswith(".part")]


def test_a_changed_export_is_named(kept: Path) -> None:
    """One changed byte, and its entry."""
    export = kept / "sealed.ndjson"
    export.write_bytes(export.read_bytes().replace(b'"amount":5000', b'"amount":5001'))
    answer = invoke(AUDIT, "verify", "--export", export, "--key", kept / "keys.json")
    assert answer.exit_code == 1
    assert "changed: entry" in answer.stdout


def test_an_export_needs_a_key_and_a_whole_file(kept: Path) -> None:
    """What cannot be told ends with 2."""
    export = kept / "sealed.ndjson"
    answer = invoke(AUDIT, "verify", "--export", export)
    assert (answer.exit_code, "needs --key" in answer.stderr) == (2, True)
    export.write_bytes(export.read_bytes()[:-10])
    answer = invoke(AUDIT, "verify", "--export", export, "--key", kept / "keys.json")
    assert (answer.exit_code, "cut short" in answer.stderr) == (2, True)
    packed = kept / "broken.gz"
    packed.write_bytes(b"nonsense")
    answer = invoke(AUDIT, "verify", "--export", packed, "--key", kept / "keys.json")
    assert (answer.exit_code, "cannot be read" in answer.stderr) == (2, True)
    answer = invoke(AUDIT, "verify", "--export", export, "--key", export)
    assert (answer.exit_code, "cannot be read" in answer.stderr) == (2, True)


def test_a_proof_is_checked_without_a_database(kept: Path) -> None:
    """With the key it is proved; changed in anything, it is not."""
    proof, keys = kept / "proof.json", kept / "keys.json"
    answer = invoke(AUDIT, "check-proof", proof, "--key", keys, "--checkpoint", kept / "checkpoint.json")
    assert answer.exit_code == 0
    assert answer.stdout == f"proved: entry {PAID} is leaf 1 of seal 1\n"
    assert invoke(AUDIT, "check-proof", proof).exit_code == 2
    rewritten(proof, lambda record: record.update(index=2))
    answer = invoke(AUDIT, "check-proof", proof, "--key", keys)
    assert (answer.exit_code, answer.stderr[:10]) == (1, "NOT PROVED")
    rewritten(proof, lambda record: record["entry"].update(narration="x"))
    answer = invoke(AUDIT, "check-proof", proof, "--key", keys)
    assert (answer.exit_code, "cannot be read" in answer.stderr) == (2, True)


def test_what_cannot_be_proved_says_why(run: Run, database: Database) -> None:
    """An unknown entry, one that is not sealed yet, a seal that is not there."""
    late = top_up()
    prepare(database.owner, [late])
    for arguments, why in (
        ([UUID(int=5)], "no such entry"),
        ([late.id], "not sealed yet"),
        ([PAID, "--head", 9], "no such seal"),
    ):
        answer = run(AUDIT, "prove", *arguments)
        assert (answer.exit_code, why in answer.stderr) == (1, True)


def test_controls(run: Run, database: Database) -> None:
    """Each by name; a broken one with examples, and 1."""
    answer = run(AUDIT, "controls")
    assert answer.exit_code == 1  # these accounts belong to no customers
    tamper(database, f"UPDATE ledger.account SET version = version + 1 WHERE code = '{ANNA}'")
    answer = run(AUDIT, "controls")
    assert answer.exit_code == 1
    assert "ok     trial-balance-zero" in answer.stdout
    assert "BROKEN balances-equal-postings" in answer.stdout
    assert f"account {ANNA}: has" in answer.stdout


def test_controls_that_hold(database: Database, tmp_path: Path) -> None:
    """An empty service has nothing broken: 0."""
    settings = {
        "SOFT_ATM_DATABASE_URL": database.url,
        "SOFT_ATM_DATA_DIR": str(tmp_path),
        "SOFT_ATM_SECRET_KEYS_FILE": f"{tmp_path}/secret-keys.toml",
    }
    assert invoke("migrate", **settings).exit_code == 0
    answer = invoke(AUDIT, "controls", **settings)
    assert answer.exit_code == 0
    assert answer.stdout.splitlines()[0] == "looked at everything"
    assert answer.stdout.splitlines()[-1].startswith("all ")
    answer = invoke(AUDIT, "checkpoint", **settings)
    assert (answer.exit_code, "nothing is sealed" in answer.stderr) == (1, True)


def test_the_journal_of_a_period(run: Run, tmp_path: Path) -> None:
    """To a file or to standard output, in the format that is asked for."""
    file = tmp_path / "journal.csv"
    period = ["--from", "2026-03-02", "--to", "2026-03-02"]
    assert run(AUDIT, "export", *period, "--format", "csv", "--output", file).exit_code == 0
    assert len(file.read_text().splitlines()) == 7
    answer = run(AUDIT, "export", "--format", "json")
    assert [entry["id"] for entry in orjson.loads(answer.stdout) if entry["id"] == str(PAID)]
    assert run(AUDIT, "export", "--from", "2026-03-03", "--to", "2026-03-02").exit_code == 2


def test_controls_look_at_what_is_new_or_at_everything(database: Database, tmp_path: Path) -> None:
    """After a good run only at what came since, unless --full asks for all."""
    run = line.migrated(database, tmp_path, NOW)
    assert run("payers", "open", "school-12", "--name", "Trường THCS Số 12").exit_code == 0
    line.done(line.by_two(run, "payers", "fund", "school-12", 5_000, "--reference", "FT1"))
    assert run(AUDIT, "seal").exit_code == 0
    for arguments, looked_at in (
        ([], "looked at everything"),
        ([], "looked at what is new since seal 1"),
        (["--full"], "looked at everything"),
    ):
        answer = run(AUDIT, "controls", *arguments)
        assert answer.exit_code == 0, answer.output
        assert answer.stdout.splitlines()[0] == looked_at
    tamper(database, "UPDATE ledger.entry SET lines = 2")
    assert run(AUDIT, "controls").exit_code == 0  # it was in order then, and is not looked at again
    answer = run(AUDIT, "controls", "--full")
    assert (answer.exit_code, "BROKEN entries-complete" in answer.stdout) == (1, True)


def test_an_evidence_pack(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One archive, whole or not there: what ends on the way leaves nothing under its name."""
    path, period = tmp_path / "march.zip", ["--from", "2026-03-01", "--to", "2026-03-31"]
    assert run(AUDIT, "export", "--pack", tmp_path / "march.tar", *period).exit_code == 2
    with monkeypatch.context() as broken:
        broken.setattr(packing, "_counts", lambda *_: (_ for _ in ()).throw(OSError("the disk is full")))
        assert isinstance(run(AUDIT, "export", "--pack", path, *period).exception, OSError)
    assert [one.name for one in tmp_path.iterdir() if "march" in one.name] == []
    answer = run(AUDIT, "export", "--pack", path, *period)
    assert (answer.exit_code, answer.stdout) == (0, ""), answer.output
    assert "2026-03-01 to 2026-03-31" in answer.stderr
    with ZipFile(path) as archive:
        assert orjson.loads(archive.read("manifest.json"))["first"] == "2026-03-01"


def test_two_exports_at_once_write_two_files(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under one name: while the first one writes, the second begins and ends, and each gives a whole archive."""
    path, counts = tmp_path / "march.zip", packing._counts
    ended: list[bytes] = []

    def meanwhile(*arguments: Any) -> Iterator[bytes]:
        if not ended:
            ended.append(b"")
            assert run(AUDIT, "export", "--pack", path).exit_code == 0
            ended[0] = path.read_bytes()
        return counts(*arguments)

    monkeypatch.setattr(packing, "_counts", meanwhile)
    answer = run(AUDIT, "export", "--pack", path)
    assert answer.exit_code == 0, answer.output
    assert path.read_bytes() == ended[0]
    with ZipFile(path) as archive:
        assert archive.testzip() is None


@pytest.mark.parametrize("name", ["march.zip", "march.ndjson"])
def test_an_export_follows_nobodys_link(run: Run, tmp_path: Path, name: str) -> None:
    """In a folder that others write to: neither a link under the file's name nor one beside it leads it elsewhere."""
    other = tmp_path / "other"
    other.write_text("kept")
    for link in (tmp_path / name, tmp_path / f".{name}.part"):
        link.symlink_to(other)
    arguments = ["--pack"] if name.endswith(".zip") else ["--sealed"]
    assert run(AUDIT, "export", *arguments, tmp_path / name).exit_code == 0
    assert other.read_text() == "kept"
    assert not (tmp_path / name).is_symlink()
