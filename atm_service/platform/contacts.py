"""When an office's counter was last heard of: any request of a signed-in clerk.

Kept in this process's memory and written down by its housekeeping, an office at most once a minute. So no request
waits for it, and a process that dies forgets a minute at most.
"""

import threading
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, DateTime
from sqlmodel import Field, SQLModel

from atm_service.platform.locking import Rank

WRITE_EVERY: Final = timedelta(minutes=1)
FRESH: Final = timedelta(minutes=5)  # a counter that is in use speaks every minute


class OfficeContactRow(SQLModel, table=True):
    """When an office was last heard of. Not in the office's own row, which changes of state lock."""

    __tablename__ = "office_contact"
    __table_args__ = {"schema": "service"}

    office: str = Field(primary_key=True, foreign_key="service.office.code")
    seen_at: datetime = Field(sa_type=DateTime(timezone=True))


# In order of code, as in every process: so two of them do not wait in a circle.
_WRITE: Final = Rank.CONTACT.locks("""
    INSERT INTO service.office_contact AS c (office, seen_at)
    SELECT o.code, seen.at
    FROM unnest(CAST(:offices AS text[]), CAST(:times AS timestamptz[])) AS seen (office, at)
    JOIN service.office AS o ON o.code = seen.office
    ORDER BY o.code
    ON CONFLICT (office) DO UPDATE SET seen_at = greatest(c.seen_at, excluded.seen_at)
""")


class Contacts:
    """What this process has heard of offices, and when it last wrote each down."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._heard: dict[str, datetime] = {}
        self._written: dict[str, datetime] = {}

    def note(self, office: str, now: datetime) -> None:
        """Remember that the office's counter has spoken."""
        with self._lock:
            self._heard[office] = now

    def due(self, now: datetime) -> dict[str, datetime]:
        """Take out what is to be written now. What cannot be written is lost: the office speaks again."""
        with self._lock:
            due = {
                office: heard
                for office, heard in self._heard.items()
                if office not in self._written or now - self._written[office] >= WRITE_EVERY
            }
            for office in due:
                del self._heard[office]
                self._written[office] = now
            return due


def write(session: Connection, due: dict[str, datetime]) -> None:
    """Write down when offices were heard of; a later moment stays."""
    if due:
        session.execute(_WRITE, {"offices": list(due), "times": list(due.values())})
