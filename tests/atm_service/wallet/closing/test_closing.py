"""A wallet is closed for good: empty, by its owner, and nothing comes into it afterwards."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response
from sqlalchemy import exc, text

import ledger
from atm_service.platform import chart, ids
from atm_service.registers.credits import service as bulk_credits
from atm_service.registers.credits.domain import Reason
from atm_service.registers.credits.errors import LinesRefused
from atm_service.registers.credits.service import Wish
from atm_service.wallet.closing.domain import Standing
from atm_service.wallet.transfers import domain
from tests.atm_service.control.audit.days import broken_now
from tests.atm_service.counter import confirm, propose, refused
from tests.atm_service.mending import came, signed_in
from tests.atm_service.promises.complaints.test_complaints import complain
from tests.atm_service.registers.credits import school
from tests.atm_service.wallet.bank_payments.banking import (
    SILENT,
    link,
    offered,
    pay_bill,
    payout,
    service_biller,
    take_refunds,
    top_up,
)
from tests.atm_service.wallet.transfers.sending import intended, look_up, send
from tests.atm_service.world import Customer, Service
from tests.database import Database
from tests.kyc.card_texts import qr
from tests.waiting import wait_until_blocked


def close(customer: Customer, pin: str | None = None) -> Response:
    return customer.post("/wallet/v1/closing", {"pin": pin or customer.facts["pin"]})


def closed(service: Service, **facts: Any) -> Customer:
    customer = service.customer(0, **facts)
    assert close(customer).status_code == 204
    return customer


def test_an_empty_wallet_is_closed(service: Service) -> None:
    """Every session ends at once, nobody signs in, and the phone is told."""
    customer = closed(service)
    assert refused(customer.get("/wallet/v1/account")) == "unauthenticated"
    signing_in = {name: customer.facts[name] for name in ("phone", "pin")}
    assert refused(service.client.post("/wallet/v1/sessions", json=signing_in)) == "wrong-credentials"
    assert "Vi da dong luc" in came(service, customer.facts["phone"])[0]
    (row,) = service.trail("customer.closed")
    assert row["actor"] == customer.id


def test_card_and_number_open_another_one_after_a_month(service: Service) -> None:
    """Limits, and a salary file that is corrected, are a person's; the bank account, too, may be linked anew."""
    card = {"id_number": "020085990001", "card_qr": qr("020085990001", old="081234567")}
    customer = service.customer(0, **card)
    account = {"bin": "970436", "account_number": "0071001234577"}
    assert customer.post("/wallet/v1/bank-links", account).status_code == 201
    assert close(customer).status_code == 204
    again = card | {"phone": customer.facts["phone"]}
    for days in (0, 30):
        service.clock.advance(days=days)
        rejected = service.apply(**again).json()
        assert (rejected["status"], rejected["reasons"]) == ("rejected", ["closed-lately"])
    service.clock.advance(days=1, seconds=1)
    other = service.customer(0, **again)
    assert other.id != customer.id
    assert other.post("/wallet/v1/bank-links", account).status_code == 201


def test_what_is_left_is_told(service: Service) -> None:
    """Each thing by its name, in the order in which one sees to it; the PIN is right, and nothing is closed."""
    customer, clerk = service.customer(1_000_000), service.clerk()
    code = customer.code(500_000)
    top_up(customer, link(customer, SILENT), 20_000)
    answer = close(customer)
    assert (refused(answer), answer.json()["standing"]) == ("cannot-close-yet", ["money", "codes", "bank"])
    clerk.present(code["code"])
    assert clerk.pay(code["id"], customer.facts["id_number"]).status_code == 201
    assert close(customer).json()["standing"] == ["money", "bank", "paid-today"]
    assert complain(customer, withdrawal_id=code["id"]).status_code == 201
    service.clock.advance(days=1)
    customer = signed_in(service, customer)
    assert close(customer).json()["standing"] == ["money", "bank", "complaint"]
    assert customer.account()["available"] == 500_000


def test_a_frozen_wallet_is_not_closed_nor_by_a_wrong_pin(service: Service) -> None:
    """Wrong PINs are counted, as everywhere."""
    customer = service.customer(0)
    answer = close(customer, "111222")
    assert (refused(answer), answer.json()["remaining_attempts"]) == ("wrong-pin", 4)
    assert customer.post("/wallet/v1/freeze").status_code == 204
    assert refused(close(signed_in(service, customer))) == "wallet-frozen"


