"""A control's file runs in psql as it stands: over everything, by the default policy, with nothing bound."""

from datetime import UTC, datetime
from pathlib import Path

from atm_service.control.audit import sql, watching
from atm_service.platform import policy
from ledger import controls
from tests import psql
from tests.atm_service.world import Service
from tests.database import Database

GIVEN = sql.CONTROLS / "given.psql"
FILES = [*Path(controls.__file__).parent.glob("*.sql"), *sql.CONTROLS.glob("*.sql")]
NAMES = (
    "customer_day",
    "customer_month",
    "transfer_day",
    "office_day",
    "office_month",
    "delivery_above",
    "count_above",
    "today",
    "last_month",
    "last_month_day",
    "last_month_id",
    "settled",
    "overdue",
)


def test_every_control_runs_in_psql(service: Service, database: Database) -> None:
    """After some business each file runs through, and prints no break."""
    clerk, customer = service.clerk(), service.customer()
    assert clerk.serve(customer, customer.code()).status_code == 201
    customer.code()
    moment = f"--set=moment='{service.now.isoformat()}'"
    printed = {file.name: psql.run(database.url, moment, f"--file={file}") for file in FILES}
    assert len(printed) == len(FILES) > 40
    assert {name: lines for name, lines in printed.items() if lines} == {}


def test_a_break_is_printed(service: Service, database: Database) -> None:
    """What the service's own run finds, whether a value is given to the query or not."""
    service.customer().code()
    with database.owner.begin() as session:
        session.exec_driver_sql("SET session_replication_role = replica")
        session.exec_driver_sql("UPDATE ledger.entry SET lines = lines + 1")
        session.exec_driver_sql("UPDATE service.withdrawal SET expires_at = now() - interval '16 minutes'")
    for name in ("no-withdrawal-overdue", "entries-complete"):
        (file,) = [file for file in FILES if file.stem == name]
        assert psql.run(database.url, f"--file={file}")


def test_psql_is_given_what_the_service_gives(database: Database) -> None:
    """The figures of the default policy, and the moments that the service reckons from the same clock."""
    now = datetime(2026, 3, 31, 17, 30, tzinfo=UTC)  # the first of April in Vietnam
    values = watching._values(policy.load("bank_agent"), now)
    assert set(values) == set(NAMES)
    script = f"\\i {GIVEN}\n" + "".join(f"SELECT :{name};\n" for name in NAMES)
    given = psql.run(database.url, f"--set=moment='{now.isoformat()}'", script=script)
    assert given == [_text(values[name]) for name in NAMES]


def test_psql_may_be_given_another_policy(database: Database) -> None:
    """By its own variables, on its command line."""
    script = f"\\i {GIVEN}\nSELECT :office_day, now() - :overdue BETWEEN '19 minutes' AND '21 minutes';\n"
    given = psql.run(database.url, "--set=office_day=7", "--set=lease=10 minutes", script=script)
    assert given == ["7|t"]


def _text(value: object) -> str:
    return value.strftime("%Y-%m-%d %H:%M:%S+00") if isinstance(value, datetime) else str(value)
