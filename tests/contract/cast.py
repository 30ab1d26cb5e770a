"""People of each role at work, who can make any operation of the document succeed."""

import itertools
from collections.abc import Callable
from typing import Any, Final
from uuid import uuid4

from atm_service.audit.sealing import seal_due
from atm_service.credits import payers
from tests.atm_service.world import OFFICE, PASSWORD, Service

PAYER: Final = "school-12"
AMOUNT: Final = 50_000  # the smallest, so that the day's limit is not reached
Ready = dict[str, Any]  # what the next request takes to succeed: any of `path`, `query`, `body`

_accounts = itertools.count(1_000_000_000)


class Cast:
    """A service with a customer, a clerk at an open drawer, a supervisor, an auditor and an operator."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.customer = service.customer(20_000_000)
        self.clerk = service.clerk()
        self.tokens = {
            "wallet": self.customer.token,
            "counter": self.clerk.token,
            "staff": service.staff("supervisor").token,
            "audit": service.staff("auditor").token,
            "operator": service.staff("operator").token,
        }
        with service.context.transaction() as session:
            payers.open_payer(session, PAYER, "Trường THCS Số 12", service.now)
            payers.fund(session, PAYER, 1_000 * AMOUNT, str(uuid4()), None, service.now)
            self.username = session.exec_driver_sql(
                "SELECT username FROM service.staff WHERE id = %(id)s", {"id": self.clerk.id}
            ).scalar_one()

        self._there = {
            "/wallet/v1/applications/{id}": {"id": self.application()},
            "/staff/v1/applications/{id}": {"id": self.application()},
            "/wallet/v1/top-ups/{id}": {"id": self.top_up()},
            "/counter/v1/receipts/{id}": {"id": self.receipt()["id"]},
            "/counter/v1/withdrawals/{id}": {"id": self.presented()["id"]},
            "/audit/v1/offices/{code}": {"code": OFFICE},
            "/audit/v1/entries/{id}": {"id": self.receipt()["entry_id"]},
            "/audit/v1/seals/{number}": {"number": self.seal()},
            "/operator/v1/credits/{id}": {"id": self.credited()},
        }
        self._there["/wallet/v1/withdrawals/{id}"] = self._there["/counter/v1/withdrawals/{id}"]

    def there(self, path: str) -> dict[str, Any]:
        """Give the variables of an address with something that exists behind it."""
        return next((found for start, found in self._there.items() if path.startswith(start)), {})

    def token(self, operation_id: str) -> str:
        """Give the token of the role that may ask."""
        return self.tokens.get(operation_id.partition("_")[0], "")

    def ready(self, operation_id: str) -> Ready:
        """Bring about whatever this operation needs, and give what to ask it with."""
        return READY[operation_id](self) if operation_id in READY else {}

    def seal(self) -> int:
        """Seal what is recorded so far; give the number of the newest seal."""
        seal_due(self.service.context, self.service.now)
        newest = self.service.client.get(
            "/audit/v1/seals", headers={"Authorization": f"Bearer {self.tokens['audit']}"}
        )
        return int(newest.json()["items"][0]["number"])

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

    def receipt(self) -> dict[str, Any]:
        """Pay a code; give the receipt."""
        id = self.presented()["id"]
        receipt: dict[str, Any] = self.clerk.pay(id, self.customer.facts["id_number"]).json()
        return receipt

    def salary(self) -> Ready:
        """Give a credit that the payer has money for; each is a batch of its own."""
        line = {
            "line_reference": "L1",
            "id_number": self.customer.facts["id_number"],
            "amount": AMOUNT,
            "narration": "Lương tháng 11",
        }
        return {"body": {"batch": f"batch-{next(_accounts)}", "payer": PAYER, "lines": [line]}}

    def credited(self) -> str:
        """Give a batch of credits."""
        headers = {"Authorization": f"Bearer {self.tokens['operator']}", "Idempotency-Key": str(uuid4())}
        body = self.salary()["body"]
        answer = self.service.client.post("/operator/v1/credits", json=body, headers=headers)
        return str(answer.json()["id"])

    def proof(self) -> Ready:
        """Give an entry that is sealed."""
        entry_id = self.receipt()["entry_id"]
        self.seal()
        return {"path": {"id": entry_id}}

    def two_seals(self) -> Ready:
        """Give a seal and an earlier one."""
        since = self.seal()
        self.service.clock.advance(seconds=1)
        self.service.credit(self.customer.id, AMOUNT)
        return {"path": {"number": self.seal()}, "query": {"since": since}}

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
    "wallet_application": lambda cast: {"path": {"id": cast.application()}},
    "wallet_sign_in": lambda cast: {"body": cast.credentials("wallet")},
    "wallet_refresh": lambda cast: {"body": {"refresh_token": cast.session("wallet")}},
    "wallet_sign_out": lambda cast: {"body": {"refresh_token": cast.session("wallet")}},
    "wallet_link": lambda _: {"body": {"bin": "970436", "account_number": str(next(_accounts))}},
    "wallet_top_up": lambda cast: {"body": {"bank_link_id": cast.link(), "amount": AMOUNT}},
    "wallet_show_top_up": lambda cast: {"path": {"id": cast.top_up()}},
    "wallet_authorise": Cast.to_authorise,
    "wallet_withdrawal": lambda cast: {"path": {"id": cast.code()["id"]}},
    "wallet_qr_svg": lambda cast: {"path": {"id": cast.code()["id"]}},
    "wallet_qr_png": lambda cast: {"path": {"id": cast.code()["id"]}},
    "wallet_cancel": lambda cast: {"path": {"id": cast.code()["id"]}},
    "counter_open_shift": Cast.to_open,
    "counter_current_shift": lambda cast: cast.at_work() or {},
    "counter_close_shift": Cast.to_close,
    "counter_present": Cast.to_present,
    "counter_pay": lambda cast: {"path": {"id": cast.presented()["id"]}, "body": cast.card()},
    "counter_release": lambda cast: {"path": {"id": cast.presented()["id"]}},
    "counter_receipt": lambda cast: {"path": {"id": cast.receipt()["id"]}},
    "staff_sign_in": lambda cast: {"body": cast.credentials("staff")},
    "staff_refresh": lambda cast: {"body": {"refresh_token": cast.session("staff")}},
    "staff_sign_out": lambda cast: {"body": {"refresh_token": cast.session("staff")}},
    "staff_decide": lambda cast: {
        "path": {"id": cast.application()},
        "body": {"decision": "approve", "reason": "seen"},
    },
    "audit_office_reconciliation": lambda _: {"path": {"code": OFFICE}},
    "operator_credit": Cast.salary,
    "operator_credit_batch": lambda cast: {"path": {"id": cast.credited()}},
    "audit_seal": lambda cast: {"path": {"number": cast.seal()}},
    "audit_seal_consistency": Cast.two_seals,
    "audit_entry_proof": Cast.proof,
}
