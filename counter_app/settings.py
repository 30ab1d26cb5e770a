"""Settings of the counter app, from the environment (`SOFT_ATM_COUNTER_…`), checked at start."""

from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from pydantic import Field, HttpUrl, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an office may set. What leaves this machine is HTTPS: to the service, and in front of `host`."""

    model_config = SettingsConfigDict(env_prefix="SOFT_ATM_COUNTER_", frozen=True)

    service_url: HttpUrl = HttpUrl("http://127.0.0.1:8000")
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8001
    data_dir: Path = Path("var/counter")
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "::1", "[::1]")
    behind_https: bool = False
    idle_minutes: Annotated[int, Field(ge=1, le=720)] = 60
    lock_minutes: Annotated[int, Field(ge=1, le=720)] = 5
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 15.0
    patience_s: Annotated[float, Field(gt=0, le=120)] = 8.0
    help_phone: str = ""  # whom to call when the line is down, as it is to be read
    legal_name: str = ""  # on every paper: who answers for it
    hotline: str = ""  # on every paper: where a customer asks
    frames_per_second: Annotated[int, Field(ge=1, le=30)] = 8

    @field_validator("service_url")
    @classmethod
    def _secret_on_the_way(cls, value: HttpUrl) -> HttpUrl:
        if value.scheme != "https" and not _is_loopback(value.host or ""):
            raise ValueError("must be https, unless the service is on this machine")
        return value

    @model_validator(mode="after")
    def _secret_at_the_office(self) -> "Settings":
        if not self.behind_https and not _is_loopback(self.host):
            raise ValueError(
                "host: only this machine (127.0.0.1), unless behind_https says that HTTPS is in front"
            )
        return self

    @property
    def idle(self) -> timedelta:
        """How long a browser session may rest."""
        return timedelta(minutes=self.idle_minutes)

    @property
    def lock_after(self) -> timedelta:
        """How long a desk may rest before it is locked."""
        return timedelta(minutes=self.lock_minutes)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
