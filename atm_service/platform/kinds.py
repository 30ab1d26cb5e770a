"""What a refusal looks like over HTTP. Each refusal says it beside its class; here they come together in one table.

The table makes the answers, the documentation of each route's refusals, and the list that the counter and the wallet
translate. A test proves that every refusal of every room is in it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeVar

URN: Final = "urn:soft-atm:problem:"


@dataclass(frozen=True)
class Kind:
    """How one refusal looks over HTTP: what happened (title) and what to do next (advice).

    `audited` refusals leave a row in the audit trail: they concern money, codes, identity or rights.
    """

    status: int
    slug: str
    title: str
    advice: str
    audited: bool = False

    @property
    def type(self) -> str:
        """Give the problem's type URN."""
        return URN + self.slug


_kinds: Final[dict[type[Exception], Kind]] = {}
KINDS: Final[Mapping[type[Exception], Kind]] = MappingProxyType(_kinds)

Refused = TypeVar("Refused", bound=type[Exception])


def refused_as(
    status: int, slug: str, title: str, advice: str, *, audited: bool = False
) -> Callable[[Refused], Refused]:
    """Say, above the class of a refusal, what it is over HTTP; the class itself knows nothing of it."""

    def beside(refusal: Refused) -> Refused:
        _kinds[refusal] = Kind(status, slug, title, advice, audited)
        return refusal

    return beside
