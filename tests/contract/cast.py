"""People of each role at work, who can make any operation of the document succeed."""

import itertools
from collections.abc import Callable
from typing import Any, Final

from tests.atm_service.world import PASSWORD, Service

AMOUNT: Final = 50_000  # the smallest, so that the day's limit is not reached
Ready = dict[str, Any]  # `id` for the path, `body`, `query`: what the next request takes to succeed

_accounts = itertools.count(1_000_000_000)


class Cast:
    """A service with a customer, a clerk at an open drawer, a supervisor and an auditor."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.customer = service.customer(20_000_000)
        self.clerk = service.clerk()
        self.tokens = {
            "wallet": self.customer.token,
            "counter": self.clerk.token,
            "staff": service.staff("supervisor").token,
            "audit": service.staff("auditor").token,
        }
        with service.context.transaction() as session:
            self.username = session.exec_driver_sql(
                "SELECT username FROM service.staff WHERE id = %(id)s", {"id": self.clerk.id}
            ).scalar_one()

    def token(self, operation_id: str) -> str:
        """Give the token of the role that may ask."""
        return self.tokens.get(operation_id.partition("_")[0], "")

    def ready(self, operation_id: str) -> Ready:
        """Bring about whatever this operation needs, and give what to ask it with."""
        return READY[operation_id](self) if operation_id in READY else {}

    def code(self) -> dict[str, Any]:
        """Make a code, after giving up those that are open: only a few may be."""
        self.no_codes()
        return self.customer.code(AMOUNT)

    def no_codes(self) -> None:
        """Give up the codes that are open."""
        for one in self.customer.get("/wallet/v1/withdrawals", limit=100).json()["items"]:
            if one["status"] == "presented":
                self.clerk.post(f"/counter/v1/withdrawals/{one['id']}/release")
            if one["status"] in {"authorised", "presented"}:
                assert self.customer.cancel(one["id"]).status_code == 200

    def presented(self) -> dict[str, Any]:
        """Make a code and scan it."""
        self.at_work()
        code = self.code()
        assert self.clerk.present(code["code"]).status_code == 201
        return code

    def at_work(self) -> None:
        """Open the clerk's shift if it is closed."""
        if self.clerk.get("/counter/v1/shifts/current").status_code != 200:
            assert self.clerk.open().status_code == 201

    def off_work(self) -> None:
        """Close the clerk's shift."""
        self.at_work()
        self.no_codes()
        assert self.clerk.close({"500000": 200}).status_code == 200

    def link(self) -> str:
        """Give a linked bank account."""
        items = self.customer.get("/wallet/v1/bank-links").json()["items"]
        return str(items[0]["id"] if items else self._new_link())

    def _new_link(self) -> str:
        body = {"bin": "970436", "account_number": str(next(_accounts))}
        return str(self.customer.post("/wallet/v1/bank-links", body).json()["id"])

    def application(self) -> str:
        """Give an application that waits for a person."""
        answer = self.service.apply(capture="sample-doubtful")
        assert answer.json()["status"] == "review", answer.text
        return str(answer.json()["id"])

    def session(self, door: str) -> str:
        """Sign in; give the refresh token."""
        answer = self.service.client.post(f"/{door}/v1/sessions", json=self.credentials(door))
        return str(answer.json()["refresh_token"])

    def credentials(self, door: str) -> dict[str, str]:
        """Give what a customer or the clerk signs in with."""
        if door == "staff":
            return {"username": self.username, "password": PASSWORD}
        return {"phone": self.customer.facts["phone"], "pin": self.customer.facts["pin"]}

    def applicant(self) -> dict[str, str]:
        """Give the facts of somebody who has no account yet."""
        number = next(_accounts)
        return {
            "full_name": "Hoàng Thị Mai",
            "date_of_birth": "1990-05-02",
            "id_number": f"020190{number % 1_000_000:06d}",
            "phone": f"03{number % 100_000_000:08d}",
            "pin": "480152",
            "capture": "sample-clear",
        }

    def top_up(self) -> str:
        """Give a top-up."""
        body = {"bank_link_id": self.link(), "amount": AMOUNT}
        return str(self.customer.post("/wallet/v1/top-ups", body).json()["id"])

    def card(self) -> dict[str, str]:
        """Give what the clerk checks before paying."""
        return {"id_number": self.customer.facts["id_number"], "checked": "qr"}

    def receipt(self) -> str:
        """Pay a code; give the receipt."""
        id = self.presented()["id"]
        return str(self.clerk.pay(id, self.customer.facts["id_number"]).json()["id"])

    def to_open(self) -> Ready:
        """Give what opens a shift, the clerk's being closed."""
        self.off_work()
        return {"body": {"drawer": 1, "counts": {"500000": 200}}}

    def to_close(self) -> Ready:
        """Give what closes the shift, with nothing in progress."""
        self.at_work()
        self.no_codes()
        return {"body": {"counts": {"500000": 200}}}

    def to_authorise(self) -> Ready:
        """Give what makes a code."""
        self.no_codes()
        return {"body": {"amount": AMOUNT, "pin": self.customer.facts["pin"]}}

    def to_present(self) -> Ready:
        """Give a code to scan."""
        self.at_work()
        return {"body": {"code": self.code()["code"]}}


READY: Final[dict[str, Callable[[Cast], Ready]]] = {
    "wallet_apply": lambda cast: {"body": cast.applicant()},
    "wallet_application": lambda cast: {"id": cast.application()},
    "wallet_sign_in": lambda cast: {"body": cast.credentials("wallet")},
    "wallet_refresh": lambda cast: {"body": {"refresh_token": cast.session("wallet")}},
    "wallet_sign_out": lambda cast: {"body": {"refresh_token": cast.session("wallet")}},
    "wallet_link": lambda _: {"body": {"bin": "970436", "account_number": str(next(_accounts))}},
    "wallet_top_up": lambda cast: {"body": {"bank_link_id": cast.link(), "amount": AMOUNT}},
    "wallet_show_top_up": lambda cast: {"id": cast.top_up()},
    "wallet_authorise": Cast.to_authorise,
    "wallet_withdrawal": lambda cast: {"id": cast.code()["id"]},
    "wallet_qr_svg": lambda cast: {"id": cast.code()["id"]},
    "wallet_qr_png": lambda cast: {"id": cast.code()["id"]},
    "wallet_cancel": lambda cast: {"id": cast.code()["id"]},
    "counter_open_shift": Cast.to_open,
    "counter_current_shift": lambda cast: cast.at_work() or {},
    "counter_close_shift": Cast.to_close,
    "counter_present": Cast.to_present,
    "counter_pay": lambda cast: {"id": cast.presented()["id"], "body": cast.card()},
    "counter_release": lambda cast: {"id": cast.presented()["id"]},
    "counter_receipt": lambda cast: {"id": cast.receipt()},
    "staff_sign_in": lambda cast: {"body": cast.credentials("staff")},
    "staff_refresh": lambda cast: {"body": {"refresh_token": cast.session("staff")}},
    "staff_sign_out": lambda cast: {"body": {"refresh_token": cast.session("staff")}},
    "staff_decide": lambda cast: {
        "id": cast.application(),
        "body": {"decision": "approve", "reason": "seen"},
    },
    "audit_office_reconciliation": lambda _: {"id": "05971-1"},
}
