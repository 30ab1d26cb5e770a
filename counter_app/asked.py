"""What each kind of request is called, and what a clerk is told of it while its outcome is not known.

Texts are in English here and translated by the catalogues.
"""

# ruff: noqa: E501 - a sentence stays whole: it is the key of its translations.

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from counter_app.journal import Kind
from counter_app.languages import later as _


@dataclass(frozen=True)
class Asked:
    """Words for a kind of request: its name, the headline and advice of *unknown*, and what it turned out to be.

    `back` is the page from which it can be begun anew.
    """

    name: str
    unknown: str
    lead: str
    done: str
    not_done: str
    back: str


_STILL: Final = _("Unknown – still asking")
_CHANGES: Final = _(
    "The answer was lost on the way. The app is asking again and this page changes by itself."
)

ASKED: Final[Mapping[Kind, Asked]] = {
    Kind.PAYMENT: Asked(
        _("A payment"),
        _("Unknown – do not pay again"),
        _(
            "The answer was lost on the way. The money may or may not be booked. Ask the customer to wait. The app is asking again and this page changes by itself to PAID or NOT PAID."
        ),
        _("Known now: PAID"),
        _("Known now: NOT paid"),
        "/scan",
    ),
    Kind.CARD_PAYMENT: Asked(
        _("A payment by card and PIN"),
        _("Unknown – do not pay again"),
        _(
            "The answer was lost on the way. The money may or may not be booked. Ask the customer to wait. The app is asking again and this page changes by itself to PAID or NOT PAID."
        ),
        _("Known now: PAID"),
        _("Known now: NOT paid"),
        "/card",
    ),
    Kind.OPEN_SHIFT: Asked(
        _("Opening a shift"), _STILL, _CHANGES, _("Known now"), _("Known now"), "/shift/open"
    ),
    Kind.CLOSE_SHIFT: Asked(
        _("Closing a shift"), _STILL, _CHANGES, _("Known now"), _("Known now"), "/shift/close"
    ),
    Kind.DECISION: Asked(_("A decision"), _STILL, _CHANGES, _("Known now"), _("Known now"), "/"),
    Kind.HAND_OVER: Asked(
        _("Handing a drawer over"), _STILL, _CHANGES, _("Known now"), _("Known now"), "/shift/hand-over"
    ),
    Kind.TAKE_OVER: Asked(
        _("Closing a colleague's shift"), _STILL, _CHANGES, _("Known now"), _("Known now"), "/shift/left"
    ),
    Kind.LEAVE: Asked(
        _("Leave to close a shift"), _STILL, _CHANGES, _("Known now"), _("Known now"), "/supervision"
    ),
    Kind.VAULT_COUNT: Asked(
        _("A count of the vault"), _STILL, _CHANGES, _("Known now"), _("Known now"), "/cash/count"
    ),
    Kind.RECOUNT: Asked(
        _("A count amid the shift"), _STILL, _CHANGES, _("Known now"), _("Known now"), "/shift/count"
    ),
    Kind.VAULT_MOVE: Asked(
        _("A move between vault and drawer"),
        _("Unknown – do not move the cash again"),
        _(
            "The answer was lost on the way. Leave the counted cash apart. The app is asking again and this page changes by itself."
        ),
        _("Known now: MOVED"),
        _("Known now: NOT moved"),
        "/cash",
    ),
    Kind.DRAWER_MOVE: Asked(
        _("Cash to a colleague's drawer"),
        _("Unknown – do not move the cash again"),
        _(
            "The answer was lost on the way. Leave the counted cash apart. The app is asking again and this page changes by itself."
        ),
        _("Known now: MOVED"),
        _("Known now: NOT moved"),
        "/cash/to-colleague",
    ),
    Kind.EXCHANGE: Asked(
        _("A change of notes"),
        _("Unknown – do not move the cash again"),
        _(
            "The answer was lost on the way. Leave the counted cash apart. The app is asking again and this page changes by itself."
        ),
        _("Known now: MOVED"),
        _("Known now: NOT moved"),
        "/cash/exchange",
    ),
    Kind.DELIVERY: Asked(
        _("A step of a delivery"),
        _("Unknown – leave the cash as it is"),
        _(
            "The answer was lost on the way. Leave the counted cash apart. The app is asking again and this page changes by itself."
        ),
        _("Known now: DONE"),
        _("Known now: NOT done"),
        "/",
    ),
    Kind.CASH_REQUEST: Asked(_("A request for cash"), _STILL, _CHANGES, _("Known now"), _("Known now"), "/"),
    Kind.OFFICE: Asked(
        _("A change at an office"), _STILL, _CHANGES, _("Known now"), _("Known now"), "/board"
    ),
    Kind.RIGHTS: Asked(
        _("A change of somebody's rights"), _STILL, _CHANGES, _("Known now"), _("Known now"), "/members"
    ),
    Kind.COMPLAINT: Asked(
        _("An answer to a complaint"), _STILL, _CHANGES, _("Known now"), _("Known now"), "/complaints"
    ),
    Kind.APPROVAL: Asked(_("A decision"), _STILL, _CHANGES, _("Known now"), _("Known now"), "/"),
    Kind.DEPOSIT: Asked(
        _("A deposit"),
        _("Unknown – do not take the cash again"),
        _(
            "The answer was lost on the way. The deposit may or may not be booked. Keep the cash apart and ask the customer to wait. The app is asking again and this page changes by itself."
        ),
        _("Known now: RECEIVED"),
        _("Known now: NOT received"),
        "/deposits/new",
    ),
    Kind.TRANSFER: Asked(
        _("A transfer"),
        _("Unknown – do not send it again"),
        _(
            "The answer was lost on the way. The money may or may not have moved. Ask the customer to wait. The app is asking again and this page changes by itself."
        ),
        _("Known now: SENT"),
        _("Known now: NOT sent"),
        "/transfers/new",
    ),
    Kind.REVERSAL: Asked(
        _("A reversal"),
        _("Unknown – keep the counted cash apart"),
        _(
            "The answer was lost on the way. It may or may not be undone. Leave the counted cash where it lies. The app is asking again and this page changes by itself."
        ),
        _("Known now: UNDONE"),
        _("Known now: NOT undone"),
        "/",
    ),
    Kind.COUNTERFEIT: Asked(
        _("A counterfeit on record"),
        _STILL,
        _CHANGES,
        _("Known now: ON RECORD"),
        _("Known now: NOT on record"),
        "/counterfeits",
    ),
}
