"""Passkeys (WebAuthn Level 3): a second factor that another site cannot ask for, beside the authenticator's code.

The browser signs for the origin at which it is, so what a false page gets is worth nothing here. Whoever has proved the
password is given a *challenge*; its signature by one of the member's passkeys, where the device has verified its owner,
proves the second factor. A challenge is for one member, one purpose and one generation of rights, lives for minutes and
is used up by the first answer, right or wrong. Guesses are counted at the door of the authenticator's codes.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import webauthn
from sqlalchemy import Connection
from webauthn.helpers import base64url_to_bytes, generate_challenge, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.options_to_json_dict import options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CollectedClientData,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from atm_service.platform import attempts, ids, standing, trail
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import NotFound, TooManyAttempts
from atm_service.registers.staff import passkey_store as store
from atm_service.registers.staff.errors import PasskeysFull, PasskeyWrong
from atm_service.registers.staff.passkey_store import Challenge, Passkey

RP_NAME: Final = "soft-ATM"
SIGN_IN: Final = "sign-in"
ADD: Final = "add"

Answer = dict[str, Any]
"""What the browser gives: a `PublicKeyCredential` as WebAuthn Level 3 writes it in JSON."""

_REQUIRED: Final = UserVerificationRequirement.REQUIRED
_MALFORMED: Final = (WebAuthnException, ValueError, TypeError, KeyError, RecursionError)


def ask(context: Context, caller: Caller, purpose: str, now: datetime) -> dict[str, Any] | None:
    """Ask one of a member's passkeys for a purpose; give what the browser needs. None: the member has no passkey."""
    with context.transaction() as session:
        held = store.of(session, caller.subject)
        if not held:
            return None
        challenge = _challenge(session, context, caller, purpose, now)
    options = webauthn.generate_authentication_options(
        rp_id=context.settings.passkey_rp,
        challenge=challenge,
        timeout=_timeout_ms(context),
        allow_credentials=_described(held),
        user_verification=_REQUIRED,
    )
    return options_to_json_dict(options)


def prove(context: Context, caller: Caller, purpose: str, answer: Answer, now: datetime) -> None:
    """Return when one of the member's passkeys has signed what was asked for this purpose.

    Raises `PasskeyWrong` and `TooManyAttempts`.
    """

    def right(session: Connection) -> bool:
        hash = _hash(answer)
        if hash is None or not store.take(session, _named(hash, caller, purpose, now), now):
            return False
        found = next((one for one in store.of(session, caller.subject) if _is(one, answer)), None)
        counted = None if found is None else _verified(context, found, caller.subject, answer)
        if found is None or counted is None:
            return False
        if (counted or found.sign_count) and counted <= found.sign_count:
            detail = {"passkey": str(found.id), "counted": counted, "before": found.sign_count}
            trail.record(session, now, "passkey.counter-went-back", caller.subject, None, detail)
            return False
        store.used(session, found.id, counted, now)
        return True

    _guess(context, caller, right, now)


def ask_to_add(context: Context, caller: Caller, name: str, now: datetime) -> dict[str, Any]:
    """Give what the browser needs to make a passkey for a member. Raises `PasskeysFull`."""
    with context.transaction() as session:
        held = store.of(session, caller.subject)
        if len(held) >= context.policy.passkey.most:
            raise PasskeysFull
        challenge = _challenge(session, context, caller, ADD, now)
    options = webauthn.generate_registration_options(
        rp_id=context.settings.passkey_rp,
        rp_name=RP_NAME,
        user_name=name,
        user_id=caller.subject.bytes,
        challenge=challenge,
        timeout=_timeout_ms(context),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=_REQUIRED
        ),
        exclude_credentials=_described(held),
    )
    return options_to_json_dict(options)


