import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from atm_service.platform.keys import jws, tokens
from atm_service.platform.keys.domain import KeySet, SigningKey
from atm_service.registers.withdrawals import codes
from atm_service.registers.withdrawals.codes import Code
from atm_service.registers.withdrawals.errors import CodeMalformed, CodeNotGenuine, CodeNotYetValid

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
KEY = SigningKey.of(Ed25519PrivateKey.from_private_bytes(bytes(range(32))), "code")
ACCESS_KEY = SigningKey.of(Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64))), "access")
KEYS = KeySet([KEY, ACCESS_KEY])
WITHDRAWAL = UUID("01959b1a-7c00-7abc-8def-0123456789ab")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def code(**changes: Any) -> Code:
    facts: dict[str, Any] = {
        "withdrawal": WITHDRAWAL,
        "amount": 2_000_000,
        "expires_at": NOW + timedelta(hours=24),
    }
    return Code(**(facts | changes))


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def forged(header: object, payload: bytes, key: Ed25519PrivateKey = KEY.private) -> str:
    """Write a JWS with any header, honestly signed by `key`."""
    raw = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    signing_input = f"{b64(raw)}.{b64(payload)}"
    return f"{signing_input}.{b64(key.sign(signing_input.encode()))}"


def payload_of(text: str) -> bytes:
    segment = text.split(".")[1]
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def test_a_code_says_what_was_issued() -> None:
    """A code read back has the same facts, bound or not, postponed or not."""
    for issued in (
        code(),
        code(office="05971-1"),
        code(not_before=NOW - timedelta(hours=1)),
        code(office="05971-12", not_before=NOW, amount=codes.AMOUNT_MAX),
    ):
        assert codes.verify(codes.issue(issued, KEY), KEYS, NOW) == issued


def test_issuing_again_gives_the_same_text() -> None:
    """The same facts under the same key give the same text, so a code can be shown again unstored."""
    assert codes.issue(code(), KEY) == codes.issue(code(), KEY)


def test_the_text_is_exactly_as_documented() -> None:
    """Header `alg` and `kid` only, claims in a fixed order without spaces, nothing personal."""
    text = codes.issue(code(office="05971-1", not_before=NOW), KEY)
    header = base64.urlsafe_b64decode(text.split(".")[0] + "==")
    assert header == f'{{"alg":"EdDSA","kid":"{KEY.kid}"}}'.encode()
    assert payload_of(text) == (
        b'{"jti":"AZWbGnwAeryN7wEjRWeJqw","exp":1772499600,"amt":2000000,"nbf":1772413200,"off":"05971-1"}'
    )


@pytest.mark.parametrize(("amount", "size"), [(10_000, 208), (99_999_999, 212), (999_999_999, 213)])
def test_an_unbound_code_fits_a_version_10_qr(amount: int, size: int) -> None:
    """An unbound code is at most 213 bytes, what a version 10 QR holds at error correction M."""
    assert len(KEY.kid) == 4
    assert len(codes.issue(code(amount=amount), KEY).encode("ascii")) == size


def test_a_code_past_its_time_is_still_read() -> None:
    """Whether it expired or was paid is for the withdrawal to say, so an old code is read all the same."""
    old = code(expires_at=NOW - timedelta(days=3))
    assert codes.verify(codes.issue(old, KEY), KEYS, NOW) == old


def test_a_code_before_its_time_is_not_yet_valid() -> None:
    """A second before `not_before` the code is refused with that time; at that second it is good."""
    postponed = code(not_before=NOW)
    text = codes.issue(postponed, KEY)
    with pytest.raises(CodeNotYetValid) as refused:
        codes.verify(text, KEYS, NOW - timedelta(seconds=1))
    assert refused.value.members == {"valid_from": NOW}
    assert codes.verify(text, KEYS, NOW) == postponed


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": 0},
        {"amount": -1},
        {"amount": True},
        {"amount": 2_000_000.0},
        {"amount": codes.AMOUNT_MAX + 1},
        {"expires_at": NOW.replace(tzinfo=None)},
        {"expires_at": NOW.replace(microsecond=1)},
        {"expires_at": datetime(1969, 1, 1, tzinfo=UTC)},
        {"expires_at": datetime(2300, 1, 1, tzinfo=UTC)},
        {"not_before": NOW.replace(microsecond=1)},
        {"office": ""},
        {"office": "05971"},
        {"office": "05971-1\n"},
        {"office": "٠٥٩٧١-١"},
    ],
)
def test_a_code_cannot_say_what_would_not_be_read(wrong: dict[str, Any]) -> None:
    """Facts out of bounds are refused when written, so no code goes out that no counter would take."""
    with pytest.raises(ValueError, match=r".+"):
        code(**wrong)


