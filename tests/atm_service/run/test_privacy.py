"""Nothing personal and nothing secret is where many may look: logs, trail, metrics, the database's plain columns."""

import logging
import re
from typing import Any

import pytest
from prometheus_client import generate_latest

from atm_service.registers.messages import service as messages
from atm_service.run import housekeeping
from tests.atm_service.records import rows, tables
from tests.atm_service.wallet.transfers import sending
from tests.atm_service.world import Clerk, Customer, Service
from tests.kyc.card_texts import qr, zone
from tests.leaks import given_away

ACCOUNT_NUMBER = "1023456789"
FACE = "sample-other-face"
MESSAGE = "tiền thuốc cho mẹ"
OLD_NUMBER = "081234567"
WRONG, ANSWER = "đếm thiếu một tờ hai mươi", "camera cho thấy đủ cả"


def walk_the_road(service: Service) -> list[str]:
    """Do everything that the service is for, well and badly; give every text that must stay between two people."""
    name = "Nguyễn Thị Sương Mai"
    customer: Customer = service.customer(0, full_name=name)
    clerk: Clerk = service.clerk()
    door = {"phone": customer.facts["phone"], "pin": customer.facts["pin"]}
    session = service.client.post("/wallet/v1/sessions", json=door).json()
    again = service.client.post(
        "/wallet/v1/sessions/refresh", json={"refresh_token": session["refresh_token"]}
    ).json()
    service.client.post("/wallet/v1/sessions", json=door | {"pin": "111222"})
    service.apply(full_name="Lăng Văn Chiến", id_number=customer.facts["id_number"], phone="0399888777")
    service.apply(full_name="Lăng Văn Chiến", capture="sample-doubtful", phone="0399888776")
    texts = {"card_qr": qr("020085777666", old=OLD_NUMBER), "mrz": zone("020085777666")}
    service.apply(id_number="020085777667", phone="0399888774", old_id_number=OLD_NUMBER, **texts)
    service.apply(id_number="020085777668", phone="0399888773", card_qr=f"{texts['card_qr']}x")
    proofs = {"pin": customer.facts["pin"], "face_capture": FACE}
    customer.post("/wallet/v1/card", {**texts, **proofs})
    supervisor = service.staff("supervisor")
    waiting = supervisor.get("/staff/v1/applications").json()["items"][0]
    decision = {"decision": "approve", "reason": "checked by telephone"}
    supervisor.post(f"/staff/v1/applications/{waiting['id']}/decision", decision)
    link = {"bin": "970436", "account_number": ACCOUNT_NUMBER}
    link_id = customer.post("/wallet/v1/bank-links", link).json()["id"]
    customer.post("/wallet/v1/bank-links", link)
    customer.post(
        "/wallet/v1/top-ups", {"bank_link_id": link_id, "amount": 20_000_000, "pin": customer.facts["pin"]}
    )
    customer.authorise(1_000_000, pin="333444")
    customer.authorise(12_000_000, face_capture=FACE)
    sending.sent(customer, service.customer(0), message=MESSAGE)
    about = {"entry_id": customer.get("/wallet/v1/statement").json()["items"][0]["entry_id"]}
    complaint = {"about": about, "kind": "wrong-amount", "words": WRONG}
    complained = customer.post("/wallet/v1/complaints", complaint).json()["id"]
    answer = {"upheld": False, "words": ANSWER}
    assert supervisor.post(f"/staff/v1/complaints/{complained}/answer", answer).status_code == 200
    assert customer.post("/wallet/v1/statement/search", {"text": "Sương Mai"}).json()["items"] == []
    assert messages.deliver(service.context) > 1  # what comes later waits
    paid, digital, kept = customer.code(), customer.code(), customer.code()
    assert clerk.present(paid["code"]).status_code == 201
    assert clerk.pay(paid["id"], "020085999888").status_code == 403
    assert clerk.pay(paid["id"], customer.facts["id_number"]).status_code == 201
    assert clerk.present(digital["digits"]).status_code == 201
    assert clerk.pay(digital["id"], customer.facts["id_number"], pin="555666").status_code == 403
    assert clerk.pay(digital["id"], customer.facts["id_number"], pin=customer.facts["pin"]).status_code == 201
    clerk.present(paid["code"])
    clerk.present(f"{kept['code'][:-4]}AAAA")
    customer.get(f"/wallet/v1/withdrawals/{kept['id']}/qr.svg")
    service.client.post("/staff/v1/sessions", json={"username": "clerk1", "password": "not-the-password"})
    service.client.post(
        "/wallet/v1/applications", json={"full_name": name, "id_number": "12", "x": "0399888775"}
    )
    service.clock.advance(hours=25)
    housekeeping.round_(service.context, service.now)
    digits = [one["digits"] for one in (paid, digital, kept)]
    tokens = [session, again, {"access_token": customer.token}, {"access_token": clerk.token}]
    return [
        *("Sương Mai", "Suong Mai", "SUONG MAI", "Lăng Văn Chiến", "Lang Van Chien"),
        *(customer.facts["id_number"], "020085999888"),
        *(
            "020085777666",
            "020085777667",
            "020085777668",
            OLD_NUMBER,
            "085777666",
            "Nà Sầm",
            "12041985",
            "NONG<<VAN<THANG",
        ),
        *(customer.facts["phone"], customer.facts["phone"][1:], "0399888777", "0399888776", "0399888775"),
        *("0399888774", "0399888773"),
        *(customer.facts["pin"], "111222", "333444", "555666", "a-long-password", "not-the-password"),
        *(ACCOUNT_NUMBER, MESSAGE, WRONG, ANSWER, "1985-04-12", FACE),
        *(one["code"] for one in (paid, digital, kept)),
        *digits,
        *(ten.replace("-", "") for ten in digits),
        *(token[kind] for token in tokens for kind in ("access_token", "refresh_token") if kind in token),
    ]


