"""Check an evidence pack of soft-ATM.

    python verify.py PACK.zip --key keys.json [--checkpoint seal.json]

PACK is the archive, or the folder into which it was unpacked. Needs Python 3.11 or newer and the package
`cryptography`; no network, no database, nothing else of soft-ATM. README.md says what is checked and what each file
rests on. Ends with 0 (all in order), 1 (something is wrong: its file and line are said) or 2 (could not tell).

Memory grows with the number of accounts, and not with that of rows: what must be found again lies in a temporary file.
"""

import argparse
import base64
import csv
import hashlib
import io
import itertools
import json
import re
import sqlite3
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MANIFEST, SIGNATURE, SEALED = "manifest.json", "manifest.sig", "sealed.ndjson"
FILES = {"README.md", "verify.py", "keys.json", "accounts.csv", "counts.csv", SEALED} | {
    f"journal.{suffix}" for suffix in ("csv", "journal", "beancount")
}
LINE_MAX, SMALL_MAX, SAID_MAX = 1 << 20, 1 << 20, 200
NAMES_MAX, LOOSE_MAX = 100, 20
LATE_US = (
    5 * 60 * 1_000_000
)  # a row is sealed within seconds; one that waited for so long was put in by somebody
NOTES = {500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
CSV = "entry_id line business_date recorded_at kind reference corrects account class debit credit balance version"
CSV_COLUMNS = [*CSV.split(), "narration", "undone_by"]
ACCOUNT_COLUMNS = ["account", "class", "opening", "closing"]
COUNT_COLUMNS = "id place number counted_by counted_at notes total expected stood".split()  # noqa: SIM905
ROOTS = {
    "asset": ("assets", "A", "Assets"),
    "liability": ("liabilities", "L", "Liabilities"),
    "income": ("income", "R", "Income"),
    "expense": ("expenses", "X", "Expenses"),
    "equity": ("equity", "E", "Equity"),
}
ENTRY = [
    "id",
    "reference",
    "fingerprint",
    "kind",
    "business_date",
    "narration",
    "corrects",
    "lines",
    "recorded_at",
]
LEG = "line debit credit amount debit_balance debit_version credit_balance credit_version".split()  # noqa: SIM905
HOLD = ["id", "reference", "fingerprint", "account", "amount", "deadline", "placed_at"]
END = ["id", "outcome", "entry_id", "reference", "fingerprint", "ended_at"]
ACCOUNT = ["id", "code", "debits", "credits", "held", "version"]
# What may be nothing at all; its bytes are those of an empty text, so an empty text is none of these.
OPTIONAL = {"entry": {"corrects"}, "hold": set[str](), "end": {"entry_id", "reference", "fingerprint"}}
SIGNS = "=+@＝＋＠﹦﹢﹫⁺⁼₊₌﬩⩵⩶−－﹣⁻₋-"  # a spreadsheet takes what begins so for a formula
FORMULA = re.compile(rf"""^(?=[\t\r])|((?:^|[;|\t\r\n])[\s"]*)(?=[{SIGNS}])""")
DAMAGED = (OSError, EOFError, zipfile.BadZipFile, zlib.error)
HELD = "SELECT account, sum(amount) FROM hold WHERE id NOT IN (SELECT id FROM ended) GROUP BY account"
KINDS = {
    "end": ("soft-atm ledger hold end 1", END),
    "entry": ("soft-atm ledger entry 1", ENTRY),
    "hold": ("soft-atm ledger hold 1", HOLD),
}
NUMBERS, TIMES = (
    {"lines", "amount", *LEG, *ACCOUNT} - {"debit", "credit", "id", "code"},
    {"recorded_at", "deadline", "placed_at", "ended_at"},
)
Keys = dict[str, Ed25519PublicKey]


class Wrong(Exception):  # noqa: N818  what is wrong, and where
    """Something is not as it was sealed."""


class CannotTell(Exception):  # noqa: N818  the same
    """What was given is no pack, or no key."""


def need(right: object, where: str, what: str) -> None:
    """Raise `Wrong` unless it is right."""
    if not right:
        raise Wrong(f"{where}: {what}")


class Pack:
    """The archive, or the folder into which it was unpacked."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = None if path.is_dir() else zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise CannotTell(f"{path} is no archive: {error}") from None
        self._folder = path
        members = self._zip.infolist() if self._zip else []
        for one in members:
            if one.flag_bits & 1 or one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise CannotTell(f"{one.filename} is encrypted, or packed as no pack is")
        found = (one.relative_to(path).as_posix() for one in path.rglob("*") if one.is_file())
        names = (one.filename for one in members) if self._zip else found
        self.names = sorted(itertools.islice(names, NAMES_MAX + 1))
        if len(self.names) > NAMES_MAX:
            raise CannotTell(f"{path} holds more than {NAMES_MAX} files: a pack holds eleven")

    def open(self, name: str) -> IO[bytes]:
        """Open one file."""
        return self._zip.open(name) if self._zip else (self._folder / name).open("rb")

    def small(self, name: str) -> bytes:
        """Read a file that is small."""
        need(name in self.names, name, "is not in the pack")
        with self.open(name) as file:
            data = file.read(SMALL_MAX + 1)
        need(len(data) <= SMALL_MAX, name, "is too large")
        return data

    def lines(self, name: str) -> Iterator[tuple[str, str]]:
        """Give each line with the words for where it stands."""
        with self.open(name) as file:
            for number in itertools.count(1):
                line = file.readline(LINE_MAX)
                if not line:
                    return
                where = f"{name}, line {number}"
                need(line.endswith(b"\n"), where, "is cut short or too long")
                progress(where, number)
                try:
                    yield where, line.decode()
                except UnicodeDecodeError:
                    raise Wrong(f"{where}: is not UTF-8") from None

    def rows(self, name: str) -> Iterator[tuple[str, list[str]]]:
        """Give each row of a CSV file that has one on each line, with the words for where it stands."""
        for where, line in self.lines(name):
            try:
                row = next(csv.reader([line], strict=True), [])
            except csv.Error as error:
                raise Wrong(f"{where}: cannot be read: {error}") from None
            need(cells(row) == line, where, "is not written as a pack is")
            yield where, row


def progress(where: str, number: int) -> None:
    """Show on a terminal how far it is."""
    if number % 100_000 == 0 and sys.stderr.isatty():
        print(f"… {where}", file=sys.stderr)


def framed(texts: Iterable[str]) -> bytes:
    """Put texts one after another, each behind its length."""
    return b"".join(len(raw).to_bytes(4, "big") + raw for raw in (text.encode() for text in texts))


def leaf_hash(data: bytes) -> bytes:
    """Hash a leaf (RFC 9162, section 2.1.1)."""
    return hashlib.sha256(b"\0" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Hash an inner node."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root(level: list[bytes]) -> bytes:
    """Give the root over leaves."""
    while len(level) > 1:
        level = [
            node(*level[at : at + 2]) if at + 1 < len(level) else level[at] for at in range(0, len(level), 2)
        ]
    return level[0] if level else hashlib.sha256(b"").digest()


def cells(row: list[str]) -> str:
    """Write a row of a CSV file (RFC 4180)."""
    file = io.StringIO(newline="")
    csv.writer(file).writerow(row)
    return file.getvalue()


def written(record: object) -> str:
    """Write a line of sealed.ndjson: one record has one spelling, and no member twice."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"


def micros(text: object, where: str) -> int:
    """Read a time as microseconds since 1970."""
    try:
        need(isinstance(text, str) and MOMENT.fullmatch(text), where, f"is no time: {text!r}")
        return (datetime.fromisoformat(str(text)) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
            microseconds=1
        )
    except ValueError:
        raise Wrong(f"{where}: is no time: {text!r}") from None


def texts_of(
    record: Any,
    names: list[str],
    where: str,
    optional: Iterable[str] = (),
    more: Iterable[str] = (),
) -> list[str]:
    """Give the texts that were sealed of a record; it has these members and no others."""
    need(
        isinstance(record, dict) and set(record) == {*names, *more},
        where,
        "has other members than were sealed",
    )
    found = []
    for name in names:
        value = record[name]
        if name in TIMES:
            found.append(str(micros(value, where)))
        elif name in NUMBERS:
            need(type(value) is int, where, f"{name} is no whole number")
            found.append(str(value))
        else:
            is_text = isinstance(value, str) and (value or name not in optional)
            need(is_text or (value is None and name in optional), where, f"{name} is no text")
            found.append(value or "")
    return found


def encoded(kind: str, record: Any, where: str) -> bytes:
    """Give the bytes of a leaf, as docs/seals.md has them."""
    version, names = KINDS[kind]
    more = {"postings"} if kind == "entry" else set()
    texts = [version, *texts_of(record, names, where, OPTIONAL[kind], more)]
    if kind == "entry":
        need(isinstance(record["postings"], list), where, "postings is no list")
        for leg in record["postings"]:
            texts += texts_of(leg, LEG, where)
    return framed(texts)


class Books:
    """What sealed.ndjson says: entries of the period in a temporary file, and every account's movements."""

    def __init__(self, first: str, last: str, folder: str) -> None:
        self.first, self.last = first, last
        self.db = sqlite3.connect(f"{folder}/books.sqlite")
        self.db.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
            "CREATE TABLE entry (id TEXT PRIMARY KEY, day TEXT, at TEXT, corrects TEXT, record TEXT);"
            "CREATE TABLE hold (id TEXT PRIMARY KEY, account TEXT, amount INTEGER);"
            "CREATE TABLE ended (id TEXT PRIMARY KEY);"
        )
        self.accounts: dict[str, list[int]] = {}  # version, balance, debits, credits
        self.waiting: dict[tuple[str, int], tuple[int, int, str]] = {}
        self.balances: dict[str, list[int]] = {}  # before the period, at its end
        self.loose: list[str] = []
        self.held: dict[str, int] | None = None
        self.last_account = ""

    def add(self, kind: str, record: dict[str, Any], where: str) -> None:
        """Take a row in; none is there twice."""
        if kind == "entry":
            self._add_entry(record, where)
        elif kind == "hold":
            self._keep("hold VALUES (?, ?, ?)", (record["id"], record["account"], record["amount"]), where)
        else:
            self._keep("ended VALUES (?)", (record["id"],), where)

    def _keep(self, into: str, row: tuple[Any, ...], where: str) -> None:
        try:
            self.db.execute(f"INSERT INTO {into}", row)
        except sqlite3.IntegrityError:
            raise Wrong(f"{where}: {row[0]} is there twice") from None

    def _add_entry(self, entry: dict[str, Any], where: str) -> None:
        """Take an entry in, and check that each leg follows from the one before it."""
        day = entry["business_date"]
        need(entry["lines"] == len(entry["postings"]), where, "has another number of postings than it says")
        for leg in entry["postings"]:
            need(leg["amount"] > 0, where, "an amount is not above zero")
            for side, signed in (("debit", leg["amount"]), ("credit", -leg["amount"])):
                account = leg[side]
                self._follow(account, signed, leg[f"{side}_balance"], leg[f"{side}_version"], where)
                if day <= self.last:
                    totals = self.balances.setdefault(account, [0, 0])
                    totals[0] += signed if day < self.first else 0
                    totals[1] += signed
        if self.first <= day <= self.last:
            row = (entry["id"], day, entry["recorded_at"], entry["corrects"], json.dumps(entry))
            self._keep("entry VALUES (?, ?, ?, ?, ?)", row, where)

    def _follow(self, account: str, signed: int, balance: int, version: int, where: str) -> None:
        stands = self.accounts.setdefault(account, [0, 0, 0, 0])
        key = (account, version)
        need(version > stands[0] and key not in self.waiting, where, f"{account} has version {version} twice")
        self.waiting[key] = (signed, balance, where)
        while found := self.waiting.pop((account, stands[0] + 1), None):
            moved, after, at = found
            need(
                stands[1] + moved == after,
                at,
                f"the balance of {account} does not follow from the one before",
            )
            stands[0] += 1
            stands[1] = after
            stands[2 if moved > 0 else 3] += abs(moved)

    def compare(self, account: Any, where: str) -> None:
        """Compare what an account is said to have with its postings and its holds; each is there once."""
        if self.held is None:
            self.held = dict(self.db.execute(HELD))
        id_, code, *stands = texts_of(account, ACCOUNT, where)
        need(self.last_account < id_, where, f"{code} is there twice, or in another place")
        self.last_account = id_
        version, _, debits, credits = self.accounts.pop(code, [0, 0, 0, 0])
        made = [str(one) for one in (debits, credits, self.held.get(code, 0), version)]
        need(stands == made, where, f"{code} has not what its postings and holds make")

    def finish(self) -> None:
        """Check that no leg is missing, and make the entries ready to be read in their order."""
        for (account, version), (_, _, where) in self.waiting.items():
            raise Wrong(f"{where}: {account} has version {version}, and one before it is not there")
        self.db.execute("CREATE INDEX by_day ON entry (day, at, id)")
        self.db.execute("CREATE INDEX by_corrected ON entry (corrects, day, at, id)")
        self.db.commit()

    def entries(self) -> Iterator[tuple[dict[str, Any], str]]:
        """Give the entries of the period by day, then as recorded, each with the one that undid it on its day."""
        undone = "SELECT id FROM entry WHERE corrects = ? AND day = ? ORDER BY at, id LIMIT 1"
        for (record,) in self.db.execute("SELECT record FROM entry ORDER BY day, at, id"):
            entry = json.loads(record)
            found = self.db.execute(undone, (entry["id"], entry["business_date"])).fetchone()
            yield entry, found[0] if found else ""


