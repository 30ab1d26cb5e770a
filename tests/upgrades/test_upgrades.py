"""A database with money in it, of each revision that ever stood on main, goes on after the upgrade."""

import asyncio
import base64
import gzip
import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx2
import pytest
from alembic.script import ScriptDirectory
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Connection, Engine, exc, make_url

from atm_service.control.audit import sealing, store, watching
from atm_service.platform import database as db
from atm_service.platform.context import Context
from atm_service.platform.idempotency import Key
from atm_service.platform.settings import Settings
from atm_service.run import app, assembly, housekeeping
from counter_app import answers, service_api
from counter_app.answers import Receipt, Shift
from counter_app.cash_answers import Delivery
from counter_app.encryption import load_cipher
from counter_app.journal import Journal, State
from counter_app.resolver import Resolver
from counter_app.sessions import Sessions
from ledger.seals import live, verifying
from tests import psql
from tests.database import administer
from tests.upgrades.history import DUMPS, HEADS, TOGETHER

IDLE: Final = timedelta(hours=1)


@dataclass
class House:
    """A house of an older revision, and what its dump says of it."""

    about: dict[str, Any]
    url: str
    owner: Engine
    folder: Path

    @cached_property
    def now(self) -> datetime:
        """A quarter of an hour after the dump: what was presented is free again, and no code has expired."""
        return datetime.fromisoformat(self.about["made_at"]) + timedelta(minutes=15)

    @cached_property
    def context(self) -> Context:
        """The service of today on this database, with the keys of then."""
        keys = self.folder / "secret-keys.toml"
        keys.write_text("\n".join(self.about["secret_keys"]), encoding="ascii")
        keys.chmod(0o600)
        settings = Settings(
            data_dir=self.folder, secret_keys_file=keys, simulated_delay_s=0, second_factor="off"
        )
        return assembly.context(settings, self.url, lambda: self.now)

    @cached_property
    def service(self) -> FastAPI:
        """Its HTTP."""
        return app.create(self.context)

    @cached_property
    def client(self) -> TestClient:
        """A line to it."""
        return TestClient(self.service)

    def upgrade(self) -> None:
        """Do what `soft-atm migrate` does."""
        db.migrate(self.url)
        assembly.make_signing_keys(self.context, self.now)

    def staff(self, username: str) -> "Hands":
        """Let a member of staff sign in."""
        password = self.password(username)
        return Hands(self.client, "/staff/v1/sessions", username=username, password=password)

    def password(self, username: str) -> str:
        """Give what somebody signs in with."""
        return next(str(one["password"]) for one in self.about["staff"] if one["username"] == username)


@contextmanager
def restored(server_url: str, revision: str, folder: Path) -> Iterator[House]:
    """Bring a dump back into a database of its own."""
    name = f"upgrade_{revision}_{os.getpid()}"
    administer(server_url, f"CREATE DATABASE {name}")
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    psql.run(url, script=gzip.decompress((DUMPS / f"{revision}.sql.gz").read_bytes()).decode())
    about = {"revision": revision} | json.loads((DUMPS / f"{revision}.json").read_text(encoding="utf-8"))
    house = House(about, url, db.owner_engine(url), folder)
    try:
        yield house
    finally:
        house.owner.dispose()
        house.context.engine.dispose()
        administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def accounts(connection: Connection) -> list[tuple[Any, ...]]:
    """Give every account with its money."""
    rows = connection.exec_driver_sql(
        "SELECT code, debits, credits, held, version FROM ledger.account ORDER BY code"
    )
    return [tuple(row) for row in rows]


def shape(url: str) -> list[str]:
    """Give the tables, functions, triggers and rights of a database, as pg_dump writes them.

    Casts and brackets are left out: PostgreSQL places them otherwise in a CHECK that has been through a dump.
    """
    return [
        re.sub(r"::(text|character varying)(\[\])?|[()]", "", line)
        for line in psql.dump(url, "--schema-only")
    ]


def ten_days_later(house: House) -> None:
    """Housekeeping ends what nobody came for, and seals; then every control holds and every seal verifies."""
    house.now += timedelta(days=10)
    context = house.context
    for task in housekeeping.TASKS.values():
        task(context, house.now)
    with store.snapshot(context.engine) as session:
        found = watching.controls(session, context.policy, house.now, watching.EVERYTHING)
        keys = {key.kid: key.public for key in sealing.verifying_keys(context, session)}
        report = verifying.verify(live.books(session), keys, house.now)
    assert [(one.name, one.examples) for one in found if not one.holds] == []
    assert report.holds, report.findings
    assert report.unsealed == 0
    assert report.leaves
    with house.owner.connect() as connection:
        assert connection.exec_driver_sql("SELECT sum(held) FROM ledger.account").scalar_one() == 0


