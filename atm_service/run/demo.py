"""Everything on one machine, with made-up people: for a first look, for tests, for training clerks.

This process keeps PostgreSQL, the service and the counter app running; each that dies is started again. The people
come in by the same doors as real ones: customers apply, link a bank and top up over HTTP.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, Final
from uuid import UUID, uuid5

import httpx2
import typer

from atm_service.control.floats import service as floats
from atm_service.control.floats.domain import Levels
from atm_service.platform import database, settings
from atm_service.platform.context import Context
from atm_service.registers.messages.simulated import SimulatedPhones
from atm_service.registers.offices import life
from atm_service.registers.offices import service as offices
from atm_service.registers.staff import service as staff
from atm_service.registers.staff import store as staff_store
from atm_service.registers.staff.domain import Role
from atm_service.registers.units import service as units
from atm_service.run import assembly

NAMESPACE: Final = UUID(
    "5f0c7f0e-6e3b-4d55-9d6e-0f1f6a0c9a01"
)  # any constant: the demo's ids are the same each time
CASH: Final = 200_000_000  # đồng in each drawer
READY_WITHIN_S: Final = 60
STOP_WITHIN_S: Final = 15
LOOK_EVERY_S: Final = 0.5
CODE: Final = re.compile(r"([0-9]{6,8}) la ma mo vi")


@dataclass(frozen=True)
class Person:
    """A made-up customer. The card number fits the birth date and Lạng Sơn's province code."""

    full_name: str
    date_of_birth: str
    id_number: str
    phone: str
    pin: str
    bin: str
    account_number: str
    top_up: int


@dataclass(frozen=True)
class Worker:
    """A made-up member of staff."""

    username: str
    password: str
    role: Role
    office: str | None
    display_name: str


PEOPLE: Final = (
    Person(
        "Nông Thị Thu Hà",
        "1988-03-14",
        "020188004217",
        "0912345601",
        "480152",
        "970405",
        "8801205123456",
        12_000_000,
    ),
    Person(
        "Hoàng Văn Thắng",
        "1975-11-02",
        "020075001934",
        "0912345602",
        "736194",
        "970436",
        "0071001234567",
        6_500_000,
    ),
    Person(
        "Lý Thị Mẩy",
        "1956-06-25",
        "020156000871",
        "0912345603",
        "915037",
        "970415",
        "109876543210",
        3_200_000,
    ),
    Person(
        "Vi Văn Quân",
        "2001-09-09",
        "020201005566",
        "0912345604",
        "264813",
        "970422",
        "680123456789",
        18_000_000,
    ),
)
PASSWORD: Final = "tap-huan-2026"  # noqa: S105  made up, for demonstrations alone
OFFICES: Final = ("05971-1", "05974-1", "05977-1", "05980-1", "05983-1", "06001-1")
# One office with a great market is to hold more than it has, and one with a small safe has too much.
FLOATS: Final = {
    "05974-1": Levels(20_000_000, 100_000_000, 300_000_000),
    "05977-1": Levels(100_000_000, 450_000_000, 500_000_000),
}
STAFF: Final = (
    *(
        Worker(f"{name}.{office[:5]}", PASSWORD, "clerk", office, shown)
        for office, name, shown in zip(
            OFFICES,
            ("lan", "huong", "dung", "minh", "phuong", "tuyet"),
            (
                "Hoàng Thị Lan",
                "Nông Thu Hương",
                "Lương Văn Dũng",
                "Triệu Minh",
                "Vy Thị Phương",
                "Lộc Thị Tuyết",
            ),
            strict=True,
        )
    ),
    Worker("giamsat", PASSWORD, "supervisor", None, "Đinh Quang Giám"),
    Worker("giamsat2", PASSWORD, "supervisor", None, "Hà Thị Giang"),
    Worker("kiemtoan", PASSWORD, "auditor", None, "Phạm Thị Kiểm"),
    Worker("vanhanh", PASSWORD, "operator", None, "Bế Văn Hành"),
)


def run(
    data_dir: Path, port: int, counter_port: int, ready_file: Path | None, clock: Callable[[], datetime]
) -> int:
    """Run until a signal comes; give the process's exit status."""
    stop = threading.Event()

    def stopped(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stopped)
    port, counter_port = _free(port), _free(counter_port)
    chosen = _settings(data_dir, port)
    given = chosen.database_url
    if given is not None:
        return _run(chosen, given.get_secret_value(), counter_port, ready_file, clock, stop)
    typer.echo("PostgreSQL is starting …")
    with database.embedded(data_dir / "postgres") as url:
        return _run(chosen, url, counter_port, ready_file, clock, stop)


