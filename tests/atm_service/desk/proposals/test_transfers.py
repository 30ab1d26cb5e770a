"""Assisted transfers: the payer's card and PIN, the payee's masked name, once."""

from typing import Any

import pytest
from httpx2 import Response

from tests.atm_service.counter import decide, refused, supervisor
from tests.atm_service.records import unchanged
from tests.atm_service.world import Clerk, Customer, Service


def propose(clerk: Clerk, payer: Customer, payee: Customer, amount: int = 1_000_000, **to: str) -> Response:
    """Put the payer's card on the counter and name the payee."""
    body = {
        "id_number": payer.facts["id_number"],
        "checked": "qr",
        "to": to or {"phone": payee.facts["phone"]},
        "amount": amount,
    }
    return clerk.post("/counter/v1/transfers", body)


def confirm(clerk: Clerk, transfer: dict[str, Any], pin: str = "480152", key: str | None = None) -> Response:
    """Let the payer type the PIN."""
    return clerk.post(f"/counter/v1/transfers/{transfer['id']}/confirmation", {"pin": pin}, key)


def test_money_moves_between_wallets(service: Service) -> None:
    """Both masked names are shown first; the voucher names both; no cash moves."""
    clerk, payer = service.clerk(), service.customer()
    payee = service.customer(0, full_name="Hoàng Thị Mai")
    proposed = propose(clerk, payer, payee)
    assert proposed.status_code == 201, proposed.text
    transfer = proposed.json()
    assert transfer["payer"]["masked_name"] == "N••• V••• Thắng"
    assert transfer["payee"]["masked_name"] == "H••• T••• Mai"
    answer = confirm(clerk, transfer)
    assert answer.status_code == 201, answer.text
    voucher = answer.json()
    assert (voucher["kind"], voucher["confirmed"], voucher["counts"]) == ("transfer", "pin", None)
    assert (voucher["customer"], voucher["other"]) == (transfer["payer"], transfer["payee"])
    assert (payer.account()["available"], payee.account()["available"]) == (4_000_000, 1_000_000)
    assert service.balance("office/05971-1/drawer/1") == 100_000_000


def test_it_moves_once(service: Service) -> None:
    """The same key replays; another one is refused with the voucher."""
    clerk, payer, payee = service.clerk(), service.customer(), service.customer(0)
    transfer = propose(clerk, payer, payee).json()
    first = confirm(clerk, transfer, key="k").json()
    assert confirm(clerk, transfer, key="k").json() == first
    again = confirm(clerk, transfer)
    assert (refused(again), again.json()["voucher_id"]) == ("voucher-exists", first["id"])
    assert payee.account()["available"] == 1_000_000


def test_the_payer_proves_the_pin(service: Service) -> None:
    """The payee's own PIN, or any other, moves nothing."""
    clerk, payer, payee = service.clerk(), service.customer(), service.customer(0, pin="915037")
    transfer = propose(clerk, payer, payee).json()
    with unchanged(service):
        assert refused(confirm(clerk, transfer, "915037")) == "wrong-pin"


@pytest.mark.parametrize("amount", [9_999, 20_000_001])
def test_amounts_have_bounds(service: Service, amount: int) -> None:
    """Below ten thousand and above twenty million are refused."""
    clerk, payer, payee = service.clerk(), service.customer(), service.customer(0)
    assert refused(propose(clerk, payer, payee, amount)) == "amount-out-of-range"


def test_people_are_checked(service: Service) -> None:
    """Nobody's card, nobody's phone, oneself: three refusals."""
    clerk, payer, payee = service.clerk(), service.customer(), service.customer(0)
    assert refused(propose(clerk, payer, payee, phone="0999999999")) == "payee-unknown"
    assert refused(propose(clerk, payer, payer)) == "same-account"
    stranger = Customer(payer.client, payer.id, payer.token, {**payer.facts, "id_number": "020085999999"})
    assert refused(propose(clerk, stranger, payee)) == "payer-card-unknown"


def test_funds_and_the_days_limit(service: Service) -> None:
    """What is not there cannot be sent, and its figure is not told; twenty million a day is the most."""
    clerk, payer, payee = service.clerk(), service.customer(5_000_000), service.customer(0)
    short = confirm(clerk, propose(clerk, payer, payee, 5_000_001).json())
    assert refused(short) == "insufficient-funds"
    assert "available" not in short.json()
    service.credit(payer.id, 20_000_000)
    for _ in range(2):
        assert confirm(clerk, propose(clerk, payer, payee, 10_000_000).json()).status_code == 201
    answer = propose(clerk, payer, payee, 10_000)
    assert (refused(answer), answer.json()["remaining"]) == ("transfer-limit-reached", 0)


def test_above_the_threshold_it_takes_a_supervisor(service: Service) -> None:
    """Ten million is the clerk's and the payer's; a đồng more waits for approval. A deposit's figure is another."""
    service.change_approval(deposit_above=1)
    clerk, payer, payee = service.clerk(), service.customer(20_000_000), service.customer(0)
    assert not propose(clerk, payer, payee, 10_000_000).json()["needs_approval"]
    large = propose(clerk, payer, payee, 10_000_001).json()
    assert refused(confirm(clerk, large)) == "approval-needed"
    asked = clerk.post(f"/counter/v1/transfers/{large['id']}/approval-request", {"words": "mua nhà"}).json()
    decide(supervisor(service), asked)
    assert confirm(clerk, large).status_code == 201


def test_transfers_do_not_use_up_cash_limits(service: Service) -> None:
    """Twenty million sent leave the day's cash untouched."""
    clerk, payer, payee = service.clerk(), service.customer(12_000_000), service.customer(0)
    assert confirm(clerk, propose(clerk, payer, payee, 10_000_000).json()).status_code == 201
    assert payer.account()["limits"]["used_today"] == 0
