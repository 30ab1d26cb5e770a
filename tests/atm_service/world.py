"""A whole service in this process, a clock that tests set, and people who do things over HTTP."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Connection, Engine

import ledger
from atm_service.platform import chart, ids, policy
from atm_service.platform.clocks import Clocks
from atm_service.platform.context import Context, KeyRing
from atm_service.platform.keys import store as key_store
from atm_service.platform.keys.domain import Purpose
from atm_service.platform.keys.tokens import issue_access
from atm_service.platform.settings import Settings
from atm_service.registers.banks.simulated import SimulatedBank
from atm_service.registers.billers.simulated import SimulatedBiller
from atm_service.registers.messages.simulated import SimulatedPhones
from atm_service.registers.offices import life
from atm_service.registers.offices import service as offices
from atm_service.registers.offices import store as office_store
from atm_service.registers.staff import service as staff
from atm_service.registers.units import service as units
from atm_service.run import app, assembly
from kyc.encryption import generate_keys, load_keys
from kyc.errors import ProviderUnavailable
from kyc.simulated import SimulatedProvider
from kyc.watch_list import SimulatedWatchList
from ledger import Entry, Posting, reading
from tests.atm_service import phones
from tests.contract.documented import must_be_documented, slug_of

START = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)  # nine in the morning in Lạng Sơn, a Monday
OFFICE = "05971-1"
OTHER_OFFICE = "05974-1"
PASSWORD = "a-long-password"
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # the real one is slow on purpose
CIPHER = load_keys(generate_keys())

_numbers = itertools.count(1)


class Clock:
    """The time, as the test wants it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def steady(self) -> float:
        """Count seconds, as a clock that nobody sets."""
        return self.now.timestamp()

    def advance(self, **parts: float) -> None:
        self.now += timedelta(**parts)


def no_answer(*_: object) -> NoReturn:
    """Stand for the eKYC provider's method when it does not answer."""
    raise ProviderUnavailable("no answer")


