"""Vietnamese mobile numbers."""

import re
from typing import Final

from kyc.errors import NotMobileNumber

_TYPED_MAX: Final = 32
_SEPARATORS: Final = str.maketrans("", "", " -.()")
# Ten digits since 2018; 03, 05, 07, 08 and 09 are the mobile ranges (Thông tư 22/2014/TT-BTTTT, as amended).
# 02 is a line in a house: no text message reaches it.
_MOBILE: Final = re.compile(r"(?:\+?84|0)([35789][0-9]{8})")


def normalise(phone: str) -> str:
    """Give the national form of a mobile number: "+84 912-345-678" is "0912345678".

    Spaces, hyphens, full stops and brackets are ignored. Raises `NotMobileNumber`.
    """
    if len(phone) > _TYPED_MAX:
        raise NotMobileNumber
    number = _MOBILE.fullmatch(phone.translate(_SEPARATORS))
    if number is None:
        raise NotMobileNumber
    return f"0{number[1]}"
