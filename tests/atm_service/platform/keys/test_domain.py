import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from atm_service.platform.keys import domain, jws
from atm_service.platform.keys.domain import KeySet, NoSigningKeyError, Purpose, SigningKey

# RFC 8037, appendix A: the key of A.1, its thumbprint in A.3, the signature of A.4.
RFC_D = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
RFC_X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
RFC_THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
RFC_JWS = (
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def private(n: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)


def signing(n: int, purpose: Purpose = "code") -> SigningKey:
    return SigningKey.of(private(n), purpose)


def rfc_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(RFC_D + "="))


def test_the_thumbprint_is_the_standards() -> None:
    """The thumbprint of RFC 8037's key is the one printed there, and the kid is its first four characters."""
    assert domain.thumbprint(rfc_key().public_key()) == RFC_THUMBPRINT
    assert SigningKey.of(rfc_key(), "code").kid == "kPrK"


def test_the_jwk_set_is_the_standards() -> None:
    """Each key is published with type, curve, x, kid, use and algorithm, and nothing else."""
    assert KeySet([SigningKey.of(rfc_key(), "code")]).jwks() == {
        "keys": [{"kty": "OKP", "crv": "Ed25519", "x": RFC_X, "kid": "kPrK", "use": "sig", "alg": "EdDSA"}]
    }


def test_signatures_are_the_standards() -> None:
    """RFC 8037's example verifies under its key; only its header keeps it from being ours."""
    signing_input, _, signature = RFC_JWS.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    rfc_key().public_key().verify(raw, signing_input.encode())
    with pytest.raises(jws.NotGenuineError):
        jws.opened(RFC_JWS, KeySet([SigningKey.of(rfc_key(), "code")]), "code")


def test_the_jwk_set_shows_codes_keys_only() -> None:
    """Keys of codes, current and retired, are published in the order of kids; those of tokens are not."""
    keys = KeySet([signing(1), signing(2, "access")], [signing(3).verifying, signing(4, "access").verifying])
    assert [key["kid"] for key in keys.jwks()["keys"]] == sorted([signing(1).kid, signing(3).kid])


def test_a_key_is_found_for_its_purpose_only() -> None:
    """A kid is looked up within one purpose; an unknown one is not found."""
    keys = KeySet([signing(1)], [signing(2, "access").verifying])
    assert keys.find("code", signing(1).kid) == private(1).public_key()
    assert keys.find("access", signing(1).kid) is None
    assert keys.find("access", signing(2).kid) == private(2).public_key()
    assert keys.find("code", "AAAA") is None


def test_nothing_is_signed_without_a_current_key() -> None:
    """The current key signs; a purpose without one says what to do."""
    keys = KeySet([signing(1)], [signing(2, "access").verifying])
    assert keys.signing("code") == signing_like(keys, 1)
    with pytest.raises(NoSigningKeyError, match=r"'access'.*soft-atm keys rotate"):
        keys.signing("access")


def signing_like(keys: KeySet, n: int) -> SigningKey:
    held = keys.signing("code").private
    assert held.private_bytes_raw() == private(n).private_bytes_raw()
    return SigningKey.of(held, "code")


def test_a_set_has_one_current_key_a_purpose_and_one_key_a_kid() -> None:
    """Two current keys of one purpose, or a kid twice, make no set."""
    with pytest.raises(ValueError, match="two current keys"):
        KeySet([signing(1), signing(2)])
    with pytest.raises(ValueError, match="two keys of one kid"):
        KeySet([signing(1)], [signing(1).verifying])


def test_a_set_does_not_follow_the_lists_it_was_made_of() -> None:
    """What is appended to a list later is not in the set."""
    current = [signing(1)]
    keys = KeySet(current)
    current.append(signing(2, "access"))
    assert keys.find("access", signing(2).kid) is None


def test_a_key_does_not_show_its_private_part() -> None:
    """The representation of a signing key names it and nothing more."""
    assert repr(signing(1)) == f"SigningKey(kid='{signing(1).kid}', purpose='code')"


def test_a_retired_key_verifies_until_its_last_code_has_expired() -> None:
    """The longest lifetime and the time that other processes may need to hear of it count from retirement."""
    gone = domain.retired_after(NOW, timedelta(hours=72))
    assert gone == NOW - timedelta(hours=72, seconds=60)


def test_signed_text_is_never_longer_than_what_is_read() -> None:
    """A payload too long to be read back is refused when it is signed."""
    keys = KeySet([signing(1)])
    longest = jws.sign(b"x" * 288, signing(1))
    assert len(longest) == 510
    assert jws.opened(longest, keys, "code") == b"x" * 288
    with pytest.raises(ValueError, match="at most 512"):
        jws.sign(b"x" * 290, signing(1))


def test_the_type_is_part_of_what_is_read() -> None:
    """A text with a `typ` is read only by who asks for it, and one without only by who asks for none."""
    keys = KeySet([signing(1)])
    with_typ, without = jws.sign(b"x", signing(1), "at+jwt"), jws.sign(b"x", signing(1))
    assert jws.opened(with_typ, keys, "code", "at+jwt") == jws.opened(without, keys, "code") == b"x"
    for text, typ in ((with_typ, None), (with_typ, "jwt"), (without, "at+jwt")):
        with pytest.raises(jws.NotGenuineError):
            jws.opened(text, keys, "code", typ)


def test_public_keys_compare_by_value() -> None:
    """The standard's public key is equal however it was made."""
    made = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(RFC_X + "="))
    assert made == rfc_key().public_key()
