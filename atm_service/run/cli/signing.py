"""Whoever runs a command: signed in by password, kept in a file of their own until the session ends.

The session is of the same kind as a counter's (`platform/sessions`). The file holds its refresh token alone, which each
command uses up for the next: so a session that was ended anywhere is at its end here, and a command acts by the
rights of this moment. The file is its owner's alone and not in the data folder, which others may copy.
"""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.sessions import service as sessions
from atm_service.platform.sessions.domain import Tokens
from atm_service.platform.visitors import Visitor
from atm_service.registers.customers.errors import SessionEnded
from atm_service.registers.staff import rights, service
from atm_service.registers.staff.domain import Role
from atm_service.registers.staff.errors import PasswordMustBeChanged, SecondFactorNeeded, SecondFactorToEnrol
from atm_service.registers.staff.store import Member
from atm_service.run.cli.context import fail, working
from atm_service.run.cli.rights import MAY

PRIVATE_FILE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700
TOKEN_BYTES_MAX: Final = 128
_HERE: Final = Visitor(None)  # no address: the shell of the machine itself
_CODE: Final = "Your authenticator's six digits (a passkey works on the counter's page alone)"
_SIGN_IN: Final = "Sign in first: soft-atm sign-in NAME"


def sign_in(ctx: typer.Context, username: Annotated[str, typer.Argument(help="your user name")]) -> None:
    """Sign in at this shell; the password is asked for and not shown, or is the first line of standard input.

    With a first password, which somebody else has given you, another is asked for; then your authenticator's code,
    where your role needs one. In a script each is a line.
    """
    password = _asked("Password")
    with working(ctx) as (context, now):
        _end(context, now)
        try:
            tokens, member = _open(context, username, password, now)
        except PasswordMustBeChanged:
            chosen = _asked("Your own new password, 12 characters or more")
            rights.choose_password(context, username, password, None, chosen, _HERE, None, now)
            tokens, member = _open(context, username, chosen, now)
        _keep(tokens.refresh_token)
        hours = context.settings.staff_session_hours
    typer.echo(f"{_told(member)} is signed in for {hours} hours, or until soft-atm sign-out")


def _open(context: Context, username: str, password: str, now: datetime) -> tuple[Tokens, Member]:
    """Open a session; ask for the authenticator's code where one is needed, and set one up where none is."""
    try:
        return service.sign_in(context, username, password, None, _HERE, None, now)
    except SecondFactorToEnrol:
        offer = service.offer_second_factor(context, username, password, _HERE, None, now)
        typer.echo(f"Put this into your authenticator's app; it is told once: {offer.secret}\n{offer.uri}")
    except SecondFactorNeeded:
        pass
    return service.sign_in(context, username, password, _asked(_CODE), _HERE, None, context.clock())


def sign_out(ctx: typer.Context) -> None:
    """End the session of this shell's user. Harmless to repeat."""
    with working(ctx) as (context, now):
        _end(context, now)
    typer.echo("signed out")


def whoami(ctx: typer.Context) -> None:
    """Say who is signed in."""
    with working(ctx) as (context, now):
        _, member = _next(context, now)
    typer.echo(_told(member))


@contextmanager
def signed(ctx: typer.Context) -> Iterator[tuple[Context, Caller, datetime]]:
    """Give what a command works with and who runs it; end it unless they are signed in and `MAY` lets their role."""
    assert ctx.parent is not None
    roles = MAY[f"{ctx.parent.info_name} {ctx.info_name}"]
    with working(ctx) as (context, now):
        yield context, _caller(context, roles, now), now


def _caller(context: Context, roles: tuple[Role, ...], now: datetime) -> Caller:
    who, member = _next(context, now)
    if member.role not in roles:
        fail(f"{_told(member)} may not do this. Ask a colleague: {' or '.join(roles)}")
    return who


def prove_again(context: Context, who: Caller, now: datetime) -> None:
    """Have whoever decides show the second factor once more: an open session alone decides nothing."""
    try:
        service.prove_again(context, who, None, None, "", now)
    except SecondFactorNeeded:
        service.prove_again(context, who, _asked(_CODE), None, "", context.clock())


def file() -> Path:
    """Give the file of the session: among what programs keep for this user of the machine."""
    given = os.environ.get("XDG_STATE_HOME", "")
    state = Path(given) if given.startswith("/") else Path.home() / ".local/state"
    return state / "soft-atm" / "session"


def _next(context: Context, now: datetime) -> tuple[Caller, Member]:
    token = _kept()
    if token is None:
        fail(f"nobody is signed in. {_SIGN_IN}")
    try:
        tokens, member = service.refresh(context, token, now)
    except SessionEnded:
        fail(f"the session has ended. {_SIGN_IN}")
    _keep(tokens.refresh_token)
    return tokens.caller, member


def _end(context: Context, now: datetime) -> None:
    token = _kept()
    if token is not None:
        with context.transaction() as session:
            sessions.end(session, token, "staff", now)
        file().unlink(missing_ok=True)


def _kept() -> str | None:
    """Read the token, if nobody but this user of the machine can have read or written it."""
    try:
        descriptor = os.open(file(), os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    except OSError as wrong:
        fail(f"{file()} cannot be read: {wrong.strerror}. Delete it, then sign in anew")
    with os.fdopen(descriptor, "rb") as kept:
        facts = os.fstat(kept.fileno())
        if facts.st_uid != os.getuid() or stat.S_IMODE(facts.st_mode) & ~PRIVATE_FILE:
            fail(f"others could read or change {file()}. Delete it, then sign in anew")
        return kept.read(TOKEN_BYTES_MAX).decode("ascii", "replace").strip()


def _keep(token: str) -> None:
    """Write the token down whole, for this user of the machine alone."""
    path = file()
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    draft = path.with_name(f"session.{os.getpid()}")
    with suppress(FileNotFoundError):
        draft.unlink()
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "w") as written:
        written.write(token)
    draft.replace(path)


def _asked(what: str) -> str:
    """Ask without showing what is typed; a script gives a line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=True))
    return sys.stdin.readline().rstrip("\r\n")


def _told(member: Member) -> str:
    where = member.office or member.area
    return f"{member.username} ({member.role}{f' of {where}' if where else ''})"
