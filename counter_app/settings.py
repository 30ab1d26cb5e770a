"""Settings of the counter app, from the environment (`SOFT_ATM_COUNTER_…`), checked at start."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field, HttpUrl
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an office may set. `host` stays on loopback unless the office puts HTTPS in front."""

    model_config = SettingsConfigDict(env_prefix="SOFT_ATM_COUNTER_", frozen=True)

    service_url: HttpUrl = HttpUrl("http://127.0.0.1:8000")
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8001
    data_dir: Path = Path("var/counter")
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "::1", "[::1]")
    behind_https: bool = False
    idle_minutes: Annotated[int, Field(ge=1, le=720)] = 60
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 15.0
    patience_s: Annotated[float, Field(gt=0, le=120)] = 8.0
    help_phone: str = ""  # whom to call when the line is down, as it is to be read
    legal_name: str = ""  # on every paper: who answers for it
    hotline: str = ""  # on every paper: where a customer asks
    frames_per_second: Annotated[int, Field(ge=1, le=30)] = 8

    @property
    def idle(self) -> timedelta:
        """How long a browser session may rest."""
        return timedelta(minutes=self.idle_minutes)
