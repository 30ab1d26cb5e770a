"""A town for the simulations: offices, clerks and customers, who speak HTTP to whatever service is alive."""

import itertools
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

import httpx2

from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import issue_access
from atm_service.platform.settings import Settings
from atm_service.registers.offices import life
from atm_service.registers.offices import service as offices
from atm_service.registers.staff import service as staff
from atm_service.registers.units import service as units
from atm_service.run import assembly
from tests.atm_service import phones

OFFICE: Final = "05971-1"
OTHER_OFFICE: Final = "05974-1"
PASSWORD: Final = "a-long-password"
PIN: Final = "480152"
CASH: Final = 100_000_000  # đồng in a drawer
TOKEN_LIFETIME: Final = timedelta(minutes=60)
TIMEOUT_S: Final = 30
HOMES: Final = IPv4Network("10.0.0.0/8")

T = TypeVar("T")

_numbers = itertools.count(1)


def clock() -> datetime:
    """Read the real clock: the simulations' services do so too."""
    return datetime.now(UTC)  # noqa: TID251  as the service's own __main__ does


@dataclass
class Person:
    """Somebody signed in, who asks a service over HTTP. `line` may be changed for another service's."""

    line: httpx2.Client
    token: str
    id: UUID

    def get(self, path: str) -> httpx2.Response:
        """Look."""
        return self.line.get(path, headers={"Authorization": f"Bearer {self.token}"})

    def post(self, path: str, body: Any = None, key: str | None = None) -> httpx2.Response:
        """Ask for something to be done."""
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key or str(uuid4())}
        return self.line.post(path, json=body, headers=headers)


@dataclass
class Customer(Person):
    """A customer with a wallet."""

    id_number: str

    def authorise(self, amount: int = 50_000, key: str | None = None) -> httpx2.Response:
        """Ask for a code."""
        return self.post("/wallet/v1/withdrawals", {"amount": amount, "pin": PIN}, key)

    def code(self, amount: int = 50_000) -> dict[str, Any]:
        """Get a code."""
        return known(self.authorise(amount))

    def cancel(self, id: str, key: str | None = None) -> httpx2.Response:
        """Give a withdrawal up."""
        return self.post(f"/wallet/v1/withdrawals/{id}/cancel", None, key)

    def available(self) -> int:
        """Tell how much may be taken out."""
        return int(self.get("/wallet/v1/account").json()["available"])


