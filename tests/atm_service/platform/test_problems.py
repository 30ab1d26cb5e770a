"""The table of problems is total, and every door asks who is there."""

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import exc

import atm_service
from atm_service.platform import problems, refusals
from atm_service.platform.keys.tokens import issue_access
from atm_service.platform.refusals import Refusal
from atm_service.registers.customers import onboarding
from atm_service.run import app
from atm_service.run.app import KINDS
from tests.atm_service.records import refused_in_trail, unchanged
from tests.atm_service.world import Service
from tests.contract.documented import PUBLIC, document, resolved, slug_of

ROLES: Final = {
    "wallet": "customer",
    "counter": "clerk",
    "staff": "supervisor",
    "operator": "operator",
    "audit": "auditor",
}
# A documented operation takes its method; and a request that was refused before is answered as it was then.
NEVER_DOCUMENTED: Final = {"method-not-allowed", "refused-before"}


def address(path: str) -> str:
    """Fill in the variables of an address."""
    return path.replace("{id}", str(uuid4())).replace("{code}", "05971-1").replace("{number}", "1")


@dataclass(frozen=True)
class Operation:
    """One operation of the document, and how to ask for it."""

    id: str
    method: str
    path: str
    example: Any

    @property
    def role(self) -> str:
        return ROLES[self.id.partition("_")[0]]

    def ask(self, client: TestClient, authorization: str | None) -> Response:
        path = address(self.path)
        headers = {"Idempotency-Key": str(uuid4())}
        if authorization is not None:
            headers["Authorization"] = authorization
        return client.request(self.method, path, json=self.example, headers=headers)


def operations() -> Iterator[Operation]:
    for path, methods in document()["paths"].items():
        for method, facts in methods.items():
            content = facts.get("requestBody", {}).get("content", {})
            example = content["application/json"]["example"] if content else None
            yield Operation(facts["operationId"], method.upper(), path, example)


OVERSEERS: Final = {
    "staff_find_customer",
    "staff_freeze_customer",
    "staff_freeze_drawer",
    "staff_ask_to_decide_instruction",
    "staff_claim_break",
    "staff_note_on_break",
    "staff_resolve_breaks",
    "staff_decide_instruction",
    "staff_instructions",
    "staff_members",
    "staff_move_member",
    "staff_office_drawers",
    "staff_reset_member",
    "staff_switch_member",
}
WITH_FACTOR: Final = {
    "staff_add_passkey",
    "staff_ask_to_add_passkey",
    "staff_own_passkeys",
    "staff_remove_passkey",
    "audit_break",
    "audit_breaks",
    "audit_match_runs",
    "audit_settlement_accounts",
    "audit_statement",
    "audit_statement_lines",
    "audit_statements",
}
MAY: Final = {
    **{name: ["supervisor", "operator"] for name in OVERSEERS},
    **{name: ["supervisor", "operator", "auditor"] for name in WITH_FACTOR},
}
ENDS: Final = {
    "wallet_sign_out_everywhere",
    "wallet_change_pin",
    "wallet_freeze",
    "wallet_close",
}  # after it, the token is nobody's
GUARDED: Final = [operation for operation in operations() if operation.id not in PUBLIC]


def subclasses(kind: type[Refusal]) -> set[type[Refusal]]:
    return {below for one in kind.__subclasses__() for below in {one, *subclasses(one)}}


