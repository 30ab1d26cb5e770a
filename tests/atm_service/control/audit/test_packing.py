"""An evidence pack, checked by the program that goes along, by itself; and what a forger does to it."""

import csv
import hashlib
import importlib.util
import io
import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from atm_service.control.audit import packing, sealing, store
from atm_service.platform.keys import store as key_store
from atm_service.platform.keys.domain import SigningKey
from ledger.seals import merkle, reading, records
from ledger.seals.leaves import encoded, framed
from ledger.seals.seal import Seal
from tests.atm_service.control.audit import tools
from tests.atm_service.control.audit.days import Day, topped_up, work
from tests.atm_service.counter import ask_to_reverse, decide, deposited, paid, reverse, supervisor
from tests.atm_service.world import Clock, Service, context_on
from tests.database import cloned

DAY = date(2026, 11, 17)
VERIFY = packing.FOLDER / "verify.py"
RIGHT = "All is as it was sealed, signed and recorded."


class Taken:
    """What an auditor took away: the pack, the keys kept apart from it, and a published seal."""

    def __init__(self, service: Service, day: Day, folder: Path) -> None:
        self.service, self.day, self.folder = service, day, folder
        self.path, self.keys, self.seal = (folder / name for name in ("pack.zip", "kept.json", "seal.json"))
        self.progress: list[int] = []
        self.write(self.path)
        with service.context.transaction() as session:
            keys = {key.kid: key.public for key in key_store.public(session, "seal")}
            self.keys.write_text(json.dumps(records.of_keys(keys)))
            seal = reading.last_seal(session)
        assert seal is not None
        self.seal.write_text(json.dumps(records.of_seal(seal)))
        with ZipFile(self.path) as archive:
            self.files = {name: archive.read(name) for name in archive.namelist()}

    def write(self, path: Path) -> None:
        context = self.service.context
        key = context.keys.newest(self.service.now).signing("seal")
        with store.snapshot(context.engine) as session, path.open("wb") as file:
            keys = {one.kid: one.public for one in key_store.public(session, "seal")}
            packing.write(session, DAY, DAY, keys, key, file, self.progress.append)

    def verify(self, pack: Path, *more: object) -> tuple[int, str]:
        """Run the program of the pack, with Python's own library and `cryptography` and nothing else."""
        lib = self.folder / "lib"
        if not lib.exists():
            lib.mkdir()
            for name in ("cryptography", "cffi", "_cffi_backend"):
                spec = importlib.util.find_spec(name)
                assert spec is not None
                assert spec.origin is not None
                found = Path(spec.origin)
                found = found.parent if found.name == "__init__.py" else found
                (lib / found.name).symlink_to(found)
        run = f"runpy.run_path({str(VERIFY)!r}, run_name='__main__')"
        bound = "resource.setrlimit(resource.RLIMIT_AS, (300 << 20, 300 << 20))"
        start = f"import resource, runpy, sys; {bound}; sys.path.append({str(lib)!r}); {run}"
        arguments = [str(one) for one in (pack, "--key", self.keys, *more)]
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", start, *arguments], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def unpacked(self, folder: Path) -> Path:
        for name, data in self.files.items():
            (folder / name).write_bytes(data)
        return folder

    def rows(self, name: str) -> list[bytes]:
        return self.files[name].splitlines(keepends=True)