class Chain:
    """The seals so far."""

    def __init__(self, trusted: Keys, published: list[tuple[int, str]]) -> None:
        self.trusted = trusted
        self.published = published
        self.seal: dict[str, Any] | None = None
        self.where, self.number, self.hash, self.sealed_at = "", 0, bytes(32), 0
        self.cover: list[bytes] = []  # hashes of the perfect subtrees of the tree over all seals
        self.leaves: list[bytes] = []
        self.order: tuple[int, str, str] | None = None
        self.first_at = 0

    def add(self, seal: Any, where: str) -> None:
        """Take the next seal in."""
        self.close()
        if self.number:
            self._grow()
        self.number += 1
        names = ["number", "previous", "history", "root", "leaves", "first_at", "last_at", "sealed_at", "kid"]
        need(isinstance(seal, dict) and set(seal) == {*names, "signature", "hash"}, where, "is no seal")
        for name in ("number", "leaves"):
            need(type(seal[name]) is int, where, f"{name} is no whole number")
        times = {name: str(micros(seal[name], where)) for name in ("first_at", "last_at", "sealed_at")}
        header = framed(["soft-atm ledger seal 1", *(times.get(name, str(seal[name])) for name in names)])
        history = self.cover[-1] if self.cover else root([])
        for left in reversed(self.cover[:-1]):
            history = node(left, history)
        need(
            seal["number"] == self.number, where, f"seal {self.number} is not there: this is {seal['number']}"
        )
        need(seal["previous"] == self.hash.hex(), where, "the seal does not follow from the one before it")
        need(seal["history"] == history.hex(), where, "the root over the seals before it is another one")
        signed(self.trusted, seal["kid"], seal["signature"], header, where)
        self.hash, self.seal, self.where = leaf_hash(header), seal, where
        need(seal["hash"] == self.hash.hex(), where, "has another hash than it says")
        known = {found for number, found in self.published if number == self.number}
        need(known <= {seal["hash"]}, where, f"seal {self.number} is not the one that was published")
        self.leaves, self.order, self.sealed_at = [], None, int(times["sealed_at"])

    def _grow(self) -> None:
        size, subtree = self.number - 1, self.hash
        while size & 1:
            subtree = node(self.cover.pop(), subtree)
            size >>= 1
        self.cover.append(subtree)

    def leaf(self, data: bytes, order: tuple[int, str, str], record: dict[str, Any], where: str) -> None:
        """Take the next leaf in."""
        need(self.seal, where, "stands before any seal")
        right = type(record["position"]) is int and record["position"] == len(self.leaves)
        need(right, where, "a row is missing, doubled or in another place")
        found = leaf_hash(data)
        need(record["hash"] == found.hex(), where, f"the {order[1]} {order[2]} is not what was sealed")
        need(self.order is None or self.order < order, where, "stands after what it belongs before")
        self.first_at = order[0] if self.order is None else self.first_at
        self.order = order
        self.leaves.append(found)

    def close(self) -> None:
        """Compare the last seal with its leaves."""
        if self.seal is None:
            return
        need(
            len(self.leaves) == self.seal["leaves"],
            self.where,
            f"has {self.seal['leaves']} rows, here are others",
        )
        need(
            root(self.leaves).hex() == self.seal["root"],
            self.where,
            "its rows do not make the root that was signed",
        )
        times = [micros(self.seal[name], self.where) for name in ("first_at", "last_at")]
        need(self.order and [self.first_at, self.order[0]] == times, self.where, "its rows have other times")
        self.seal = None


