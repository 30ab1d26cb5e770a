import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from atm_service.platform.keys import jws, tokens
from atm_service.platform.keys.domain import KeySet, NoSigningKeyError, SigningKey
from atm_service.platform.keys.tokens import Audience, Caller
from atm_service.platform.refusals import Unauthenticated

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
KEY = SigningKey.of(Ed25519PrivateKey.from_private_bytes(bytes(range(32))), "access")
CODE_KEY = SigningKey.of(Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64))), "code")
KEYS = KeySet([KEY, CODE_KEY])
SUBJECT = UUID("01959b1a-7c00-7abc-8def-0123456789ab")
LIFETIME = timedelta(minutes=10)


def token(**changes: Any) -> str:
    facts: dict[str, Any] = {
        "subject": SUBJECT,
        "audience": "staff",
        "role": "clerk",
        "office": "05971-1",
        "now": NOW,
        "lifetime": LIFETIME,
    }
    return tokens.issue_access(KEYS, **(facts | changes))


def claims_of(text: str) -> dict[str, Any]:
    segment = text.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    return claims


def signed(key: SigningKey = KEY, typ: str | None = "at+jwt", **changes: Any) -> str:
    """Sign the claims of a good token with changes; "(none)" for a claim leaves it out."""
    claims = claims_of(token()) | changes
    return jws.sign(
        jws.compact({name: claim for name, claim in claims.items() if claim != "(none)"}), key, typ
    )


def test_a_token_names_its_caller() -> None:
    """What was issued for a clerk or a customer is read back."""
    assert tokens.verify_access(token(), KEYS, "staff", NOW) == Caller(SUBJECT, "staff", "clerk", "05971-1")
    wallet = token(audience="wallet", role="customer", office=None)
    assert tokens.verify_access(wallet, KEYS, "wallet", NOW) == Caller(SUBJECT, "wallet", "customer", None)


def test_a_token_is_as_documented() -> None:
    """Header and claims are those of an access token (RFC 9068), and every token has its own id."""
    text = token()
    head = text.split(".")[0]
    assert json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))) == {
        "alg": "EdDSA",
        "kid": KEY.kid,
        "typ": "at+jwt",
    }
    claims = claims_of(text)
    assert len(claims.pop("jti")) == 12
    assert claims == {
        "iss": "soft-atm",
        "sub": str(SUBJECT),
        "aud": "staff",
        "iat": 1_772_413_200,
        "exp": 1_772_413_800,
        "role": "clerk",
        "office": "05971-1",
        "gen": 1,
    }
    assert claims_of(token())["jti"] != claims_of(token())["jti"]


def test_a_token_ends_at_its_time_though_it_was_seen_before() -> None:
    """A second before its end the token is good, at its end it is not, remembered or not."""
    text = token()
    tokens.verify_access(text, KEYS, "staff", NOW + LIFETIME - timedelta(seconds=1))
    for late in (LIFETIME, LIFETIME + timedelta(days=1)):
        with pytest.raises(Unauthenticated):
            tokens.verify_access(text, KEYS, "staff", NOW + late)


def test_a_token_is_for_one_audience() -> None:
    """A customer's token opens nothing at the counter nor a clerk's in the wallet, seen before or not."""
    cases: list[tuple[str, Audience, Audience]] = [
        (token(), "staff", "wallet"),
        (token(audience="wallet", role="customer", office=None), "wallet", "staff"),
    ]
    for text, own, other in cases:
        with pytest.raises(Unauthenticated):
            tokens.verify_access(text, KEYS, other, NOW)
        tokens.verify_access(text, KEYS, own, NOW)
        with pytest.raises(Unauthenticated):
            tokens.verify_access(text, KEYS, other, NOW)


def test_a_token_is_not_believed_after_its_key_has_gone() -> None:
    """What one set of keys verified is not remembered for the next."""
    text = token()
    tokens.verify_access(text, KEYS, "staff", NOW)
    with pytest.raises(Unauthenticated):
        tokens.verify_access(text, KeySet([CODE_KEY]), "staff", NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"audience": "wallet"},
        {"audience": "public"},
        {"role": "customer"},
        {"role": "owner"},
        {"audience": "wallet", "role": "customer"},
        {"office": ""},
        {"office": "0" * 17},
        {"office": "Lạng Sơn"},
        {"lifetime": timedelta(0)},
        {"lifetime": timedelta(seconds=-1)},
        {"lifetime": timedelta(hours=1, seconds=1)},
    ],
)
def test_a_token_that_would_not_be_read_is_not_issued(wrong: dict[str, Any]) -> None:
    """Another role's audience, a customer with an office, an endless life: refused when written."""
    with pytest.raises(ValueError, match=r".+"):
        token(**wrong)


