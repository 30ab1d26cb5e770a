"""A wallet's whole life by the client that `make client` makes out of docs/openapi.json.

What an integrator would write: each step is a typed call of the contract, against a running demo whose address is the
one argument. It opens a wallet, links a bank account, tops up, makes a code and cancels it, sends money, pays a fee,
pays out what is left, and closes: `.venv-client/bin/python client/life.py http://127.0.0.1:8000`.
"""

import re
import sys
import time
from datetime import date
from random import SystemRandom
from typing import TypeVar
from uuid import UUID, uuid4

import httpx
from soft_atm_client import AuthenticatedClient, Client
from soft_atm_client.api.wallet import (
    wallet_account,
    wallet_apply,
    wallet_ask_phone_code,
    wallet_authorise,
    wallet_bank_payment,
    wallet_cancel,
    wallet_close,
    wallet_link,
    wallet_look_up_bill,
    wallet_look_up_payee,
    wallet_pay_bill,
    wallet_payout,
    wallet_prove_phone,
    wallet_send,
    wallet_sign_in,
    wallet_statement,
    wallet_top_up,
)
from soft_atm_client.models import (
    ApplicationRequest,
    BankLinkRequest,
    BankPaymentView,
    BillRequest,
    ByPhone,
    CaseRequest,
    ClosingRequest,
    PayeeRequest,
    PayoutRequest,
    PhoneCodeRequest,
    PhoneCodeRequestPurpose,
    PhoneProofRequest,
    Problem,
    Procedure,
    SendRequest,
    SignInRequest,
    TopUpRequest,
    WithdrawalRequest,
)

PIN = "480152"
PAYEE = "0912345602"  # one of the demo's people
PATIENCE_S = 30
T = TypeVar("T")


def must(answer: T | Problem | None) -> T:
    """Give the answer of a request that may not be refused here."""
    if answer is None or isinstance(answer, Problem):
        raise SystemExit(f"refused: {answer}")
    return answer


def key() -> str:
    """Make the key of one intention: sent again with it, a request is done once."""
    return str(uuid4())


def digits_on(url: str, phone: str) -> str:
    """Read the code that came to a phone, on the demo's page of phones."""
    for _ in range(PATIENCE_S):
        for message in httpx.get(f"{url}/demo/phones.json").raise_for_status().json()["items"]:
            code = re.search(r": ([0-9]{6}) la ma mo vi", message["words"])
            if message["phone"] == phone and code:
                return code[1]
        time.sleep(1)
    raise SystemExit(f"no code came to {phone}")


def opened(url: str) -> AuthenticatedClient:
    """Open a wallet for somebody whom nobody knows yet, and sign in."""
    stranger, number = Client(url), SystemRandom().randrange(10**6)
    phone = f"097{number:07d}"
    ask = PhoneCodeRequest(phone=phone, purpose=PhoneCodeRequestPurpose.OPENING)
    sent = must(wallet_ask_phone_code.sync(client=stranger, body=ask))
    proof = PhoneProofRequest(code=digits_on(url, phone))
    wallet_prove_phone.sync(sent.id, client=stranger, body=proof)
    application = ApplicationRequest(
        full_name="Lương Thị Mai",
        date_of_birth=date(1990, 5, 17),
        id_number=f"020190{number:06d}",
        phone=phone,
        pin=PIN,
        capture="sample-clear",
        phone_proof=sent.id,
    )
    made = must(wallet_apply.sync(client=stranger, body=application))
    if made.status != "approved":
        raise SystemExit(f"not approved: {made.status} {made.reasons}")
    session = must(wallet_sign_in.sync(client=stranger, body=SignInRequest(phone=phone, pin=PIN)))
    return AuthenticatedClient(url, session.access_token)


def settled(client: AuthenticatedClient, payment: BankPaymentView) -> BankPaymentView:
    """Wait for the bank's word."""
    for _ in range(PATIENCE_S):
        if payment.status != "pending":
            return payment
        time.sleep(1)
        payment = must(wallet_bank_payment.sync(payment.id, client=client))
    raise SystemExit("the bank has not answered")


def live(url: str) -> None:
    """Live the life, and say each step."""
    client = opened(url)
    print("opened")
    account = BankLinkRequest(bin_="970436", account_number=f"{SystemRandom().randrange(10**9):09d}77")
    bank: UUID = must(wallet_link.sync(client=client, body=account)).id
    top_up = TopUpRequest(bank_link_id=bank, amount=500_000, pin=PIN)
    begun = must(wallet_top_up.sync(client=client, body=top_up, idempotency_key=key()))
    print("topped up:", settled(client, begun).status)
    cash = WithdrawalRequest(amount=200_000, pin=PIN)
    code = must(wallet_authorise.sync(client=client, body=cash, idempotency_key=key()))
    cancelled = must(wallet_cancel.sync(code.id, client=client, idempotency_key=key()))
    print("code:", cancelled.status)
    shown = must(wallet_look_up_payee.sync(client=client, body=PayeeRequest(to=ByPhone(phone=PAYEE))))
    gift = SendRequest(payee=shown.payee, amount=100_000, pin=PIN)
    sent = must(wallet_send.sync(client=client, body=gift, idempotency_key=key()))
    print("sent to", sent.person.masked_name)
    number = f"H37.12-{SystemRandom().randrange(10**6):06d}-7777"
    case = CaseRequest(procedure=Procedure.CIVIL_STATUS, case_number=number)
    due = must(wallet_look_up_bill.sync(client=client, body=case))
    fee = BillRequest(offer=due.offer, pin=PIN)
    bill = must(wallet_pay_bill.sync(client=client, body=fee, idempotency_key=key()))
    print("bill:", settled(client, bill).status, due.amount)
    left = must(wallet_account.sync(client=client)).available
    rest = PayoutRequest(bank_link_id=bank, amount=left, fee=0, pin=PIN)
    paid_out = must(wallet_payout.sync(client=client, body=rest, idempotency_key=key()))
    print("paid out:", settled(client, paid_out).status)
    rows = must(wallet_statement.sync(client=client)).items
    print("statement:", *(row.amount for row in rows))
    closing = wallet_close.sync_detailed(client=client, body=ClosingRequest(pin=PIN))
    print("closed:", closing.status_code.value)
    print("then:", wallet_account.sync_detailed(client=client).status_code.value)


if __name__ == "__main__":
    live(sys.argv[1])