@pytest.fixture(scope="module")
def taken(server_url: str, province: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    """Give the pack of a day's work at two offices, after another day, with a new key and a row not sealed yet."""
    folder, clock = tmp_path_factory.mktemp("pack"), Clock()
    with cloned(server_url, province) as database:
        service = Service(context_on(database.app, folder, clock), clock)
        topped_up(service)
        sealing.seal_due(service.context, service.now)
        clock.advance(days=1)
        day = work(service)
        sealing.seal_due(service.context, service.now)
        service.rotate("seal")
        clerk = service.clerk(drawer=2)
        deposited(clerk, topped_up(service), {"500000": 2})
        one = topped_up(service)
        undone = paid(service, clerk, one, 500_000)["withdrawal_id"]
        decide(supervisor(service), ask_to_reverse(clerk, undone).json())
        assert reverse(clerk, undone, {"500000": 1}).status_code == 201
        clock.advance(seconds=1)
        sealing.seal_due(service.context, service.now)
        clock.advance(seconds=1)
        service.credit(one.id, 1_000)
        yield Taken(service, day, folder)


def test_the_program_by_itself_finds_all_in_order(taken: Taken) -> None:
    """As an archive and unpacked; rows after the last seal are named, and are no fault."""
    status, said = taken.verify(taken.path, "--checkpoint", taken.seal)
    assert (status, said.splitlines()[-1]) == (0, RIGHT), said
    assert said.count("not in a seal yet: sealed.ndjson, line ") == 1
    assert f"{DAY} to {DAY}: " in said
    folder = taken.folder / "unpacked"
    folder.mkdir()
    assert taken.verify(taken.unpacked(folder))[0] == 0
    assert VERIFY.read_bytes() == taken.files["verify.py"]


def test_other_tools_read_the_same_balances(taken: Taken, tmp_path: Path) -> None:
    """Hledger and beancount take the texts, and come to the closing balances of accounts.csv to the đồng."""
    folder = taken.unpacked(tmp_path)
    tools.hledger_accepts(folder / "journal.journal")
    tools.bean_check_accepts(folder / "journal.beancount")
    accounts = list(csv.DictReader(io.StringIO(taken.files["accounts.csv"].decode())))
    closing = sorted(int(row["closing"]) for row in accounts)
    assert any(int(row["opening"]) for row in accounts)
    assert sorted(tools.hledger_balances(folder / "journal.journal").values()) == closing
    assert sorted(tools.beancount_balances(folder / "journal.beancount").values()) == closing


def test_the_same_data_give_the_same_bytes(taken: Taken, tmp_path: Path) -> None:
    """Whenever it is written; and a writer that looks on is told of every row."""
    taken.service.clock.advance(minutes=1)
    taken.write(tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == taken.path.read_bytes()
    assert sum(taken.progress) > len(taken.rows("sealed.ndjson"))


def test_nobody_and_no_secret_is_in_it(taken: Taken) -> None:
    """No name, card, phone, PIN, user name or private key; every file of it is looked at."""
    whole = b"\n".join(taken.files.values()).decode().lower()
    context = taken.service.context
    assert str(taken.day.customers[0].id) in whole
    keys = context.keys.at(taken.service.now)
    secrets = [
        keys.signing(one).private.private_bytes_raw().hex() for one in ("code", "access", "seal", "proof")
    ]  # type: ignore[arg-type]
    hidden = [*secrets, "thắng", "hoàng thị", "password", "clerk1", "sealed_private"]
    for customer in taken.day.customers:
        hidden += [str(customer.facts[name]) for name in ("id_number", "phone")]
    for receipt in taken.day.receipts:
        hidden += [receipt["clerk"].lower(), receipt["payee"]["masked_name"].lower()]
    assert [word for word in hidden if word in whole] == []


def changed(rows: list[bytes], old: bytes, new: bytes) -> list[bytes]:
    """Change the first row that has it, and in it the first place."""
    at = next(n for n, row in enumerate(rows) if old in row)
    return [*rows[:at], rows[at].replace(old, new, 1), *rows[at + 1 :]]


def swapped(rows: list[bytes], at: int) -> list[bytes]:
    return [*rows[:at], rows[at + 1], rows[at], *rows[at + 2 :]]


AT: dict[str, int] = {
    "journal.csv": 3,
    "journal.journal": -12,
    "journal.beancount": -40,
    "accounts.csv": 2,
    "counts.csv": 2,
    "sealed.ndjson": 3,
}
AMOUNT: dict[str, tuple[bytes, bytes]] = {
    "journal.csv": (b",2000000,", b",2000001,"),
    "journal.journal": (b"  2000000 VND", b"  2000001 VND"),
    "journal.beancount": (b"  2000000 VND", b"  2000001 VND"),
    "accounts.csv": (b"-20000000", b"-20000001"),
    "counts.csv": (b",100000000,", b",100000001,"),
    "sealed.ndjson": (b'"amount":2000000', b'"amount":2000001'),
}
TAMPERING: dict[str, Callable[[str, list[bytes]], list[bytes]]] = {
    "a row removed": lambda name, rows: [*rows[: AT[name]], *rows[AT[name] :][1:]],
    "a row doubled": lambda name, rows: [*rows[: AT[name]], rows[AT[name]], *rows[AT[name] :]],
    "an amount": lambda name, rows: changed(rows, *AMOUNT[name]),
    "two rows swapped": lambda name, rows: swapped(rows, AT[name]),
    "the end cut off": lambda _, rows: rows[:-1],
}


def forged(taken: Taken, folder: Path, **keys: SigningKey) -> Path:
    """Write the manifest of an unpacked pack anew, signed by a key of the forger's, or with the old signature."""
    files = {
        path.name: {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in folder.iterdir()
        if not path.name.startswith("manifest")
    }
    manifest = json.dumps(json.loads(taken.files["manifest.json"]) | {"files": files}).encode() + b"\n"
    (folder / "manifest.json").write_bytes(manifest)
    if key := keys.get("key"):
        kid = json.loads(taken.files["manifest.sig"])["kid"]
        text = framed([packing.MANIFEST_VERSION, hashlib.sha256(manifest).hexdigest(), kid])
        signature = {"kid": kid, "signature": key.private.sign(text).hex()}
        (folder / "manifest.sig").write_text(json.dumps(signature) + "\n")
    return folder


@pytest.mark.parametrize("how", TAMPERING)
@pytest.mark.parametrize("name", AT)
def test_what_was_tampered_with_is_named(taken: Taken, tmp_path: Path, name: str, how: str) -> None:
    """File and line, though the forger has written the manifest anew; whose signature is not then another finding."""
    folder = taken.unpacked(tmp_path)
    (folder / name).write_bytes(b"".join(TAMPERING[how](name, taken.rows(name))))
    status, said = taken.verify(forged(taken, folder))
    assert status == 1, said
    assert "WRONG: manifest.json (manifest.sig): the signature is not that of key " in said
    if (name, how) not in {("counts.csv", "a row removed"), ("counts.csv", "the end cut off")}:
        assert f"WRONG: {name}" in said, said


@pytest.mark.parametrize(
    "name", sorted({*AT, "README.md", "verify.py", "keys.json", "manifest.json", "manifest.sig"})
)
def test_one_byte_of_any_file_is_named(taken: Taken, tmp_path: Path, name: str) -> None:
    """A changed byte, a file that is missing, and one that is too many."""
    folder = taken.unpacked(tmp_path)
    data = taken.files[name]
    middle = len(data) // 2
    (folder / name).write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
    status, said = taken.verify(folder)
    said = said.replace("manifest.json (manifest.sig)", "manifest.sig") if name == "manifest.sig" else said
    assert (status, f"WRONG: {name}" in said) == (1, True), said
    (folder / name).unlink()
    status, said = taken.verify(folder)
    assert (status, f"WRONG: {name}: is not in the pack" in said) == (1, True), said


def test_a_file_too_many_and_one_twice_are_named(taken: Taken, tmp_path: Path) -> None:
    """What the manifest does not know does not pass for part of the evidence."""
    more = taken.unpacked(tmp_path)
    (more / "more.csv").write_bytes(b"1\n")
    assert "WRONG: more.csv: is not in the manifest" in taken.verify(more)[1]
    (more / "twice.zip").write_bytes(taken.path.read_bytes())
    with pytest.warns(UserWarning, match="Duplicate name"), ZipFile(more / "twice.zip", "a") as archive:
        archive.writestr("counts.csv", taken.files["counts.csv"])
    assert "WRONG: counts.csv: is there twice" in taken.verify(more / "twice.zip")[1]


def test_a_forger_without_the_key_signs_nothing(taken: Taken, tmp_path: Path) -> None:
    """A count that adds up, a new manifest and a signature by another key, under the right key's name."""
    folder = taken.unpacked(tmp_path)
    rows = taken.rows("counts.csv")
    (folder / "counts.csv").write_bytes(b"".join(rows[:-1]))
    mine = SigningKey.of(Ed25519PrivateKey.generate(), "seal")
    status, said = taken.verify(forged(taken, folder, key=mine))
    assert status == 1
    assert said.splitlines()[-2].startswith(
        "WRONG: manifest.json (manifest.sig): the signature is not that of key "
    )


def test_only_keys_and_seals_that_are_kept_count(taken: Taken, tmp_path: Path) -> None:
    """Another key than those trusted, a published seal that is not there, a pack that is none."""
    kept = json.loads(taken.keys.read_bytes())
    for number, key in enumerate(kept["keys"]):
        other = tmp_path / f"{number}.json"
        other.write_text(json.dumps(key))
        status, said = taken.verify(taken.path, "--key", other)
        assert (status, "no key that you trust has signed it" in said) == (1, True)
    seal = json.loads(taken.seal.read_bytes())
    for change, told in (
        ({"hash": "00" * 32}, "is not the one that was published"),
        ({"number": 99}, "was published"),
    ):
        (tmp_path / "seal.json").write_text(json.dumps(seal | change))
        status, said = taken.verify(taken.path, "--checkpoint", tmp_path / "seal.json")
        assert (status, told in said) == (1, True), said
    (tmp_path / "none.zip").write_bytes(b"nothing")
    assert taken.verify(tmp_path / "none.zip")[0] == 2
    assert taken.verify(taken.path, "--key", taken.path)[0] == 2
    (tmp_path / "cut.zip").write_bytes(taken.path.read_bytes()[:-3_000])
    assert taken.verify(tmp_path / "cut.zip")[0] == 2


Lines = list[dict[str, Any]]


def at(lines: Lines, kind: str, *, sealed: bool) -> int:
    """Find the first line of a kind, in a seal or in none."""
    return next(n for n, line in enumerate(lines) if kind in line and ("position" in line) is sealed)


def another_hash(lines: Lines) -> None:
    """Change what was sealed, and its hash with it."""
    row = lines[at(lines, "entry", sealed=True)]
    row["entry"]["narration"] = "another"
    leaf = records.leaf("entry", row["entry"])
    row["hash"] = merkle.leaf_hash(encoded(leaf)).hex()


def another_root(lines: Lines) -> None:
    """Change the root of the seal, too, and the seal's own hash."""
    another_hash(lines)
    start = at(lines, "seal", sealed=False)
    rows = list(itertools.takewhile(lambda line: "position" in line, lines[start + 1 :]))
    root = merkle.root([bytes.fromhex(row["hash"]) for row in rows])
    stated = dict(lines[start]["seal"])
    del stated["hash"]
    moments = {name: datetime.fromisoformat(stated[name]) for name in ("first_at", "last_at", "sealed_at")}
    hashes = {name: bytes.fromhex(stated[name]) for name in ("previous", "history", "signature")}
    lines[start]["seal"] = records.of_seal(Seal(**{**stated, **moments, **hashes, "root": root}))


def without_the_first_seal(lines: Lines) -> None:
    """Leave out where the chain begins."""
    start = at(lines, "seal", sealed=False)
    end = next(n for n, line in enumerate(lines) if n > start and "position" not in line)
    del lines[start:end]


def without_the_last_seal(lines: Lines) -> None:
    """Let the newest sealed rows stand as if they had no seal yet: some of them are too old for that."""
    start = max(n for n, line in enumerate(lines) if "seal" in line)
    for line in lines[start + 1 :]:
        if "position" in line:
            del line["position"], line["hash"]
    del lines[start]


def older(lines: Lines) -> None:
    """Put an entry in around the service: recorded long ago, and in no seal."""
    lines[at(lines, "entry", sealed=False)]["entry"]["recorded_at"] = "2026-11-17T01:00:00.000000Z"


def another_amount(lines: Lines) -> None:
    """Change the amount of a row that is not sealed yet."""
    lines[at(lines, "entry", sealed=False)]["entry"]["postings"][0]["amount"] += 1


def another_total(lines: Lines) -> None:
    """Change what an account is said to have."""
    lines[at(lines, "account", sealed=False)]["account"]["debits"] += 1


def more_members(lines: Lines) -> None:
    """Write something beside what was sealed."""
    lines[at(lines, "entry", sealed=True)]["entry"]["note"] = "x"


def empty_for_nothing(lines: Lines) -> None:
    """Write an empty text where there was nothing: their sealed bytes are the same."""
    lines[at(lines, "entry", sealed=True)]["entry"]["corrects"] = ""


def another_kind_of_number(lines: Lines) -> None:
    """Write false for nought: Python takes them for the same."""
    lines[at(lines, "entry", sealed=True)]["position"] = False


def beside_a_seal(lines: Lines) -> None:
    """Write something beside a seal."""
    lines[at(lines, "seal", sealed=False)]["note"] = "x"


def beside_a_row(lines: Lines) -> None:
    """Write something beside a row that has no seal yet."""
    lines[at(lines, "entry", sealed=False)]["note"] = "x"


def held(lines: Lines) -> None:
    """Say that something is set aside."""
    lines[at(lines, "account", sealed=False)]["account"]["held"] += 1


def beside_an_account(lines: Lines) -> None:
    """Write something that no account has."""
    lines[at(lines, "account", sealed=False)]["account"]["owner"] = "x"


def an_account_twice(lines: Lines) -> None:
    """Say twice what an account has, and count it."""
    start = at(lines, "account", sealed=False)
    lines.insert(start, lines[start])
    lines[-1]["complete"]["accounts"] += 1


def an_account_less(lines: Lines) -> None:
    """Leave out what an account that moved has, and count it."""
    del lines[next(n for n, line in enumerate(lines) if line.get("account", {}).get("version"))]
    lines[-1]["complete"]["accounts"] -= 1


DEEP: Final = {
    empty_for_nothing: "corrects is no text",
    another_kind_of_number: "a row is missing, doubled or in another place",
    beside_a_seal: "has other members than were sealed",
    beside_a_row: "has other members than a row has",
    held: "has not what its postings and holds make",
    beside_an_account: "has other members than were sealed",
    an_account_twice: "is there twice, or in another place",
    an_account_less: "does not say what ",
    another_hash: "its rows do not make the root that was signed",
    another_root: "the signature is not that of key",
    without_the_first_seal: "seal 1 is not there",
    without_the_last_seal: "was published, and the last one here is",
    older: "is older, and in no seal",
    another_amount: "does not follow from the one before",
    another_total: "has not what its postings and holds make",
    more_members: "has other members than were sealed",
}


@pytest.mark.parametrize("forge", DEEP, ids=lambda one: one.__name__)
def test_even_a_thief_of_the_manifests_key_is_found(
    taken: Taken, tmp_path: Path, forge: Callable[[Lines], None]
) -> None:
    """The list of files is signed rightly, and what was sealed still says what was changed, in which line."""
    folder = taken.unpacked(tmp_path)
    lines = [json.loads(row) for row in taken.rows("sealed.ndjson")]
    forge(lines)
    counts = lines[-1]["complete"]
    counts["seals"] = sum("seal" in line for line in lines)
    counts["leaves"] = sum("position" in line for line in lines)
    counts["unsealed"] = (
        sum(not {"end", "entry", "hold"}.isdisjoint(line) for line in lines) - counts["leaves"]
    )
    (folder / "sealed.ndjson").write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    key = taken.service.context.keys.at(taken.service.now).signing("seal")
    status, said = taken.verify(forged(taken, folder, key=key), "--checkpoint", taken.seal)
    assert status == 1, said
    assert said.startswith("WRONG: sealed.ndjson"), said
    assert DEEP[forge] in said, said


SPELLED: Final = {
    "a figure that is a text": ("journal.csv", b",2000000,", b",'2000000,"),
    "quotation marks": ("counts.csv", b",100000000,", b',"100000000",'),
    "a member twice": ("sealed.ndjson", b'"position":0,', b'"position":9,"position":0,'),
    "a fraction": ("sealed.ndjson", b'"position":0,', b'"position":0.0,'),
    "another end of line": ("journal.csv", b"\r\n", b"\n"),
}


@pytest.mark.parametrize("how", SPELLED)
def test_nothing_is_written_in_another_way(taken: Taken, tmp_path: Path, how: str) -> None:
    """What tools read each in its own way: even a thief of the manifest's key changes no letter of it unnamed."""
    name, old, new = SPELLED[how]
    folder = taken.unpacked(tmp_path)
    (folder / name).write_bytes(b"".join(changed(taken.rows(name), old, new)))
    key = taken.service.context.keys.at(taken.service.now).signing("seal")
    status, said = taken.verify(forged(taken, folder, key=key))
    assert (status, f"WRONG: {name}, line " in said) == (1, True), said


def test_the_signature_has_one_spelling(taken: Taken, tmp_path: Path) -> None:
    """Nobody needs a key to write it in capitals, or something beside it."""
    folder = taken.unpacked(tmp_path)
    record = json.loads(taken.files["manifest.sig"])
    for other in (
        record | {"signature": record["signature"].upper()},
        record | {"approved_by": "an auditor"},
    ):
        (folder / "manifest.sig").write_text(json.dumps(other) + "\n")
        assert taken.verify(folder)[0] == 1


def test_two_published_seals_of_one_number_cannot_both_be_right(taken: Taken, tmp_path: Path) -> None:
    """Whoever kept both has the proof that history was written twice, in whichever order they are given."""
    (tmp_path / "other.json").write_text(
        json.dumps(json.loads(taken.seal.read_bytes()) | {"hash": "00" * 32})
    )
    given = [taken.seal, tmp_path / "other.json"]
    for first, second in (given, given[::-1]):
        status, said = taken.verify(taken.path, "--checkpoint", first, "--checkpoint", second)
        assert (status, "is not the one that was published" in said) == (1, True), said


def test_what_is_no_seal_is_no_checkpoint(taken: Taken, tmp_path: Path) -> None:
    """Keys, a list, a seal without a number: said to be none, and not that the pack is wrong."""
    for text in (taken.keys.read_text(), "[]", '{"number": "1", "hash": "00"}', "["):
        (tmp_path / "seal.json").write_text(text)
        status, said = taken.verify(taken.path, "--checkpoint", tmp_path / "seal.json")
        assert (status, said.startswith("CANNOT TELL: ")) == (2, True), said


def test_a_damaged_archive_is_told_of(taken: Taken, tmp_path: Path) -> None:
    """A byte of any packed file: said in words, and never by Python's own report of a fault."""
    whole = taken.path.read_bytes()
    with ZipFile(taken.path) as archive:
        places = [one.header_offset + 30 + len(one.filename) + 20 for one in archive.infolist()]
    for number, place in enumerate([*places, *(place + 20 for place in places)]):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        status, said = taken.verify(path)
        assert (status, "Traceback" in said) == (1, False), said
        assert "WRONG: " in said


def many_files(archive: ZipFile) -> None:
    for number in range(200):
        archive.writestr(f"{number}.txt", b"")


def a_name_that_speaks(archive: ZipFile) -> None:
    """Call a file what the program says at a good end, after what hides the line before it."""
    archive.writestr(f"x\x1b[2K\r\n{RIGHT}\n", b"")


def deep_brackets(archive: ZipFile) -> None:
    archive.writestr("sealed.ndjson", b"[" * 1_000_000 + b"\n")


def endless_row(archive: ZipFile) -> None:
    """Pack 400 MB as one row of a table: more than the program may take here."""
    with archive.open("counts.csv", "w") as member:
        for _ in range(400):
            member.write(b"0" * (1 << 20))


def packed_otherwise(archive: ZipFile) -> None:
    archive.writestr("more.csv", b"1", ZIP_BZIP2)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "bad",
    [many_files, a_name_that_speaks, deep_brackets, endless_row, packed_otherwise],
    ids=lambda one: one.__name__,
)
def test_a_hostile_archive_is_told_of(taken: Taken, tmp_path: Path, bad: Callable[[ZipFile], None]) -> None:
    """In bounded memory and a line for each finding; whatever it is made of, it ends by the program's own words."""
    path = tmp_path / "bad.zip"
    path.write_bytes(taken.path.read_bytes())
    with ZipFile(path, "a", ZIP_DEFLATED) as archive:
        bad(archive)
    status, said = taken.verify(path)
    expected = 2 if bad in (many_files, packed_otherwise) else 1
    assert (status, "Traceback" in said, RIGHT in said.splitlines()) == (expected, False, False), said
    assert "\x1b" not in said


def test_it_shares_no_line_with_the_service() -> None:
    """The program imports Python's own library and `cryptography`: not us, and nobody else."""
    imported = {
        line.split()[1].partition(".")[0]
        for line in VERIFY.read_text().splitlines()
        if line.startswith(("import ", "from "))
    }
    assert imported - sys.stdlib_module_names == {"cryptography"}
