"""What a message to a phone says, in Vietnamese without marks, within one SMS; and when it is tried again. Pure.

One SMS holds 160 characters of the GSM 7-bit alphabet (3GPP TS 23.038, 6.2.1); a single letter with a Vietnamese mark
would make three of it, each paid for, and old phones show them as squares. No words that somebody else has chosen stand
in a message, but names of offices: a stranger must not be able to write to customers in the service's name.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from atm_service.platform import pauses
from atm_service.platform.calendar import VIETNAM
from atm_service.platform.policy import Message as Rules
from kyc import names

LENGTH_MAX: Final = 160
OFFICE_MAX: Final = 22
# The letters of GSM 7-bit that ASCII has, too, each one septet; not `[\\]^{|}~` (two) nor the grave accent (none).
GSM_7: Final = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 \n@$_!\"#%&'()*+,-./:;<=>?"
)


class MessageKind(StrEnum):
    """What a message is about."""

    PAID = "withdrawal-paid"
    PIN_LOCKED = "pin-locked"
    PIN_CHANGED = "pin-changed"
    SIGNED_IN = "new-device"
    DELEGATED = "delegate-added"
    CODE = "phone-code"
    HAS_ACCOUNT = "has-account"
    NO_ACCOUNT = "no-account"
    PIN_RESET = "pin-reset"
    PHONE_CHANGED = "phone-changed"
    FROZEN = "wallet-frozen"
    THAWED = "wallet-thawed"
    COMPLAINT_ANSWERED = "complaint-answered"
    CLOSED = "wallet-closed"


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be told, to which phone. `customer_id`: whose wallet it is about, if it is about one.

    One with `good_until` is of no use later, and goes its own way: it waits for no other.
    """

    kind: MessageKind
    customer_id: UUID | None
    phone: str = field(repr=False)
    words: str = field(repr=False)
    good_until: datetime | None = None


def pause(rules: Rules, tries: int) -> timedelta:
    """Give how long to wait after a message was tried `tries` times in vain: doubled each time, up to the most."""
    return pauses.doubled(timedelta(seconds=rules.pause_s), timedelta(minutes=rules.pause_max_min), tries)


def paid(amount: int, office: str, number: str, at: datetime, hotline: str, *, by_delegate: bool) -> str:
    """Tell that cash was paid: how much, where, when, by which receipt."""
    whom = " cho nguoi ban uy quyen" if by_delegate else ""
    return _said(
        f"Chi {_dong(amount)}{whom} tai {_office(office)} luc {_time(at)}, so {number}. Neu sai, goi {hotline}"
    )


def pin_locked(until: datetime, hotline: str) -> str:
    """Tell that a wrong PIN was given too often."""
    return _said(f"Ma PIN bi nhap sai nhieu lan, tam khoa den {_time(until)}. Khong phai ban? Goi {hotline}")


def pin_changed(at: datetime, hotline: str) -> str:
    """Tell that there is another PIN now."""
    return _said(f"Ma PIN da duoc doi luc {_time(at)}. Khong phai ban? Goi ngay {hotline}")


def closed(at: datetime, hotline: str) -> str:
    """Tell that the wallet is closed for good."""
    return _said(f"Vi da dong luc {_time(at)}, khong con tien trong vi. Khong phai ban? Goi ngay {hotline}")


def signed_in(at: datetime, hotline: str) -> str:
    """Tell that somebody has signed in from a phone or PC that was not known."""
    return _said(f"Vi da duoc dang nhap tu thiet bi moi luc {_time(at)}. Khong phai ban? Goi ngay {hotline}")


def delegated(ceiling: int, office: str, ends_on: str, hotline: str) -> str:
    """Tell that somebody may collect, how much each time, where, and until which day."""
    facts = (
        f"Ban da uy quyen nhan tien tai {_office(office)}, moi lan toi da {_dong(ceiling)}, den het {ends_on}"
    )
    return _said(f"{facts}. Neu sai, goi {hotline}")


