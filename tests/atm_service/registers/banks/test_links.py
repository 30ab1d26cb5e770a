from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.atm_service.world import Customer, Service

VCB = "970436"


def link(customer: Customer, account_number: str = "1023456789", bin: str = VCB) -> Any:
    return customer.post("/wallet/v1/bank-links", {"bin": bin, "account_number": account_number})


def test_link(service: Service) -> None:
    """A linked account is shown with its bank and its last four digits, and is in the list."""
    customer = service.customer(0)
    answer = link(customer)
    assert answer.status_code == 201
    shown = answer.json()
    assert (shown["bin"], shown["bank"], shown["masked_account"]) == (VCB, "Vietcombank", "••••6789")
    assert customer.get("/wallet/v1/bank-links").json() == {"items": [shown]}


def test_banks_listed(service: Service) -> None:
    """A customer can choose among all banks; a stranger sees none."""
    items = service.customer(0).get("/wallet/v1/banks").json()["items"]
    assert {"bin": VCB, "code": "VCB", "short_name": "Vietcombank"}.items() <= {
        key: value for item in items if item["bin"] == VCB for key, value in item.items()
    }.items()
    assert service.client.get("/wallet/v1/banks").status_code == 401


def test_linked_twice(service: Service) -> None:
    """The same account again is refused with the id of its link; the same number at another bank is not."""
    customer = service.customer(0)
    first = link(customer).json()
    again = link(customer)
    assert again.status_code == 409
    assert again.json()["type"].endswith(":bank-link-exists")
    assert again.json()["bank_link_id"] == first["id"]
    assert link(customer, bin="970415").status_code == 201
    assert link(service.customer(0)).status_code == 201


def test_unknown_bank(service: Service) -> None:
    """A BIN of no bank is refused."""
    assert link(service.customer(0), bin="999999").json()["type"].endswith(":bank-unknown")


def test_five_at_most(service: Service) -> None:
    """Ten requests at once for ten accounts leave five links."""
    customer = service.customer(0)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda n: link(customer, f"10234567{n:02}"), range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [409] * 5
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (refused["type"].rpartition(":")[2], refused["maximum"]) == ("too-many-bank-links", 5)


@pytest.mark.parametrize("number", ["12345", "1" * 20, "12345a", "１２３４５６", "1023456789\n", 1023456789])
def test_bad_numbers(service: Service, number: object) -> None:
    """A number that no bank has is malformed."""
    customer = service.customer(0)
    answer = customer.post("/wallet/v1/bank-links", {"bin": VCB, "account_number": number})
    assert answer.status_code == 422
    assert str(number).strip() not in str(answer.json() | {"instance": "a random id"})


def test_number_is_sealed(service: Service) -> None:
    """The database holds no account number in the clear."""
    link(service.customer(0), "8822334455667")
    with service.context.transaction() as session:
        [row] = session.exec_driver_sql(
            "SELECT row_to_json(b)::text, account_sealed FROM service.bank_link b"
        )
    assert "8822334455667" not in row[0]
    assert b"8822334455667" not in row[1]
