"""The words of messages, with the longest that may stand in them, and the pauses between tries."""

from datetime import UTC, datetime, timedelta

import pytest

from atm_service.platform import policy
from atm_service.registers.messages import domain

AT = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)
HOTLINE = "+84 1900 54 54 81 99"  # as long as the setting may be
OFFICE = "Bưu điện – xã Hữu Lũng Đồng Đăng Thượng"
NUMBER = "05971-1-261231-10000"
LONGEST = {
    "paid": domain.paid(policy.AMOUNT_MAX, OFFICE, NUMBER, AT, HOTLINE, by_delegate=True),
    "pin-locked": domain.pin_locked(AT, HOTLINE),
    "pin-changed": domain.pin_changed(AT, HOTLINE),
    "new-device": domain.signed_in(AT, HOTLINE),
    "phone-code": domain.opening_code("12345678", 60),
    "has-account": domain.has_account(HOTLINE),
    "no-account": domain.no_account(HOTLINE),
    "reset-code": domain.reset_code("12345678", 60, HOTLINE),
    "change-code": domain.change_code("12345678", 60),
    "pin-reset": domain.pin_reset(AT, HOTLINE),
    "phone-left": domain.phone_left(AT, HOTLINE),
    "phone-joined": domain.phone_joined(AT, HOTLINE),
    "frozen": domain.frozen(AT, HOTLINE),
    "thawed": domain.thawed(AT, HOTLINE),
    "delegated": domain.delegated(policy.AMOUNT_MAX, OFFICE, "31/12/2026", HOTLINE),
}


@pytest.mark.parametrize("name", LONGEST)
def test_a_message_is_one_sms(name: str) -> None:
    """With the longest amount, office, number and hotline: 160 letters that every phone shows."""
    said = LONGEST[name]
    assert len(said) <= 160
    assert said.isascii()
    assert not set(said) & set("[\\]^`{|}~\r\t")
    assert said.endswith((f" {HOTLINE}.", " Hay bo qua."))


def test_a_longer_one_is_never_written() -> None:
    """Two SMS, or one that the phone shows as squares, would be a fault of ours, and is raised where it is made."""
    with pytest.raises(ValueError, match="one SMS"):
        domain.pin_changed(AT, "1" * 120)
    with pytest.raises(ValueError, match="one SMS"):
        domain.pin_changed(AT, "số 1900")


def test_what_a_message_says() -> None:
    """Amounts as they are written in Vietnam, the time of Vietnam, names without marks and cut to their place."""
    assert domain.paid(2_000_000, "Bưu điện Đồng Đăng", NUMBER, AT, "1900 54 54 81", by_delegate=False) == (
        "Soft-ATM: Chi 2.000.000d tai Buu dien Dong Dang luc 23:59 31/12, so 05971-1-261231-10000."
        " Neu sai, goi 1900 54 54 81."
    )
    assert "cho nguoi ban uy quyen tai Buu dien . xa Huu Lun. luc" in LONGEST["paid"]


@pytest.mark.parametrize("words", ["Đồng Đăng – Lộc Bình", "ĐỒNG ĐĂNG", "Hữu Lũng\x00", "ｗｉｄｅ", "😀"])
def test_plain_words_are_of_the_phones_alphabet(words: str) -> None:
    assert domain.GSM_7.issuperset(domain.plain(words))
    assert len(domain.plain(words)) == len(words)


def test_pauses_double_up_to_the_most() -> None:
    """Ten seconds at first, an hour at last; thirty tries are a day."""
    rules = policy.load("bank_agent").message
    pauses = [domain.pause(rules, tries) for tries in range(1, rules.tries_max + 1)]
    assert pauses[:3] == [timedelta(seconds=10), timedelta(seconds=20), timedelta(seconds=40)]
    assert pauses[-1] == timedelta(hours=1)
    assert timedelta(hours=20) < sum(pauses, timedelta()) < timedelta(hours=26)
