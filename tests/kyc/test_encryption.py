import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyc import encryption
from kyc.encryption import Cipher
from kyc.errors import KeyFileInvalid, Undecryptable

KEY_A, KEY_B, INDEX = (bytes([fill]) * 32 for fill in (1, 2, 3))
OLD = Cipher({"a": KEY_A}, "a", INDEX)
NEW = Cipher({"a": KEY_A, "b": KEY_B}, "b", INDEX)
CONTEXT = b"customer/identity/7"


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


def key_file(current: str = "a", index: bytes = INDEX, **keys: bytes) -> str:
    """Write a key file; with no keys named, a good one."""
    table = "".join(f'{name} = "{encoded(key)}"\n' for name, key in (keys or {"a": KEY_A}).items())
    return f'current = "{current}"\nindex = "{encoded(index)}"\n[keys]\n{table}'


@given(st.binary(max_size=300), st.binary(min_size=1, max_size=256))
def test_decrypts_what_it_encrypted(plaintext: bytes, context: bytes) -> None:
    """Any bytes come back, in their own place."""
    assert OLD.decrypt(OLD.encrypt(plaintext, context), context) == plaintext


def test_envelope_is_as_documented() -> None:
    """Version, key id and its length, nonce, ciphertext, tag: stored values outlive the code."""
    encrypted = NEW.encrypt(b"020085001234", CONTEXT)
    assert encrypted[:3] == b"\x01\x01b"
    assert len(encrypted) == 3 + 12 + 12 + 16
    assert b"020085001234" not in encrypted


def test_opens_a_value_of_the_first_version() -> None:
    """A value encrypted by the first release still opens."""
    first = bytes.fromhex(
        "010161000102030405060708090a0bf565214847de50bd7d04c7904888720cc0a153b221d784ccb6cfe800c882628f1392"
    )
    assert OLD.decrypt(first, CONTEXT) == "Nông Văn Thắng".encode()


def test_never_encrypts_alike() -> None:
    """The same text encrypted twice differs, so that equal people cannot be told from the database."""
    assert len({OLD.encrypt(b"same", CONTEXT) for _ in range(100)}) == 100


@given(st.data())
def test_any_flipped_bit_is_undecryptable(data: st.DataObject) -> None:
    """A change anywhere, in the header too, is noticed."""
    encrypted = bytearray(NEW.encrypt(b"identity", CONTEXT))
    place = data.draw(st.integers(0, len(encrypted) - 1))
    encrypted[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Undecryptable):
        NEW.decrypt(bytes(encrypted), CONTEXT)


def test_every_changed_header_byte_is_undecryptable() -> None:
    """No other version, length or key id opens a value."""
    encrypted = NEW.encrypt(b"identity", CONTEXT)
    for place in range(3):
        for byte in set(range(256)) - {encrypted[place]}:
            with pytest.raises(Undecryptable):
                NEW.decrypt(encrypted[:place] + bytes([byte]) + encrypted[place + 1 :], CONTEXT)


@given(st.binary(min_size=1, max_size=40).filter(lambda context: context != CONTEXT))
def test_another_context_is_undecryptable(context: bytes) -> None:
    """A value moved to another row or column does not open."""
    with pytest.raises(Undecryptable):
        OLD.decrypt(OLD.encrypt(b"identity", CONTEXT), context)


def test_bytes_do_not_slide_between_key_id_and_context() -> None:
    """A shorter key id with a longer context is not the same value."""
    keys = {"ab": KEY_A, "a": KEY_B}
    encrypted = Cipher(keys, "ab", INDEX).encrypt(b"identity", CONTEXT)
    slid = encrypted[:1] + b"\x01a" + encrypted[4:]
    with pytest.raises(Undecryptable):
        Cipher({"a": KEY_A}, "a", INDEX).decrypt(slid, b"b" + CONTEXT)


@given(st.binary(max_size=80))
def test_no_other_bytes_open(data: bytes) -> None:
    """Bytes that nobody encrypted are undecryptable, whatever they are."""
    with pytest.raises(Undecryptable):
        OLD.decrypt(data, CONTEXT)
    with pytest.raises(Undecryptable):
        OLD.decrypt(b"\x01\x01a" + data, CONTEXT)


