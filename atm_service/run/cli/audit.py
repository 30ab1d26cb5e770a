"""`soft-atm audit`: what an auditor does at the command line, with the database or without.

Commands that verify end with 0 when all is as it should be, with 1 when something is wrong, and with 2 when they
could not tell.
"""

import gzip
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import IO, Annotated, Any, Final, Literal, TypeVar, cast
from uuid import UUID, uuid4

import orjson
import typer
from sqlalchemy import Connection

import ledger
from atm_service.control.audit import packing, sealing, service, store, watching
from atm_service.control.audit.exports import Format
from atm_service.platform import database, policy
from atm_service.platform.keys import store as key_store
from atm_service.run.cli.context import auditing, chosen_settings, fail, working
from ledger.seals import exports, live, proofs, reading, records, verifying, waiting
from ledger.seals.exports import MalformedExport
from ledger.seals.leaves import name
from ledger.seals.reading import Key
from ledger.seals.records import Keys, MalformedRecord
from ledger.seals.seal import Seal
from ledger.seals.verifying import Report

app: Final = typer.Typer(help="Controls, seals, proofs and exports of the journal.", no_args_is_help=True)

CANNOT_TELL: Final = 2
_ROWS: Final = """
SELECT (SELECT coalesce(sum(leaves), 0) FROM ledger.seal)
     + 3 * (SELECT count(*) FROM ledger.entry WHERE business_date BETWEEN %(first)s AND %(last)s)
"""
Record = TypeVar("Record")

FILE_BYTES_MAX: Final = 16 << 20  # of keys, checkpoints and proofs

KeyFile = Annotated[
    Path | None,
    typer.Option("--key", exists=True, dir_okay=False, help="the public keys you trust, as a JWK Set"),
]
CheckpointFile = Annotated[
    list[Path] | None,
    typer.Option(
        "--checkpoint", exists=True, dir_okay=False, help="a seal that was published; may be repeated"
    ),
]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


@app.command()
def controls(
    ctx: typer.Context,
    *,
    full: Annotated[bool, typer.Option("--full", help="look at everything that is recorded")] = False,
    read_only: Annotated[
        bool,
        typer.Option("--read-only", help="by an auditor's login: what was found right is not noted down"),
    ] = False,
) -> None:
    """Run every control over what is new since all was last found right, as housekeeping does, or over everything."""
    rules = policy.load(chosen_settings().policy)
    with (
        auditing(ctx, database.AUDITOR_ROLE if read_only else database.APP_ROLE) as (engine, now),
        store.snapshot(engine, read_only=read_only, timeout_ms=store.UNHURRIED_MS) as session,
    ):
        span = watching.EVERYTHING if full else watching.since_mark(session)
        found = watching.controls(session, rules, now, span)
        if not read_only:
            watching.remember(session, found)
    typer.echo(f"looked at what is new since seal {span.mark.seal}" if span.mark else "looked at everything")
    for control in found:
        typer.echo(f"{'ok    ' if control.holds else 'BROKEN'} {control.name}")
        for example in control.examples:
            typer.echo(f"       {example}")
    broken = [control for control in found if not control.holds]
    if broken:
        fail(f"{len(broken)} of {len(found)} controls are broken")
    typer.echo(f"all {len(found)} controls hold")


@app.command()
def seal(ctx: typer.Context) -> None:
    """Seal now what is not sealed yet. The service does this by itself every few seconds."""
    with working(ctx) as (context, now):
        with store.snapshot(context.engine) as session:
            rows = waiting.count(session)
        with _progress(rows, "sealing") as advance:
            sealed = sealing.seal_all(context, now, advance)
    typer.echo(f"{sealed} rows sealed")


@app.command()
def keys(ctx: typer.Context) -> None:
    """Print the public keys of all seals as a JWK Set, to be kept where this database's owners cannot reach."""
    with auditing(ctx) as (engine, _), engine.connect() as session:
        found = _public_keys(session)
    _print(records.of_keys(found))


@app.command()
def checkpoint(ctx: typer.Context) -> None:
    """Print the newest seal, to be published: nothing before it can be changed unseen from then on."""
    with auditing(ctx) as (engine, _), engine.connect() as session:
        last = reading.last_seal(session)
    if last is None:
        fail("nothing is sealed yet")
    _print(records.of_seal(last))