def signed(trusted: Keys, kid: object, signature: object, data: bytes, where: str) -> None:
    """Raise `Wrong` unless the key of this name, which you trust, has signed."""
    need(isinstance(kid, str) and kid in trusted, where, f"no key that you trust has signed it ({kid})")
    try:
        trusted[str(kid)].verify(bytes.fromhex(str(signature)), data)
    except (InvalidSignature, ValueError):
        raise Wrong(f"{where}: the signature is not that of key {kid}") from None


def read_sealed(pack: Pack, books: Books, chain: Chain) -> dict[str, int]:
    """Check seals, leaves, balances and the count of lines; give how many there are."""
    counts = dict.fromkeys(("seals", "leaves", "unsealed", "accounts", "strays"), 0)
    whole, latest = False, 0
    lines = pack.lines(SEALED)
    for where, line in lines:
        need(not whole, where, "stands after the last line")
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            raise Wrong(f"{where}: is no JSON") from None
        need(isinstance(record, dict), where, "is no object")
        need(written(record) == line, where, "is not written as a pack is")
        kind = next((one for one in KINDS if one in record), None)
        if where.endswith(", line 1"):
            need(record.get("format") == "soft-atm sealed journal 1", where, "is not the head of such a file")
        elif "seal" in record:
            need(not latest, where, "a seal stands after rows without one")
            need(set(record) == {"seal"}, where, "has other members than were sealed")
            chain.add(record["seal"], where)
            counts["seals"] += 1
        elif kind:
            need(record[kind] is not None, where, f"{kind} {record.get('id')} was sealed, and is gone")
            need(isinstance(record[kind], dict), where, "is no record")
            at = micros(
                record[kind].get({"entry": "recorded_at", "hold": "placed_at"}.get(kind, "ended_at")), where
            )
            data = encoded(kind, record[kind], where)
            if "position" in record:
                need(set(record) == {"position", "hash", kind}, where, "has other members than were sealed")
                chain.leaf(data, (at, kind, record[kind]["id"]), record, where)
                counts["leaves"] += 1
            else:
                need(set(record) == {kind}, where, "has other members than a row has")
                chain.close()
                latest = at
                need(
                    at > chain.sealed_at - LATE_US,
                    where,
                    f"{kind} {record[kind]['id']} is older, and in no seal",
                )
                if len(books.loose) < LOOSE_MAX:
                    books.loose.append(f"{where}: {kind} {record[kind]['id']}")
                counts["unsealed"] += 1
            books.add(kind, record[kind], where)
        elif "account" in record:
            chain.close()
            need(set(record) == {"account"}, where, "has other members than an account has")
            books.compare(record["account"], where)
            counts["accounts"] += 1
        else:
            need(line == written({"complete": counts}), where, "counts other rows than there are, or is none")
            need(not books.accounts, where, f"does not say what {next(iter(books.accounts), '')} has")
            whole = True
    need(whole, SEALED, "is cut short")
    newest = max((number for number, _ in chain.published), default=0)
    need(
        newest <= chain.number,
        SEALED,
        f"seal {newest} was published, and the last one here is {chain.number}",
    )
    books.finish()
    return counts