def _settings(data_dir: Path, port: int) -> settings.Settings:
    os.environ["SOFT_ATM_DEMONSTRATION"] = "true"
    os.environ["SOFT_ATM_DATA_DIR"] = str(data_dir)
    os.environ["SOFT_ATM_PORT"] = str(port)
    os.environ["SOFT_ATM_SECOND_FACTOR"] = "off"  # everybody's password is on the page
    os.environ["SOFT_ATM_DEMO_FILE"] = str(data_dir / "demo.json")
    os.environ.setdefault("SOFT_ATM_PUBLIC_URL", f"http://127.0.0.1:{port}")
    os.environ.setdefault("SOFT_ATM_METRICS", "")  # nobody watches a demo, and two may run at once
    return settings.load(None)


def _free(port: int) -> int:
    """Check that a port can be had; 0 takes any."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            sys.exit(f"Port {port} is taken. Stop what uses it, or choose another: soft-atm demo --help")
        number: int = trial.getsockname()[1]
        return number


def _run(
    chosen: settings.Settings,
    database_url: str,
    counter_port: int,
    ready_file: Path | None,
    clock: Callable[[], datetime],
    stop: threading.Event,
) -> int:
    data_dir = chosen.data_dir
    assembly.make_keys(chosen.keys_file)
    database.migrate(database_url)
    context = assembly.context(chosen, database_url, clock)
    assembly.make_signing_keys(context, clock())
    furnish(context, clock())
    context.engine.dispose()
    service_url, counter_url = f"http://127.0.0.1:{chosen.port}", f"http://127.0.0.1:{counter_port}"
    facts = _facts(service_url, counter_url, database_url)
    (data_dir / "demo.json").write_text(_public(facts), encoding="utf-8")
    environment = {
        **os.environ,
        "SOFT_ATM_DATABASE_URL": database.plain(database.service_url(database_url)),
        "SOFT_ATM_COUNTER_SERVICE_URL": service_url,
        "SOFT_ATM_COUNTER_PORT": str(counter_port),
        "SOFT_ATM_PASSKEY_ORIGINS": f"http://localhost:{counter_port},http://localhost:{chosen.port}",
        "SOFT_ATM_COUNTER_DATA_DIR": str(data_dir / "counter"),
    }
    commands = {
        "service": [sys.executable, "-m", "atm_service", "serve"],
        "counter": [sys.executable, "-m", "counter_app"],
    }
    children = {name: _start(name, command, environment, data_dir) for name, command in commands.items()}
    try:
        if not _answers(service_url + "/readyz", stop) or not _answers(counter_url, stop):
            return 0 if stop.is_set() else _gave_up(data_dir)
        with httpx2.Client(base_url=service_url, timeout=READY_WITHIN_S, trust_env=False) as client:
            phones = SimulatedPhones(chosen.phones_file, 0, time.sleep)
            with ThreadPoolExecutor(len(PEOPLE)) as pool:  # all at once: each waits for a message
                list(pool.map(lambda person: welcome(client, person, phones), PEOPLE))
        if ready_file is not None:
            _write_whole(ready_file, json.dumps(facts, ensure_ascii=False, indent=1))
        _tell(facts)
        while not stop.wait(LOOK_EVERY_S):
            _keep_running(children, commands, environment, data_dir, chosen)
    finally:
        for child in children.values():
            child.terminate()
        for child in children.values():
            _end(child)
    return 0


def furnish(context: Context, now: datetime) -> None:
    """Bring in what an operator would: offices, staff, cash. Safe to repeat."""
    with context.transaction() as session:
        units.furnish(session, now)
    for office in OFFICES:
        with context.transaction() as session:
            life.activate(session, office, 2, now)
        for drawer in (1, 2):
            delivery = uuid5(NAMESPACE, f"{office} {drawer}")
            with context.transaction() as session:
                offices.bring_cash(session, office, drawer, CASH, delivery, now)
    with context.transaction() as session:
        for office, levels in FLOATS.items():
            if floats.current(session, context.policy.float, office).id is None:
                floats.set_float(session, None, office, levels, None, now)
        for worker in STAFF:
            if staff_store.find_by_username(session, worker.username) is None:
                staff.add(
                    session,
                    context.hasher,
                    worker.username,
                    worker.password,
                    worker.role,
                    worker.office,
                    worker.display_name,
                    now,
                )


def welcome(client: httpx2.Client, person: Person, phones: SimulatedPhones) -> None:
    """Let a person prove the phone, apply, sign in, link a bank and top up, as the page would. Safe to repeat."""
    signed_in = _sign_in(client, person)
    if signed_in is None:
        application = {
            "full_name": person.full_name,
            "date_of_birth": person.date_of_birth,
            "id_number": person.id_number,
            "phone": person.phone,
            "pin": person.pin,
            "capture": "sample-clear",
            "phone_proof": _proved(client, person, phones),
        }
        client.post("/wallet/v1/applications", json=application).raise_for_status()
        signed_in = _sign_in(client, person)
    if signed_in is None:
        raise RuntimeError("a demo customer could not sign in after applying")
    bearer = {"Authorization": f"Bearer {signed_in}"}
    links = client.get("/wallet/v1/bank-links", headers=bearer).raise_for_status().json()["items"]
    if not links:
        account = {"bin": person.bin, "account_number": person.account_number}
        answer = client.post("/wallet/v1/bank-links", json=account, headers=bearer | _key(person, "link"))
        links = [answer.raise_for_status().json()]
    top_up = {"bank_link_id": links[0]["id"], "amount": person.top_up, "pin": person.pin}
    answer = client.post("/wallet/v1/top-ups", json=top_up, headers=bearer | _key(person, "top-up"))
    answer.raise_for_status()


def _proved(client: httpx2.Client, person: Person, phones: SimulatedPhones) -> str:
    """Have a code sent, read it on the person's phone, and give it; give what it proves."""
    asked = {"purpose": "opening", "phone": person.phone}
    before = phones.came()
    answer = client.post("/wallet/v1/phone-codes", json=asked)
    if answer.status_code == httpx2.codes.TOO_MANY_REQUESTS:  # a start before this one had just asked
        time.sleep(min(answer.json()["retry_after_s"], 2 * READY_WITHIN_S))
        answer = client.post("/wallet/v1/phone-codes", json=asked)
    id: str = answer.raise_for_status().json()["id"]
    for _ in range(int(READY_WITHIN_S / LOOK_EVERY_S)):
        new = [one.words for one in phones.came() if one.number == person.phone and one not in before]
        if new and (code := CODE.search(new[0])):
            client.post(f"/wallet/v1/phone-codes/{id}/proof", json={"code": code[1]}).raise_for_status()
            return id
        time.sleep(LOOK_EVERY_S)
    raise RuntimeError("no code came to a demo customer's phone")


