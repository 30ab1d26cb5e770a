"""Settings: read from the environment (`SOFT_ATM_…`) or one file, validated at start, each with its default."""

import difflib
import ipaddress
import os
import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import Field, HttpUrl, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from atm_service.platform import database

_PREFIX: Final = "SOFT_ATM_"
_NAMED: Final = re.compile(r"^\s*(?:export\s+)?(\w+)\s*=", re.MULTILINE)
_NAME: Final = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z](?:[a-z0-9-]*[a-z0-9])?"
)  # no address: 10.0.0.1
_ORIGIN: Final = re.compile(rf"(https?)://({_NAME.pattern})(?::[0-9]{{1,5}})?")
_ELSEWHERE: Final = tuple(f"{_PREFIX}{word}_" for word in ("COUNTER", "TEST", "SIMULATION"))


KEYS_NAME: Final = "secret-keys.toml"
PORT_MAX: Final = 65_535


class Address(NamedTuple):
    """Where something listens."""

    host: str
    port: int


class Settings(BaseSettings):
    """What an operator may set. `SOFT_ATM_ENV_FILE` names a file of the same `SOFT_ATM_…=value` lines."""

    model_config = SettingsConfigDict(env_prefix="SOFT_ATM_", extra="ignore", frozen=True)

    data_dir: Path = Field(Path("var"), description="embedded database, secret keys and the demo's facts")
    database_url: SecretStr | None = Field(None, description="any PostgreSQL ≥ 15; none: the embedded one")
    owner_database_url: SecretStr | None = Field(None, description="for migrations; none: the same URL")
    secret_keys_file: Path | None = Field(
        None, description="AES-256 and HMAC keys; none: away from the data folder"
    )
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    metrics: Annotated[Address | None, NoDecode] = Field(
        Address("127.0.0.1", 9464), description="host:port where Prometheus asks; empty: nowhere"
    )
    public_url: HttpUrl | None = Field(
        None,
        description="where customers open this service: receipts name it, so that a phone's camera opens their check",
    )
    proxy: str | None = Field(
        None, description="addresses or networks, by commas: whose X-Forwarded-For is true"
    )
    workers: int = Field(2, ge=1, le=64, description="service processes")
    pool_size: int = Field(20, ge=2, le=100, description="database connections of one process")
    policy: str = Field("bank_agent", pattern=r"^[a-z_]{1,40}$", description="a file in policies/")
    housekeeping_s: float = Field(2.0, ge=0.1, le=60, description="pause between rounds of housekeeping")
    access_token_min: int = Field(10, ge=1, le=60)
    idle_minutes: int = Field(5, ge=1, le=60)  # a page that nobody touches for so long signs out
    wallet_session_days: int = Field(30, ge=1, le=365)
    staff_session_hours: int = Field(12, ge=1, le=24)
    second_factor: Literal["required", "off"] = Field(
        "required", description="of supervisors, operators and auditors; off for demonstrations alone"
    )
    passkey_rp: str = Field(
        "localhost", description="the host name that passkeys belong to, or a parent of it"
    )
    passkey_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        ("http://localhost:8001", "http://localhost:8000"),
        description="where counters and the auditor's page are opened with passkeys, by commas",
    )
    hotline: str = Field(
        "1900 54 54 81",
        pattern=r"^[0-9+ .]{3,20}$",
        description="whom customers call, as the wallet shows it",
    )
    kyc_provider: Literal["simulated", "http"] = "simulated"
    kyc_url: HttpUrl | None = None
    kyc_key: SecretStr | None = None
    kyc_timeout_s: float = Field(5.0, ge=0.1, le=30)
    watch_list: Literal["simulated"] = Field("simulated", description="whom no wallet is opened for unseen")
    watch_list_timeout_s: float = Field(2.0, ge=0.1, le=30)
    bank_timeout_s: float = Field(3.0, ge=0.1, le=30)
    sms_timeout_s: float = Field(3.0, ge=0.1, le=30)
    demonstration: bool = Field(
        False,
        description="serve with simulated banks, eKYC provider, watch list and phones; never with real money",
    )
    simulated_delay_s: float = Field(0.2, ge=0, le=10, description="how long the simulated parties take")
    demo_file: Path | None = Field(
        None, description="made-up people, shown at /demo.json; never on a real service"
    )
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("database_url", "owner_database_url")
    @classmethod
    def _postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        return value and SecretStr(database.url(value.get_secret_value()))

    @field_validator("metrics", mode="before")
    @classmethod
    def _address(cls, value: object) -> object:
        """Read `host:port`, with the host of an IPv6 address in brackets; nothing: no metrics."""
        if not isinstance(value, str):
            return value
        host, _, port = value.rpartition(":")
        if value and not (host and port.isdigit() and 0 <= int(port) <= PORT_MAX):
            raise ValueError("must be host:port")
        return Address(host.strip("[]"), int(port)) if value else None

    @field_validator("passkey_origins", mode="before")
    @classmethod
    def _by_commas(cls, value: object) -> object:
        return tuple(one.strip() for one in value.split(",")) if isinstance(value, str) else value

    @field_validator("proxy")
    @classmethod
    def _addresses(cls, value: str | None) -> str | None:
        for one in value.split(",") if value else ():
            ipaddress.ip_network(one.strip(), strict=False)
        return value or None

    @model_validator(mode="after")
    def _whole(self) -> "Settings":
        if self.kyc_provider == "http" and not (self.kyc_url and self.kyc_key):
            raise ValueError("SOFT_ATM_KYC_PROVIDER=http needs SOFT_ATM_KYC_URL and SOFT_ATM_KYC_KEY")
        for origin in self.passkey_origins:
            if not _fits(origin, self.passkey_rp):
                raise ValueError(
                    f"SOFT_ATM_PASSKEY_ORIGINS: {origin} must be https://NAME[:PORT], NAME being SOFT_ATM_PASSKEY_RP"
                    f" ({self.passkey_rp}) or below it and no address; http is for localhost alone"
                )
        return self

    @property
    def keys_file(self) -> Path:
        """Give the file with the secret keys: away from the data folder, which is copied about, but for a demo's."""
        if self.secret_keys_file is not None:
            return self.secret_keys_file
        if self.demo_file is not None:
            return self.data_dir / KEYS_NAME
        config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
        return Path(config) / "soft-atm" / KEYS_NAME

    @property
    def phones_file(self) -> Path:
        """Give where simulated phones keep what came to them."""
        return self.data_dir / "simulated-phones.sqlite"

    @property
    def access_lifetime(self) -> timedelta:
        """Give the life of an access token."""
        return timedelta(minutes=self.access_token_min)