def read_accounts(pack: Pack, books: Books) -> dict[str, str]:
    """Compare the balances at both ends with the sealed movements; give the class of each account."""
    classes: dict[str, str] = {}
    expected = iter(sorted(books.balances))
    rows = pack.rows("accounts.csv")
    for where, row in rows:
        if not classes and row == ACCOUNT_COLUMNS:
            continue
        need(len(row) == len(ACCOUNT_COLUMNS) and row[1] in ROOTS, where, "is no account")
        code = next(expected, None)
        need(row[0] == code, where, f"says {row[0]}, and the next account by the sealed records is {code}")
        stands = [str(amount) for amount in books.balances[row[0]]]
        need(row[2:] == stands, where, f"says {row[2:]}; the sealed movements of {code} make {stands}")
        classes[row[0]] = row[1]
    missing = next(expected, None)
    need(missing is None, "accounts.csv", f"{missing} is missing")
    for at in (0, 1):
        need(sum(one[at] for one in books.balances.values()) == 0, "accounts.csv", "debits are not credits")
    return classes


def journal_csv(books: Books, classes: dict[str, str]) -> Iterator[str]:
    """Write journal.csv from the sealed records, a row a leg; no text in it is a formula."""
    yield cells(CSV_COLUMNS)
    for entry, undone_by in books.entries():
        head = [
            entry["business_date"],
            entry["recorded_at"],
            entry["kind"],
            entry["reference"],
            entry["corrects"] or "",
        ]
        for leg in entry["postings"]:
            for side in ("debit", "credit"):
                amounts = [str(leg["amount"]), ""] if side == "debit" else ["", str(leg["amount"])]
                stands = [str(leg[f"{side}_balance"]), str(leg[f"{side}_version"])]
                account = [leg[side], classes[leg[side]]]
                texts = [entry["id"], *head, *account, entry["narration"], undone_by]
                id_, *texts = [FORMULA.sub(r"\1'", text) for text in texts]
                yield cells([id_, str(leg["line"]), *texts[:-2], *amounts, *stands, *texts[-2:]])


