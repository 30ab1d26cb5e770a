"""Who may run which command: the one table, for whoever is signed in (`signing.py`).

Least right: a command that moves money, or changes what people may do or where offices stand, names the roles that may
run it. What only reads, and what keeps the machine, asks for nobody: who has a shell with the secret keys and the
database could do that without a program. A command that stands in neither list fails a test.
"""

from typing import Final

from atm_service.registers.staff.domain import Role

_OPERATOR: Final[tuple[Role, ...]] = ("operator",)
_SUPERVISOR: Final[tuple[Role, ...]] = ("supervisor",)
_DESK: Final[tuple[Role, ...]] = ("auditor", "operator", "supervisor")
_EITHER: Final[tuple[Role, ...]] = ("operator", "supervisor")

MAY: Final[dict[str, tuple[Role, ...]]] = {
    "approvals approve": _EITHER,
    "approvals list": _EITHER,
    "approvals refuse": _EITHER,
    "approvals show": _EITHER,
    "areas draw": _OPERATOR,
    "breaks list": _DESK,
    "cash bring": _OPERATOR,
    "cash cancel": _SUPERVISOR,
    "cash order": _SUPERVISOR,
    "cash send": _SUPERVISOR,
    "credits import": _OPERATOR,
    "customers freeze": _OPERATOR,
    "customers thaw": _OPERATOR,
    "floats set": _OPERATOR,
    "ledger close-day": _OPERATOR,
    "messages send-again": _OPERATOR,
    "offices activate": _OPERATOR,
    "offices check": _EITHER,
    "offices contact": _EITHER,
    "offices freeze": _EITHER,
    "offices furnish": _OPERATOR,
    "offices holiday": _EITHER,
    "offices hours": _EITHER,
    "offices import": _OPERATOR,
    "offices line": _EITHER,
    "offices state": _EITHER,
    "offices thaw": _EITHER,
    "payers fund": _OPERATOR,
    "payers open": _OPERATOR,
    "staff add": _OPERATOR,
    "staff move": _OPERATOR,
    "staff off": _OPERATOR,
    "staff on": _OPERATOR,
    "staff reset": _OPERATOR,
    "staff role": _OPERATOR,
    "statements file": _DESK,
    "statements import": _OPERATOR,
    "statements list": _DESK,
    "statements match": _OPERATOR,
    "statements open-account": _OPERATOR,
    "units import": _OPERATOR,
}

READS: Final = frozenset(
    {
        "areas list",
        "audit check-proof",
        "audit checkpoint",
        "audit controls",
        "audit export",
        "audit keys",
        "audit prove",
        "audit seal",
        "audit verify",
        "cash deliveries",
        "cash notes",
        "customers show",
        "floats backtest",
        "floats forecast",
        "floats list",
        "floats plan",
        "floats show",
        "messages list",
        "offices coverage",
        "offices history",
        "offices list",
        "payers list",
        "staff list",
        "units list",
    }
)
"""What shows, seals and verifies."""

MACHINE: Final = frozenset(
    {
        "demo",
        "keys init",
        "keys rotate",
        "keys rotate-master",
        "migrate",
        "openapi",
        "serve",
        "sign-in",
        "sign-out",
        "statements simulate",
        "whoami",
    }
)
"""What starts and keeps the machine, and the door itself."""
