from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from atm_service.platform.gateway import BankTimeout, DebitRequest, DebitResult, DebitStatus
from atm_service.registers.banks.simulated import INSUFFICIENT_FUNDS, SimulatedBank

TIMEOUT_S = 1.0


def bank(folder: Path, delay_s: float = 0) -> SimulatedBank:
    return SimulatedBank(folder / "bank.sqlite", delay_s, lambda _: None)


def request(
    account_number: str = "1023456789", id: UUID | None = None, amount: int = 500_000
) -> DebitRequest:
    return DebitRequest(id or uuid4(), "970436", account_number, amount)


def test_approves(tmp_path: Path) -> None:
    """An ordinary account pays."""
    assert bank(tmp_path).debit(request(), TIMEOUT_S).status is DebitStatus.APPROVED


def test_declines(tmp_path: Path) -> None:
    """An account ending in 0001 has no money, and the bank says so."""
    result = bank(tmp_path).debit(request("1000000001"), TIMEOUT_S)
    assert (result.status, result.reason) == (DebitStatus.DECLINED, INSUFFICIENT_FUNDS)


@pytest.mark.parametrize(
    ("account_number", "status"),
    [("1000000002", DebitStatus.APPROVED), ("1000000003", DebitStatus.DECLINED)],
)
def test_times_out_then_answers(tmp_path: Path, account_number: str, status: DebitStatus) -> None:
    """Accounts ending in 0002 and 0003 are silent at first; asked again, the bank knows what it did."""
    asked = request(account_number)
    with pytest.raises(BankTimeout):
        bank(tmp_path).debit(asked, TIMEOUT_S)
    assert bank(tmp_path).debit(asked, TIMEOUT_S).status is status


def test_remembers_over_a_restart(tmp_path: Path) -> None:
    """Another process that opens the same book finds the debit."""
    asked = request()
    first = bank(tmp_path).debit(asked, TIMEOUT_S)
    assert bank(tmp_path).status(asked.top_up_id, TIMEOUT_S) == first


def test_knows_nothing_of_others(tmp_path: Path) -> None:
    """An id that was never asked for is unknown."""
    assert bank(tmp_path).status(uuid4(), TIMEOUT_S) is None


def test_slow_bank(tmp_path: Path) -> None:
    """A bank that takes longer than the caller waits has taken the money all the same."""
    asked = request()
    with pytest.raises(BankTimeout):
        bank(tmp_path, delay_s=5).debit(asked, TIMEOUT_S)
    found = bank(tmp_path).status(asked.top_up_id, TIMEOUT_S)
    assert found is not None
    assert found.status is DebitStatus.APPROVED


def test_same_id_for_another_debit(tmp_path: Path) -> None:
    """An id that is used again for another amount is a mistake of ours, and is not paid."""
    asked = request()
    bank(tmp_path).debit(asked, TIMEOUT_S)
    with pytest.raises(ValueError, match="another debit"):
        bank(tmp_path).debit(request(id=asked.top_up_id, amount=1), TIMEOUT_S)


def test_many_ask_at_once(tmp_path: Path) -> None:
    """Twenty threads that ask for one debit get one answer, and the book has one row."""
    asked = request()
    one = bank(tmp_path)
    with ThreadPoolExecutor(20) as pool:
        results = set(pool.map(lambda _: one.debit(asked, TIMEOUT_S), range(20)))
    assert len(results) == 1


def test_book_has_no_account_numbers(tmp_path: Path) -> None:
    """The book's files do not contain an account number, and a request shows none."""
    asked = request("8822334455667")
    bank(tmp_path).debit(asked, TIMEOUT_S)
    assert not any(b"8822334455667" in file.read_bytes() for file in tmp_path.iterdir())
    assert "8822334455667" not in repr(asked)


@pytest.mark.parametrize(("status", "reason"), [(DebitStatus.APPROVED, "why"), (DebitStatus.DECLINED, None)])
def test_results_are_whole(status: DebitStatus, reason: str | None) -> None:
    """A decline without a reason, or an approval with one, cannot be made."""
    with pytest.raises(ValueError, match="declined has a reason"):
        DebitResult(status, reason, "ref")