def legs(entry: dict[str, Any], names: dict[str, str], indent: str) -> Iterator[str]:
    """Write an entry's postings as hledger and beancount have them."""
    for leg in entry["postings"]:
        yield f"{indent}{names[leg['debit']]}  {leg['amount']} VND\n"
        yield f"{indent}{names[leg['credit']]}  -{leg['amount']} VND\n"


def hledger(books: Books, classes: dict[str, str]) -> Iterator[str]:
    """Write journal.journal from the sealed records."""
    names = {code: f"{ROOTS[kind][0]}:{code.replace('/', ':')}" for code, kind in classes.items()}
    yield f"; soft-ATM journal from {books.first} to {books.last}, by business date in Vietnam.\n"
    yield from (
        "; Amounts in đồng; debits positive, credits negative.\n",
        "\n",
        "commodity 1000. VND\n",
        "\n",
    )
    for code, name in names.items():
        yield f"account {name}  ; type:{ROOTS[classes[code]][1]}\n"
    opening = [
        f"    {names[code]}  {books.balances[code][0]} VND\n" for code in names if books.balances[code][0]
    ]
    if opening:
        yield from ("\n", f"{books.first} * (opening) balances before {books.first}\n", *opening)
    for entry, undone_by in books.entries():
        said = entry["narration"].replace(";", ",")
        yield from ("\n", f"{entry['business_date']} * ({entry['id']}) {said}".rstrip() + "\n")
        yield f"    ; kind:{entry['kind']}\n    ; reference:{entry['reference']}\n"
        yield f"    ; recorded:{entry['recorded_at']}\n"
        if entry["corrects"]:
            yield f"    ; corrects:{entry['corrects']}\n"
        if undone_by:
            yield f"    ; undone-by:{undone_by}\n"
        yield from legs(entry, names, "    ")
    if names:
        yield from ("\n", f"{books.last} * (closing) balances at the end of {books.last}, asserted\n")
    for code, name in names.items():
        yield f"    {name}  0 VND = {books.balances[code][1]} VND\n"