@given(st.integers(0, 41))
def test_a_value_cut_short_is_undecryptable(length: int) -> None:
    """Every proper beginning of a value is refused."""
    encrypted = OLD.encrypt(b"identity-of", CONTEXT)
    assert len(encrypted) == 42
    with pytest.raises(Undecryptable):
        OLD.decrypt(encrypted[:length], CONTEXT)


def test_rotation_opens_old_values_and_names_their_key() -> None:
    """After a new key is added the old values open, and can be found by key id."""
    encrypted = OLD.encrypt(b"identity", CONTEXT)
    assert NEW.decrypt(encrypted, CONTEXT) == b"identity"
    assert encryption.key_id_of(encrypted) == "a"
    fresh = NEW.encrypt(b"identity", CONTEXT)
    assert encryption.key_id_of(fresh) == "b"
    assert NEW.decrypt(fresh, CONTEXT) == b"identity"


def test_a_lost_key_is_said_plainly() -> None:
    """A value whose key is not here says so, without the value."""
    with pytest.raises(Undecryptable, match="its key is not here"):
        OLD.decrypt(NEW.encrypt(b"identity", CONTEXT), CONTEXT)


@pytest.mark.parametrize(
    "encrypted", [b"", b"\x01", b"\x02\x01a" + bytes(40), b"\x01\xffa", b"\x01\x01\xff" + bytes(40)]
)
def test_key_id_of_nothing_is_undecryptable(encrypted: bytes) -> None:
    """What is not an envelope has no key id."""
    with pytest.raises(Undecryptable):
        encryption.key_id_of(encrypted)


@pytest.mark.parametrize("context", [b"", bytes(257)])
def test_refuses_to_encrypt_for_no_place(context: bytes) -> None:
    """A context is required and bounded."""
    with pytest.raises(ValueError, match="context"):
        OLD.encrypt(b"identity", context)


def test_bounds_what_it_encrypts_and_decrypts() -> None:
    """65,536 bytes are encrypted and opened; one more is refused."""
    assert OLD.decrypt(OLD.encrypt(bytes(65_536), CONTEXT), CONTEXT) == bytes(65_536)
    with pytest.raises(ValueError, match="too long"):
        OLD.encrypt(bytes(65_537), CONTEXT)
    with pytest.raises(Undecryptable, match="too long"):
        OLD.decrypt(OLD.encrypt(bytes(65_536), CONTEXT) + b"\0", CONTEXT)


def test_fingerprint_is_the_documented_hash() -> None:
    """HMAC-SHA-256 over the length of the purpose, the purpose and the text: rows depend on it for ever."""
    expected = hmac.new(INDEX, b"\x09id-number020085001234", hashlib.sha256).digest()
    assert OLD.fingerprint("020085001234", "id-number") == expected


def test_fingerprint_survives_rotation() -> None:
    """A new encryption key leaves every look-up as it is."""
    assert OLD.fingerprint("020085001234", "id-number") == NEW.fingerprint("020085001234", "id-number")


@given(
    st.tuples(st.text(max_size=9), st.text(min_size=1, max_size=9)),
    st.tuples(st.text(max_size=9), st.text(min_size=1, max_size=9)),
)
def test_fingerprints_differ_by_text_and_purpose(one: tuple[str, str], other: tuple[str, str]) -> None:
    """Two fingerprints are equal only for the same text and the same purpose."""
    assert (OLD.fingerprint(*one) == OLD.fingerprint(*other)) == (one == other)


def test_fingerprint_keeps_purpose_and_text_apart() -> None:
    """Letters moved from the purpose to the text make another fingerprint."""
    assert OLD.fingerprint("c", "ab") != OLD.fingerprint("bc", "a")


def test_fingerprint_takes_any_text() -> None:
    """A lone surrogate is hashed as well: an encoding error would quote the text."""
    assert OLD.fingerprint("\ud800", "name") != OLD.fingerprint("?", "name")


@pytest.mark.parametrize("purpose", ["", "x" * 256])
def test_fingerprint_needs_a_purpose(purpose: str) -> None:
    """A purpose is required and bounded."""
    with pytest.raises(ValueError, match="purpose"):
        OLD.fingerprint("020085001234", purpose)