@app.command()
def verify(
    ctx: typer.Context,
    key: KeyFile = None,
    checkpoint: CheckpointFile = None,
    export: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="a file of `audit export --sealed`, instead of the database"
        ),
    ] = None,
) -> None:
    """Recompute every leaf, root, link, signature and balance, from the live rows or from an export alone."""
    trusted = _trusted(key)
    published = [_read_seal(path) for path in checkpoint or ()]
    if export is None:
        _say(_verify_rows(ctx, trusted, published))
        return
    if trusted is None:
        fail("--export needs --key: the keys in the file prove nothing", CANNOT_TELL)
    try:
        with _lines(export) as lines, _progress(export.stat().st_size) as advance:
            books, _ = exports.read(_counted(lines, advance))
            report = verifying.verify(books, trusted, ctx.obj(), published=published)
    except (MalformedExport, OSError, EOFError) as wrong:
        fail(f"{export} cannot be read: {wrong}", CANNOT_TELL)
    _say(report)


@app.command(name="export")
def export_(
    ctx: typer.Context,
    sealed: Annotated[
        Path | None,
        typer.Option(help="the whole journal with its seals, for `audit verify --export` (.gz packs)"),
    ] = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="inclusive")] = None,
    format_: Annotated[Format, typer.Option("--format")] = Format.JSON,
    output: Annotated[Path | None, typer.Option(help="a file; default: standard output")] = None,
    pack: Annotated[
        Path | None,
        typer.Option(
            help="all evidence of the period as one signed archive (.zip), with a program that checks it offline"
        ),
    ] = None,
) -> None:
    """Write the journal of a period for another tool, all of it with its seals, or an evidence pack."""
    if sealed is not None:
        _export_sealed(ctx, sealed)
        return
    if pack is not None:
        _export_pack(ctx, pack, first, last)
        return
    with auditing(ctx) as (engine, now), ExitStack() as stack:
        start, end = _period(first, last, now)
        file = stack.enter_context(output.open("wb")) if output else sys.stdout.buffer
        size = service.write_journal(engine, start, end, format_, cast("Any", file))
    typer.echo(f"{size} bytes: {start} to {end}", err=True)


@app.command()
def prove(
    ctx: typer.Context,
    id: Annotated[UUID, typer.Argument(help="of a journal entry; a receipt names it")],
    head: Annotated[
        int | None, typer.Option(min=1, help="the seal to which it leads; default: the newest")
    ] = None,
) -> None:
    """Print a proof that an entry is in the journal."""
    with auditing(ctx) as (engine, _), engine.connect() as session:
        try:
            found = proofs.prove(session, Key("entry", id), head)
        except proofs.UnknownRow:
            fail("there is no such entry")
        except proofs.NotSealedYet:
            fail("the entry is not sealed yet: try again in a few seconds")
        except proofs.UnknownSeal:
            fail("there is no such seal, or it is older than the entry's")
    _print(proofs.of_proof(found))


@app.command(name="check-proof")
def check_proof(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    key: KeyFile = None,
    checkpoint: CheckpointFile = None,
) -> None:
    """Check a proof of `audit prove` without a database."""
    trusted = _trusted(key)
    if trusted is None:
        fail("--key is needed: a proof is worth what its key is", CANNOT_TELL)
    published = [_read_seal(path) for path in checkpoint or ()]
    proof = _read(file, proofs.proof)
    try:
        proofs.check(proof, trusted, published)
    except proofs.NotProved as why:
        fail(f"NOT PROVED: {why}")
    head = f", which seal {proof.head.number} confirms" if proof.head.number != proof.seal.number else ""
    typer.echo(f"proved: {name(proof.leaf)} is leaf {proof.index} of seal {proof.seal.number}{head}")


def _verify_rows(ctx: typer.Context, trusted: Keys | None, published: list[Seal]) -> Report:
    with (
        auditing(ctx) as (engine, now),
        store.snapshot(engine, timeout_ms=store.UNHURRIED_MS) as session,
    ):
        if trusted is None:
            trusted = _public_keys(session)
            typer.echo("The keys are this service's own: give --key with those you keep yourself.", err=True)
        total = session.exec_driver_sql("SELECT coalesce(sum(leaves), 0) FROM ledger.seal").scalar_one()
        with _progress(int(total)) as advance:
            return verifying.verify(live.books(session), trusted, now, published=published, progress=advance)