def add(context: Context, caller: Caller, name: str, answer: Answer, now: datetime) -> Passkey:
    """Add the passkey that a browser has made. Raises `PasskeyWrong`, `PasskeysFull` and `TooManyAttempts`."""
    made: list[Passkey] = []

    def right(session: Connection) -> bool:
        hash = _hash(answer)
        if hash is None or not store.take(session, _named(hash, caller, ADD, now), now):
            return False
        if len(store.of(session, caller.subject)) >= context.policy.passkey.most:
            raise PasskeysFull
        verified = _made(context, answer)
        if verified is None:
            return False
        credential, key = verified.credential_id, verified.credential_public_key
        passkey = Passkey(ids.new(now), name, credential, key, verified.sign_count, now)
        if not store.add(session, caller.subject, passkey):
            return False
        trail.record(session, now, "passkey.added", caller.subject, caller, {"passkey": str(passkey.id)})
        made.append(passkey)
        return True

    _guess(context, caller, right, now)
    return made[0]


def remove(session: Connection, caller: Caller, id: UUID, now: datetime) -> None:
    """Remove one of the caller's passkeys. Raises `NotFound`."""
    standing.keep(session, caller)
    if not store.remove(session, caller.subject, id):
        raise NotFound
    trail.record(session, now, "passkey.removed", caller.subject, caller, {"passkey": str(id)})


def asked(session: Connection, answer: Answer) -> UUID | None:
    """Tell of whom it was asked what this answers, used or not; None: of nobody."""
    hash = _hash(answer)
    return None if hash is None else store.asked(session, hash)


def _guess(context: Context, caller: Caller, right: Callable[[Connection], bool], now: datetime) -> None:
    """Count a guess in a transaction that holds the member's rights: a reset waits for it, or comes before it."""
    door, subject = attempts.SECOND_FACTOR, str(caller.subject)
    with context.transaction() as session:
        standing.keep(session, caller)
        tried = {subject: lambda: right(session)}
        made = attempts.guess_each(session, context.policy.attempts, door, tried, now)[subject]
    if isinstance(made, TooManyAttempts):
        raise made
    if made is not None:
        raise PasskeyWrong(remaining_attempts=made)


def _challenge(session: Connection, context: Context, caller: Caller, purpose: str, now: datetime) -> bytes:
    challenge = generate_challenge()
    lives = now + timedelta(minutes=context.policy.passkey.challenge_min)
    store.ask(session, replace(_named(_sha(challenge), caller, purpose, now), expires_at=lives))
    return challenge


def _named(hash: bytes, caller: Caller, purpose: str, now: datetime) -> Challenge:
    return Challenge(hash, caller.subject, purpose, caller.generation, now)


def _verified(context: Context, passkey: Passkey, subject: UUID, answer: Answer) -> int | None:
    """Give how far the authenticator has counted when the passkey has signed; None when it has not.

    What was signed is the challenge that was taken: the one of which the answer's hash is kept.
    """
    handle = answer["response"].get("userHandle")
    try:
        if handle is not None and base64url_to_bytes(handle) != subject.bytes:
            return None
        return webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=_client(answer).challenge,
            expected_rp_id=context.settings.passkey_rp,
            expected_origin=list(context.settings.passkey_origins),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=0,  # compared by `prove`, when the signature is known to be right
            require_user_verification=True,
        ).new_sign_count
    except _MALFORMED:
        return None


def _made(context: Context, answer: Answer) -> VerifiedRegistration | None:
    """Read what a browser has made; None when it is not what was asked for, or names itself by two names."""
    try:
        verified = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=_client(answer).challenge,
            expected_rp_id=context.settings.passkey_rp,
            expected_origin=list(context.settings.passkey_origins),
            require_user_verification=True,
        )
        return verified if verified.credential_id == base64url_to_bytes(answer["rawId"]) else None
    except _MALFORMED:
        return None


def _client(answer: Answer) -> CollectedClientData:
    return parse_client_data_json(base64url_to_bytes(answer["response"]["clientDataJSON"]))


def _hash(answer: Answer) -> bytes | None:
    """Give under what the challenge is kept that an answer names; None for what is no answer."""
    try:
        return _sha(_client(answer).challenge)
    except _MALFORMED:
        return None


def _sha(challenge: bytes) -> bytes:
    return hashlib.sha256(challenge).digest()


def _is(passkey: Passkey, answer: Answer) -> bool:
    try:
        return base64url_to_bytes(answer["rawId"]) == passkey.credential_id
    except ValueError:
        return False


def _described(passkeys: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=one.credential_id) for one in passkeys]


def _timeout_ms(context: Context) -> int:
    return context.policy.passkey.challenge_min * 60_000
