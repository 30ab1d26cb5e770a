import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyc import phones
from kyc.errors import NotMobileNumber


@pytest.mark.parametrize(
    "typed",
    ["0912345678", "+84 912-345-678", "84912345678", "+84912345678", "0912.345.678", "(091) 234 56 78"],
)
def test_gives_the_national_form(typed: str) -> None:
    """The usual ways of writing a mobile number are one number."""
    assert phones.normalise(typed) == "0912345678"


@pytest.mark.parametrize("prefix", ["03", "05", "07", "08", "09"])
def test_accepts_every_mobile_range(prefix: str) -> None:
    """All mobile ranges of today are accepted."""
    assert phones.normalise(f"{prefix}12345678") == f"{prefix}12345678"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "+",
        "091234567",
        "09123456789",
        "0212345678",
        "0412345678",
        "0612345678",
        "0112345678",
        "912345678",
        "+840912345678",
        "++84912345678",
        "+85912345678",
        "0912345678\n",
        "0912345678\0",
        "０９１２３４５６７８",
        "091234567٨",
        "0912\u00a0345678",
        "0912345678 ext 1",
        "0912345678" + " " * 1_000_000,
    ],
)
def test_refuses_any_other_number(typed: str) -> None:
    """Landlines, old prefixes, other countries, wrong lengths and other scripts' digits are refused."""
    with pytest.raises(NotMobileNumber):
        phones.normalise(typed)


@given(st.text("0123456789+84 -.()", max_size=20))
def test_normal_form_is_stable(typed: str) -> None:
    """What comes out is ten digits and comes out the same again."""
    try:
        phone = phones.normalise(typed)
    except NotMobileNumber:
        return
    assert len(phone) == 10
    assert phone.isdigit()
    assert phones.normalise(phone) == phone