def _key(person: Person, what: str) -> dict[str, str]:
    """Make the key of a demo request: the same each time, so that a second start does nothing twice."""
    return {"Idempotency-Key": str(uuid5(NAMESPACE, f"{person.id_number} {what}"))}


def _sign_in(client: httpx2.Client, person: Person) -> str | None:
    answer = client.post("/wallet/v1/sessions", json={"phone": person.phone, "pin": person.pin})
    token: str | None = answer.json().get("access_token")
    return token


def _start(
    name: str, command: list[str], environment: Mapping[str, str], data_dir: Path
) -> subprocess.Popen[bytes]:
    with (data_dir / f"{name}.log").open("ab") as log:
        return subprocess.Popen(command, env=dict(environment), stdout=log, stderr=log)  # noqa: S603


def _answers(url: str, stop: threading.Event) -> bool:
    for _ in range(int(READY_WITHIN_S / LOOK_EVERY_S)):
        try:
            if httpx2.get(url, timeout=2, trust_env=False).status_code < httpx2.codes.BAD_REQUEST:
                return True
        except httpx2.TransportError:
            pass
        if stop.wait(LOOK_EVERY_S):
            break
    return False


def _gave_up(data_dir: Path) -> int:
    logs = f"{data_dir}/service.log and {data_dir}/counter.log"
    typer.echo(f"It did not start within {READY_WITHIN_S} s. See {logs}.", err=True)
    return 1


def _keep_running(
    children: dict[str, subprocess.Popen[bytes]],
    commands: Mapping[str, list[str]],
    environment: Mapping[str, str],
    data_dir: Path,
    chosen: settings.Settings,
) -> None:
    """Start again whatever has died, PostgreSQL first."""
    if chosen.database_url is None:
        database.revive(data_dir / "postgres")
    for name, child in children.items():
        if child.poll() is not None:
            children[name] = _start(name, commands[name], environment, data_dir)


def _end(child: subprocess.Popen[bytes]) -> None:
    try:
        child.wait(STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        child.kill()


def _facts(service_url: str, counter_url: str, database_url: str) -> dict[str, Any]:
    shown = ("phone", "pin", "id_number", "full_name")
    return {
        "service_url": service_url,
        "counter_url": counter_url,
        "database_url": database_url.replace("+psycopg", "", 1),
        "customers": [{name: getattr(person, name) for name in shown} for person in PEOPLE],
        "staff": [asdict(worker) for worker in STAFF],
    }


def _public(facts: Mapping[str, Any]) -> str:
    """Give what the landing page shows: all but the database."""
    return json.dumps(
        {name: value for name, value in facts.items() if name != "database_url"}, ensure_ascii=False
    )


def _write_whole(path: Path, text: str) -> None:
    """Write a file that nobody can read half of."""
    draft = path.with_name(path.name + ".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _tell(facts: Mapping[str, Any]) -> None:
    person, worker = facts["customers"][0], facts["staff"][0]
    typer.echo(
        f"""
soft-ATM is running.

  start here   {facts["service_url"]}/
  wallet       {facts["service_url"]}/wallet/    {person["phone"]}  PIN {person["pin"]}  card {person["id_number"]}
  counter      {facts["counter_url"]}/           {worker["username"]}  {worker["password"]}
  audit        {facts["service_url"]}/audit/     kiemtoan  {PASSWORD}
  API          {facts["service_url"]}/docs

Ctrl-C stops it; the data stays."""
    )
