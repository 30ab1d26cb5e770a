"""For what a public-service fee is paid, and how a case is written. Pure."""

from enum import StrEnum
from typing import Final

BILLER: Final = "kho-bac-lang-son"
BILLER_NAME: Final = "Kho bạc Nhà nước Lạng Sơn"
"""Who has the money: an office takes no fee for itself, and the treasury shares it out."""

CASE_SHAPE: Final = r"^[A-Za-z0-9][A-Za-z0-9./-]{3,29}$"


class Procedure(StrEnum):
    """What people of a commune pay for most; the pages name them in each language."""

    CIVIL_STATUS = "civil-status"
    CERTIFICATION = "certification"
    LAND = "land"
    BUSINESS = "business"
    CRIMINAL_RECORD = "criminal-record"
    TRAFFIC_FINE = "traffic-fine"


def case_number(typed: str) -> str:
    """Write a case number as its paper does: in capitals, so that one case has one number."""
    return typed.upper()