def _export_sealed(ctx: typer.Context, path: Path) -> None:
    with auditing(ctx) as (engine, now), store.snapshot(engine) as session, _written(path) as file:
        for line in exports.write(live.books(session), _public_keys(session), now):
            file.write(line)
    typer.echo(f"{path.stat().st_size} bytes: {path}", err=True)


def _export_pack(ctx: typer.Context, path: Path, first: datetime | None, last: datetime | None) -> None:
    """Write an evidence pack. Its list of files is signed, so the secret keys are needed."""
    if path.suffix != ".zip":
        fail("--pack writes an archive: its name must end in .zip", CANNOT_TELL)
    with working(ctx) as (context, now):
        start, end = _period(first, last, now)
        key = context.keys.newest(now).signing("seal")
        with (
            store.snapshot(context.engine, timeout_ms=store.UNHURRIED_MS) as session,
            _written(path) as file,
        ):
            rows = session.exec_driver_sql(_ROWS, {"first": start, "last": end}).scalar_one()
            with _progress(int(rows), "packing") as advance:
                packing.write(session, start, end, _public_keys(session), key, file, advance)
    typer.echo(f"{path.stat().st_size} bytes: {start} to {end}", err=True)


def _period(first: datetime | None, last: datetime | None, now: datetime) -> tuple[date, date]:
    """Give the days that are meant: by default, of this month until today."""
    today = ledger.business_date(now)
    start, end = first.date() if first else today.replace(day=1), last.date() if last else today
    if start > end:
        fail("--from lies after --to", CANNOT_TELL)
    return start, end


def _say(report: Report) -> None:
    for finding in report.findings:
        typer.echo(str(finding))
    last = f"; the last seal is {report.last.number}, {report.last.hash.hex()}" if report.last else ""
    rows = f"{report.leaves} rows in {report.seals} seals, {report.postings} postings"
    typer.echo(f"{rows}, {report.unsealed} not sealed yet{last}")
    if not report.holds:
        fail(f"{report.found} found that should not be")
    typer.echo("All is as it was sealed, and every balance follows.")


def _public_keys(session: Connection) -> Keys:
    return {key.kid: key.public for key in key_store.public(session, "seal")}


def _trusted(path: Path | None) -> Keys | None:
    return None if path is None else _read(path, records.keys)


def _read_seal(path: Path) -> Seal:
    return _read(path, records.seal)


def _read(path: Path, reader: Callable[[Any], Record]) -> Record:
    """Read a small JSON file."""
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
        if len(data) > FILE_BYTES_MAX:
            fail(f"{path} is too large", CANNOT_TELL)
        return reader(orjson.loads(data))
    except (OSError, MalformedRecord, orjson.JSONDecodeError) as wrong:
        fail(f"{path} cannot be read: {wrong}", CANNOT_TELL)


@contextmanager
def _lines(path: Path) -> Iterator[Iterator[bytes]]:
    """Give the lines of a file, packed or not, none longer than an export's may be."""
    with _opened(path, path.suffix, "rb") as file:
        yield iter(partial(file.readline, exports.LINE_BYTES_MAX), b"")


def _opened(path: Path, suffix: str, mode: Literal["rb", "xb"]) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, mode) if suffix == ".gz" else path.open(mode))


@contextmanager
def _written(path: Path) -> Iterator[IO[bytes]]:
    """Give a file to write, packed or not, that appears under its name when it is whole."""
    # Its own: another export may write under the same name.
    part = path.with_name(f".{path.name}.{uuid4()}.part")
    try:
        with _opened(part, path.suffix, "xb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _counted(lines: Iterable[bytes], advance: Callable[[int], None]) -> Iterator[bytes]:
    for line in lines:
        advance(len(line))
        yield line


@contextmanager
def _progress(length: int, label: str = "verifying") -> Iterator[Callable[[int], None]]:
    """Show how far it is, on a terminal; in a pipe nothing."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with typer.progressbar(length=length, file=sys.stderr, label=label) as bar:
        yield bar.update


def _print(record: dict[str, Any]) -> None:
    typer.echo(orjson.dumps(record, option=orjson.OPT_INDENT_2).decode())
