import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from atm_service.platform.keys import domain, store
from atm_service.platform.keys.domain import KeySet, NoSigningKeyError
from kyc import encryption
from tests.database import Database

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LONGEST = timedelta(hours=72)
CIPHER = encryption.load_keys(encryption.generate_keys())


def private(n: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)


def draws(*numbers: int) -> Callable[[], Ed25519PrivateKey]:
    keys = iter([private(n) for n in numbers])
    return lambda: next(keys)


def load(session: Connection, now: datetime = NOW) -> KeySet:
    return store.load(session, CIPHER, now, LONGEST)


def kids(keys: KeySet) -> set[str]:
    return {key["kid"] for key in keys.jwks()["keys"]}


def test_before_the_first_key_nothing_signs(session: Connection) -> None:
    """An empty table is an empty set: nothing verifies, nothing signs, nothing is published."""
    keys = load(session)
    assert keys.jwks() == {"keys": []}
    with pytest.raises(NoSigningKeyError):
        keys.signing("code")


def test_a_new_key_signs_at_once_and_the_old_one_still_verifies(session: Connection) -> None:
    """After a rotation the new key signs, both verify, and the other purpose is untouched."""
    access = store.rotate(session, CIPHER, "access", NOW)
    old = store.rotate(session, CIPHER, "code", NOW)
    new = store.rotate(session, CIPHER, "code", NOW + timedelta(days=1))
    keys = load(session, NOW + timedelta(days=1))
    assert keys.signing("code").kid == new
    assert keys.signing("access").kid == access
    assert kids(keys) == {old, new}
    assert keys.find("code", old) is not None
    assert keys.find("access", new) is None


def test_the_purposes_that_have_a_key_are_known(session: Connection) -> None:
    """A purpose counts as served from its first key on, rotated or not."""
    assert store.current_purposes(session) == set()
    for _ in range(2):
        store.rotate(session, CIPHER, "code", NOW)
        assert store.current_purposes(session) == {"code"}
    store.rotate(session, CIPHER, "access", NOW)
    assert store.current_purposes(session) == {"code", "access"}


def test_what_was_stored_is_what_signs(session: Connection) -> None:
    """The private key that comes back is the one that was made."""
    store.rotate(session, CIPHER, "code", NOW, draws(7))
    assert load(session).signing("code").private.private_bytes_raw() == bytes([7]) * 32


def test_a_retired_key_is_dropped_when_its_last_code_has_expired(session: Connection) -> None:
    """It verifies for the longest lifetime and the minute others need to hear of it, no moment more."""
    old = store.rotate(session, CIPHER, "code", NOW - timedelta(days=30))
    new = store.rotate(session, CIPHER, "code", NOW)
    last = NOW + LONGEST + domain.REREAD
    assert kids(load(session, last - timedelta(microseconds=1))) == {old, new}
    assert kids(load(session, last)) == {new}


def test_a_short_name_that_is_taken_is_not_given_again(session: Connection) -> None:
    """A new key whose kid is stored, for whatever purpose, is thrown away and another is made."""
    store.rotate(session, CIPHER, "code", NOW, draws(1))
    store.rotate(session, CIPHER, "access", NOW, draws(1, 2))
    kid = store.rotate(session, CIPHER, "code", NOW, draws(1, 2, 3))
    assert kid == domain.kid_of(private(3).public_key())
    with pytest.raises(RuntimeError, match="randomness"):
        store.rotate(session, CIPHER, "code", NOW, lambda: private(1))


def test_private_parts_are_encrypted(session: Connection) -> None:
    """No stored byte shows a private key."""
    store.rotate(session, CIPHER, "code", NOW, draws(7))
    row = session.execute(text("SELECT * FROM service.signing_key")).one()
    assert row.public_key == private(7).public_key().public_bytes_raw()
    assert bytes([7]) * 32 not in row.sealed_private


def test_a_key_encrypted_by_another_file_stops_the_load(session: Connection) -> None:
    """With another secret-keys file nothing is loaded, and the error names the key and not its content."""
    kid = store.rotate(session, CIPHER, "code", NOW)
    other = encryption.load_keys(encryption.generate_keys())
    with pytest.raises(store.KeyUnreadableError, match=f"'{kid}' for 'code'.*decrypted.*secret-keys file"):
        store.load(session, other, NOW, LONGEST)


@pytest.mark.parametrize(
    "damage",
    [
        "sealed_private = set_byte(sealed_private, length(sealed_private) - 1, 0)",
        "sealed_private = substring(sealed_private FROM 1 FOR 40)",
        "public_key = decode(repeat('00', 32), 'hex')",
        "kid = 'AAAA'",
        "purpose = 'access'",
    ],
)
def test_a_damaged_or_moved_key_stops_the_load(database: Database, damage: str) -> None:
    """A key whose row was changed by hand, retired or current, is not believed, nor is any other."""
    for retired in (False, True):
        with database.owner.connect() as hand:
            kid = store.rotate(hand, CIPHER, "code", NOW)
            hand.execute(text(f"UPDATE service.signing_key SET {damage} WHERE kid = :kid"), {"kid": kid})
            if retired:
                hand.execute(text("UPDATE service.signing_key SET retired_at = created_at"))
            store.rotate(hand, CIPHER, "access" if damage.startswith("kid") else "code", NOW)
            with pytest.raises(store.KeyUnreadableError):
                load(hand)