def test_only_the_key_for_codes_signs_codes() -> None:
    """A key of another purpose is refused at once and not at the counter."""
    with pytest.raises(ValueError, match="access"):
        codes.issue(code(), ACCESS_KEY)


@given(place=st.integers(0, 212), character=st.sampled_from(ALPHABET + ".= +/%\n\x00é"))
def test_any_changed_character_is_refused(place: int, character: str) -> None:
    """A code with one character changed, wherever and to whatever, is refused."""
    text = codes.issue(code(), KEY)
    place %= len(text)
    if text[place] == character:
        return
    with pytest.raises((CodeMalformed, CodeNotGenuine)):
        codes.verify(text[:place] + character + text[place + 1 :], KEYS, NOW)


def test_every_single_bit_counts() -> None:
    """At each place the neighbouring letter of the alphabet is refused: no spare bit is left unread."""
    text = codes.issue(code(), KEY)
    for place, letter in enumerate(text):
        if letter == ".":
            continue
        near = ALPHABET[ALPHABET.index(letter) ^ 1]
        with pytest.raises((CodeMalformed, CodeNotGenuine)):
            codes.verify(text[:place] + near + text[place + 1 :], KEYS, NOW)


def test_a_truncated_code_is_malformed() -> None:
    """A code cut short anywhere, or with anything before or behind it, is not a code."""
    text = codes.issue(code(), KEY)
    for length in range(len(text)):
        with pytest.raises(CodeMalformed):
            codes.verify(text[:length], KEYS, NOW)
    for padded in (text + "=", text + "\n", " " + text, text + ".", text + "A", "." + text):
        with pytest.raises(CodeMalformed):
            codes.verify(padded, KEYS, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "123-456-7890",
        "https://example.org/",
        "\x00" * 200,
        "é" * 213,
        "A" * 10_000_000,
    ],
)
def test_other_texts_are_malformed(text: str) -> None:
    """Whatever a scanner may see that is no code is refused without being parsed."""
    with pytest.raises(CodeMalformed):
        codes.verify(text, KEYS, NOW)


@given(st.text(max_size=600))
def test_no_text_makes_it_stumble(text: str) -> None:
    """Any text whatever gets a refusal and nothing else."""
    with pytest.raises((CodeMalformed, CodeNotGenuine)):
        codes.verify(text, KEYS, NOW)


@given(st.binary(max_size=96), st.binary(max_size=200))
def test_no_header_and_payload_make_it_stumble(header: bytes, payload: bytes) -> None:
    """Any bytes in the shape of a signed code, even signed with our key, get a refusal and nothing else."""
    for raw in (header, json.dumps({"alg": "EdDSA", "kid": KEY.kid}, separators=(",", ":")).encode()):
        with pytest.raises((CodeMalformed, CodeNotGenuine)):
            codes.verify(forged(raw, payload), KEYS, NOW)


def test_a_code_longer_than_any_is_refused_before_it_is_parsed() -> None:
    """Of more than 512 characters not even the header is looked at, which would not have been genuine."""
    unknown = {"alg": "EdDSA", "kid": "AAAA"}
    longest, longer = forged(unknown, b"A" * 289), forged(unknown, b"A" * 290)
    assert (len(longest), len(longer)) == (512, 513)
    with pytest.raises(CodeNotGenuine):
        codes.verify(longest, KEYS, NOW)
    with pytest.raises(CodeMalformed):
        codes.verify(longer, KEYS, NOW)