def test_the_logs_name_nobody(
    service: Service, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """The whole road at debug level: no name, number, PIN, code, digits, password or token in a line."""
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, "sqlalchemy"):
        secrets = walk_the_road(service)
    out, err = capsys.readouterr()
    assert out.count("route=/counter/v1/withdrawals/{id}/payment") > 3
    assert "INSERT INTO service.receipt" in caplog.text
    assert given_away(secrets, out + err + caplog.text) == []
    assert "who=" in "".join(line for line in out.splitlines() if "role=clerk" in line)
    assert "who=" not in "".join(line for line in out.splitlines() if "role=customer" in line)


def test_the_trail_and_the_metrics_name_nobody(service: Service) -> None:
    """What auditors and monitoring read tells of ids, roles and slugs."""
    secrets = walk_the_road(service)
    with service.context.transaction() as session:
        trail = rows(session, "service.audit_event")
    metrics = re.sub(r" \S+$", "", generate_latest().decode(), flags=re.MULTILINE)  # names, not counts
    text = "\n".join(map(str, trail)) + metrics
    assert len(trail) > 10
    assert given_away(secrets, text) == []


def test_no_plain_column_holds_a_secret(service: Service) -> None:
    """Every column of every table, read as text and as bytes: what is personal is encrypted or hashed."""
    secrets = walk_the_road(service)
    found = []
    with service.context.transaction() as session:
        for table in tables(session):
            for row in rows(session, table):
                found += [
                    (table, column, secret)
                    for column, value in row.items()
                    for secret in given_away(secrets, plain(value))
                ]
    assert found == []


def plain(value: Any) -> str:
    """Give a column's value as somebody with a copy of the database would read it."""
    return bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value)


def test_a_problem_does_not_repeat_what_was_sent(service: Service) -> None:
    """A refused application does not carry the applicant's facts back, nor does a refused sign-in."""
    answer = service.apply(full_name="Nguyễn Thị Sương Mai\x00", id_number="020085xxxxxx", pin="12")
    assert answer.status_code == 422
    assert "Sương" not in answer.text
    assert "020085xxxxxx" not in answer.text