def small_notes(cash: int) -> dict[str, int]:
    """Give notes that make every amount of whole ten thousands: the smallest that so much cash can be counted in."""
    tens = min(cash // 10_000, 90_000)
    return {"500000": (cash - tens * 10_000) // 500_000, "10000": tens}


@dataclass
class Person:
    """Somebody signed in, who asks over HTTP."""

    client: TestClient
    id: UUID
    token: str
    facts: dict[str, Any] = field(default_factory=dict)

    def get(self, path: str, **query: Any) -> Response:
        return self.client.get(path, params=query, headers={"Authorization": f"Bearer {self.token}"})

    def post(self, path: str, body: Any = None, key: str | None = None) -> Response:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key or str(uuid4())}
        return self.client.post(path, json=body, headers=headers)


class Customer(Person):
    """A customer with a wallet."""

    def authorise(self, amount: int = 2_000_000, key: str | None = None, **more: Any) -> Response:
        return self.post("/wallet/v1/withdrawals", {"amount": amount, "pin": self.facts["pin"], **more}, key)

    def code(self, amount: int = 2_000_000, **more: Any) -> dict[str, Any]:
        answer = self.authorise(amount, **more)
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def appointment(self, amount: int = 2_000_000, office: str = OFFICE, **more: Any) -> Response:
        return self.authorise(amount, lifetime="scheduled", office=office, **more)

    def cancel(self, id: str, key: str | None = None) -> Response:
        return self.post(f"/wallet/v1/withdrawals/{id}/cancel", key=key)

    def look(self, id: str) -> dict[str, Any]:
        body: dict[str, Any] = self.get(f"/wallet/v1/withdrawals/{id}").json()
        return body

    def account(self) -> dict[str, Any]:
        body: dict[str, Any] = self.get("/wallet/v1/account").json()
        return body


class Clerk(Person):
    """A clerk at an office."""

    def open(self, drawer: int = 1, counts: dict[str, int] | None = None, key: str | None = None) -> Response:
        body = {"drawer": drawer, "counts": counts or small_notes(100_000_000)}
        return self.post("/counter/v1/shifts", body, key)

    def open_twice(self, counts: dict[str, int], drawer: int = 1) -> Response:
        """Open by a count that differs: the first one is asked for again."""
        assert slug_of(self.open(drawer, counts)) == "count-again"
        return self.open(drawer, counts)

    def close(self, counts: dict[str, int], key: str | None = None) -> Response:
        return self.post("/counter/v1/shifts/current/close", {"counts": counts}, key)

    def close_twice(self, counts: dict[str, int]) -> Response:
        """Close by a count that differs: the first one is asked for again, the second stands."""
        assert self.close(counts).json()["recount"] is True
        return self.close(counts)

    def present(self, code: str) -> Response:
        return self.post("/counter/v1/presentations", {"code": code})

    def pay(self, id: str, id_number: str, key: str | None = None, **more: Any) -> Response:
        body = {"id_number": id_number, "checked": "qr", **more}
        return self.post(f"/counter/v1/withdrawals/{id}/payment", body, key)

    def serve(self, customer: Customer, withdrawal: dict[str, Any]) -> Response:
        """Do what a clerk does for one customer: scan, check the card, pay."""
        presented = self.present(withdrawal["code"])
        assert presented.status_code == 201, presented.text
        return self.pay(withdrawal["id"], customer.facts["id_number"])


def context_on(
    engine: Engine,
    folder: Path,
    clock: Clock,
    furnish: Callable[[Connection, datetime], object] = units.furnish,
) -> Context:
    """Put a service's context together: signing keys, offices, and outside parties that answer at once."""
    rules = policy.load("bank_agent")
    context = Context(
        settings=Settings(data_dir=folder, simulated_delay_s=0, kyc_timeout_s=1, second_factor="off"),
        engine=engine,
        clock=clock,
        cipher=CIPHER,
        keys=KeyRing(engine, CIPHER, rules.withdrawal.longest_lifetime),
        policy=rules,
        provider=SimulatedProvider(0, lambda _: None),
        watch_list=SimulatedWatchList(clock),
        bank=SimulatedBank(folder / "bank.sqlite", 0, lambda _: None),
        biller=SimulatedBiller(folder / "biller.sqlite", 0, lambda _: None),
        notifier=SimulatedPhones(folder / "phones.sqlite", 0, lambda _: None),
        hasher=HASHER,
        clocks=Clocks(lambda _: clock.now, clock.steady),
    )
    assembly.make_signing_keys(context, clock.now)
    with context.transaction() as session:
        if not office_store.listed(session):
            furnish(session, clock.now)
    return context


def _client(context: Context) -> TestClient:
    client = TestClient(app.create(context))
    client.event_hooks = {"response": [must_be_documented]}
    return client


Anybody = TypeVar("Anybody", Customer, Clerk)


class Service:
    """The whole service in this process; `client` speaks HTTP to it."""

    def __init__(self, context: Context, clock: Clock) -> None:
        self.context, self.clock = context, clock
        self.client = _client(context)

    @property
    def now(self) -> datetime:
        return self.clock.now

    def apply(self, **changes: Any) -> Response:
        number = next(_numbers)
        application = {
            "full_name": "Nông Văn Thắng",
            "date_of_birth": "1985-04-12",
            "id_number": f"020085{number:06d}",
            "phone": f"09{number:08d}",
            "pin": "480152",
            "capture": "sample-clear",
            **changes,
        }
        if "phone_proof" not in changes:
            application["phone_proof"] = phones.proof(self.context, application["phone"], self.now)
        return self.client.post("/wallet/v1/applications", json=application)

    def customer(self, balance: int = 5_000_000, **changes: Any) -> Customer:
        number = next(_numbers)
        facts = {"id_number": f"020085{number:06d}", "phone": f"09{number:08d}", "pin": "480152", **changes}
        answer = self.apply(**facts)
        assert answer.json().get("status") == "approved", answer.text
        session = self.client.post(
            "/wallet/v1/sessions", json={"phone": facts["phone"], "pin": facts["pin"]}
        ).json()
        customer = Customer(self.client, UUID(int=0), session["access_token"], facts)
        customer.id = UUID(customer.account()["customer_id"])
        if balance:
            self.credit(customer.id, balance)
        return customer

    def credit(self, customer_id: UUID, amount: int) -> None:
        """Put money into a wallet, straight through the ledger: a gift, with no top-up or payer behind it."""
        entry = Entry(
            id=ids.new(self.now),
            reference=f"test/{uuid4()}",
            kind="gift",
            business_date=ledger.business_date(self.now),
            narration="money for a test",
            postings=(Posting(chart.settlement("970405"), chart.customer(customer_id), amount),),
        )
        with self.context.transaction() as session:
            ledger.open_accounts(session, chart.bank_accounts("970405"), self.now)
            ledger.must(ledger.post(session, [entry], self.now))

    def clerk(
        self, office: str = OFFICE, drawer: int = 1, cash: int = 100_000_000, *, shift: bool = True
    ) -> Clerk:
        """Bring in a clerk, with `cash` in the drawer and a shift open unless told otherwise."""
        now = self.now
        with self.context.transaction() as session:
            life.activate(session, office, max(2, drawer), now)
            if cash:
                offices.bring_cash(session, office, drawer, cash, uuid4(), now)
        clerk = Clerk(self.client, *self.member("clerk", office), {"office": office})
        if shift:
            answer = clerk.open(drawer, small_notes(cash))
            assert answer.status_code == 201, answer.text
            clerk.facts["shift"] = answer.json()
        return clerk

    def staff(self, role: str) -> Person:
        """Bring in a member of staff without an office."""
        return Person(self.client, *self.member(role, None), {"role": role})

    def member(self, role: str, office: str | None) -> tuple[UUID, str]:
        username = f"{role}{next(_numbers)}"
        with self.context.transaction() as session:
            id = staff.add(
                session,
                self.context.hasher,
                username,
                PASSWORD,
                role,
                office,
                f"Hoàng Thị {role.title()}",
                self.now,
            )
        keys = self.context.keys.at(self.now)
        lifetime = timedelta(minutes=60)
        return id, issue_access(keys, id, "staff", role, office, self.now, lifetime)  # type: ignore[arg-type]

    def again(self, person: Anybody) -> Anybody:
        """Give somebody a fresh access token, after the clock has moved on."""
        customer = isinstance(person, Customer)
        audience, role = ("wallet", "customer") if customer else ("staff", person.facts.get("role", "clerk"))
        keys = self.context.keys.at(self.now)
        office = person.facts.get("office")
        token = issue_access(keys, person.id, audience, role, office, self.now, timedelta(minutes=60))  # type: ignore[arg-type]
        return type(person)(self.client, person.id, token, person.facts)

    def rotate(self, purpose: Purpose) -> None:
        """Make a new signing key."""
        with self.context.transaction() as session:
            key_store.rotate(session, self.context.cipher, purpose, self.now)
        self.clock.advance(seconds=31)

    def limit_office(self, **limits: int) -> None:
        """Change what the policy lets one office pay."""
        self._change_policy("office", limits)

    def limit_customer(self, **limits: int) -> None:
        """Change what the policy lets one customer move."""
        self._change_policy("customer", limits)

    def under(self, name: str) -> None:
        """Put the service under another policy."""
        self.context = replace(self.context, policy=policy.load(name))
        self.client = _client(self.context)

    def change_tries(self, **doors: policy.Tries) -> None:
        """Change how many wrong guesses shut a door, and for how long."""
        self._change_policy("attempts", doors)

    def change_rules(self, **rules: int | str) -> None:
        """Change the policy's rules for withdrawals."""
        self._change_policy("withdrawal", rules)

    def change_payout(self, **figures: int) -> None:
        """Change the policy's rules for payouts."""
        self._change_policy("payout", figures)

    def change_bill(self, **figures: int) -> None:
        """Change the policy's rules for bills."""
        self._change_policy("bill", figures)

    def change_approval(self, **figures: int) -> None:
        """Change above which amounts one person does not act alone."""
        self._change_policy("approval", figures)

    def demand_second_factor(self) -> None:
        """Ask supervisors, operators and auditors for a second factor."""
        settings = self.context.settings.model_copy(update={"second_factor": "required"})
        self.context = replace(self.context, settings=settings)
        self.client = _client(self.context)

    def _change_policy(self, part: str, figures: Mapping[str, object]) -> None:
        rules = getattr(self.context.policy, part).model_copy(update=figures)
        self.context = replace(self.context, policy=self.context.policy.model_copy(update={part: rules}))
        self.client = _client(self.context)

    def balance(self, code: str) -> int:
        """Give an account's balance as its class reads it."""
        with self.context.transaction() as session:
            return reading.balance(session, code).normal

    def trail(self, action_part: str) -> list[dict[str, Any]]:
        """List the audit trail's rows whose action contains a text."""
        with self.context.transaction() as session:
            rows = session.exec_driver_sql(
                "SELECT action, subject, actor, detail FROM service.audit_event ORDER BY id"
            )
            return [dict(row) for row in rows.mappings() if action_part in row["action"]]
