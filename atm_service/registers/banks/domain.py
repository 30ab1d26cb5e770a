"""What a linked bank account shows of itself. Pure."""

from typing import Final

_SHOWN: Final = 4


def mask(account_number: str) -> str:
    """Hide an account number but for its last four digits: "••••6789"."""
    return "•" * _SHOWN + account_number[-_SHOWN:]