GOOD = payload_of(codes.issue(code(), KEY))


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "kid": KEY.kid},
        {"alg": "None", "kid": KEY.kid},
        {"alg": "", "kid": KEY.kid},
        {"alg": "HS256", "kid": KEY.kid},
        {"alg": "RS256", "kid": KEY.kid},
        {"alg": "ES256", "kid": KEY.kid},
        {"alg": "Ed25519", "kid": KEY.kid},
        {"alg": ["EdDSA"], "kid": KEY.kid},
        {"alg": "EdDSA"},
        {"kid": KEY.kid},
        {},
        {"kid": KEY.kid, "alg": "EdDSA"},
        {"alg": "EdDSA", "kid": KEY.kid, "typ": "JWT"},
        {"alg": "EdDSA", "kid": KEY.kid, "typ": "at+jwt"},
        {"alg": "EdDSA", "kid": KEY.kid, "jwk": {}},
        {"alg": "EdDSA", "kid": KEY.kid, "b64": True},
        {"alg": "EdDSA", "kid": KEY.kid, "crit": ["b64"], "b64": True},
        {"alg": "EdDSA", "kid": KEY.kid, "crit": ["exp"]},
        {"alg": "EdDSA", "kid": KEY.kid, "crit": []},
        {"alg": "EdDSA", "kid": 7},
        {"alg": "EdDSA", "kid": None},
        {"alg": "EdDSA", "kid": [KEY.kid]},
        {"alg": "EdDSA", "kid": "AAAA"},
        {"alg": "EdDSA", "kid": ""},
        {"alg": "EdDSA", "kid": ACCESS_KEY.kid},
        f'{{"alg":"EdDSA", "kid":"{KEY.kid}"}}'.encode(),
        f'{{"alg":"none","alg":"EdDSA","kid":"{KEY.kid}"}}'.encode(),
        f'{{"alg":"EdDSA","kid":"AAAA","kid":"{KEY.kid}"}}'.encode(),
        f'{{"alg":"\\u0045dDSA","kid":"{KEY.kid}"}}'.encode(),
    ],
)
def test_another_header_is_not_genuine(header: object) -> None:
    """Any header but exactly ours is refused, even over a payload signed with our own key."""
    with pytest.raises(CodeNotGenuine):
        codes.verify(forged(header, GOOD), KEYS, NOW)


@pytest.mark.parametrize("header", [b"", b"[]", b"null", b'"EdDSA"', b"{", b"\xff\xfe", b"[" * 190])
def test_a_header_that_is_no_object_is_malformed(header: bytes) -> None:
    """A first part that is no JSON object does not make a code."""
    with pytest.raises(CodeMalformed):
        codes.verify(forged(header, GOOD), KEYS, NOW)


def test_a_detached_payload_is_refused() -> None:
    """A text whose payload is left out (RFC 7797) is refused."""
    header = b64(b'{"alg":"EdDSA","b64":false,"crit":["b64"],"kid":"' + KEY.kid.encode() + b'"}')
    signature = b64(KEY.private.sign(header.encode() + b"." + GOOD))
    with pytest.raises(CodeMalformed):
        codes.verify(f"{header}..{signature}", KEYS, NOW)


def test_the_public_key_is_no_secret_for_hs256() -> None:
    """A MAC made with the published key does not pass for a signature."""
    head = b64(json.dumps({"alg": "HS256", "kid": KEY.kid}, separators=(",", ":")).encode())
    signing_input = f"{head}.{b64(GOOD)}"
    for secret in (KEY.private.public_key().public_bytes_raw(), str(KEYS.jwks()).encode()):
        mac = hmac.digest(secret, signing_input.encode(), "sha512")
        with pytest.raises(CodeNotGenuine):
            codes.verify(f"{signing_input}.{b64(mac)}", KEYS, NOW)


def test_a_foreign_key_under_our_kid_is_not_genuine() -> None:
    """A code of another service is refused, also when it borrows the name of our key."""
    foreign = Ed25519PrivateKey.from_private_bytes(b"f" * 32)
    with pytest.raises(CodeNotGenuine):
        codes.verify(codes.issue(code(), SigningKey.of(foreign, "code")), KEYS, NOW)
    with pytest.raises(CodeNotGenuine):
        codes.verify(codes.issue(code(), SigningKey(KEY.kid, "code", foreign)), KEYS, NOW)


def test_a_signature_does_not_fit_another_code() -> None:
    """Parts of two genuine codes do not make a third."""
    small, large = codes.issue(code(amount=10_000), KEY), codes.issue(code(amount=20_000_000), KEY)
    head, payload, _ = large.split(".")
    with pytest.raises(CodeNotGenuine):
        codes.verify(f"{head}.{payload}.{small.split('.')[2]}", KEYS, NOW)


def test_an_access_token_is_no_code() -> None:
    """An access token, or a code signed with the key for access tokens, is refused."""
    token = tokens.issue_access(KEYS, WITHDRAWAL, "wallet", "customer", None, NOW, timedelta(minutes=10))
    with pytest.raises(CodeNotGenuine):
        codes.verify(token, KEYS, NOW)
    with pytest.raises(CodeNotGenuine):
        codes.verify(jws.sign(GOOD, ACCESS_KEY), KEYS, NOW)