def opening_code(digits: str, minutes: int) -> str:
    """Give the digits that prove this phone, to whoever opens an account with its number."""
    return _said(
        f"{digits} la ma mo vi, dung trong {minutes} phut. Khong dua ma cho ai, ke ca nhan vien."
        " Ban khong mo vi? Hay bo qua"
    )


def has_account(hotline: str) -> str:
    """Tell whoever wanted to open an account with this number that there is one."""
    return _said(
        f"So nay da co vi. Hay dang nhap bang so nay va ma PIN. Quen PIN hay khong phai ban? Goi {hotline}"
    )


def reset_code(digits: str, minutes: int, hotline: str) -> str:
    """Give the digits that prove this phone, to whoever has forgotten the PIN."""
    return _said(
        f"{digits} la ma dat lai PIN, dung trong {minutes} phut. Tu bam, khong dua cho ai."
        f" Khong phai ban? Goi ngay {hotline}"
    )


def change_code(digits: str, minutes: int) -> str:
    """Give the digits that prove this phone, to whoever wants the wallet to have its number."""
    return _said(
        f"{digits} la ma doi so dien thoai cua vi sang so nay, dung trong {minutes} phut."
        " Tu bam, khong dua cho ai. Khong phai ban? Hay bo qua"
    )


def no_account(hotline: str) -> str:
    """Tell whoever wanted to set the PIN of this number anew that there is none."""
    return _said(
        f"Co nguoi xin dat lai ma PIN, nhung so nay chua co vi. Vi cua ban dung so khac? Goi {hotline}"
    )


def pin_reset(at: datetime, hotline: str) -> str:
    """Tell that the PIN was set anew without the old one."""
    return _said(
        f"Ma PIN da duoc dat lai bang khuon mat va ma mot lan luc {_time(at)}. Khong phai ban? Goi ngay {hotline}"
    )


def phone_left(at: datetime, hotline: str) -> str:
    """Tell the old number that the wallet has another one now. Which, is nothing for whoever has the old phone."""
    return _said(
        f"Vi cua ban da doi sang so dien thoai khac luc {_time(at)}. Khong phai ban? Goi ngay {hotline}"
    )


def phone_joined(at: datetime, hotline: str) -> str:
    """Tell the new number that the wallet has it now."""
    return _said(f"Vi da doi sang so nay luc {_time(at)}. Hay dang nhap bang so nay. Neu sai, goi {hotline}")


def frozen(at: datetime, hotline: str) -> str:
    """Tell that the wallet was frozen by the customer's word, and how it is thawed."""
    return _said(
        f"Vi da duoc khoa luc {_time(at)}, tien khong ra duoc. Mo khoa: mang the can cuoc den buu dien."
        f" Hoi {hotline}"
    )


def thawed(at: datetime, hotline: str) -> str:
    """Tell that the wallet was thawed, at a counter or by the staff."""
    return _said(f"Vi da duoc mo khoa luc {_time(at)}. Khong phai ban? Goi ngay {hotline}")


def complaint_answered(number: str, hotline: str) -> str:
    """Tell that a complaint is answered; what was answered is read in the wallet alone."""
    return _said(
        f"Khieu nai {number} da co tra loi. Mo vi, vao Sao ke, muc Khieu nai de xem. Can hoi, goi {hotline}"
    )


def plain(words: str) -> str:
    """Write words without Vietnamese marks, in letters that every phone shows: "Đồng Đăng" is "Dong Dang"."""
    return "".join(letter if letter in GSM_7 else "." for letter in names.unmarked(words))


def _said(words: str) -> str:
    text = f"Soft-ATM: {words}."
    if len(text) > LENGTH_MAX or not GSM_7.issuperset(text):
        raise ValueError("a message is one SMS")
    return text


def _office(name: str) -> str:
    short = plain(name)
    return short if len(short) <= OFFICE_MAX else f"{short[: OFFICE_MAX - 1]}."


def _dong(amount: int) -> str:
    return f"{amount:,}d".replace(",", ".")


def _time(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%H:%M %d/%m}"