def beancount(books: Books, classes: dict[str, str]) -> Iterator[str]:
    """Write journal.beancount from the sealed records."""

    def quoted(text: str) -> str:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'

    names = {
        code: ":".join((ROOTS[kind][2], *(part.capitalize() for part in code.split("/"))))
        for code, kind in classes.items()
    }
    yield f'option "title" "soft-ATM journal from {books.first} to {books.last}"\n'
    yield from ('option "operating_currency" "VND"\n', "\n", f"{books.first} commodity VND\n")
    for name in names.values():
        yield f"{books.first} open {name} VND\n"
    opening = [
        f"  {names[code]}  {books.balances[code][0]} VND\n" for code in names if books.balances[code][0]
    ]
    if opening:
        yield from ("\n", f'{books.first} * "balances before {books.first}" #opening\n', *opening)
    for entry, undone_by in books.entries():
        links = f"^{entry['id']}" + (f" ^{entry['corrects']}" if entry["corrects"] else "")
        yield from (
            "\n",
            f"{entry['business_date']} * {quoted(entry['narration'])} #{entry['kind']} {links}\n",
        )
        yield f"  reference: {quoted(entry['reference'])}\n"
        yield f'  recorded-at: "{entry["recorded_at"]}"\n'
        if undone_by:
            yield f'  undone-by: "{undone_by}"\n'
        yield from legs(entry, names, "  ")
    yield "\n"
    day = date.fromisoformat(books.last) + timedelta(days=1)
    for code, name in names.items():
        yield f"{day} balance {name}  {books.balances[code][1]} VND\n"


