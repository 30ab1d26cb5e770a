"""The secret keys: none are made for a database that has others, and a new one leaves nothing to the old."""

import re
from pathlib import Path

import pytest

from atm_service.run import assembly, resealing
from kyc.encryption import Cipher, generate_keys
from tests.atm_service import elders, world
from tests.atm_service.run.cli.line import invoke
from tests.atm_service.world import Clock, Service, context_on
from tests.database import Database

RULES = Path(__file__).parents[4] / "docs" / "rules.md"


def test_no_new_keys_for_a_database_that_has_others(database: Database, tmp_path: Path) -> None:
    """A lost key file: one line, no new file, and the old one put back goes on."""
    keys = tmp_path / "secret-keys.toml"
    settings = {"SOFT_ATM_DATABASE_URL": database.url, "SOFT_ATM_SECRET_KEYS_FILE": str(keys)}
    assert invoke("migrate", **settings).exit_code == 0
    kept = keys.rename(tmp_path / "copy")
    answer = invoke("migrate", **settings)
    assert (answer.exit_code, keys.exists()) == (1, False)
    (line,) = answer.stderr.splitlines()
    assert "docs/master-key.md" in line
    kept.rename(keys)
    assert invoke("migrate", **settings).exit_code == 0


def test_a_new_key_leaves_nothing_to_the_old(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    """Refused while somebody is connected; then the new key alone opens every value, and the service goes on."""
    keys = tmp_path / "secret-keys.toml"
    keys.write_text(generate_keys())
    keys.chmod(0o600)
    settings = {"SOFT_ATM_DATABASE_URL": database.url, "SOFT_ATM_SECRET_KEYS_FILE": str(keys)}
    monkeypatch.setattr(world, "CIPHER", assembly.read_keys(keys))
    service = Service(context_on(database.app, tmp_path, clock), clock)
    clerk, customer = service.clerk(), service.customer()
    paid = elders.pay_by_card(clerk, customer, key="k").json()
    code = customer.code()
    before = keys.read_text()
    refused = invoke("keys", "rotate-master", **settings)
    assert (refused.exit_code, "connected" in refused.stderr, keys.read_text()) == (1, True, before)
    database.app.dispose()
    database.owner.dispose()
    done = invoke("keys", "rotate-master", **settings)
    assert done.exit_code == 0, done.output
    with database.owner.connect() as session:
        off = "SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'"
        assert session.exec_driver_sql(off).scalar_one() == 0
    both = assembly.read_keys(keys)
    assert len(both.keys) == 2
    monkeypatch.setattr(
        world, "CIPHER", Cipher({both.current: both.keys[both.current]}, both.current, both.index_key)
    )
    later = Service(context_on(database.app, tmp_path, clock), clock)
    clerk.client = customer.client = later.client
    assert elders.pay_by_card(clerk, customer, key="k").json() == paid
    assert customer.look(code["id"])["digits"] == code["digits"]
    assert clerk.serve(customer, code).status_code == 201


def test_every_encrypted_column_is_encrypted_anew() -> None:
    """As the list in docs/rules.md says, with the same places."""
    listed = re.findall(r"^\| `([\w.]+)\.(\w+)` \|.*\| `(.+)` \|$", RULES.read_text(), re.MULTILINE)
    assert {(one.table, one.column, one.place) for one in resealing.SEALED} == set(listed)