@dataclass
class Clerk(Person):
    """A clerk with a drawer of the own office."""

    username: str
    office: str
    drawer: int

    def open(self, cash: int = CASH) -> httpx2.Response:
        """Open a shift with a counted drawer."""
        body = {"drawer": self.drawer, "counts": {"50000": cash // 50_000}}
        return self.post("/counter/v1/shifts", body)

    def close(self, cash: int) -> httpx2.Response:
        """Close the shift with a counted drawer."""
        return self.post("/counter/v1/shifts/current/close", {"counts": {"50000": cash // 50_000}})

    def present(self, code: str) -> httpx2.Response:
        """Scan a code."""
        return self.post("/counter/v1/presentations", {"code": code})

    def pay(self, id: str, id_number: str, key: str | None = None) -> httpx2.Response:
        """Check the card and pay."""
        body = {"id_number": id_number, "checked": "qr"}
        return self.post(f"/counter/v1/withdrawals/{id}/payment", body, key)

    def release(self, id: str) -> httpx2.Response:
        """Give the right to pay back."""
        return self.post(f"/counter/v1/withdrawals/{id}/release")


@dataclass
class Town:
    """People and offices on the database at `url`. `told`: every receipt that a counter was given.

    `context` is this process's own door to the database.
    """

    url: str
    context: Context
    data_dir: Path
    lines: list[httpx2.Client] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    drawers: dict[str, Iterator[int]] = field(
        default_factory=lambda: defaultdict(lambda: iter(range(1, 100)))
    )

    def line(self, url: str) -> httpx2.Client:
        """Open a line to a service."""
        line = httpx2.Client(base_url=url, timeout=TIMEOUT_S, trust_env=False)
        self.lines.append(line)
        return line

    def close(self) -> None:
        """Close every line and the door to the database."""
        for line in self.lines:
            line.close()
        self.context.engine.dispose()

    def applicant(self) -> dict[str, str]:
        """Make up somebody who has not applied yet."""
        number = next(_numbers)
        return {
            "full_name": "Nông Văn Thắng",
            "date_of_birth": "1985-04-12",
            "id_number": f"020085{number:06d}",
            "phone": f"09{number:08d}",
            "pin": PIN,
            "capture": "sample-clear",
        }

    def proof(self, phone: str) -> str:
        """Prove a phone number."""
        return phones.proof(self.context, phone, self.context.clock())

    def customer(self, line: httpx2.Client, balance: int) -> Customer:
        """Let somebody apply, sign in, link a bank account and top up.

        Each applies at home: a service that takes this line's word for where has no crowd at one address.
        """
        applicant = self.applicant()
        home = {"X-Forwarded-For": str(HOMES[int(applicant["phone"][2:])])}
        applicant["phone_proof"] = self.proof(applicant["phone"])
        application = line.post("/wallet/v1/applications", json=applicant, headers=home)
        assert known(application)["status"] == "approved"
        session = known(line.post("/wallet/v1/sessions", json={"phone": applicant["phone"], "pin": PIN}))
        customer = Customer(line, session["access_token"], UUID(int=0), applicant["id_number"])
        customer.id = UUID(customer.get("/wallet/v1/account").json()["customer_id"])
        account = {"bin": "970405", "account_number": f"88{applicant['phone'][2:]}55"}
        link = known(customer.post("/wallet/v1/bank-links", account))["id"]
        top_up = {"bank_link_id": link, "amount": balance, "pin": PIN}
        assert known(customer.post("/wallet/v1/top-ups", top_up))["status"] == "succeeded"
        return customer

    def supervisor(self, line: httpx2.Client) -> Person:
        """Bring in a supervisor of the whole province."""
        now, username = self.context.clock(), f"supervisor{next(_numbers)}"
        with self.context.transaction() as session:
            id = staff.add(
                session, self.context.hasher, username, PASSWORD, "supervisor", None, "Đinh Quang Giám", now
            )
        keys = self.context.keys.at(now)
        return Person(line, issue_access(keys, id, "staff", "supervisor", None, now, TOKEN_LIFETIME), id)

    def clerk(self, line: httpx2.Client, office: str) -> Clerk:
        """Bring in a clerk with a drawer of cash and an open shift."""
        now, drawer = self.context.clock(), next(self.drawers[office])
        with self.context.transaction() as session:
            life.activate(session, office, drawer, now)
            offices.bring_cash(session, office, drawer, CASH, uuid4(), now)
            username = f"clerk{next(_numbers)}"
            id = staff.add(
                session, self.context.hasher, username, PASSWORD, "clerk", office, "Hoàng Thị Lan", now
            )
        keys = self.context.keys.at(now)
        token = issue_access(keys, id, "staff", "clerk", office, now, TOKEN_LIFETIME)
        clerk = Clerk(line, token, id, username, office, drawer)
        known(clerk.open())
        return clerk


def known(answer: httpx2.Response) -> dict[str, Any]:
    """Read a success; anything else fails with what was answered."""
    assert answer.is_success, f"{answer.status_code} {answer.text}"
    body: dict[str, Any] = answer.json()
    return body


def slug(answer: httpx2.Response) -> str:
    """Name a refusal by its problem; a success is its status."""
    if answer.is_success:
        return str(answer.status_code)
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    kind: str = answer.json()["type"]
    return kind.removeprefix("urn:soft-atm:problem:")


def found(database_url: str, data_dir: Path) -> Town:
    """Found the town: keys, offices; nobody lives there yet."""
    data_dir.mkdir(parents=True, exist_ok=True)
    settings = Settings(data_dir=data_dir, secret_keys_file=data_dir / "secret-keys.toml")
    assembly.make_keys(settings.keys_file)
    context = assembly.context(settings, database_url, clock)
    assembly.make_signing_keys(context, clock())
    with context.transaction() as session:
        units.furnish(session, clock())
    return Town(database_url, context, data_dir)


def at_once(works: Sequence[Callable[[], T]]) -> list[T]:
    """Do everything at the same moment, each in a thread of its own; give what came of it, in order."""
    gate = threading.Barrier(len(works), timeout=30)

    def work(what: Callable[[], T]) -> T:
        gate.wait()
        return what()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(work, works))
