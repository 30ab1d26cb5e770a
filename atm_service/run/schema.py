"""Every table, SQL function and view of the service, in one place for the migrations to look at."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]

# Replaced whole after each migration, in this order. No percent sign in them: the driver would read it as a place.
FUNCTION_FILES: Final = (
    "ledger/guards.sql",
    "ledger/accounts.sql",
    "ledger/days.sql",
    "ledger/post.sql",
    "ledger/post_one.sql",
    "ledger/seals.sql",
    "ledger/marks.sql",
    "atm_service/registers/offices/cash_places.sql",
    "atm_service/registers/units/places.sql",
    "atm_service/registers/headroom/voucher_use.sql",
    "atm_service/platform/rights.sql",  # the last: it repeats what those before have granted
)


def functions() -> Iterator[str]:
    """Give the text of each function file, in the order in which they must be put in place."""
    for name in FUNCTION_FILES:
        yield (ROOT / name).read_text(encoding="utf-8")
