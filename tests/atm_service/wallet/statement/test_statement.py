import csv
import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

import ledger
from atm_service.platform import chart, ids
from atm_service.registers.credits import payers
from atm_service.wallet.statement import domain
from ledger import Entry, Posting
from tests.atm_service import counter
from tests.atm_service.mending import NEW_PHONE, card, change, for_phone, signed_in
from tests.atm_service.wallet.bank_payments import banking
from tests.atm_service.wallet.transfers import sending
from tests.atm_service.world import OFFICE, Customer, Service
from tests.contract.documented import slug_of

PATH = "/wallet/v1/statement"


def statement(customer: Customer, **query: Any) -> dict[str, Any]:
    if text := query.pop("q", None):
        answer = customer.post(f"{PATH}/search", {"text": text, **query})
    else:
        answer = customer.get(PATH, **query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def walk(customer: Customer, **query: Any) -> list[list[dict[str, Any]]]:
    """Give every page."""
    pages, cursor = [], None
    while True:
        body = statement(customer, **query, **({"cursor": cursor} if cursor else {}))
        pages.append(body["items"])
        cursor = body["next_cursor"]
        if cursor is None:
            return pages


def amounts(customer: Customer, **query: Any) -> list[int]:
    return [item["amount"] for page in walk(customer, **query) for item in page]


def proof(customer: Customer, item: dict[str, Any]) -> dict[str, Any]:
    answer = customer.get(f"/wallet/v1/entries/{item['entry_id']}/proof")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def credited(service: Service, customer: Customer, amount: int, reference: str, narration: str) -> None:
    """Credit a salary, as a batch of the operator's does."""
    entry = Entry(
        id=ids.new(service.now),
        reference=f"credit/{reference}",
        kind="credit",
        business_date=ledger.business_date(service.now),
        narration=narration,
        postings=(Posting(chart.payer("school-12"), chart.customer(customer.id), amount),),
    )
    with service.context.transaction() as session:
        payers.open_payer(session, "school-12", "Trường THCS Số 12", service.now)
        payers.fund(session, "school-12", amount, str(uuid4()), None, service.now)
    with service.context.transaction() as session:
        ledger.must(ledger.post(session, [entry], service.now))


def test_days_are_vietnams_and_the_sums_are_of_them(service: Service) -> None:
    """Half past six in the evening in London is tomorrow in Lạng Sơn; opening, in, out and closing add up."""
    customer = service.customer(1_000_000)
    service.clock.advance(hours=15, minutes=30)  # 00:30 of the 17th
    customer = service.again(customer)
    service.credit(customer.id, 500_000)
    other = service.customer(0)
    sending.sent(customer, other, 200_000)
    service.clock.advance(days=1)
    customer = service.again(customer)
    service.credit(customer.id, 7)

    day = statement(customer, **{"from": "2026-11-17", "to": "2026-11-17"})
    assert [item["amount"] for item in day["items"]] == [-200_000, 500_000]
    assert {item["business_date"] for item in day["items"]} == {"2026-11-17"}
    sums = [day[name] for name in ("opening", "money_in", "money_out", "closing")]
    assert sums == [1_000_000, 500_000, 200_000, 1_300_000]
    assert amounts(customer, to="2026-11-16") == [1_000_000]
    assert amounts(customer, **{"from": "2026-11-18"}) == [7]
    whole = statement(customer)
    assert [whole[name] for name in ("opening", "closing")] == [0, 1_300_007]


def test_kinds_are_chosen_with_what_undoes_them(service: Service) -> None:
    """A withdrawal's reversal is shown where withdrawals are; several kinds together."""
    customer, clerk = service.customer(), service.clerk()
    boss = counter.supervisor(service)
    receipt = counter.paid(service, clerk, customer, 2_000_000)
    asked = counter.ask_to_reverse(clerk, receipt["withdrawal_id"])
    assert counter.decide(boss, asked.json()).status_code == 200
    assert counter.reverse(clerk, receipt["withdrawal_id"], {"500000": 4}).status_code == 201
    sending.sent(customer, service.customer(0), 100_000)

    kinds = lambda *wanted: [  # noqa: E731
        item["kind"] for item in statement(customer, kind=list(wanted))["items"]
    ]
    assert kinds("withdrawal") == ["withdrawal-reversal", "withdrawal"]
    assert kinds("transfer") == ["transfer"]
    assert kinds("transfer", "withdrawal") == ["transfer", "withdrawal-reversal", "withdrawal"]
    assert kinds("payout") == []
    assert kinds() == ["transfer", "withdrawal-reversal", "withdrawal", "gift"]

    first, undoing = statement(customer, kind="withdrawal")["items"][::-1]
    told = proof(customer, first)
    assert (told["number"], told["undone_by"]) == (receipt["number"], undoing["number"])
    back = proof(customer, undoing)
    assert (back["number"], back["undoes"], back["amount"]) == (
        undoing["number"],
        receipt["number"],
        2_000_000,
    )


def test_paging_with_a_text_never_skips(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page looks at so many and goes on there, found something or not; together they are what there is."""
    monkeypatch.setattr(domain, "LOOKED_AT_MAX", 4)
    customer = service.customer(0)
    given = [100_000 + n if n % 9 > 1 else 700_000 for n in range(36)]
    for amount in given:
        service.credit(customer.id, amount)
    wanted = [amount for amount in given[::-1] if amount == 700_000]
    for limit in (1, 2, 3):
        pages = walk(customer, q="700.000", limit=limit)
        assert [item["amount"] for page in pages for item in page] == wanted
        assert max(len(page) for page in pages) <= limit
        assert [] in pages
    assert amounts(customer, limit=7) == given[::-1]
    assert amounts(customer, q="1") == []


def test_a_withdrawals_proof_has_the_number_on_the_paper(service: Service) -> None:
    """Number, office, fee beside the amount, and the end of the code that was paid."""
    service.change_rules(fee=5_000)
    customer, clerk = service.customer(), service.clerk()
    code = customer.code(2_000_000)
    receipt = clerk.serve(customer, code).json()
    items = statement(customer, q=receipt["number"])["items"]
    assert [(item["amount"], item["is_fee"]) for item in items] == [(-5_000, True), (-2_000_000, False)]
    told = proof(customer, items[0])
    assert told == {
        **dict.fromkeys(
            (
                "name",
                "phone_end",
                "message",
                "bank",
                "account",
                "payer",
                "undoes",
                "undone_by",
                "biller",
                "bill_id",
            )
        ),
        "entry_id": receipt["entry_id"],
        "kind": "withdrawal",
        "recorded_at": receipt["paid_at"],
        "amount": -2_000_000,
        "fee": 5_000,
        "balance": 2_995_000,
        "narration": f"cash paid at {OFFICE}",
        "number": receipt["number"],
        "office": OFFICE,
        "office_name": receipt["office_name"],
        "withdrawal_id": code["id"],
        "code_end": code["digits"].replace("-", "")[-4:],
        "receipt_code": receipt["receipt_code"],
    }
    assert customer.get(f"/wallet/v1/withdrawals/{code['id']}/proof").json() == told
    assert service.customer().get(f"/wallet/v1/withdrawals/{code['id']}/proof").status_code == 404
    unpaid = customer.code(100_000)["id"]
    assert customer.get(f"/wallet/v1/withdrawals/{unpaid}/proof").status_code == 404


def test_a_transfers_proof_shows_each_the_other(service: Service) -> None:
    """Masked, with the number that both can tell and the words; found by what is shown and by nothing else."""
    payer, payee = sending.two(service)
    sent = sending.sent(payer, payee, 300_000, message="=tiền gạo")
    (out,) = statement(payer, kind="transfer")["items"]
    (came,) = statement(payee, kind="transfer")["items"]
    assert (out["number"], came["number"]) == (sent["number"], sent["number"])
    assert (proof(payer, out)["name"], proof(payee, came)["name"]) == ("H••• T••• Mai", "N••• V••• Thắng")
    assert proof(payee, came)["message"] == "=tiền gạo"
    for text, found in {"mai": 1, "gao": 1, "hoang": 0, payee.facts["phone"]: 0}.items():
        assert len(statement(payer, q=text)["items"]) == found


def test_a_payee_does_not_learn_where_the_payer_was(service: Service) -> None:
    """No office, no number that names it, no words of the ledger: not in row, proof, file, search or complaint."""
    payer, payee = sending.two(service)
    clerk = service.clerk()
    wish = {**card(payer), "to": {"phone": payee.facts["phone"]}, "amount": 50_000}
    proposed = clerk.post("/counter/v1/transfers", wish).json()
    done = clerk.post(f"/counter/v1/transfers/{proposed['id']}/confirmation", {"pin": payer.facts["pin"]})
    assert done.status_code == 201, done.text
    (out,), (came,) = (statement(one, kind="transfer")["items"] for one in (payer, payee))
    assert (proof(payer, out)["office"], OFFICE in proof(payer, out)["number"]) == (OFFICE, True)
    seen = proof(payee, came)
    assert (seen["name"], seen["office"], seen["office_name"], seen["number"]) == (
        "N••• V••• Thắng",
        None,
        None,
        None,
    )
    about = {"about": {"entry_id": came["entry_id"]}, "kind": "wrong-amount", "words": "thiếu tiền"}
    made = payee.post("/wallet/v1/complaints", about)
    assert made.status_code == 201, made.text
    for text in (str(came), str(seen), payee.get(f"{PATH}.csv").text, made.text):
        assert OFFICE not in text
    assert statement(payee, q=OFFICE)["items"] == []
    assert OFFICE in str(service.staff("supervisor").get("/staff/v1/complaints").json())


def test_whoever_moved_money_once_does_not_learn_a_number_taken_since(service: Service) -> None:
    """Neither who was paid nor who has paid: not in proofs, transfers, people or a look at an old payee."""
    moved, other = sending.two(service)
    received, paid = sending.sent(moved, other, 50_000), sending.sent(other, moved, 20_000)
    item = statement(other, kind="transfer")["items"][0]
    old = moved.facts["phone"][-3:]

    def ends() -> list[str | None]:
        seen = [
            other.get(f"/wallet/v1/transfers/{received['id']}").json()["person"],
            other.get("/wallet/v1/transfers").json()["items"][0]["person"],
            other.get("/wallet/v1/payees").json()["items"][0],
            sending.look_up(other, transfer_id=paid["id"]).json()["person"],
            proof(other, item),
        ]
        return [one["phone_end"] for one in seen]

    assert ends() == [old] * 5
    clerk = service.clerk()
    assert change(clerk, for_phone(service, clerk, moved)).status_code == 200
    assert ends() == [None] * 5
    assert proof(other, item)["name"] == "N••• V••• Thắng"
    assert statement(other, q=NEW_PHONE[-3:])["items"] == []
    back = signed_in(service, moved, phone=NEW_PHONE)
    sending.sent(back, other, 10_000)
    newest = other.get("/wallet/v1/transfers").json()["items"][0]
    assert newest["person"]["phone_end"] == NEW_PHONE[-3:]


def test_proofs_of_counter_and_bank_money(service: Service) -> None:
    """A deposit has its voucher's number, a top-up its bank and masked account, a salary its payer and line."""
    customer, clerk = service.customer(0), service.clerk()
    deposit = counter.deposited(clerk, customer, {"500000": 2})
    link = banking.link(customer)
    assert banking.top_up(customer, link, 1_000_000).json()["status"] == "succeeded"
    credited(service, customer, 3_000_000, "thang-11/L7", "Lương tháng 11")
    salary, bank, cash = (proof(customer, item) for item in statement(customer)["items"])
    assert (cash["number"], cash["office"]) == (deposit["number"], OFFICE)
    assert bank["bank"]
    assert bank["account"].startswith("•")
    assert (salary["payer"], salary["number"]) == ("Trường THCS Số 12", "thang-11/L7")
    assert [item["other"] for item in statement(customer, q="luong")["items"]] == ["Trường THCS Số 12"]


def test_a_strangers_entry_has_no_proof(service: Service) -> None:
    """404, as for an entry that is not there; a third person's transfer is in nobody else's statement."""
    payer, payee = sending.two(service)
    sending.sent(payer, payee, 300_000)
    (item,) = statement(payer, kind="transfer")["items"]
    stranger = service.customer()
    for id in (item["entry_id"], str(uuid4())):
        assert stranger.get(f"/wallet/v1/entries/{id}/proof").status_code == 404


def test_a_file_holds_the_span_the_oldest_first(service: Service) -> None:
    """CSV with its byte order mark, named by its days; nothing of other days."""
    customer = service.customer(1_000_000)
    payee = service.customer(0)
    sending.sent(customer, payee, 200_000, message="@SUM(A1)")
    service.clock.advance(days=1)
    customer = service.again(customer)
    service.credit(customer.id, 5)
    answer = customer.get(f"{PATH}.csv", **{"from": "2026-11-16", "to": "2026-11-16"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="sao-ke-2026-11-16-2026-11-16.csv"' in answer.headers["Content-Disposition"]
    text = answer.content.decode("utf-8")
    assert text.startswith("\ufeffNgày,")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert [(row["Tiền vào"], row["Tiền ra"], row["Số dư"]) for row in rows] == [
        ("1000000", "", "1000000"),
        ("", "200000", "800000"),
    ]
    assert rows[1]["Nội dung"] == "'@SUM(A1)"
    assert len(customer.get(f"{PATH}.csv", language="en").text.splitlines()) == 4


def test_a_file_has_at_most_a_year_and_so_many_rows(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """366 days are a file, 367 are refused; more rows than a file holds are refused with what to do."""
    customer = service.customer(1)
    first = service.now.date() - timedelta(days=365)
    days = {"to": service.now.date().isoformat()}
    assert customer.get(f"{PATH}.csv", **days, **{"from": first.isoformat()}).status_code == 200
    longer = {"from": (first - timedelta(days=1)).isoformat()}
    assert slug_of(customer.get(f"{PATH}.csv", **days, **longer)) == "malformed-request"
    monkeypatch.setattr(domain, "ROWS_MAX", 2)
    service.credit(customer.id, 1)
    assert customer.get(f"{PATH}.csv").status_code == 200
    service.credit(customer.id, 1)
    refused = customer.get(f"{PATH}.csv")
    assert (slug_of(refused), refused.json()["rows_max"]) == ("statement-too-long", 2)


def test_days_that_end_before_they_begin_are_refused(service: Service) -> None:
    """With the place that is wrong."""
    customer = service.customer(0)
    days = {"from": "2026-11-17", "to": "2026-11-16"}
    for path in (PATH, f"{PATH}.csv"):
        assert customer.get(path, **days).json()["errors"][0]["where"] == "query.from"
    found = customer.post(f"{PATH}/search", {**days, "text": "7"})
    assert found.json()["errors"][0]["where"] == "body.from"


def test_a_search_is_of_the_days_and_kinds_too(service: Service) -> None:
    """What is found is among what is chosen, with the sums of the days."""
    customer = service.customer(700_000)
    sending.sent(customer, service.customer(0), 70_000)
    asked = {"from": "2026-11-16", "to": "2026-11-16", "kinds": ["transfer"], "text": "70.000"}
    found = customer.post(f"{PATH}/search", asked).json()
    assert [item["amount"] for item in found["items"]] == [-70_000]
    assert (found["opening"], found["closing"]) == (0, 630_000)
    for changed in ({"kinds": ["payout"]}, {"to": "2026-11-15", "from": None}, {"text": "700"}):
        assert customer.post(f"{PATH}/search", asked | changed).json()["items"] == []
