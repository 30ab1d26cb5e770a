from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from atm_service.wallet.bank_payments import service as bank_payments
from tests.atm_service.wallet.bank_payments.banking import SILENT, linked, look, top_up
from tests.atm_service.wallet.bank_payments.banking import link as link_ending
from tests.atm_service.world import Customer, Service
from tests.contract.documented import slug_of
from tests.database import Database

VCB = "970436"


def remove(customer: Customer, link_id: str, pin: str | None = None) -> Any:
    body = {"pin": pin or customer.facts["pin"]}
    return customer.post(f"/wallet/v1/bank-links/{link_id}/removal", body)


def links(customer: Customer) -> list[str]:
    return [one["id"] for one in customer.get("/wallet/v1/bank-links").json()["items"]]


def test_link(service: Service) -> None:
    """A linked account is shown with its bank and its last four digits, and is in the list."""
    customer = service.customer(0)
    answer = linked(customer)
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
    first = linked(customer).json()
    again = linked(customer)
    assert again.status_code == 409
    assert again.json()["type"].endswith(":bank-link-exists")
    assert again.json()["bank_link_id"] == first["id"]
    assert linked(customer, bin="970415").status_code == 201


def test_a_bank_is_asked_few_times_a_day(service: Service) -> None:
    """Each question costs money and tells of somebody: so many for a customer, however many come at once."""
    customer, most = service.customer(0), service.context.policy.attempts.bank_holder.most
    numbers = [f"10234{n:05d}4" for n in range(10_000, 10_000 + most + 4)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda number: linked(customer, account_number=f"{number[:-4]}0004"), numbers)
        )
    slugs = [slug_of(answer) for answer in answers]
    assert (slugs.count("holder-differs"), slugs.count("too-many-attempts")) == (most, 4)
    assert linked(service.customer(0)).status_code == 201
    service.clock.advance(days=1, minutes=1)
    assert linked(service.again(customer), "1023456780").status_code == 201


def test_unknown_bank(service: Service) -> None:
    """A BIN of no bank is refused."""
    assert linked(service.customer(0), bin="999999").json()["type"].endswith(":bank-unknown")


def test_five_at_most(service: Service) -> None:
    """Ten requests at once for ten accounts leave five links."""
    customer = service.customer(0)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda n: linked(customer, f"10234567{n:02}"), range(10)))
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
    linked(service.customer(0), "8822334455667")
    with service.context.transaction() as session:
        [row] = session.exec_driver_sql(
            "SELECT row_to_json(b)::text, account_sealed FROM service.bank_link b"
        )
    assert "8822334455667" not in row[0]
    assert b"8822334455667" not in row[1]


@pytest.mark.parametrize(
    ("number", "slug"),
    [
        ("1000000004", "holder-differs"),
        ("1000000005", "bank-account-unknown"),
        ("1000000008", "unavailable"),
    ],
)
def test_the_bank_must_name_the_customer(service: Service, number: str, slug: str) -> None:
    """Somebody else's account, none, or a bank that says nothing: no link, and the other name is not told."""
    customer = service.customer(0)
    answer = linked(customer, number)
    assert slug_of(answer) == slug
    assert "luong" not in answer.text.lower()
    assert links(customer) == []


@pytest.mark.parametrize("name", ["Đàm Thị Ánh", "HOÀNG Văn-Sáng"])
def test_names_are_compared_without_diacritics(service: Service, name: str) -> None:
    """Banks write names in capitals without diacritics: that is the same name."""
    assert linked(service.customer(0, full_name=name)).status_code == 201


def test_an_account_is_one_customers_for_ever(service: Service) -> None:
    """A namesake cannot link it, neither while it is linked nor after; its owner can, and gets the same link."""
    owner, namesake = service.customer(0), service.customer(0)
    first = linked(owner).json()
    assert slug_of(linked(namesake)) == "bank-account-of-another"
    assert remove(owner, first["id"]).status_code == 204
    assert links(owner) == []
    assert slug_of(linked(namesake)) == "bank-account-of-another"
    assert linked(owner).json() == first
    assert links(owner) == [first["id"]]


def test_two_at_once_for_one_account(service: Service) -> None:
    """Eight namesakes who link one account at the same moment: one has it."""
    people = [service.customer(0) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(linked, people))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert sum(len(links(person)) for person in people) == 1


def test_removal_takes_the_pin(service: Service) -> None:
    """A session alone removes nothing, and wrong PINs are counted; nor does anybody else's."""
    customer, other = service.customer(0), service.customer(0)
    link_id = linked(customer).json()["id"]
    assert slug_of(remove(other, link_id)) == "not-found"
    for _ in range(5):
        assert slug_of(remove(customer, link_id, "735109")) == "wrong-pin"
    assert slug_of(remove(customer, link_id)) == "too-many-attempts"
    assert links(customer) == [link_id]


def test_removed_nothing_goes_over_it(service: Service) -> None:
    """Not while something over it is pending, which ends; then it is gone, and nothing new is begun over it."""
    customer = service.customer(0)
    link_id = link_ending(customer, SILENT)
    begun = top_up(customer, link_id).json()
    assert slug_of(remove(customer, link_id)) == "bank-link-in-use"
    service.clock.advance(minutes=1)
    bank_payments.resolve_pending(service.context, service.now)
    assert remove(customer, link_id).status_code == 204
    assert slug_of(top_up(customer, link_id)) == "bank-link-unknown"
    assert slug_of(remove(customer, link_id)) == "not-found"
    assert (look(customer, begun["id"])["status"], len(service.trail("bank-link.removed"))) == (
        "succeeded",
        1,
    )


def test_a_link_whose_holder_nobody_asked_for(service: Service, database: Database) -> None:
    """A link of before banks were asked is none, until its owner links the account again; then it is the old one."""
    customer, namesake = service.customer(0), service.customer(0)
    first = linked(customer).json()
    with database.owner.begin() as session:
        session.exec_driver_sql("UPDATE service.bank_link SET named_at = NULL")
    assert links(customer) == []
    assert slug_of(top_up(customer, first["id"])) == "bank-link-unknown"
    assert linked(customer).json() == first
    assert slug_of(linked(namesake)) == "bank-account-of-another"


def test_frozen_links_nothing(service: Service, database: Database) -> None:
    """A stopped wallet gets no further account."""
    customer = service.customer(0)
    with database.owner.begin() as session:
        session.exec_driver_sql("UPDATE service.customer SET frozen = true")
    assert slug_of(linked(customer)) == "wallet-frozen"
