"""A receipt's code in a stranger's hand: genuine or not, undone or not, in which seal; and nothing else."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient
from httpx2 import Response

from atm_service.control.audit import sealing
from atm_service.desk.vouchers.domain import VoucherKind
from atm_service.platform.keys import jws
from atm_service.platform.keys.domain import SigningKey
from atm_service.platform.policy import Tries
from atm_service.registers.proofs import codes
from atm_service.registers.proofs.codes import PaperKind, ReceiptCode
from ledger.seals import merkle
from tests.atm_service.counter import ask_to_reverse, decide, deposited, paid, reverse, supervisor
from tests.atm_service.records import unchanged
from tests.atm_service.world import Clerk, Customer, Service
from tests.contract.documented import slug_of


@pytest.fixture
def customer(service: Service) -> Customer:
    return service.customer(20_000_000)


@pytest.fixture
def clerk(service: Service) -> Clerk:
    return service.clerk()


def look(service: Service, text: str) -> Response:
    return service.client.post("/proofs/v1/receipts", json={"text": text})


def told(service: Service, text: str) -> dict[str, Any]:
    answer = look(service, text)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def undo(
    service: Service, clerk: Clerk, id: str, counts: dict[str, int], of: str = "withdrawals"
) -> dict[str, Any]:
    decide(supervisor(service), ask_to_reverse(clerk, id, of).json())
    answer = reverse(clerk, id, counts, of=of)
    assert answer.status_code == 201, answer.text
    voucher: dict[str, Any] = answer.json()
    return voucher


def payload(text: str) -> dict[str, Any]:
    part = text.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def test_a_receipt_is_anybodys_to_check(service: Service, clerk: Clerk, customer: Customer) -> None:
    """The code on the paper says number, kind, amount and time; a stranger is told that it stands, and the seal."""
    receipt = paid(service, clerk, customer)
    text = receipt["receipt_code"]
    assert set(payload(text)) == {"jti", "num", "knd", "amt", "iat"}
    assert len(text) <= 310  # with an address of forty letters a QR of 73 modules
    seen = told(service, text)
    assert (seen["number"], seen["office"], seen["amount"]) == (
        receipt["number"],
        receipt["office"],
        2_000_000,
    )
    assert (seen["kind"], seen["status"], seen["sealed"]) == ("withdrawal", "stands", None)
    sealing.seal_due(service.context, service.now)
    sealed = told(service, f"https://vi.example/verify/#{text}")["sealed"]
    seal = sealed["seal"]
    leaf, path = bytes.fromhex(sealed["leaf_hash"]), [bytes.fromhex(one) for one in sealed["path"]]
    assert merkle.root_by_inclusion(leaf, sealed["index"], seal["leaves"], path) == bytes.fromhex(
        seal["root"]
    )
    own = customer.get(f"/wallet/v1/withdrawals/{receipt['withdrawal_id']}/proof").json()
    assert own["receipt_code"] == text
    picture = customer.get(f"/wallet/v1/entries/{own['entry_id']}/proof/qr.svg")
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    listed = clerk.get("/counter/v1/receipts").json()["items"]
    assert [one["receipt_code"] for one in listed] == [None]  # a day's list is long, and its lines are weak
    again = clerk.get("/counter/v1/receipts", withdrawal_id=receipt["withdrawal_id"]).json()["items"]
    assert [
        again[0]["receipt_code"],
        clerk.get(f"/counter/v1/receipts/{receipt['id']}").json()["receipt_code"],
    ] == [text] * 2


def test_the_paper_names_the_page_where_an_address_is_set(
    service: Service, clerk: Clerk, customer: Customer
) -> None:
    """So that a phone's own camera opens the check; what stands behind # is sent to nobody."""
    context = service.context
    settings = context.settings.model_copy(update={"public_url": "https://vi.example/"})
    service = Service(replace(context, settings=settings), service.clock)
    clerk.client = customer.client = service.client
    text = paid(service, clerk, customer)["receipt_code"]
    assert text.startswith("https://vi.example/verify/#ey")
    assert told(service, text)["status"] == "stands"


def test_what_was_undone_does_not_look_valid(service: Service, clerk: Clerk, customer: Customer) -> None:
    """The old paper is told to be undone, no copy has a code, and the reversal's own voucher stands."""
    receipt = paid(service, clerk, customer)
    id, old = receipt["withdrawal_id"], receipt["receipt_code"]
    voucher = undo(service, clerk, id, {"500000": 4})
    sealing.seal_due(service.context, service.now)
    seen = told(service, old)
    assert (seen["status"], seen["sealed"] is None) == ("undone", False)
    assert clerk.get(f"/counter/v1/receipts/{receipt['id']}").json()["receipt_code"] is None
    assert customer.get(f"/wallet/v1/withdrawals/{id}/proof").json()["receipt_code"] is None
    assert customer.get(f"/wallet/v1/entries/{receipt['entry_id']}/proof/qr.svg").status_code == 404
    assert told(service, voucher["receipt_code"])["kind"] == "withdrawal-reversal"
    assert told(service, voucher["receipt_code"])["status"] == "stands"