@pytest.mark.parametrize(
    ("keys", "current", "index"),
    [
        ({}, "a", INDEX),
        ({"a": KEY_A}, "b", INDEX),
        ({"a": KEY_A[:31]}, "a", INDEX),
        ({"a": KEY_A}, "a", INDEX[:31]),
        ({"a": KEY_A}, "a", KEY_A),
        ({"a": KEY_A, "b": KEY_A}, "a", INDEX),
        ({"A": KEY_A}, "A", INDEX),
        ({"": KEY_A}, "", INDEX),
        ({"a" * 33: KEY_A}, "a" * 33, INDEX),
        ({"ă": KEY_A}, "ă", INDEX),
        ({f"k{i}": i.to_bytes(32) for i in range(65)}, "k0", INDEX),
    ],
)
def test_refuses_keys_that_do_not_fit(keys: dict[str, bytes], current: str, index: bytes) -> None:
    """Missing, short, doubled, misnamed or too many keys are refused at once."""
    with pytest.raises(ValueError, match="key"):
        Cipher(keys, current, index)


def test_cannot_be_changed_or_read_by_accident() -> None:
    """The keys are copied, read-only, and never in a repr."""
    keys = {"a": KEY_A}
    cipher = Cipher(keys, "a", INDEX)
    keys["a"] = KEY_B
    assert cipher.keys["a"] == KEY_A
    with pytest.raises(TypeError):
        cipher.keys["a"] = KEY_B  # type: ignore[index]
    assert repr(cipher) == "Cipher(current='a')"


def test_generated_keys_load_and_differ() -> None:
    """A generated file works as it is, and no two are alike."""
    one, other = encryption.generate_keys(), encryption.generate_keys()
    encrypted = encryption.load_keys(one).encrypt(b"identity", CONTEXT)
    assert encryption.load_keys(one).decrypt(encrypted, CONTEXT) == b"identity"
    with pytest.raises(Undecryptable):
        encryption.load_keys(other).decrypt(encrypted, CONTEXT)


def test_an_added_key_encrypts_and_the_old_ones_decrypt() -> None:
    """Adding a key keeps every old value and every look-up."""
    text = encryption.generate_keys()
    old, new = encryption.load_keys(text), encryption.load_keys(encryption.add_key(text))
    assert new.current != old.current
    assert new.decrypt(old.encrypt(b"identity", CONTEXT), CONTEXT) == b"identity"
    assert new.fingerprint("x", "name") == old.fingerprint("x", "name")


def test_does_not_add_a_key_too_many() -> None:
    """A file with 64 keys is full: better refused now than at the next start."""
    full = key_file("k0", **{f"k{i}": (i + 100).to_bytes(32) for i in range(64)})
    with pytest.raises(KeyFileInvalid, match="64"):
        encryption.add_key(full)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "exactly"),
        ("x" * 65_537, "too long"),
        (key_file() + "more = 1", r"an entry of `\[keys\]`"),
        ("more = 1\n" + key_file(), "exactly"),
        (key_file(current="b"), "current key"),
        (key_file(index=b"short"), "`index` is not 32 bytes"),
        (key_file(a=bytes(31)), r"an entry of `\[keys\]` is not 32 bytes"),
        (key_file().replace("AQ", "A?Q", 1), r"an entry of `\[keys\]` is not 32 bytes"),
        (key_file().replace('current = "a"', "current = 1"), "a name"),
        (key_file().replace('current = "a"', 'current = "a'), r"not TOML \(at line 1, column \d+\)"),
        ("index = " + "[" * 50_000, "not TOML"),
        ('current="a"\nindex="a"\nkeys=[]', "a table"),
    ],
)
def test_names_the_fault_of_a_key_file(text: str, fault: str) -> None:
    """A file that cannot be used says what is wrong and where."""
    with pytest.raises(KeyFileInvalid, match=fault):
        encryption.load_keys(text)


@pytest.mark.parametrize(
    "text",
    [
        key_file(a=KEY_A, b=KEY_A),
        key_file(a=KEY_A + b"!"),
        f"{encoded(KEY_A)[:-1]} = 1\n{encoded(KEY_A)[:-1]} = 2",
        f"current = {encoded(KEY_A)}",
        f'[keys]\na = "{encoded(KEY_A)}',
        f"[{encoded(KEY_A)[:-1]}]\n[{encoded(KEY_A)[:-1]}]",
    ],
)
def test_never_shows_a_key(text: str) -> None:
    """However a key file is broken, no part of a key is in the message or its cause."""
    with pytest.raises(KeyFileInvalid) as refusal:
        encryption.load_keys(text)
    assert encoded(KEY_A)[:6] not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__context__ is None or refusal.value.__suppress_context__
