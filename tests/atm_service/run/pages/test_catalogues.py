import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from atm_service.control.audit import sql
from atm_service.promises.availability import domain as availability
from atm_service.promises.complaints import domain as complaints
from atm_service.promises.notices.store import NoticeKind
from atm_service.registers.banks import simulated
from atm_service.registers.billers import simulated as billers
from atm_service.registers.billers.domain import Procedure
from atm_service.registers.customers import domain as customers
from atm_service.registers.withdrawals import domain as withdrawals
from atm_service.run import pages
from atm_service.run.app import document
from atm_service.wallet.bank_payments import domain as bank_payments
from atm_service.wallet.statement import domain as statement
from kyc import decision
from kyc.provider import Reason
from ledger import controls

PAGES = Path(pages.__file__).parent
SOURCES = {
    path.relative_to(PAGES).as_posix(): path.read_text(encoding="utf-8")
    for path in [*PAGES.rglob("*.js"), *PAGES.rglob("*.html")]
    if not {"i18n", "docs"} & set(path.relative_to(PAGES).parts)
}
LANGUAGES = ["vi", "en"]
PARTS = ["audit", "landing", "opening", "mending", "statement", "bills", "verify"]
ASKED = ("/wallet/", "/staff/v1/sessions", "/audit/")


def read(part: str, language: str) -> dict[str, str]:
    text = (PAGES / "static" / "i18n" / part / f"{language}.js").read_text(encoding="utf-8")
    pairs = json.loads(text.split("export default ", 1)[1].strip().removesuffix(";"), object_pairs_hook=list)
    assert len({key for key, _ in pairs}) == len(pairs), "a key is there twice"
    return dict(pairs)


def catalogue(language: str) -> dict[str, str]:
    """Read all words of a language: those of every page, and those of one page alone."""
    words = read("", language)
    for part in PARTS:
        assert words.keys().isdisjoint(read(part, language))
        words |= read(part, language)
    return words


def literal_keys(*, without: Sequence[str] = ()) -> set[str]:
    found = set()
    for text in (text for path, text in SOURCES.items() if not any(part in path for part in without)):
        found |= set(re.findall(r'"([a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*)"', text))
    return {key for key in found if not key.startswith("soft-atm.")}


def made_keys() -> set[str]:
    """Find keys made of parts, as patterns: `lifetime.${name}-note` has anything in place of the name."""
    templates = set(re.findall(r"`([a-z-]+\.[\w.{}$?-]*)`", "".join(SOURCES.values())))
    made = {re.sub(r"\\\$\\\{[^}]+\\\}", ".+", re.escape(template)) for template in templates}
    return {pattern for pattern in made if not pattern.startswith(re.escape("soft-atm."))}


def test_languages_have_the_same_keys_and_placeholders() -> None:
    """Both catalogues have the same keys, each with the same {names} in it."""
    vi, en = map(catalogue, LANGUAGES)
    assert vi.keys() == en.keys()
    for key in vi:
        assert sorted(set(re.findall(r"\{\w+\}", vi[key]))) == sorted(set(re.findall(r"\{\w+\}", en[key]))), (
            key
        )
        assert vi[key].count("\n") == en[key].count("\n"), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_used_by_a_page_exists(language: str) -> None:
    """A key that a page names, or makes from parts, is in the catalogue."""
    keys = catalogue(language).keys()
    assert {key for key in literal_keys() if key not in keys} == set()
    assert {made for made in made_keys() if not any(re.fullmatch(made, key) for key in keys)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_wallet_needs_no_word_of_other_pages(language: str) -> None:
    """What is read on another page alone is not carried over the customer's line, and the wallet lacks nothing."""
    assert literal_keys(without=PARTS) - read("", language).keys() == set()


def test_every_key_is_used() -> None:
    """No text is carried over the line that no page shows."""
    used, made = set(re.findall(r'"(\w+(?:[-.]\w+)*)"', "".join(SOURCES.values()))), made_keys()
    idle = {
        key for key in catalogue("vi") if key not in used and not any(re.fullmatch(one, key) for one in made)
    }
    assert idle == set()


def refusals() -> set[str]:
    """Gather every refusal (4xx) that a route which these pages ask may answer, from the OpenAPI document."""
    described = document()
    shared = described["components"]["responses"]
    answers = [
        shared[answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer
        for path, methods in described["paths"].items()
        for operation in methods.values()
        for status, answer in operation["responses"].items()
        if path.startswith(ASKED) and status.startswith("4")
    ]
    return {slug for answer in answers for slug in answer["content"]["application/problem+json"]["examples"]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_of_wallet_and_audit_is_translated(language: str) -> None:
    """Each refusal says what happened and what to do next; a 5xx is a lost answer, not a refusal."""
    texts = catalogue(language)
    assert refusals() >= {"insufficient-funds", "being-paid", "wrong-credentials", "forbidden", "not-found"}
    for slug in sorted(refusals()):
        happened, following = texts[f"problem.{slug}"].split("\n")
        assert happened
        assert following


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_service_is_translated(language: str) -> None:
    """Each state, reason, control and lifetime that the service may name has its words."""
    ours = {
        customers.DUPLICATE_PERSON,
        customers.CLOSED_LATELY,
        customers.PHONE_TAKEN,
        customers.NOT_CHECKABLE,
        customers.STAFF_DECISION,
        customers.LOOKED_AT,
        decision.MINOR,
    }
    wanted = {
        *(f"reason.{reason}" for reason in {*Reason} | ours),
        *(f"applicant.{reason}" for _, reason in customers.REASONS.values()),
        *(
            f"applicant.{reason}"
            for reason in (
                *customers.CARD_REASONS.values(),
                customers.ANOTHER_CARD,
                customers.CARD_NOT_APPROVED,
            )
        ),
        *(f"application.{status}{part}" for status in customers.ApplicationStatus for part in ("", "-next")),
        *(
            f"bank.{kind}-{status}{part}"
            for kind in bank_payments.Kind
            for status in bank_payments.Status
            for part in ("", "-next")
        ),
        *(f"reason.{reason}" for reason in (*simulated.REASONS.values(), *billers.REASONS)),
        *(f"reason.{kind.not_reached}" for kind in bank_payments.Kind),
        *(f"procedure.{one}{part}" for one in Procedure for part in ("", "-note")),
        *(f"notice.{kind}" for kind in NoticeKind),
        *(f"kind.{kind}" for kind in statement._KINDS["vi"].keys() - {"fee"}),
        *(f"statement.kind-{kind}" for kind in statement.StatementKind),
        *(f"wrong.{kind}" for kind in complaints.ComplaintKind),
        *(f"complaint.{status}" for status in complaints.ComplaintStatus),
        *(f"status.{status}" for status in withdrawals.WithdrawalStatus),
        *(
            f"ended.{status}{part}"
            for status in ("paid", "cancelled", "expired", "reversed")
            for part in ("", "-next")
        ),
        *(f"lifetime.{lifetime}{part}" for lifetime in withdrawals.Lifetime for part in ("", "-note")),
        *(f"can-pay.{why}" for why in availability.Why),
        *(f"control.{name}" for name in (*controls.CONTROLS, *sql.controls())),
        *(f"role.{role}" for role in ("clerk", "supervisor", "operator", "auditor")),
    }
    assert wanted - catalogue(language).keys() == set()
