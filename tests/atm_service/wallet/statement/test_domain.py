from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from atm_service.wallet.statement import domain
from atm_service.wallet.statement.domain import Movement, Proof
from ledger.reading import Leg

AT = datetime(2026, 11, 15, 17, 30, tzinfo=UTC)  # half past midnight of the 16th in Lạng Sơn


def movement(amount: int = -200_000, proof: Proof | None = None, **leg: Any) -> Movement:
    """Give a movement of the wallet, money out unless told otherwise."""
    facts: dict[str, Any] = {
        "entry_id": UUID(int=7),
        "line": 1,
        "code": "customer/x",
        "counterpart": "customer/y",
        "side": "debit" if amount < 0 else "credit",
        "amount": abs(amount),
        "balance": -1_000_000,
        "version": 3,
        "reference": "wallet-transfer/7",
        "kind": "transfer",
        "business_date": date(2026, 11, 16),
        "recorded_at": AT,
        "narration": "transfer from the phone",
        "corrects": None,
    }
    return Movement(Leg(**facts | leg), proof or Proof())


SHOWN = Proof(
    number="261116-7K3M-9Q2X-VB4T",
    name="N••• V••• Thắng",
    phone_end="678",
    message="tiền gạo tháng Mười",
)


@pytest.mark.parametrize(
    "text",
    [
        "Thắng",
        "thang",
        "  THANG ",
        "7k3m",
        "678",
        "gạo tháng",
        "200000",
        "200.000",
        "200 000",
        "200.000 đ",
        "n•••",
    ],
)
def test_what_is_shown_is_found(text: str) -> None:
    """A masked name, a number, the phone's end, words and the amount; without marks, in any case."""
    assert domain.finds(movement(proof=SHOWN), text)


@pytest.mark.parametrize(
    "text", ["Nông", "Văn", "0912345", "20.000", "2.000.000", "1000000", "transfer from"]
)
def test_what_is_not_shown_is_not_found(text: str) -> None:
    """Neither the hidden part of a name, nor another amount, nor the balance, nor the service's own words."""
    assert not domain.finds(movement(proof=SHOWN), text)


def test_offices_banks_and_payers_are_found() -> None:
    """Whatever stands in the line."""
    at = Proof(number="05971-1-261116-0007", office="05971-1", office_name="Bưu điện Chi Lăng")
    assert all(domain.finds(movement(proof=at), text) for text in ("chi lang", "05971-1-261116-0007"))
    assert domain.finds(movement(proof=Proof(bank="Vietcombank", account="••••6789")), "6789")
    salary = movement(5, Proof(payer="Trường Số 12"), kind="credit", narration="Lương tháng 11")
    assert all(domain.finds(salary, text) for text in ("truong so", "luong thang 11"))


def test_the_file_reads_as_its_reader_does() -> None:
    """A byte order mark, Vietnam's day and clock, money in its own column, the fee named."""
    lines = domain.table(
        [
            movement(proof=SHOWN),
            movement(-1_000, counterpart="wallet/fees", line=2),
            movement(5_000_000, Proof(payer="Trường"), kind="credit", narration="Lương"),
        ],
        "vi",
    ).split("\r\n")
    assert lines == [
        '\ufeffNgày,Giờ,Loại,Số chứng từ,"Với ai, ở đâu",Nội dung,Tiền vào,Tiền ra,Số dư',
        "16/11/2026,00:30,Chuyển tiền,261116-7K3M-9Q2X-VB4T,N••• V••• Thắng,tiền gạo tháng Mười,,200000,1000000",
        "16/11/2026,00:30,Phí,,,,,1000,1000000",
        '16/11/2026,00:30,"Lương, trợ cấp",,Trường,Lương,5000000,,1000000',
        "",
    ]
    assert domain.table([], "en").startswith("\ufeffDay,Time,Kind,Number")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_what_others_wrote_is_no_formula(start: str) -> None:
    """A message comes from somebody else: a spreadsheet must show it and not compute it."""
    text = domain.table([movement(proof=Proof(message=f"{start}1+1"))], "vi")
    assert f"'{start}1+1" in text


def test_every_kind_is_named_in_both_languages() -> None:
    """With what undoes it, where something does."""
    kinds = {entry for kind in domain.StatementKind for entry in kind.entries}
    named = domain._KINDS["vi"].keys() - {"fee"}
    assert named == domain._KINDS["en"].keys() - {"fee"}
    assert named <= kinds
    assert {kind.value for kind in domain.StatementKind} <= named