def test_a_planted_public_key_is_not_believed(session: Connection) -> None:
    """Who may write to the table but has not the secret-keys file cannot add a key of their own."""
    store.rotate(session, CIPHER, "code", NOW, draws(1))
    public = private(2).public_key()
    session.execute(
        text(
            "INSERT INTO service.signing_key "
            "(kid, purpose, public_key, sealed_private, created_at, retired_at) "
            "SELECT :kid, purpose, :public, sealed_private, created_at, created_at FROM service.signing_key"
        ),
        {"kid": domain.kid_of(public), "public": public.public_bytes_raw()},
    )
    with pytest.raises(store.KeyUnreadableError, match=domain.kid_of(public)):
        load(session)


def test_an_unreadable_key_whose_time_is_over_is_left_alone(session: Connection) -> None:
    """A key that verifies nothing any more need not be readable."""
    other = encryption.load_keys(encryption.generate_keys())
    store.rotate(session, other, "code", NOW - timedelta(days=30))
    new = store.rotate(session, CIPHER, "code", NOW - timedelta(days=20))
    assert kids(load(session)) == {new}


def test_rotations_at_once_leave_one_current_key(database: Database) -> None:
    """Eight that rotate at the same moment each make a key, and exactly one is current at the end."""
    made: list[str] = []
    start = threading.Barrier(8)

    def rotate() -> None:
        with database.app.begin() as session:
            session.execute(text("SELECT 1"))
            start.wait(60)
            made.append(store.rotate(session, CIPHER, "code", NOW))

    threads = [threading.Thread(target=rotate) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with database.app.connect() as session:
        assert len(set(made)) == 8
        assert kids(load(session)) == set(made)
        current = session.scalars(text("SELECT kid FROM service.signing_key WHERE retired_at IS NULL")).all()
        assert current == [load(session).signing("code").kid]


def test_a_clock_behind_the_last_rotation_does_no_harm(session: Connection) -> None:
    """A machine whose clock is behind may rotate: the old key's retirement does not precede its making."""
    store.rotate(session, CIPHER, "code", NOW)
    new = store.rotate(session, CIPHER, "code", NOW - timedelta(seconds=30))
    assert load(session).signing("code").kid == new
    retired = session.scalars(text("SELECT retired_at FROM service.signing_key WHERE retired_at IS NOT NULL"))
    assert retired.all() == [NOW]


def test_the_database_allows_one_current_key(session: Connection) -> None:
    """A second current key of one purpose is refused by PostgreSQL itself."""
    store.rotate(session, CIPHER, "code", NOW)
    copy = (
        "INSERT INTO service.signing_key (kid, purpose, public_key, sealed_private, created_at) "
        "SELECT 'AAAA', purpose, public_key, sealed_private, created_at FROM service.signing_key"
    )
    with pytest.raises(IntegrityError, match="signing_key_one_current"):
        session.execute(text(copy))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM service.signing_key",
        "TRUNCATE service.signing_key",
        "UPDATE service.signing_key SET public_key = decode(repeat('00', 32), 'hex')",
        "UPDATE service.signing_key SET sealed_private = public_key",
        "UPDATE service.signing_key SET created_at = now()",
        "UPDATE service.signing_key SET kid = 'AAAA'",
        "DROP TABLE service.signing_key",
        "ALTER TABLE service.signing_key DISABLE TRIGGER ALL",
    ],
)
def test_the_service_may_only_add_and_retire(session: Connection, statement: str) -> None:
    """The service's role can change nothing of a key but its retirement."""
    store.rotate(session, CIPHER, "code", NOW)
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        session.execute(text(statement))


@pytest.mark.parametrize("again", ["NULL", "retired_at + interval '1 year'"])
def test_a_retired_key_stays_retired(database: Database, again: str) -> None:
    """Not even the owner can call a retired key back, or put its retirement off."""
    with database.owner.connect() as hand:
        old = store.rotate(hand, CIPHER, "code", NOW)
        store.rotate(hand, CIPHER, "code", NOW)
        with pytest.raises(DBAPIError, match=f"{old} is retired, and stays so"):
            hand.execute(
                text(f"UPDATE service.signing_key SET retired_at = {again} WHERE kid = :kid"), {"kid": old}
            )


@pytest.mark.parametrize(
    "wrong",
    [
        {"kid": "AAA"},
        {"kid": "AAA="},
        {"kid": "AAAA\n"},
        {"purpose": "receipt"},
        {"public_key": b"\x00" * 31},
        {"sealed_private": b"\x00" * 32},
        {"sealed_private": b"\x00" * 513},
        {"retired_at": NOW - timedelta(seconds=1)},
    ],
)
def test_the_database_keeps_each_column_in_form(session: Connection, wrong: dict[str, object]) -> None:
    """A row that cannot be a key is refused by PostgreSQL itself, and the same row in form is taken."""
    row: dict[str, object] = {
        "kid": "AAAA",
        "purpose": "code",
        "public_key": b"\x00" * 32,
        "sealed_private": b"\x00" * 33,
        "created_at": NOW,
        "retired_at": NOW,
    }
    insert = text(
        "INSERT INTO service.signing_key (kid, purpose, public_key, sealed_private, created_at, retired_at) "
        "VALUES (:kid, :purpose, :public_key, :sealed_private, :created_at, :retired_at)"
    )
    session.execute(insert, row)
    with pytest.raises(IntegrityError, match="violates check constraint"):
        session.execute(insert, row | {"kid": "BBBB"} | wrong)