def _fits(origin: str, rp: str) -> bool:
    """Tell whether a browser makes passkeys of `rp` at an origin: by HTTPS or on its own machine, within it."""
    parts = _ORIGIN.fullmatch(origin)
    if parts is None or _NAME.fullmatch(rp) is None or (rp != "localhost" and "." not in rp):
        return False
    scheme, host = parts.groups()
    return (scheme == "https" or host == "localhost") and (host == rp or host.endswith(f".{rp}"))


def load(env_file: str | None) -> Settings:
    """Read and check the settings; a wrong one ends the program with its name and the reason, never its value.

    So do a name that no setting has, and a file that cannot be read: both would quietly mean the default.
    """
    if env_file is not None and not os.access(env_file, os.R_OK):
        sys.exit("soft-atm cannot start: SOFT_ATM_ENV_FILE names a file that cannot be read")
    in_file = _NAMED.findall(Path(env_file).read_text("utf-8", "replace")) if env_file is not None else []
    if unknown := _unknown({*os.environ, *in_file}):
        sys.exit("soft-atm cannot start, no setting has this name:\n" + "\n".join(unknown))
    try:
        chosen = Settings(_env_file=env_file)
    except ValidationError as invalid:
        lines = [
            f"  SOFT_ATM_{'_'.join(map(str, error['loc'])).upper() or '…'}: {error['msg']}"
            for error in invalid.errors()
        ]
        sys.exit("soft-atm cannot start, a setting is wrong:\n" + "\n".join(lines))
    beside = chosen.data_dir / KEYS_NAME
    if chosen.secret_keys_file is None and chosen.keys_file != beside and beside.exists():
        sys.exit(
            f"soft-atm cannot start: the secret keys lie in the data folder, {beside}. "
            f"Move them to {chosen.keys_file}, or name the file in SOFT_ATM_SECRET_KEYS_FILE"
        )
    return chosen


def _unknown(names: set[str]) -> list[str]:
    """Say which of the names are nobody's, and which setting is nearest."""
    known = {f"{_PREFIX}{field.upper()}" for field in Settings.model_fields} | {f"{_PREFIX}ENV_FILE"}
    ours = sorted(name.upper() for name in names if name.upper().startswith(_PREFIX))
    strange = [name for name in ours if name not in known and not name.startswith(_ELSEWHERE)]
    near = {name: difflib.get_close_matches(name, sorted(known), 1) for name in strange}
    return [f"  {name}{f': did you mean {near[name][0]}?' if near[name] else ''}" for name in strange]