def compare(pack: Pack, name: str, expected: Iterator[str]) -> None:
    """Raise `Wrong` at the first line that is not what the sealed records make."""
    for at, made in itertools.zip_longest(pack.lines(name), split(expected)):
        need(at, name, f"ends too early: the sealed records go on with {str(made)[:SAID_MAX]!r}")
        where, line = at
        need(made is not None, where, f"says {str(line)[:SAID_MAX]!r}, and the sealed records end before it")
        need(
            line == made,
            where,
            f"says {str(line)[:SAID_MAX]!r}; the sealed records make {str(made)[:SAID_MAX]!r}",
        )


def split(texts: Iterator[str]) -> Iterator[str]:
    """Give one line at a time."""
    for text in texts:
        yield from re.findall(r"[^\n]*\n", text) if text.count("\n") > 1 else (text,)


def read_counts(pack: Pack, books: Books) -> None:
    """Check that each count's notes come to its total, and that each is there once, in order."""
    before = ("", "")
    for number, (where, row) in enumerate(pack.rows("counts.csv")):
        if number == 0:
            need(row == COUNT_COLUMNS, where, "has other columns")
            continue
        need(len(row) == len(COUNT_COLUMNS), where, "is no count")
        try:
            notes = [one.split("x") for one in row[5].split()]
            total = sum(int(note) * int(many) for note, many in notes)
            known = {int(note) for note, _ in notes} <= NOTES
        except ValueError:
            raise Wrong(f"{where}: notes cannot be read: {row[5][:SAID_MAX]!r}") from None
        need(known and row[6] == str(total), where, f"its notes come to {total}, and it says {row[6]}")
        need(before < (row[4], row[0]), where, "a count is there twice, or in another place")
        day = (
            (datetime.fromtimestamp(micros(row[4], where) / 1e6, UTC) + timedelta(hours=7)).date().isoformat()
        )
        need(books.first <= day <= books.last, where, f"was counted on {day}, not in the period")
        before = (row[4], row[0])


def read_keys(data: bytes, where: str) -> Keys:
    """Read a JWK Set of Ed25519 keys."""
    try:
        record = json.loads(data)
        return {
            jwk["kid"]: Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(jwk["x"] + "=="))
            for jwk in record.get("keys", [record])
            if (jwk["kty"], jwk["crv"]) == ("OKP", "Ed25519")
        }
    except (AttributeError, KeyError, TypeError, ValueError):
        raise CannotTell(f"{where} is no set of keys") from None


def read_published(path: Path) -> tuple[int, str]:
    """Read number and hash of a seal that was published."""
    record = json.loads(path.read_bytes())
    try:
        number, found = record["number"], record["hash"]
    except (KeyError, TypeError):
        raise CannotTell(f"{path} is no seal") from None
    if type(number) is not int or not isinstance(found, str):
        raise CannotTell(f"{path} is no seal")
    return number, found


