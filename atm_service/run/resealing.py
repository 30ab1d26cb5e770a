"""A new master key: every encrypted value is opened with its old key and encrypted with the current one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from kyc.encryption import Cipher, key_id_of

AT_ONCE: Final = 1_000


@dataclass(frozen=True)
class Sealed:
    """A column of encrypted values: the columns that name a row, and the place that they make."""

    table: str
    column: str
    names: tuple[str, ...]
    place: str

    def where(self, row: tuple[object, ...]) -> bytes:
        """Name where a row's value is encrypted."""
        return self.place.format(**dict(zip(self.names, row, strict=True))).encode()


# As docs/rules.md lists them; a test compares.
SEALED: Final = (
    Sealed("service.customer", "identity_sealed", ("id",), "customer identity {id}"),
    Sealed("service.customer", "phone_sealed", ("id",), "customer phone {id}"),
    Sealed("service.application", "identity_sealed", ("id",), "application identity {id}"),
    Sealed("service.application", "phone_sealed", ("id",), "application phone {id}"),
    Sealed("service.application", "pin_sealed", ("id",), "application pin {id}"),
    Sealed("service.bank_link", "account_sealed", ("id",), "bank_link account {id}"),
    Sealed("service.bill", "case_sealed", ("id",), "bill case {id}"),
    Sealed("service.withdrawal", "digits_sealed", ("id",), "withdrawal digits {id}"),
    Sealed("service.delegation", "delegate_sealed", ("id",), "delegation delegate {id}"),
    Sealed("service.wallet_transfer", "message_sealed", ("id",), "wallet_transfer message {id}"),
    Sealed("service.counterfeit", "bearer_sealed", ("id",), "counterfeit bearer {id}"),
    Sealed("service.second_factor", "secret_sealed", ("subject",), "second_factor secret {subject}"),
    Sealed(
        "service.signing_key",
        "sealed_private",
        ("purpose", "kid"),
        "service.signing_key.sealed_private/{purpose}/{kid}",
    ),
    Sealed("service.complaint_step", "words_sealed", ("id",), "complaint_step words {id}"),
    Sealed("service.message", "content_sealed", ("id",), "message content {id}"),
    Sealed("service.statement_line", "text_sealed", ("id",), "statement_line text {id}"),
    Sealed(
        "service.statement_piece",
        "content_sealed",
        ("file_id", "number"),
        "statement_piece content {file_id} {number}",
    ),
    Sealed("service.idempotency", "answer", ("caller", "key"), "idempotency {caller} {key}"),
)

_OTHERS: Final = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
""")


def others(session: Connection) -> int:
    """Tell how many others are connected. A service that runs has read the old file, and could open nothing new."""
    count: int = session.execute(_OTHERS).scalar_one()
    return count


def reseal(begin: Callable[[], Connection], cipher: Cipher) -> int:
    """Encrypt with the current key what is not yet, as the owner; give how many values. Safe to repeat after any end.

    Raises `Undecryptable` for a value that none of the keys opens; what was done before it stays.
    """
    return sum(_column(begin, cipher, column) for column in SEALED)


def _column(begin: Callable[[], Connection], cipher: Cipher, sealed: Sealed) -> int:
    names = ", ".join(sealed.names)
    read = text(f"""
        SELECT {names}, {sealed.column} FROM {sealed.table}
        WHERE {sealed.column} <> ''::bytea AND substring({sealed.column} FOR :length) <> :current
        ORDER BY {names} LIMIT :at_once
    """)  # noqa: S608  names of ours
    write = text(
        f"UPDATE {sealed.table} SET {sealed.column} = :value WHERE "  # noqa: S608
        + " AND ".join(f"{name} = :{name}" for name in sealed.names)
    )
    current = cipher.encrypt(b"", b"the current key")
    header = current[: 2 + len(key_id_of(current))]
    done = 0
    while True:
        with begin() as session, session.begin():
            values = {"current": header, "length": len(header), "at_once": AT_ONCE}
            # Guards know what may follow what; here only the writing of a value changes. They are back by the commit.
            session.exec_driver_sql(f"ALTER TABLE {sealed.table} DISABLE TRIGGER USER")
            rows = [tuple(row) for row in session.execute(read, values)]
            for *name, value in rows:
                place = sealed.where(tuple(name))
                fresh = cipher.encrypt(cipher.decrypt(value, place), place)
                session.execute(write, {**dict(zip(sealed.names, name, strict=True)), "value": fresh})
            session.exec_driver_sql(f"ALTER TABLE {sealed.table} ENABLE TRIGGER USER")
        done += len(rows)
        if len(rows) < AT_ONCE:
            return done