def test_a_dropped_key_verifies_no_more() -> None:
    """Once a key has left the set, its codes are refused."""
    text = codes.issue(code(), KEY)
    with pytest.raises(CodeNotGenuine):
        codes.verify(text, KeySet([ACCESS_KEY]), NOW)
    assert codes.verify(text, KeySet([], [KEY.verifying]), NOW) == code()


JTI = '"jti":"AZWbGnwAeryN7wEjRWeJqw"'


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "null",
        "[]",
        '"text"',
        "{}",
        "{",
        f"{{{JTI}}}",
        '{"exp":1772499600,"amt":2000000}',
        f'{{{JTI},"amt":2000000}}',
        f'{{{JTI},"exp":1772499600}}',
        f'{{{JTI},"exp":1772499600,"amt":true}}',
        f'{{{JTI},"exp":1772499600,"amt":"2000000"}}',
        f'{{{JTI},"exp":1772499600,"amt":2000000.0}}',
        f'{{{JTI},"exp":1772499600,"amt":2e6}}',
        f'{{{JTI},"exp":1772499600,"amt":0}}',
        f'{{{JTI},"exp":1772499600,"amt":-10000}}',
        f'{{{JTI},"exp":1772499600,"amt":1000000000}}',
        f'{{{JTI},"exp":1772499600,"amt":1e400}}',
        f'{{{JTI},"exp":1772499600,"amt":NaN}}',
        f'{{{JTI},"exp":1772499600.0,"amt":2000000}}',
        f'{{{JTI},"exp":true,"amt":2000000}}',
        f'{{{JTI},"exp":0,"amt":2000000}}',
        f'{{{JTI},"exp":-5,"amt":2000000}}',
        f'{{{JTI},"exp":99999999999999999999999,"amt":2000000}}',
        f'{{{JTI},"exp":"1772499600","amt":2000000}}',
        f'{{{JTI},"exp":1772499600,"amt":2000000,"nbf":null}}',
        f'{{{JTI},"exp":1772499600,"amt":2000000,"nbf":"x"}}',
        f'{{{JTI},"exp":1772499600,"amt":2000000,"off":null}}',
        f'{{{JTI},"exp":1772499600,"amt":2000000,"off":7}}',
        f'{{{JTI},"exp":1772499600,"amt":2000000,"off":["05971-1"]}}',
        f'{{{JTI},"exp":1772499600,"amt":2000000,"off":"anywhere"}}',
        f'{{{JTI},"exp":1772499600,"amt":2000000,"off":"05971-1","nbf":1772413200}}',
        f'{{{JTI},"exp":1772499600,"amt":2000000,"sub":"somebody"}}',
        f'{{{JTI},"exp":1772499600,"amt":10000,"amt":2000000}}',
        f'{{{JTI}, "exp":1772499600,"amt":2000000}}',
        f'{{"exp":1772499600,{JTI},"amt":2000000}}',
        '{"jti":"AZWbGnwAeryN7wEjRWeJqx","exp":1772499600,"amt":2000000}',
        '{"jti":"AZWbGnwAeryN7wEjRWeJqw==","exp":1772499600,"amt":2000000}',
        '{"jti":"AZWbGnwAeryN7wEjRWeJq","exp":1772499600,"amt":2000000}',
        '{"jti":"01959b1a-7c00-7abc-8def-0123456789ab","exp":1772499600,"amt":2000000}',
        '{"jti":"","exp":1772499600,"amt":2000000}',
        '{"jti":"é","exp":1772499600,"amt":2000000}',
        '{"jti":12,"exp":1772499600,"amt":2000000}',
        '{"jti":["A"],"exp":1772499600,"amt":2000000}',
    ],
)
def test_signed_claims_that_are_not_ours_are_malformed(payload: str) -> None:
    """Claims of another type, out of bounds, surplus or spelled otherwise are refused even when signed."""
    good = {"alg": "EdDSA", "kid": KEY.kid}
    with pytest.raises(CodeMalformed):
        codes.verify(forged(good, payload.encode()), KEYS, NOW)


def test_a_refusal_does_not_repeat_what_was_scanned() -> None:
    """Neither the exception nor what it came from carries the text: a live code must not reach a log."""
    text = codes.issue(code(), KEY)
    with pytest.raises(CodeNotGenuine) as refused:
        codes.verify(text, KeySet([ACCESS_KEY]), NOW)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    assert not any(part in str(refused.value) for part in text.split("."))
