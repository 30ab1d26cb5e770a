"""A service on a fresh database, for every test that asks."""

from pathlib import Path

import pytest

from atm_service import assembly
from atm_service.banks.simulated import SimulatedBank
from atm_service.context import Context, KeyRing
from atm_service.limits import policy
from atm_service.offices import service as offices
from atm_service.settings import Settings
from kyc.simulated import SimulatedProvider
from tests.atm_service.world import SEALER, Clock, Service
from tests.database import Database


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def context(database: Database, tmp_path: Path, clock: Clock) -> Context:
    settings = Settings(data_dir=tmp_path, simulated_delay_s=0, kyc_timeout_s=1)
    rules = policy.load("bank_agent")
    context = Context(
        settings=settings,
        engine=database.app,
        clock=clock,
        sealer=SEALER,
        keys=KeyRing(database.app, SEALER, rules.withdrawal.longest_lifetime),
        policy=rules,
        provider=SimulatedProvider(0, lambda _: None),
        bank=SimulatedBank(tmp_path / "bank.sqlite", 0, lambda _: None),
    )
    assembly.make_signing_keys(context, clock.now)
    with context.transaction() as session:
        offices.import_communes(session)
    return context


@pytest.fixture
def service(context: Context, clock: Clock) -> Service:
    return Service(context, clock)
