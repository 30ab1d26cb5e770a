from datetime import date, timedelta
from typing import Any

import pytest

from atm_service.registers.customers import domain
from atm_service.registers.customers.errors import ApplicantRefused
from kyc import errors

TODAY = date(2026, 11, 16)


def applicant(**changes: Any) -> domain.Applicant:
    facts = {
        "full_name": "Nông Văn Thắng",
        "birth_date": date(1985, 4, 12),
        "id_number": "020085004321",
        "phone": "0912345678",
        "pin": "480152",
    }
    return domain.applicant(**{**facts, **changes}, age_min=15, today=TODAY)


def test_every_refusal_of_kyc_has_a_field() -> None:
    """Whatever rule an applicant breaks, the answer names a field and a reason."""
    assert {*domain.REASONS, errors.CardRefused} == set(errors.Refused.__subclasses__())
    assert set(domain.CARD_REASONS) == set(errors.CardRefused.__subclasses__())


def test_normalises() -> None:
    """Name and phone are kept in one spelling, however they were typed."""
    found = applicant(full_name="  Nông  Văn Thắng ", phone="+84 912-345-678")
    assert (found.identity.full_name, found.phone) == ("Nông Văn Thắng", "0912345678")


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"full_name": "N"}, "full_name", "wrong-length"),
        ({"full_name": "Nông Văn 7"}, "full_name", "wrong-characters"),
        ({"full_name": "Nông\x00Văn"}, "full_name", "wrong-characters"),
        ({"id_number": "02008500432"}, "id_number", "not-twelve-digits"),
        ({"birth_date": date(1986, 4, 12)}, "id_number", "birth-date-mismatch"),
        ({"birth_date": date(2011, 11, 17), "id_number": "020211004321"}, "date_of_birth", "under-age"),
        ({"phone": "0212345678"}, "phone", "not-mobile-number"),
        ({"pin": "120485"}, "pin", "weak"),
        ({"pin": "123456"}, "pin", "weak"),
    ],
)
def test_refuses(changes: dict[str, Any], field: str, reason: str) -> None:
    """A broken rule is refused by field and reason."""
    with pytest.raises(ApplicantRefused) as refused:
        applicant(**changes)
    assert refused.value.members == {"field": field, "reason": reason}
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_fifteen_today() -> None:
    """Whoever turns fifteen today may have an account."""
    assert applicant(birth_date=date(2011, 11, 16), id_number="020211004321")


def test_shows_nothing() -> None:
    """The repr of an applicant, which may reach a log, has no personal data."""
    shown = repr(applicant())
    assert not any(part in shown for part in ("Thắng", "020085004321", "0912345678", "480152", "1985"))


def test_pauses_grow_and_are_bounded() -> None:
    """Five seconds after the first ask, then doubled, ten minutes at most, however often it was asked."""
    pauses = [domain.pause(asks) for asks in (1, 2, 3, 8, 9, 10_000)]
    assert pauses[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert pauses[4:] == [timedelta(minutes=10), timedelta(minutes=10)]