class Hands:
    """Somebody signed in at the service of today."""

    def __init__(self, client: TestClient, door: str, **proof: str) -> None:
        self.client = client
        answer = client.post(door, json=proof)
        assert answer.status_code == 201, answer.text
        self.bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def get(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(path, headers=self.bearer).json()
        return found

    def post(self, path: str, body: dict[str, Any], key: str = "") -> dict[str, Any]:
        answer = self.client.post(
            path, json=body, headers=self.bearer | {"Idempotency-Key": key or str(uuid4())}
        )
        assert answer.is_success, answer.text
        done: dict[str, Any] = answer.json()
        return done


def pay_what_was_open(house: House) -> None:
    """Both codes of before the upgrade are seen by their customers and paid by a clerk whose shift was open."""
    clerk = house.staff(house.about["asked"]["username"])
    for whose, which in enumerate(("open", "presented")):
        person, path = house.about["customers"][whose], f"/wallet/v1/withdrawals/{house.about[which]}"
        customer = Hands(house.client, "/wallet/v1/sessions", phone=person["phone"], pin=person["pin"])
        presented = clerk.post("/counter/v1/presentations", {"code": customer.get(path)["code"]})
        assert presented["withdrawal_id"] == house.about[which]
        body = {"id_number": person["id_number"], "checked": "qr"}
        clerk.post(f"/counter/v1/withdrawals/{house.about[which]}/payment", body)
        assert customer.get(path)["status"] == "paid"


READERS: Final = {"identity_checked": Receipt, "opening_total": Shift, "direction": Delivery}


def ask_for_what_is_remembered(house: House) -> None:
    """Whatever the service of then answered, and gives again under its key, today's counter understands."""
    with house.owner.connect() as connection:
        rows = connection.exec_driver_sql("SELECT caller, key, answer FROM service.idempotency").all()
    seen = set()
    for caller, key, encrypted in rows:
        place = Key(caller, key, b"", house.context.cipher, house.now).place()
        answer = json.loads(house.context.cipher.decrypt(encrypted, place))
        for member, reader in READERS.items():
            if member in answer:
                assert answers.read(reader, answer)
                seen.add(member)
        if answer.get("direction") in {"to-district", "to-area"}:
            body = {name: answer[name] for name in ("office", "direction", "amount")}
            assert house.staff("giamsat").post("/staff/v1/deliveries", body, key) == answer
    assert seen >= READERS.keys() - ({"direction"} if house.about["revision"] < "0011" else set())


def old_journal(house: House) -> Journal:
    """Open the journal of the counter of then by the counter app of today."""
    counter = house.folder / "counter"
    counter.mkdir()
    (counter / "journal.key").write_bytes(base64.b64decode(house.about["journal_key"]))
    (counter / "journal.key").chmod(0o600)
    with closing(sqlite3.connect(counter / "journal.sqlite")) as file:
        file.executescript("\n".join(house.about["journal"]))
    return Journal(counter / "journal.sqlite", load_cipher(counter / "journal.key"))


async def ask_what_was_lost(house: House, journal: Journal) -> None:
    """Let the counter app find out what became of its payment, whose answer it never read."""
    asked = house.about["asked"]
    transport = httpx2.ASGITransport(house.service)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service") as client:
        service, sessions = service_api.Service(client, lambda: house.now), Sessions(IDLE)
        who = asked["username"]
        tokens = await service_api.sign_in(service, who, house.password(who), code=None, device=None)
        sessions.begin(who, tokens, house.now)
        await asyncio.gather(*Resolver(service, sessions, journal, 8).ask_due())


@pytest.fixture(scope="module")
def fresh(server_url: str, template: str) -> list[str]:
    """Give the shape of a database that was never older."""
    return shape(make_url(server_url).set(database=template).render_as_string(hide_password=False))


@pytest.mark.parametrize("revision", HEADS)
def test_a_furnished_database_goes_on(
    server_url: str, fresh: list[str], tmp_path: Path, revision: str
) -> None:
    """No đồng moves by the upgrade; open codes are paid, lost answers found, controls hold, seals verify."""
    with restored(server_url, revision, tmp_path) as house:
        with house.owner.connect() as connection:
            before = accounts(connection)
        house.upgrade()
        with house.owner.connect() as connection:
            assert accounts(connection) == before
        assert shape(house.url) == fresh
        ask_for_what_is_remembered(house)
        pay_what_was_open(house)
        asked, journal = house.about["asked"], old_journal(house)
        assert journal.recover() == 1
        asyncio.run(ask_what_was_lost(house, journal))
        known = journal.get(asked["key"])
        journal.close()
        assert (known.state, (known.answer or {})["number"]) == (State.ANSWERED, asked["answer"]["number"])
        ten_days_later(house)


def test_an_upgrade_that_fails_changes_nothing(server_url: str, tmp_path: Path) -> None:
    """All migrations are one transaction: the old version finds its database as it was."""
    with restored(server_url, "0007", tmp_path) as house:
        with house.owner.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE service.unit ()")  # in the way of a late migration
        before = shape(house.url)
        with pytest.raises(exc.ProgrammingError, match='relation "unit" already exists'):
            house.upgrade()
        assert shape(house.url) == before
        with house.owner.connect() as connection:
            known = connection.exec_driver_sql("SELECT version_num FROM public.alembic_version")
            assert known.scalar_one() == "0007"


def test_every_revision_that_stood_is_tried() -> None:
    """Whoever adds a migration makes the dump of the revision before it: `python -m tests.upgrades.make`."""
    *older, _ = reversed([one.revision for one in ScriptDirectory(str(db.MIGRATIONS)).walk_revisions()])
    assert set(older) <= {*HEADS, *TOGETHER}
    assert {path.name for path in DUMPS.iterdir()} == {
        f"{one}.{end}" for one in HEADS for end in ("json", "sql.gz")
    }
