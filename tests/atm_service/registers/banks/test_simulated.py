from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from atm_service.platform.gateway import BankOrder, BankResult, BankStatus, BankTimeout, HolderRequest
from atm_service.registers.banks.simulated import OTHER_HOLDER, REASONS, SimulatedBank

TIMEOUT_S = 1.0


def bank(folder: Path, delay_s: float = 0) -> SimulatedBank:
    return SimulatedBank(folder / "bank.sqlite", delay_s, lambda _: None)


def request(account_number: str = "1023456789", id: UUID | None = None, amount: int = 500_000) -> BankOrder:
    return BankOrder(id or uuid4(), "970436", account_number, amount)


def test_approves(tmp_path: Path) -> None:
    """An ordinary account pays."""
    assert bank(tmp_path).debit(request(), TIMEOUT_S).status is BankStatus.APPROVED


def test_declines(tmp_path: Path) -> None:
    """An account ending in 0001 has no money, and the bank says so."""
    result = bank(tmp_path).debit(request("1000000001"), TIMEOUT_S)
    assert (result.status, result.reason) == (BankStatus.DECLINED, REASONS["debit"])


def test_pays_in(tmp_path: Path) -> None:
    """Money is paid in under an id of its own; a closed account is declined, and the book adds both ways up."""
    one = bank(tmp_path)
    one.debit(request(), TIMEOUT_S)
    assert one.credit(request(amount=200_000), TIMEOUT_S).status is BankStatus.APPROVED
    refused = one.credit(request("1000000001"), TIMEOUT_S)
    assert (refused.status, refused.reason) == (BankStatus.DECLINED, REASONS["credit"])
    assert one.owed() == {"970436": 300_000}


def test_one_id_is_one_way(tmp_path: Path) -> None:
    """What was taken under an id is not paid in under it."""
    asked = request()
    bank(tmp_path).debit(asked, TIMEOUT_S)
    with pytest.raises(ValueError, match="another order"):
        bank(tmp_path).credit(asked, TIMEOUT_S)


def test_late(tmp_path: Path) -> None:
    """Two orders of an account ending in 0006 are lost: the bank has heard of nothing, then of the third."""
    asked, one = request("1000000006"), bank(tmp_path)
    for _ in range(2):
        with pytest.raises(BankTimeout):
            one.credit(asked, TIMEOUT_S)
        assert one.status(asked.id, TIMEOUT_S) is None
    assert one.credit(asked, TIMEOUT_S).status is BankStatus.APPROVED
    assert one.owed() == {"970436": -500_000}


def test_an_order_that_arrives_twice(tmp_path: Path) -> None:
    """An account ending in 0007 gets every order twice, and is moved once."""
    one = bank(tmp_path)
    one.debit(request("1000000007"), TIMEOUT_S)
    assert one.owed() == {"970436": 500_000}


@pytest.mark.parametrize(
    ("account_number", "holder"),
    [("1023456789", "NONG VAN DANG"), ("1000000004", OTHER_HOLDER), ("1000000005", None)],
)
def test_names_the_holder(tmp_path: Path, account_number: str, holder: str | None) -> None:
    """The holder is whoever is asked for, as banks write names; another one, or nobody, where the number says so."""
    asked = HolderRequest("970436", account_number, "Nông Văn Đáng")
    assert bank(tmp_path).holder(asked, TIMEOUT_S) == holder
    assert "Nông" not in repr(asked)


@pytest.mark.parametrize(
    ("account_number", "status"),
    [("1000000002", BankStatus.APPROVED), ("1000000003", BankStatus.DECLINED)],
)
def test_times_out_then_answers(tmp_path: Path, account_number: str, status: BankStatus) -> None:
    """Accounts ending in 0002 and 0003 are silent at first; asked again, the bank knows what it did."""
    asked = request(account_number)
    with pytest.raises(BankTimeout):
        bank(tmp_path).debit(asked, TIMEOUT_S)
    assert bank(tmp_path).debit(asked, TIMEOUT_S).status is status


def test_remembers_over_a_restart(tmp_path: Path) -> None:
    """Another process that opens the same book finds the debit."""
    asked = request()
    first = bank(tmp_path).debit(asked, TIMEOUT_S)
    assert bank(tmp_path).status(asked.id, TIMEOUT_S) == first


def test_knows_nothing_of_others(tmp_path: Path) -> None:
    """An id that was never asked for is unknown."""
    assert bank(tmp_path).status(uuid4(), TIMEOUT_S) is None


def test_slow_bank(tmp_path: Path) -> None:
    """A bank that takes longer than the caller waits has taken the money all the same."""
    asked = request()
    with pytest.raises(BankTimeout):
        bank(tmp_path, delay_s=5).debit(asked, TIMEOUT_S)
    found = bank(tmp_path).status(asked.id, TIMEOUT_S)
    assert found is not None
    assert found.status is BankStatus.APPROVED


def test_same_id_for_another_debit(tmp_path: Path) -> None:
    """An id that is used again for another amount is a mistake of ours, and is not paid."""
    asked = request()
    bank(tmp_path).debit(asked, TIMEOUT_S)
    with pytest.raises(ValueError, match="another order"):
        bank(tmp_path).debit(request(id=asked.id, amount=1), TIMEOUT_S)


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


@pytest.mark.parametrize(("status", "reason"), [(BankStatus.APPROVED, "why"), (BankStatus.DECLINED, None)])
def test_results_are_whole(status: BankStatus, reason: str | None) -> None:
    """A decline without a reason, or an approval with one, cannot be made."""
    with pytest.raises(ValueError, match="declined has a reason"):
        BankResult(status, reason, "ref")
