from typing import Any
from uuid import uuid4

import pytest

from atm_service.control.audit import sealing
from ledger.seals import proofs, records
from ledger.seals.proofs import Extension
from tests.atm_service.control.audit.days import work
from tests.atm_service.world import Person, Service


@pytest.fixture
def auditor(service: Service) -> Person:
    return service.staff("auditor")


@pytest.fixture
def entries(service: Service) -> list[str]:
    """Give the entries of three receipts; each of three seals covers one and what led to it."""
    worked = work(service)
    sealing.seal_all(service.context, service.now)
    customer = service.customer(balance=0)
    for _ in range(2):
        service.credit(customer.id, 1_000)
        sealing.seal_all(service.context, service.now)
    return [receipt["entry_id"] for receipt in worked.receipts]


def keys(service: Service) -> records.Keys:
    answer = service.client.get("/audit/v1/seals/keys")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=300"
    return records.keys(answer.json())


def test_only_auditors_read_seals(service: Service) -> None:
    """The public keys are public; seals and proofs are the auditor's."""
    paths = ["/seals", "/seals/1", "/seals/2/consistency?since=1", f"/entries/{uuid4()}/proof"]
    for path in paths:
        assert service.client.get(f"/audit/v1{path}").status_code == 401
        assert service.staff("supervisor").get(f"/audit/v1{path}").status_code == 403
    assert service.client.get("/audit/v1/seals/keys").status_code == 200


def test_keys_of_seals_are_kept_for_ever(service: Service) -> None:
    """A rotated key stays in the set, and the keys of codes are not in it."""
    before = keys(service)
    service.rotate("seal")
    service.clock.advance(days=3650)
    after = keys(service)
    assert len(after) == 2
    assert before.keys() < after.keys()
    codes = {key["kid"] for key in service.client.get("/.well-known/jwks.json").json()["keys"]}
    assert not codes & after.keys()


def test_seals_are_listed_newest_first(service: Service, auditor: Person, entries: list[str]) -> None:
    """Page by page, each as it is shown alone."""
    assert entries
    page = auditor.get("/audit/v1/seals", limit=2).json()
    rest = auditor.get("/audit/v1/seals", limit=2, cursor=page["next_cursor"]).json()
    listed = page["items"] + rest["items"]
    assert ([seal["number"] for seal in listed], rest["next_cursor"]) == ([3, 2, 1], None)
    for seal in listed:
        assert auditor.get(f"/audit/v1/seals/{seal['number']}").json() == seal
        assert proofs.is_signed(records.seal(seal), keys(service))


def test_a_receipt_is_proved(service: Service, auditor: Person, entries: list[str]) -> None:
    """Its entry is in the journal: up to the newest seal, or to one that was published."""
    published = auditor.get("/audit/v1/seals/2").json()
    for entry in entries:
        for query, head in ({}, 3), ({"head": 2}, 2):
            answer = auditor.get(f"/audit/v1/entries/{entry}/proof", **query)
            proof = proofs.proof(answer.json())
            proofs.check(proof, keys(service), [records.seal(published)])
            assert (answer.json()["entry"]["id"], proof.seal.number, proof.head.number) == (entry, 1, head)
            assert answer.json()["entry"]["kind"] == "withdrawal"


def test_an_entry_without_a_proof(service: Service, auditor: Person, entries: list[str]) -> None:
    """Unknown, not sealed yet, or a head that is not there."""
    cases: list[tuple[str, dict[str, Any], int]] = [
        (str(uuid4()), {}, 404),
        (entries[0], {"head": 4}, 404),
        (entries[0], {"head": 0}, 422),
        ("nonsense", {}, 422),
    ]
    for entry, query, status in cases:
        assert auditor.get(f"/audit/v1/entries/{entry}/proof", **query).status_code == status
    customer = service.customer(balance=1_000)
    (leg,) = customer.get("/wallet/v1/statement").json()["items"]
    answer = auditor.get(f"/audit/v1/entries/{leg['entry_id']}/proof")
    assert (answer.status_code, answer.headers["Retry-After"]) == (409, "5")
    assert answer.json()["type"].endswith(":not-sealed-yet")


def test_a_seal_follows_an_earlier_one(service: Service, auditor: Person, entries: list[str]) -> None:
    """What was published before is in what is published now."""
    assert entries
    answer = auditor.get("/audit/v1/seals/3/consistency", since=2).json()
    made = Extension(
        records.seal(answer["first"]),
        records.seal(answer["second"]),
        records.path(answer["inclusion"]),
        records.path(answer["consistency"]),
    )
    proofs.check_extension(made, keys(service))
    for number, since, status in ((3, 3, 404), (2, 3, 404), (4, 1, 404), (3, 0, 422), (0, 1, 422)):
        path = f"/audit/v1/seals/{number}/consistency"
        assert auditor.get(path, since=since).status_code == status


@pytest.mark.parametrize("number", ["99", "9223372036854775807"])
def test_a_seal_that_is_not_there(auditor: Person, number: str) -> None:
    """Is not found."""
    assert auditor.get(f"/audit/v1/seals/{number}").status_code == 404


def test_nobody_can_be_read_in_a_proof(service: Service, auditor: Person) -> None:
    """A proof names accounts by id, and no person."""
    worked = work(service)
    sealing.seal_all(service.context, service.now)
    text = auditor.get(f"/audit/v1/entries/{worked.receipts[0]['entry_id']}/proof").text
    assert str(worked.customers[0].id) in text
    for customer in worked.customers:
        assert customer.facts["id_number"] not in text
        assert customer.facts["phone"] not in text