def test_every_refusal_has_its_problem() -> None:
    """Whatever refusal a module defines, the table maps it, and maps nothing else."""
    for module in pkgutil.walk_packages(atm_service.__path__, "atm_service."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    ours = {kind for kind in subclasses(Refusal) if kind.__module__.startswith("atm_service.")}
    assert ours == set(KINDS)


def test_every_problem_is_told_apart_by_its_slug() -> None:
    """Slugs are unique, and say their word in letters and hyphens."""
    slugs = [kind.slug for kind in KINDS.values()]
    assert len(set(slugs)) == len(slugs)
    assert all(slug.replace("-", "").isalpha() and slug.islower() for slug in slugs)


def test_every_problem_says_what_happened_and_what_to_do() -> None:
    """A title without a full stop, advice with one, a status that means refusal."""
    for kind in KINDS.values():
        assert 400 <= kind.status <= 503
        assert kind.title, kind.slug
        assert not kind.title.endswith("."), kind.slug
        assert kind.advice.endswith("."), kind.slug


def test_every_problem_is_documented_by_a_route() -> None:
    """No kind is dead: some operation announces it."""
    documented = {
        slug
        for methods in document()["paths"].values()
        for facts in methods.values()
        for response in facts["responses"].values()
        for slug in resolved(response).get("content", {}).get(problems.MEDIA_TYPE, {}).get("examples", ())
    }
    assert documented == {kind.slug for kind in KINDS.values()} - NEVER_DOCUMENTED


def test_no_member_hides_what_rfc_9457_defines() -> None:
    """A member called `status` does not replace the status."""
    kind = KINDS[refusals.NotFound]
    body = problems.body(kind, {"status": "paid", "type": "x", "more": 1}, "7")
    assert (body["status"], body["type"], body["more"]) == (404, kind.type, 1)


def test_public_operations_are_public_on_purpose() -> None:
    """Every other operation announces 401 and 403."""
    for path, methods in document()["paths"].items():
        for facts in methods.values():
            signed_in = facts["operationId"] not in PUBLIC
            assert ("security" in facts) == signed_in, path
            assert {"401", "403"} <= set(facts["responses"]) or not signed_in, path


def test_nobody_comes_in_without_a_good_token(service: Service) -> None:
    """No token, no scheme, garbage, too long, expired, of another purpose: 401 at every door, and nothing done."""
    clerk = service.clerk()
    code = service.customer().code()["code"]
    keys = service.context.keys.at(service.now)
    before = service.now - timedelta(hours=2)
    expired = issue_access(keys, clerk.id, "staff", "clerk", "05971-1", before, timedelta(minutes=60))
    head, payload, signature = clerk.token.split(".")
    wrong = {
        "nothing": None,
        "no token": "Bearer",
        "another scheme": f"Basic {clerk.token}",
        "no scheme": clerk.token,
        "garbage": "Bearer garbage",
        "dots": "Bearer ..",
        "too long": f"Bearer {'A' * 100_000}",
        "a withdrawal code": f"Bearer {code}",
        "expired": f"Bearer {expired}",
        "unsigned": f"Bearer {head}.{payload}.",
        "alg none": f"Bearer eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{payload}.{signature}",
        "not ascii": "Bearer ệ".encode(),
    }
    with unchanged(service):
        for operation in GUARDED:
            for name, authorization in wrong.items():
                answer = operation.ask(service.client, authorization)  # type: ignore[arg-type]
                assert slug_of(answer) == "unauthenticated", f"{operation.id} with {name}: {answer.text}"


def test_each_door_opens_to_one_role(service: Service) -> None:
    """Another audience is a stranger (401); another role of the staff is refused by name (403) and on record."""
    people = {
        "customer": service.customer(0),
        "clerk": service.clerk(),
        **{role: service.staff(role) for role in ("supervisor", "operator", "auditor")},
    }
    refused = []
    with unchanged(service):
        for operation in GUARDED:
            for role, person in people.items():
                if role in MAY.get(operation.id, [operation.role]):
                    continue
                answer = operation.ask(service.client, f"Bearer {person.token}")
                stranger = "customer" in (role, operation.role)
                expected = "unauthenticated" if stranger else "forbidden"
                assert slug_of(answer) == expected, f"{operation.id} as {role}: {answer.text}"
                if not stranger:
                    assert (answer.json()["role"], answer.json()["needs"]) == (
                        role,
                        MAY.get(operation.id, [operation.role]),
                    )
                    refused.append(("forbidden", str(person.id), role))
    assert sorted(refused_in_trail(service)) == sorted(refused)


def test_the_right_role_is_let_in(service: Service) -> None:
    """With a token of its own role, no operation says 401 or `forbidden`."""
    people = {
        "customer": service.customer(0),
        "clerk": service.clerk(),
        "supervisor": service.staff("supervisor"),
        "operator": service.staff("operator"),
        "auditor": service.staff("auditor"),
    }
    for operation in sorted(GUARDED, key=lambda one: one.id in ENDS):
        if operation.id in ENDS:
            people["customer"] = service.customer(0)
        answer = operation.ask(service.client, f"Bearer {people[operation.role].token}")
        assert answer.status_code != 401 or slug_of(answer) == "passkey-wrong", operation.id
        assert answer.status_code < 400 or slug_of(answer) != "forbidden", operation.id


def test_an_unknown_address_is_a_problem(service: Service) -> None:
    """404 by name, with the request's id; nothing of the address is repeated."""
    for path in (
        "/wallet/v1/secrets",
        "/wallet/v2/account",
        "/.env",
        "/counter/v1/withdrawals/1/2/3",
        "/%00",
    ):
        answer = service.client.get(path)
        assert slug_of(answer) == "not-found", path
        assert "secrets" not in answer.text


def test_every_other_method_is_a_problem(service: Service) -> None:
    """405 names the methods that the address takes, whichever of its routes takes them."""
    for path, methods in document()["paths"].items():
        takes = {method.upper() for method in methods}
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"} - takes:
            answer = service.client.request(method, address(path))
            assert slug_of(answer) == "method-not-allowed", f"{method} {path}"
            assert set(answer.headers["Allow"].split(", ")) == takes, f"{method} {path}"


def test_what_nobody_foresaw_is_a_problem_too(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """500 with the request's id and no trace of the error; the log says where, and not whom it was about."""

    def fail(*_: object) -> None:
        raise RuntimeError("no card of Nông Văn Thắng")

    monkeypatch.setattr(onboarding, "apply", fail)
    answer = service.apply()
    assert slug_of(answer) == "internal-error"
    assert set(answer.json()) == {"type", "title", "status", "detail", "instance"}
    log = capsys.readouterr().out
    assert "RuntimeError" in log
    assert "test_problems.py" in log
    assert answer.headers["X-Request-Id"] in log
    assert "Thắng" not in log


@pytest.mark.parametrize("error", [exc.OperationalError("SELECT 1", {}, Exception()), exc.TimeoutError()])
def test_an_absent_database_is_a_problem(
    service: Service, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """503 with Retry-After, so that the caller repeats instead of guessing."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(onboarding, "apply", fail)
    answer = service.apply()
    assert (slug_of(answer), answer.headers["Retry-After"]) == ("unavailable", "2")


def test_a_refusal_that_cannot_be_recorded_is_not_given(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the trail cannot be written, the caller is asked to come back."""

    def fail(*_: object) -> None:
        raise exc.OperationalError("INSERT", {}, Exception())

    auditor = service.staff("auditor")
    monkeypatch.setattr("atm_service.platform.trail.record", fail)
    assert slug_of(auditor.get("/counter/v1/shifts/current")) == "unavailable"


def test_values_stay_out_of_database_errors(service: Service) -> None:
    """An error of the database names the statement, never the values."""
    with pytest.raises(exc.DBAPIError) as refused, service.context.transaction() as session:
        session.exec_driver_sql("SELECT CAST(%(name)s AS int) + 1/0", {"name": "1"})
    assert "hidden" in str(refused.value)


def test_the_document_needs_no_context() -> None:
    """The document is the same whatever the settings, so it can be committed."""
    assert app.document() == document()
