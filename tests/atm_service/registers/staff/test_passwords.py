"""Passwords that everybody knows, or that are made of what everybody knows, are refused wherever one is set."""

import pytest

from atm_service.registers.staff import passwords, store
from atm_service.registers.staff.errors import PasswordGuessable, PasswordTooShort
from tests.atm_service.world import OFFICE, PASSWORD, Service
from tests.contract.documented import slug_of

KNOWN = ("hoa.05971", "Lý Thị Hoa", OFFICE, "Bưu điện xã Quốc Khánh")


@pytest.mark.parametrize(
    "password",
    [
        "qwerty123456",
        "QWERTY123456",
        "1q2w3e4r5t6y",
        "Password2024!!",
        "lythihoa2024",
        "LÝ THỊ HOA 1990",
        "hoa.05971hoa",
        "buudien05971",
        "BưuĐiệnLạngSơn",
        "quockhanh05971",
        "matkhau123456",
        "abcabcabcabcabc",
        "a" * 128,
        "langson20242024!",
    ],
)
def test_what_is_easy_to_guess_is_refused(password: str) -> None:
    """The list, in whatever case; names, office and obvious words, with accents or without, and years after them."""
    with pytest.raises(PasswordGuessable):
        passwords.check(password, *KNOWN)


@pytest.mark.parametrize(
    "password", ["mot-cau-dai-de-nho", "con bò vàng ăn cỏ", "k7fm-2xqp-hh9d-wn3c", PASSWORD]
)
def test_a_sentence_of_ones_own_is_taken(password: str) -> None:
    """Spaces, accents and any characters are welcome."""
    passwords.check(password, *KNOWN)


@pytest.mark.parametrize("password", ["k7fm-2xqp-h", "k7fm-2xqp-hh9d-wn3c " * 7])
def test_its_length_is_bounded(password: str) -> None:
    """Twelve at least, 128 at most."""
    with pytest.raises(PasswordTooShort):
        passwords.check(password, *KNOWN)


def test_a_member_does_not_choose_their_own_name(service: Service) -> None:
    """The refusal says what to take instead; the password of before stays."""
    clerk = service.clerk()
    with service.context.transaction() as session:
        member = store.find(session, clerk.id)
    assert member is not None
    body = {"username": member.username, "password": PASSWORD}
    for chosen in (f"{member.username}-{member.username}-2026", "Hoàng Thị Clerk 26", "123456qwerty"):
        answer = service.client.post("/staff/v1/password", json={**body, "new_password": chosen})
        assert slug_of(answer) == "password-common"
    assert service.client.post("/staff/v1/sessions", json=body).status_code == 201