def read_manifest(pack: Pack, trusted: Keys) -> Iterator[str]:
    """Give what is wrong with the list of files, its signature, and the files as wholes."""
    try:
        data = pack.small(MANIFEST)
        sig = json.loads(pack.small(SIGNATURE))
        signed_text = framed(
            ["soft-atm evidence manifest 1", hashlib.sha256(data).hexdigest(), str(sig["kid"])]
        )
        signed(trusted, sig["kid"], sig["signature"], signed_text, f"{MANIFEST} ({SIGNATURE})")
        sig = {"kid": sig["kid"], "signature": bytes.fromhex(sig["signature"]).hex()}
        if json.dumps(sig).encode() + b"\n" != pack.small(SIGNATURE):
            yield f"{SIGNATURE}: is not written as it was"
    except Wrong as wrong:
        yield str(wrong)
    except (KeyError, TypeError, ValueError):
        yield f"{SIGNATURE}: is no signature"
    files = json.loads(pack.small(MANIFEST))["files"]
    for name in sorted({*files, *pack.names, *FILES} - {MANIFEST, SIGNATURE}):
        if name not in pack.names or name not in files:
            yield f"{name}: is {'not in the pack' if name in files or name in FILES else 'not in the manifest'}"
            continue
        digest, size = hashlib.sha256(), 0
        with pack.open(name) as file:
            while size <= files[name]["bytes"] and (piece := file.read(1 << 16)):
                digest.update(piece)
                size += len(piece)
        if (size, digest.hexdigest()) != (files[name]["bytes"], files[name]["sha256"]):
            yield f"{name}: is not the file of the manifest"
    for name in sorted({name for name in pack.names if pack.names.count(name) > 1}):
        yield f"{name}: is there twice"


def verify(pack: Pack, trusted: Keys, published: list[tuple[int, str]], folder: str) -> list[str]:
    """Check everything; give what is wrong, in words."""
    try:
        manifest = json.loads(pack.small(MANIFEST))
        first, last = (date.fromisoformat(manifest[name]).isoformat() for name in ("first", "last"))
        need(manifest["format"] == "soft-atm evidence pack 1", MANIFEST, "is of another format")
        wrong = list(read_manifest(pack, trusted))
    except (AttributeError, KeyError, TypeError, ValueError):
        return [f"{MANIFEST}: cannot be read"]
    except Wrong as found:
        return [str(found)]
    except DAMAGED as error:
        return [f"the archive is damaged: {error}"]
    try:
        books = Books(first, last, folder)
        counts = read_sealed(pack, books, Chain(trusted, published))
    except (Wrong, KeyError, *DAMAGED) as found:
        return [*wrong, str(found), "The other files were not compared with the sealed records."]
    classes: dict[str, str] = {}
    parts: list[Callable[[], None]] = [
        lambda: read_counts(pack, books),
        lambda: classes.update(read_accounts(pack, books)),
        lambda: compare(pack, "journal.csv", journal_csv(books, classes)),
        lambda: compare(pack, "journal.journal", hledger(books, classes)),
        lambda: compare(pack, "journal.beancount", beancount(books, classes)),
    ]
    for part in parts:
        try:
            part()
        except (Wrong, *DAMAGED) as found:
            wrong.append(str(found))
        except KeyError as found:
            wrong.append(f"{found.args[0]}: could not be compared, for accounts.csv or the file is not whole")
    for row in books.loose:
        print(f"not in a seal yet: {shown(row)}")
    rows = f"{counts['leaves']} rows in {counts['seals']} seals, {counts['unsealed']} not sealed yet"
    print(f"{first} to {last}: {rows}; {len(books.balances)} accounts")
    return wrong


def shown(text: object) -> str:
    """Give a text as one line that steers no terminal, whatever a forger has called a file."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in str(text))


def main() -> int:
    """Check a pack; give the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    parser = argparse.ArgumentParser(description="Check an evidence pack of soft-ATM, offline.")
    parser.add_argument("pack", type=Path)
    parser.add_argument(
        "--key", type=Path, required=True, help="the public keys that you trust: those in it prove nothing"
    )
    parser.add_argument(
        "--checkpoint", type=Path, action="append", default=[], help="a seal that was published"
    )
    chosen = parser.parse_args()
    try:
        trusted = read_keys(chosen.key.read_bytes(), str(chosen.key))
        published = [read_published(path) for path in chosen.checkpoint]
        with tempfile.TemporaryDirectory() as folder:
            wrong = verify(Pack(chosen.pack), trusted, published, folder)
    except Exception as error:  # noqa: BLE001  a full disk, a hostile archive: whatever it was, nothing was found out
        print(f"CANNOT TELL: {shown(error)} ({type(error).__name__})", file=sys.stderr)
        return 2
    for what in wrong:
        print(f"WRONG: {shown(what)}")
    print(
        f"{len(wrong)} found that should not be" if wrong else "All is as it was sealed, signed and recorded."
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