def test_a_code_is_signed_when_the_payment_stands(
    service: Service, clerk: Clerk, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the commit, seen from another connection, so that no other payment waits for it; a repeat has the same."""
    issue, seen = codes.issue, []

    def looked(code: ReceiptCode, key: SigningKey) -> str:
        with service.context.transaction() as session:
            query = "SELECT count(*) FROM service.receipt"
            seen.append(session.exec_driver_sql(query).scalar_one())
        return issue(code, key)

    monkeypatch.setattr(codes, "issue", looked)
    made = customer.code(500_000)
    clerk.present(made["code"])
    answers = [
        clerk.pay(made["id"], customer.facts["id_number"], key="one-key-of-a-payment") for _ in range(2)
    ]
    assert seen == [1, 1]
    assert answers[0].content == answers[1].content
    assert told(service, answers[0].json()["receipt_code"])["status"] == "stands"


def test_vouchers_have_codes_too(service: Service, clerk: Clerk, customer: Customer) -> None:
    """A deposit's is as a payment's, until it is undone; every kind of voucher is one of a code."""
    assert set(get_args(PaperKind)) == {"withdrawal", *VoucherKind}
    voucher = deposited(clerk, customer, {"500000": 2})
    text = voucher["receipt_code"]
    assert (told(service, text)["kind"], told(service, text)["status"]) == ("deposit", "stands")
    assert customer.get(f"/wallet/v1/entries/{voucher['entry_id']}/proof").json()["receipt_code"] == text
    undo(service, clerk, voucher["subject"], {"500000": 2}, "deposits")
    assert told(service, text)["status"] == "undone"


def test_whoever_was_sent_money_has_no_code_of_the_payers_paper(
    service: Service, clerk: Clerk, customer: Customer
) -> None:
    """The number and the counter of a transfer are the payer's."""
    payee = service.customer(0)
    body = {
        "id_number": customer.facts["id_number"],
        "checked": "qr",
        "to": {"phone": payee.facts["phone"]},
        "amount": 100_000,
    }
    id = clerk.post("/counter/v1/transfers", body).json()["id"]
    made = clerk.post(f"/counter/v1/transfers/{id}/confirmation", {"pin": customer.facts["pin"]})
    assert made.status_code == 201, made.text
    entry = made.json()["entry_id"]
    assert told(service, made.json()["receipt_code"])["kind"] == "transfer"
    assert customer.get(f"/wallet/v1/entries/{entry}/proof").json()["receipt_code"] is not None
    assert payee.get(f"/wallet/v1/entries/{entry}/proof").json()["receipt_code"] is None


def test_old_keys_verify_for_good(service: Service, clerk: Clerk, customer: Customer) -> None:
    """A paper of years ago, by a key that has long been retired; and its key is published."""
    old = paid(service, clerk, customer)
    service.rotate("proof")
    service.clock.advance(days=800)
    assert told(service, old["receipt_code"])["status"] == "stands"
    kids = {key["kid"] for key in service.client.get("/proofs/v1/keys").json()["keys"]}
    head = old["receipt_code"].split(".")[0]
    assert json.loads(base64.urlsafe_b64decode(head + "=="))["kid"] in kids
    assert len(kids) == 2


def other_key(service: Service, code: ReceiptCode, _: Customer) -> str:
    return codes.issue(code, SigningKey.of(Ed25519PrivateKey.generate(), "proof"))


def signed_for_cash(service: Service, code: ReceiptCode, _: Customer) -> str:
    key = service.context.keys.at(service.now).signing("code")
    return jws.sign(codes._payload(code), key, codes.TYPE)


def code_for_cash(service: Service, _: ReceiptCode, customer: Customer) -> str:
    return str(service.again(customer).code(500_000)["code"])


def proof_of_a_bill(service: Service, code: ReceiptCode, _: Customer) -> str:
    return jws.sign(codes._payload(code), service.context.keys.at(service.now).signing("proof"), "bill+jws")


def amount_changed(service: Service, code: ReceiptCode, _: Customer) -> str:
    text = codes.issue(code, service.context.keys.at(service.now).signing("proof"))
    head, _, signature = text.split(".")
    claims = payload(text) | {"amt": code.amount * 10}
    return ".".join((head, base64.urlsafe_b64encode(jws.compact(claims)).rstrip(b"=").decode(), signature))


@pytest.mark.parametrize(
    "forge",
    [other_key, signed_for_cash, code_for_cash, proof_of_a_bill, amount_changed],
    ids=lambda one: one.__name__,
)
def test_nothing_else_is_a_receipt(
    service: Service, clerk: Clerk, customer: Customer, forge: Callable[[Service, ReceiptCode, Customer], str]
) -> None:
    """Forged, signed for something else, or a text of ours of another kind: refused before any row is looked for."""
    receipt = paid(service, clerk, customer)
    code = codes.read(receipt["receipt_code"], service.context.keys.at(service.now))
    answer = look(service, forge(service, code, customer))
    assert (answer.status_code, slug_of(answer)) == (403, "receipt-code-not-genuine")


def test_a_receipt_is_no_code_for_cash_and_no_bill(
    service: Service, clerk: Clerk, customer: Customer
) -> None:
    """A counter that is shown a paper's QR pays nothing for it."""
    text = paid(service, clerk, customer)["receipt_code"]
    assert slug_of(clerk.present(text)) == "code-not-genuine"
    with pytest.raises(jws.NotGenuineError):
        jws.opened(text, service.context.keys.at(service.now), "proof", "bill+jws")


def test_a_cut_code_is_none(service: Service, clerk: Clerk, customer: Customer) -> None:
    """Cut anywhere, spaced out, signed and senseless, or empty: told so, and to scan again."""
    text = paid(service, clerk, customer)["receipt_code"]
    key = service.context.keys.at(service.now).signing("proof")
    senseless = [
        jws.sign(jws.compact(payload(text) | change), key, codes.TYPE)
        for change in (
            {"amt": "2000000"},
            {"iat": -1},
            {"iat": 1e99},
            {"num": "1"},
            {"knd": "gift"},
            {"jti": "x"},
            {"off": "1"},
        )
    ]
    for cut in (
        text[:-1],
        text[1:],
        text.replace(".", ". ", 1),
        "x",
        jws.sign(b"[]", key, codes.TYPE),
        *senseless,
    ):
        answer = look(service, cut)
        assert (answer.status_code, slug_of(answer)) == (400, "receipt-code-malformed"), cut


def test_what_the_books_do_not_say_proves_nothing(service: Service, clerk: Clerk, customer: Customer) -> None:
    """Signed by us and recorded otherwise, or not at all: as after a row was changed, or a restore lost it."""
    receipt = paid(service, clerk, customer)
    keys = service.context.keys.at(service.now)
    code = codes.read(receipt["receipt_code"], keys)
    for one in (
        ReceiptCode(code.number, code.kind, code.amount + 1, code.at, code.entry_id),
        ReceiptCode(code.number, "deposit", code.amount, code.at, code.entry_id),
        ReceiptCode(code.number, code.kind, code.amount, code.at + timedelta(seconds=1), code.entry_id),
        ReceiptCode(code.number, code.kind, code.amount, code.at, customer.id),
    ):
        seen = told(service, codes.issue(one, keys.signing("proof")))
        assert (seen["status"], seen["sealed"]) == ("not-in-books", None)


def test_a_stranger_learns_nobodys_name(service: Service, clerk: Clerk, customer: Customer) -> None:
    """No account, name, card, clerk, drawer or balance; and a look writes nothing but its count."""
    receipt = paid(service, clerk, customer)
    sealing.seal_due(service.context, service.now)
    with unchanged(service):
        text = look(service, receipt["receipt_code"]).text
    hidden = (
        str(customer.id),
        receipt["payee"]["masked_name"],
        receipt["clerk"],
        "drawer",
        "customer",
        "fingerprint",
    )
    assert [one for one in hidden if one in text] == []


def test_looks_are_counted_for_an_address(service: Service, clerk: Clerk, customer: Customer) -> None:
    """Right or wrong, up to the policy's figure; then the door is shut for a time, and only for that address."""
    text = paid(service, clerk, customer)["receipt_code"]
    service.change_tries(receipt_address=Tries(most=3, within_min=15, shut_min=15))

    def ask(address: str, text: str) -> Response:
        client = TestClient(service.client.app, client=(address, 1))
        return client.post("/proofs/v1/receipts", json={"text": text})

    assert [ask("203.0.113.7", one).status_code for one in (text, "x", text, text)] == [200, 400, 200, 429]
    assert ask("203.0.113.8", text).status_code == 200
    service.clock.advance(minutes=16)
    assert ask("203.0.113.7", text).status_code == 200