def test_no_token_is_issued_without_a_key() -> None:
    """Without a current key for access tokens nothing is signed."""
    with pytest.raises(NoSigningKeyError):
        tokens.issue_access(KeySet([CODE_KEY]), SUBJECT, "staff", "auditor", None, NOW, LIFETIME)


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "other"},
        {"iss": "(none)"},
        {"aud": ["staff"]},
        {"aud": "(none)"},
        {"role": ["clerk"]},
        {"role": None},
        {"role": "(none)"},
        {"office": 5971},
        {"office": "(none)"},
        {"exp": "1772413800"},
        {"exp": 1_772_413_800.0},
        {"exp": True},
        {"exp": "(none)"},
        {"iat": False},
        {"iat": "(none)"},
        {"iat": 1_772_413_200 - 3600},
        {"exp": 10**30},
        {"sub": 7},
        {"sub": None},
        {"sub": "somebody"},
        {"sub": "{01959b1a-7c00-7abc-8def-0123456789ab}"},
        {"sub": "(none)"},
        {"jti": "(none)"},
        {"jti": 7},
        {"admin": True},
        {"nbf": 1_772_413_200},
    ],
)
def test_signed_claims_that_are_not_exactly_ours_name_nobody(wrong: dict[str, Any]) -> None:
    """Another issuer, type, bound or spelling, a claim too few or too many: refused though signed."""
    with pytest.raises(Unauthenticated):
        tokens.verify_access(signed(**wrong), KEYS, "staff", NOW)


def test_another_key_or_type_names_nobody() -> None:
    """A token signed with the key for codes, under a borrowed kid or for another type of text is refused."""
    for text in (
        signed(key=CODE_KEY),
        signed(key=SigningKey(KEY.kid, "access", CODE_KEY.private)),
        signed(typ=None),
        signed(typ="JWT"),
        jws.sign(b"[]", KEY, "at+jwt"),
        jws.sign(b"\xff", KEY, "at+jwt"),
    ):
        with pytest.raises(Unauthenticated) as refused:
            tokens.verify_access(text, KEYS, "staff", NOW)
        assert refused.value.members == {}
        assert refused.value.__suppress_context__


@pytest.mark.parametrize("text", ["", "Bearer", "null", "..", "é", "A" * 100_000])
def test_other_texts_name_nobody(text: str) -> None:
    """What is no token is refused without being parsed."""
    with pytest.raises(Unauthenticated):
        tokens.verify_access(text, KEYS, "staff", NOW)


def test_an_unsigned_token_names_nobody() -> None:
    """`alg: none`, with an empty signature or any other, is refused."""
    payload = token().split(".")[1]
    for header in ({"alg": "none"}, {"alg": "none", "kid": KEY.kid, "typ": "at+jwt"}):
        head = (
            base64.urlsafe_b64encode(json.dumps(header, separators=(",", ":")).encode()).rstrip(b"=").decode()
        )
        for signature in ("", "A" * 86):
            with pytest.raises(Unauthenticated):
                tokens.verify_access(f"{head}.{payload}.{signature}", KEYS, "staff", NOW)


@given(
    place=st.integers(0),
    letter=st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."),
)
def test_any_changed_character_names_nobody(place: int, letter: str) -> None:
    """A token with one character changed is refused, though the whole one is remembered."""
    text = signed(jti="AAAAAAAAAAAA")
    tokens.verify_access(text, KEYS, "staff", NOW)
    place %= len(text)
    if text[place] == letter:
        return
    with pytest.raises(Unauthenticated):
        tokens.verify_access(text[:place] + letter + text[place + 1 :], KEYS, "staff", NOW)


def test_the_memory_is_bounded() -> None:
    """At most so many tokens are remembered."""
    assert tokens._verified.cache_info().maxsize == tokens.REMEMBERED == 2_048
