"""Bulk credits over HTTP, for operators."""

from typing import Any

import pytest

from tests.atm_service.control.instructions.colleague import credit_by_two
from tests.atm_service.registers.credits.school import BATCH, SCHOOL, credited, fund, settle
from tests.atm_service.world import Person, Service
from tests.contract.documented import slug_of


@pytest.fixture
def operator(service: Service) -> Person:
    return service.staff("operator")


def body(*lines: dict[str, Any]) -> dict[str, Any]:
    return {"batch": BATCH, "payer": SCHOOL, "lines": list(lines)}


def line(reference: str, id_number: str, amount: int = 1_000, **more: Any) -> dict[str, Any]:
    return {"line_reference": reference, "id_number": id_number, "amount": amount, **more}


def test_a_batch_is_credited_and_shown(service: Service, operator: Person) -> None:
    """All lines are credited once; a key that comes again gets the first answer, a new part is added."""
    fund(service.context, 100_000)
    (anna, _), (binh, _) = settle(service.context, 2)
    first = credit_by_two(service, operator, body(line("L1", anna)), key="k1")
    assert (first.status_code, first.json()["credited_count"]) == (201, 1)
    again = operator.post("/operator/v1/credits", body(line("L1", anna)), key="k1")
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    more = credit_by_two(service, operator, body(line("L1", anna), line("L2", binh, 2_000)))
    assert (more.json()["credited_count"], more.json()["credited_total"]) == (2, 3_000)
    assert operator.get(f"/operator/v1/credits/{first.json()['id']}").json() == more.json()
    (listed,) = operator.get("/operator/v1/credits").json()["items"]
    assert listed["batch"] == BATCH
    assert "credits" in {row["action"] for row in service.trail("credits")}


def test_a_customer_reads_the_narration(service: Service, operator: Person) -> None:
    """The statement shows kind credit and what the payer wrote."""
    fund(service.context, 100_000)
    customer = service.customer(balance=0)
    line_ = line("L1", customer.facts["id_number"], narration="Lương tháng 11")
    assert credit_by_two(service, operator, body(line_)).status_code == 201
    (item,) = customer.get("/wallet/v1/statement").json()["items"]
    assert (item["kind"], item["amount"], item["narration"]) == ("credit", 1_000, "Lương tháng 11")


def test_refusals_credit_nobody(service: Service, operator: Person) -> None:
    """A bad line, short money, an unknown payer, another payer's batch: each its own problem."""
    fund(service.context, 1_500)
    ((anna, _),) = settle(service.context, 1)
    refused = operator.post("/operator/v1/credits", body(line("L1", anna), line("L2", "020090999999")))
    assert slug_of(refused) == "lines-refused"
    assert refused.json()["lines"] == [{"line": 2, "reason": "unknown-person", "line_reference": "L2"}]
    short = operator.post("/operator/v1/credits", body(line("L1", anna, 1_501)))
    assert (slug_of(short), short.json()["available"], short.json()["needed"]) == (
        "payer-short",
        1_500,
        1_501,
    )
    unknown = body(line("L1", anna)) | {"payer": "nobody"}
    assert slug_of(operator.post("/operator/v1/credits", unknown)) == "payer-unknown"
    assert credited(service.context) == {}
    fund(service.context, 1_000, "other")
    assert credit_by_two(service, operator, body(line("L1", anna))).status_code == 201
    other = body(line("L2", anna)) | {"payer": "other"}
    assert slug_of(operator.post("/operator/v1/credits", other)) == "batch-of-another-payer"


def test_the_same_salary_in_another_batch_must_be_confirmed(service: Service, operator: Person) -> None:
    """The refusal lists the lines and the number that accepts them; the same key may bring it."""
    fund(service.context, 100_000)
    ((anna, _),) = settle(service.context, 1)
    assert credit_by_two(service, operator, body(line("01", anna))).status_code == 201
    corrected = body(line("1", anna)) | {"batch": "corrected"}
    refused = operator.post("/operator/v1/credits", corrected, key="k2")
    assert (refused.status_code, slug_of(refused), refused.json()["again"]) == (409, "credited-lately", 1)
    (shown,) = refused.json()["lines"]
    day = service.context.clock().date().isoformat()
    assert shown == {
        "line": 1,
        "line_reference": "1",
        "earlier_batch": BATCH,
        "earlier_reference": "1",
        "earlier_amount": 1_000,
        "earlier_day": day,
    }
    answer = credit_by_two(service, operator, corrected | {"again": 1}, key="k2")
    assert (answer.status_code, answer.json()["credited_total"]) == (201, 1_000)
    assert [row["detail"]["again"] for row in service.trail("credits") if row["action"] == "credits"] == [
        0,
        1,
    ]


def test_a_thousand_lines_fit_and_no_more(service: Service, operator: Person) -> None:
    """The largest documented request is read whole; one line more is malformed."""
    fund(service.context, 10_000_000)
    ((anna, _),) = settle(service.context, 1)
    lines = [line(f"L{number}", anna, narration="ư" * 140) for number in range(1_001)]
    assert slug_of(operator.post("/operator/v1/credits", body(*lines))) == "malformed-request"
    answer = credit_by_two(service, operator, body(*lines[:1_000]))
    assert (answer.status_code, answer.json()["credited_count"]) == (201, 1_000)


@pytest.mark.parametrize("role", ["supervisor", "auditor"])
def test_only_operators(service: Service, role: str) -> None:
    """Nobody else credits, or reads who was credited."""
    assert slug_of(service.staff(role).get("/operator/v1/credits")) == "forbidden"
