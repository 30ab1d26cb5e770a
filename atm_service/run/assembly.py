"""Put the service together from its settings: the one place where implementations are chosen."""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final, get_args

from argon2 import PasswordHasher

from atm_service.platform import database, policy
from atm_service.platform.context import Context, KeyRing
from atm_service.platform.keys import store as key_store
from atm_service.platform.keys.domain import Purpose
from atm_service.platform.settings import Settings
from atm_service.registers.banks.simulated import SimulatedBank
from atm_service.registers.billers.simulated import SimulatedBiller
from atm_service.registers.messages.simulated import SimulatedPhones
from kyc.encryption import Cipher, add_key, generate_keys, load_keys
from kyc.errors import KeyFileInvalid
from kyc.http_provider import HttpProvider
from kyc.provider import Provider
from kyc.simulated import SimulatedProvider
from kyc.watch_list import SimulatedWatchList

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
OF_OTHERS = 0o077


def context(
    settings: Settings, database_url: str, clock: Callable[[], datetime], role: str = database.APP_ROLE
) -> Context:
    """Build a process's context; ends the program with a plain reason when something is missing."""
    rules = policy.load(settings.policy)
    engine = database.app_engine(database_url, pool_size=settings.pool_size, role=role)
    cipher = read_keys(settings.keys_file)
    longest = max(rules.withdrawal.longest_lifetime, settings.access_lifetime)
    return Context(
        settings=settings,
        engine=engine,
        clock=clock,
        cipher=cipher,
        keys=KeyRing(engine, cipher, longest),
        policy=rules,
        provider=_provider(settings),
        watch_list=SimulatedWatchList(clock),
        bank=SimulatedBank(
            settings.data_dir / "simulated-bank.sqlite", settings.simulated_delay_s, time.sleep
        ),
        biller=SimulatedBiller(
            settings.data_dir / "simulated-biller.sqlite", settings.simulated_delay_s, time.sleep
        ),
        notifier=SimulatedPhones(settings.phones_file, settings.simulated_delay_s, time.sleep),
        hasher=PasswordHasher(),
    )


KEEPER_POOL: Final = 4


def keeper(context: Context, database_url: str) -> Context:
    """Give the context that housekeeping works with: a role, and connections, of its own."""
    engine = database.app_engine(database_url, pool_size=KEEPER_POOL, role=database.HOUSEKEEPING_ROLE)
    return replace(context, engine=engine)


def refuse_simulated(settings: Settings) -> None:
    """End the program when customers would meet simulated parties, unless this is said to be a demonstration.

    A simulated bank pays whatever is asked for, a simulated eKYC provider knows everybody, and what is told on a
    simulated phone nobody reads.
    """
    if settings.demonstration:
        return
    simulated = [
        "banks (there are no others yet: write one for `platform/gateway.py:BankGateway`)",
        "the watch list (no other yet: write one for `kyc/watch_list.py:WatchList`)",
        "billers (no others yet: write one for `platform/gateway.py:BillerGateway`)",
        "phones (no carrier yet: write one for `platform/notifier.py:Notifier`)",
    ]
    if settings.kyc_provider == "simulated":
        simulated.append("the eKYC provider (choose a real one: SOFT_ATM_KYC_PROVIDER=http)")
    sys.exit(
        f"soft-atm does not serve with simulated parties: {'; '.join(simulated)}."
        " For a demonstration, without real money or people: SOFT_ATM_DEMONSTRATION=true"
    )


def _provider(settings: Settings) -> Provider:
    if settings.kyc_provider == "http" and settings.kyc_url and settings.kyc_key:
        return HttpProvider(str(settings.kyc_url), settings.kyc_key.get_secret_value())
    return SimulatedProvider(settings.simulated_delay_s, time.sleep)


def read_keys(path: Path) -> Cipher:
    """Read the secret keys; without them nothing starts, since identities could not be opened."""
    try:
        shared = path.stat().st_mode & OF_OTHERS
    except OSError:
        shared = 0  # the next lines say so
    if shared:
        sys.exit(
            f"soft-atm cannot start: others on this machine may read or change the secret keys in {path}. "
            f"Do `chmod 600 {path}`, and ask who has read them"
        )
    try:
        return load_keys(path.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError, KeyFileInvalid) as wrong:
        sys.exit(
            f"soft-atm cannot start: the secret keys in {path} cannot be used ({wrong}). See `soft-atm keys init`."
        )


def make_keys(path: Path) -> bool:
    """Make the file of secret keys, readable by its owner alone; False when there is one already."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(generate_keys())
    return True


def add_master_key(path: Path) -> Cipher:
    """Give the file of secret keys a new current key; the old ones still open. The file is replaced whole."""
    read_keys(path)
    draft = path.with_name(f"{path.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(add_key(path.read_text(encoding="ascii")))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return read_keys(path)


def make_signing_keys(context: Context, now: datetime) -> None:
    """Make the first signing key of each purpose that has none."""
    with context.transaction() as session:
        existing = key_store.current_purposes(session)
        for purpose in get_args(Purpose):
            if purpose not in existing:
                key_store.rotate(session, context.cipher, purpose, now)