def test_nothing_comes_into_a_closed_wallet(service: Service) -> None:
    """By its number and its QR nobody is found; what was begun before is not done."""
    payer, clerk = service.customer(), service.clerk()
    customer = service.customer(0)
    intention, deposit = intended(payer, customer), propose(clerk, customer, {"500000": 1}).json()
    assert close(customer).status_code == 204
    assert refused(look_up(payer, customer)) == "payee-unknown"
    assert refused(look_up(payer, code=domain.receive_code(customer.id))) == "payee-cannot-receive"
    assert refused(send(payer, intention)) == "payee-cannot-receive"
    assert refused(propose(clerk, customer, {"500000": 1})) == "payee-unknown"
    assert refused(confirm(clerk, deposit)) == "not-found"
    assert payer.account()["available"] == 5_000_000
    school.fund(service.context, 1_000)
    salary = Wish("salary", school.SCHOOL, [school.line(1, customer.facts["id_number"])])
    with service.context.transaction() as session, pytest.raises(LinesRefused) as lines:
        bulk_credits.look(session, service.context, salary, service.now)
    assert lines.value.members["lines"][0]["reason"] == Reason.UNKNOWN_PERSON


def test_the_ledger_itself_refuses(service: Service, database: Database) -> None:
    """Whatever let it come so far; and a wallet is closed once, and only when its account is."""
    customer = closed(service)
    with pytest.raises(exc.IntegrityError, match="account_closed"):
        service.credit(customer.id, 10_000)
    for change in ("closed_at = NULL", "closed_at = now()"):
        with database.owner.connect() as session, pytest.raises(exc.IntegrityError, match="closed already"):
            session.execute(text(f"UPDATE service.customer SET {change} WHERE id = :id"), {"id": customer.id})
    other = service.customer(0)
    with database.owner.connect() as session, pytest.raises(exc.IntegrityError, match="the account is not"):
        session.execute(
            text("UPDATE service.customer SET closed_at = now() WHERE id = :id"), {"id": other.id}
        )


def test_money_that_comes_at_the_same_moment_is_not_lost(service: Service) -> None:
    """The closing waits for it, and finds it."""
    customer = service.customer(10_000)
    with service.context.transaction() as session:
        back = ledger.Posting(chart.customer(customer.id), chart.settlement("970405"), 10_000)
        ledger.must(ledger.post(session, [entry(service, "out", back)], service.now))
    with ThreadPoolExecutor(1) as pool:
        with service.context.transaction() as session:
            come = ledger.Posting(chart.settlement("970405"), chart.customer(customer.id), 10_000)
            ledger.must(ledger.post(session, [entry(service, "in", come)], service.now))
            closing = pool.submit(close, customer)
            wait_until_blocked(service.context.engine, closing)
        answer = closing.result()
    assert (refused(answer), answer.json()["standing"]) == ("cannot-close-yet", [Standing.MONEY])
    assert customer.account()["available"] == 10_000


def entry(service: Service, reference: str, posting: ledger.Posting) -> ledger.Entry:
    return ledger.Entry(
        id=ids.new(service.now),
        reference=f"test/{reference}",
        kind="gift",
        business_date=ledger.business_date(service.now),
        narration="money for a test",
        postings=(posting,),
    )


def test_the_whole_rest_is_paid_out_however_small(service: Service) -> None:
    """Less than the least payout, where it is all there is; then the wallet can be closed."""
    customer = service.customer(1_234)
    over = link(customer)
    assert refused(payout(customer, over, 1_000)) == "amount-out-of-range"
    assert payout(customer, over, 1_234).json()["status"] == "succeeded"
    assert close(customer).status_code == 204


def test_what_a_biller_gives_back_later_waits_for_an_auditor(service: Service) -> None:
    """The wallet is closed: nothing moves, what others are given back is not held up, and a control says so."""
    customer, other = service.customer(500_000), service.customer(500_000)
    bills = [pay_bill(one, offered(one)).json() for one in (customer, other)]
    assert close(customer).status_code == 204
    for bill in bills:
        service_biller(service).give_back(UUID(bill["id"]))
    service.clock.advance(minutes=1)
    take_refunds(service)
    assert other.account()["available"] == 500_000
    assert list(broken_now(service)) == ["bills-given-back-once"]
