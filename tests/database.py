"""What a test knows of its own database."""

from dataclasses import dataclass

from sqlalchemy import Engine


@dataclass(frozen=True)
class Database:
    """A test's own database: `owner` plays the migrating role and the hand at psql, `app` is the service's role."""

    url: str
    owner: Engine
    app: Engine
