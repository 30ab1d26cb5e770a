"""The committed document is the service's own, whole, and good to read."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from atm_service.run.cli import app as cli
from tests.contract.documented import document

DOCS: Final = Path(__file__).parents[2] / "docs"
COMMITTED: Final = DOCS / "openapi.json"


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_the_committed_document_is_the_services() -> None:
    """A change of contract shows in review. After one: `soft-atm openapi > docs/openapi.json`."""
    printed = CliRunner().invoke(cli.app, ["openapi"])
    assert printed.exit_code == 0
    assert COMMITTED.read_text(encoding="utf-8") == printed.output


def test_no_schema_is_named_for_the_place_of_its_class() -> None:
    """A class that moves changes nothing for those who generated a client: no two share a name."""
    assert [name for name in document()["components"]["schemas"] if "__" in name] == []


def test_every_operation_is_named_and_explained() -> None:
    """A short unique id of lower-case words, a summary without a full stop, one tag that is described."""
    ids = [operation["operationId"] for _, operation in operations()]
    tags = {tag["name"] for tag in document()["tags"]}
    assert len(set(ids)) == len(ids)
    for name, operation in operations():
        assert operation["operationId"].replace("_", "").isalnum(), name
        assert len(operation["operationId"]) <= 40, name
        assert operation["operationId"].islower(), name
        assert operation["summary"], name
        assert not operation["summary"].endswith("."), name
        assert len(operation["tags"]) == 1, name
        assert set(operation["tags"]) <= tags, name


def test_every_request_body_has_an_example_of_its_schema() -> None:
    """An integrator can send the example as it stands: each required member is there, nothing else is."""
    seen = 0
    for name, operation in operations():
        if "requestBody" not in operation:
            continue
        content = operation["requestBody"]["content"]["application/json"]
        shapes = [
            document()["components"]["schemas"][one["$ref"].rpartition("/")[2]]
            for one in content["schema"].get("oneOf", [content["schema"]])
        ]
        example = set(content["example"])
        assert any(set(one["required"]) <= example <= set(one["properties"]) for one in shapes), name
        assert all(one["additionalProperties"] is False for one in shapes), name
        seen += 1
    assert seen >= 15


def test_what_moves_money_takes_a_key() -> None:
    """Every POST of the wallet and the counter that moves money or makes a code requires `Idempotency-Key`."""
    keyed = {
        operation["operationId"]
        for _, operation in operations()
        if any(
            one["name"] == "Idempotency-Key" and one["required"] for one in operation.get("parameters", ())
        )
    }
    assert keyed >= {
        "wallet_top_up",
        "wallet_payout",
        "wallet_authorise",
        "wallet_cancel",
        "counter_open_shift",
        "counter_close_shift",
        "counter_pay",
        "staff_decide",
    }


@pytest.mark.parametrize("kind", ["schemas", "examples", "responses", "headers"])
def test_nothing_refers_to_what_is_not_there(kind: str) -> None:
    """Every reference has its component, and every component somebody who refers to it."""
    text = json.dumps(document())
    names = set(document()["components"][kind])
    referred = {part.partition(chr(34))[0] for part in text.split(f"#/components/{kind}/")[1:]}
    assert referred <= names
    assert kind == "examples" or names == referred


def test_every_list_is_named_with_its_order() -> None:
    """A list by pages stands in the contract's table once, which says what a walk through it shows."""
    lists = {
        name.removeprefix("GET ")
        for name, operation in operations()
        if "cursor" in {one["name"] for one in operation.get("parameters", ())}
    }
    section = (DOCS / "api.md").read_text(encoding="utf-8").partition("\n## Lists\n")[2].partition("\n## ")[0]
    named = re.findall(r"`(/[^`]+)`", "".join(line for line in section.splitlines() if line.startswith("|")))
    assert sorted(named) == sorted(lists)
