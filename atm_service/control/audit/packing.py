"""An evidence pack: one archive that an auditor takes away and checks with other people's tools, offline.

The same data give the same bytes: no time of the writing is in it. Everything is written as it is read, a piece at a
time, in the caller's snapshot. `pack/verify.py`, which goes along, checks all of it and shares no line with us.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sqlalchemy import Connection

from atm_service.control.audit import exports, store
from atm_service.control.audit.exports import Format
from atm_service.control.audit.journal import JournalEntry
from atm_service.platform import sheets
from atm_service.platform.keys.domain import SigningKey
from ledger.seals import exports as seal_exports
from ledger.seals import live, reading, records
from ledger.seals.leaves import framed
from ledger.seals.records import Keys
from ledger.seals.waiting import BEGINNING

FORMAT: Final = "soft-atm evidence pack 1"
MANIFEST_VERSION: Final = "soft-atm evidence manifest 1"
FOLDER: Final = Path(__file__).with_name("pack")
JOURNALS: Final = {"csv": Format.CSV, "journal": Format.HLEDGER, "beancount": Format.BEANCOUNT}
_LINES_AT_ONCE: Final = 500
_MODE: Final = 0o644


def write(
    session: Connection,
    first: date,
    last: date,
    keys: Keys,
    key: SigningKey,
    file: IO[bytes],
    progress: Callable[[int], None],
) -> None:
    """Write the pack of a period, both days inclusive; `progress` is told how many rows came."""
    files: dict[str, Any] = {}
    with ZipFile(file, "w") as archive:

        def add(name: str, pieces: Iterable[bytes]) -> None:
            digest, size = hashlib.sha256(), 0
            with archive.open(_info(name), "w", force_zip64=True) as member:
                for piece in pieces:
                    member.write(piece)
                    digest.update(piece)
                    size += len(piece)
            files[name] = {"bytes": size, "sha256": digest.hexdigest()}

        for path in sorted(FOLDER.iterdir()):
            if path.is_file():
                add(path.name, [path.read_bytes()])
        add("keys.json", [_json(records.of_keys(keys))])
        add("accounts.csv", _accounts(session, first, last))
        add("counts.csv", _counts(session, first, last))
        for suffix, format_ in JOURNALS.items():
            extract = store.extract(session, first, last)
            counted = replace(extract, entries=_told(extract.entries, progress))
            add(f"journal.{suffix}", exports.chunks(counted, format_))
        add("sealed.ndjson", _sealed(session, keys, progress))
        manifest = _json({"format": FORMAT, "first": str(first), "last": str(last), "files": files})
        add("manifest.json", [manifest])
        add("manifest.sig", [_json({"kid": key.kid, "signature": _signature(manifest, key)})])


def _signature(manifest: bytes, key: SigningKey) -> str:
    """Sign a manifest by the key of seals: its first text says that it is none."""
    signed = framed([MANIFEST_VERSION, hashlib.sha256(manifest).hexdigest(), key.kid])
    return key.private.sign(signed).hex()


def _info(name: str) -> ZipInfo:
    """Describe a file without a time, alike on every system."""
    info = ZipInfo(name)
    info.compress_type, info.create_system, info.external_attr = ZIP_DEFLATED, 3, _MODE << 16
    return info


def _json(record: dict[str, Any]) -> bytes:
    return json.dumps(record).encode() + b"\n"


def _accounts(session: Connection, first: date, last: date) -> Iterator[bytes]:
    yield sheets.written([("account", "class", "opening", "closing")]).encode()
    for one in store.extract(session, first, last).balances():
        yield sheets.written([(one.code, one.class_.value, one.opening, one.closing)]).encode()


def _counts(session: Connection, first: date, last: date) -> Iterator[bytes]:
    """Write the counts; by whom is an id, for names are no evidence of cash."""
    yield sheets.written(
        [("id", "place", "number", "counted_by", "counted_at", "notes", "total", "expected", "stood")]
    ).encode()
    for row in store.counts(session, first, last):
        notes = " ".join(f"{note}x{row.counts[note]}" for note in sorted(row.counts, key=int, reverse=True))
        when, stood = records.rfc3339(row.counted_at), "yes" if row.stood else "no"
        cells = (row.id, row.place, row.number, row.counted_by, when, notes, row.total, row.expected, stood)
        yield sheets.written([cells]).encode()


def _sealed(session: Connection, keys: Keys, progress: Callable[[int], None]) -> Iterator[bytes]:
    """Write all that is sealed, from the first row on: a chain, and a balance, is as good as its beginning."""
    seal = reading.last_seal(session)
    lines = seal_exports.write(live.books(session), keys, seal.sealed_at if seal else BEGINNING)
    while piece := list(islice(lines, _LINES_AT_ONCE)):
        progress(len(piece))
        yield b"".join(piece)


def _told(entries: Iterable[JournalEntry], progress: Callable[[int], None]) -> Iterator[JournalEntry]:
    for entry in entries:
        yield entry
        progress(1)
