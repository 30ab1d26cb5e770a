"""Whoever asks without a token: from which address, and whether somebody has signed in from this device before.

Wrong guesses are counted for the account and for the address, and both doors stay shut longer each time. A stranger who
goes on guessing would so keep the account's owner out, too. Therefore each right sign-in gives the device a sign, and
guesses with a sign are counted by themselves: they neither use the strangers' tries nor suffer from them.
"""

import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Annotated, Final

from fastapi import Depends, Request
from sqlalchemy import Connection

from atm_service.platform import attempts
from atm_service.platform.attempts import Door
from atm_service.platform.context import Context
from atm_service.platform.refusals import Refusal, TooManyAttempts
from kyc.encryption import Cipher

SIGN_MAX: Final = 128  # letters
NAME_LETTERS: Final = 16
_PURPOSE: Final = "sign of a device"


@dataclass(frozen=True)
class Visitor:
    """From where somebody asks. `address` is what tries are counted by; None where it is no address of the internet.

    An IPv6 address stands for its network of 64 bits, which is one household's.
    """

    address: str | None


async def _visitor(request: Request) -> Visitor:
    return Visitor(_network(request, 32, 64))


InVisitor = Annotated[Visitor, Depends(_visitor)]


def shortened(request: Request) -> str | None:
    """Give an address as the trail may keep it: so many share it that it names nobody."""
    return _network(request, 24, 48)


def _network(request: Request, bits: int, bits6: int) -> str | None:
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is None:
            return str(ip_network((address, bits6), strict=False))
        address = address.ipv4_mapped
    return str(ip_network((address, bits), strict=False))


def sign(cipher: Cipher, giver: str, place: str) -> str:
    """Make the sign of a device from which `giver` has signed in; `place` is all that it is good for."""
    return f"{giver}.{cipher.fingerprint(f'{giver} {place}', _PURPOSE).hex()}"


def giver_of(cipher: Cipher, shown: str | None, place: str) -> str | None:
    """Give who had signed in when a device got the sign that it shows; None: it is not known at this place."""
    giver = (shown or "").partition(".")[0]
    known = hmac.compare_digest(sign(cipher, giver, place).encode(), (shown or "").encode())
    return giver if known else None


def refuse_when_shut(
    session: Connection, door: Door, account: str, visitor: Visitor, giver: str | None, now: datetime
) -> None:
    """Raise `TooManyAttempts` while a door is shut, for this account or for all from this address."""
    if giver is None and visitor.address is not None:
        attempts.refuse_when_shut(session, attempts.ADDRESS, visitor.address, now)
    attempts.refuse_when_shut(session, door, _subject(account, giver), now)


def guess(
    context: Context,
    door: Door,
    account: str,
    visitor: Visitor,
    giver: str | None,
    now: datetime,
    right: Callable[[Connection], bool],
) -> bool:
    """Make one guess at an account's door, as `attempts.guess` does, counted for the address, too.

    Raises `TooManyAttempts` while the door is shut, for this account or for all from this address.
    """
    subject = _subject(account, giver)
    address = None if giver else visitor.address
    with context.transaction() as session:
        if address is not None:
            attempts.take_turns(session, attempts.ADDRESS, [address])
            attempts.refuse_when_shut(session, attempts.ADDRESS, address, now)
        rules = context.policy.attempts
        made = attempts.guess_each(session, rules, door, {subject: lambda: right(session)}, now)[subject]
        if isinstance(made, int) and address is not None:
            attempts.wrong(session, rules, attempts.ADDRESS, address, now)
    if isinstance(made, TooManyAttempts):
        raise made
    return made is None


@contextmanager
def named(name: str) -> Iterator[None]:
    """Let the trail know by which name, of which it keeps a part of the keyed hash, a stranger was refused."""
    try:
        yield
    except Refusal as refusal:
        refusal.name = name[:NAME_LETTERS]
        raise


def _subject(account: str, giver: str | None) -> str:
    return account if giver is None else f"{account} {giver}"
