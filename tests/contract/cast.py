"""People of each role at work, who can make any operation of the document succeed."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import ledger
from atm_service.control.audit.sealing import seal_due
from atm_service.platform.keys.tokens import Caller
from atm_service.promises.notices import store as notices
from atm_service.promises.notices.store import Notice, NoticeKind
from atm_service.registers.credits import payers
from atm_service.registers.customers import at_rest
from atm_service.registers.customers import service as customers
from atm_service.registers.messages import store as messages
from atm_service.registers.messages.domain import MessageKind
from atm_service.registers.offices import life
from atm_service.registers.phones import service as phone_codes
from atm_service.registers.phones.domain import Purpose
from atm_service.registers.staff import passkeys
from atm_service.registers.staff import store as staff
from tests.atm_service import phones
from tests.atm_service.control.instructions import colleague
from tests.atm_service.control.statements.banks import Desk, a_line
from tests.atm_service.registers.staff.authenticator import Authenticator
from tests.atm_service.world import OFFICE, OTHER_OFFICE, PASSWORD, Clerk, Service
from tests.kyc.card_texts import qr

PAYER: Final = "school-12"
AREA: Final = "178"  # the city of Lạng Sơn
AMOUNT: Final = 50_000  # the smallest, so that the day's limit is not reached
CASH: Final = {"amount": 500_000, "reason": "market day"}
EMPTY: Final = {"500000": 0}
FULL: Final = {"10000": 10_000}
IN_VAULT: Final = {"10000": 100}
STANDS_TO: Final = 1_000_000_000  # đồng: what counts of the day find without a supervisor's word
WHY: Final = {"reason": "wrong-amount", "words": "đếm nhầm"}
WRONG: Final = {"kind": "wrong-amount", "words": "thiếu một tờ"}
Ready = dict[str, Any]  # what the next request takes to succeed: any of `path`, `query`, `body`

# The token ends with the answer.
ENDS: Final = {
    "wallet_sign_out_everywhere",
    "wallet_end_session",
    "wallet_change_pin",
    "wallet_freeze",
    "wallet_close",
}
_accounts = itertools.count(1_000_000_000)


def account_number() -> str:
    """Make up a bank account that nobody has, and whose bank is in no mood."""
    return f"{next(_accounts)}77"


class Cast:
    """A service with a customer, a clerk at an open drawer, a supervisor, an auditor and an operator."""

    def __init__(self, service: Service) -> None:
        self.service = service
        service.change_approval(count_above=STANDS_TO)
        self.customer = service.customer(20_000_000)
        self.leaver = service.customer(0)
        self.clerk = service.clerk()
        self.next_clerk = Clerk(service.client, *service.member("clerk", OFFICE), {"office": OFFICE})
        self.supervisor, self.operator = service.staff("supervisor"), service.staff("operator")
        self.tokens = {
            "wallet": self.customer.token,
            "counter": self.clerk.token,
            "staff": self.supervisor.token,
            "audit": service.staff("auditor").token,
            "operator": self.operator.token,
        }
        with service.context.transaction() as session:
            payers.open_payer(session, PAYER, "Trường THCS Số 12", service.now)
            payers.fund(session, PAYER, 1_000 * AMOUNT, str(uuid4()), None, service.now)
        self.next_clerks_name = self.username_of(str(self.next_clerk.id))
        self._there = {
            "/wallet/v1/applications/{id}": {"id": self.application()},
            "/staff/v1/applications/{id}": {"id": self.application()},
            "/wallet/v1/bank-payments/{id}": {"id": self.top_up()},
            "/wallet/v1/bills/{id}": {"id": self.bill()},
            "/counter/v1/receipts/{id}": {"id": self.receipt()["id"]},
            "/counter/v1/withdrawals/{id}": {"id": self.presented()["id"]},
            "/audit/v1/offices/{code}": {"code": OFFICE},
            "/audit/v1/entries/{id}": {"id": self.receipt()["entry_id"]},
            "/audit/v1/seals/{number}": {"number": self.seal()},
            "/operator/v1/credits/{id}": {"id": self.credited()},
            "/wallet/v1/phone-codes/{id}": self.code_to_a_phone()["path"],
            "/operator/v1/messages/{id}": {"id": self.given_up()},
            "/counter/v1/shifts/{id}": {"id": self.left_open()},
            "/staff/v1/shifts/{id}": {"id": self.left_open()},
            "/staff/v1/members/{id}": {"id": self.colleague_clerk()},
            "/counter/v1/cash/deliveries/{id}": {"id": self.sent()},
            "/staff/v1/deliveries/{id}": {"id": self.ordered()},
            "/wallet/v1/entries/{id}": {"id": self.receipt()["entry_id"]},
            "/wallet/v1/complaints/{id}": {"id": self.complained()["id"]},
            "/staff/v1/complaints/{id}": {"id": self.complained()["id"]},
        }
        self.desk = Desk(service)
        for path in ("/audit/v1/breaks/{id}", "/staff/v1/breaks/{id}"):
            self._there[path] = {"id": self.charged()}
        statements = service.staff("auditor").get("/audit/v1/statements").json()["items"]
        self._there["/audit/v1/statements/{id}"] = {"id": statements[0]["id"]}
        self._there["/wallet/v1/withdrawals/{id}"] = self._there["/counter/v1/withdrawals/{id}"]
        self._there["/wallet/v1/notices/{id}"] = {"id": self.notice()}
        self._there["/wallet/v1/transfers/{id}"] = {"id": self.sent_away()}
        # Not the office where everybody works: its state and hours are changed.
        for start in ("/staff/v1/offices/{code}", "/staff/v1/floats/{code}", "/operator/v1/offices/{code}"):
            self._there[start] = {"code": OTHER_OFFICE}

    def there(self, path: str) -> dict[str, Any]:
        """Give the variables of an address with something that exists behind it."""
        return next((found for start, found in self._there.items() if path.startswith(start)), {})

    def token(self, operation_id: str) -> str:
        """Give the token of the role that may ask."""
        if operation_id in ENDS:
            return self.leaver.token
        return self.tokens.get(operation_id.partition("_")[0], "")

    def ready(self, operation_id: str) -> Ready:
        """Bring about whatever this operation needs, and give what to ask it with; what was guessed is forgotten."""
        with self.service.context.transaction() as session:
            session.exec_driver_sql("DELETE FROM service.attempt")
        return READY[operation_id](self) if operation_id in READY else {}

    def leaves(self) -> str:
        """Let somebody come who is signed in once; give the id of that session."""
        self.leaver = self.service.customer(0)
        return str(self.leaver.get("/wallet/v1/sessions").json()["items"][0]["id"])

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

    def to_freeze(self) -> Ready:
        """Give a drawer of another office."""
        path = self.elsewhere()["path"] | {"number": 1}
        return {"path": path, "body": {"frozen": True, "reason": "kiểm quỹ"}}

    def at_work(self) -> None:
        """Open the clerk's shift if it is closed."""
        for _ in range(2):  # a first count that differs is asked for again
            if self.clerk.get("/counter/v1/shifts/current").status_code == 200:
                return
            opened = self.clerk.open()
        assert opened.status_code == 201, opened.text

    def off_work(self) -> None:
        """Close the clerk's shift."""
        self.at_work()
        self.no_codes()
        for _ in range(2):  # a first count that differs is asked for again
            assert self.clerk.close(FULL).status_code in {200, 409}

    def notice(self) -> str:
        """Tell the customer something; give the notice."""
        now, code = self.service.now, self.code()
        day = ledger.business_date(now)
        place = {"office": OFFICE, "name": "Bưu điện", "unit": "Chi Lăng", "area": "Lạng Sơn"}
        facts = {"amount": AMOUNT, "place": {**place, "day": day}, "expires_at": code["expires_at"]}
        with self.service.context.transaction() as session:
            notices.insert_each(
                session, [Notice(self.customer.id, UUID(code["id"]), NoticeKind.MISSED, facts)], now
            )
        return str(self.customer.get("/wallet/v1/notices").json()["items"][0]["id"])

    def to_appoint(self) -> Ready:
        """Make an appointment, and give what moves it."""
        self.at_work()
        self.no_codes()
        answer = self.customer.appointment(AMOUNT)
        assert answer.status_code == 201, answer.text
        return {"path": {"id": answer.json()["id"]}, "body": {"office": OFFICE}}

    def elsewhere(self) -> Ready:
        """Give an active office to which nothing has been done yet."""
        with self.service.context.transaction() as session:
            code = session.exec_driver_sql(
                "SELECT min(code) FROM service.office WHERE state = 'planned'"
            ).scalar_one()
            life.activate(session, code, 1, self.service.now)
        return {"path": {"code": code}}

    def link(self) -> str:
        """Give a linked bank account."""
        items = self.customer.get("/wallet/v1/bank-links").json()["items"]
        return str(items[-1]["id"] if items else self._new_link())

    def spare_link(self) -> str:
        """Give a linked bank account that nothing else goes over."""
        self.link()
        items = self.customer.get("/wallet/v1/bank-links").json()["items"]
        return str(items[0]["id"]) if len(items) > 1 else self._new_link()

    def _new_link(self) -> str:
        body = {"bin": "970436", "account_number": account_number()}
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

    def to_promote(self) -> Ready:
        """Have an auditor's becoming a supervisor approved."""
        id = self.service.member("auditor", None)[0]
        colleague.agreed_on_member(self.service, self.operator, id, role="supervisor", place=AREA)
        return {"path": {"id": id}, "body": {"role": "supervisor", "place": AREA, "reason": "đổi việc"}}

    def proposed_to_promote(self) -> str:
        """Propose it; give the instruction."""
        id = self.service.member("auditor", None)[0]
        body = {"role": "supervisor", "place": AREA, "reason": "đổi việc"}
        return str(self.operator.post(f"/operator/v1/members/{id}/instructions", body).json()["id"])

    def charged(self) -> str:
        """Import a statement with a fee; give the break."""
        self.desk.charges += 1
        number, opening = self.desk.charges, -11_000 * (self.desk.charges - 1)
        self.desk.told(a_line(-11_000, text="PHI"), sequence=number, opening=opening)
        return str(self.desk.breaks()["items"][0]["id"])

    def made_passkey(self) -> Ready:
        """Give a passkey that the supervisor's browser has made."""
        options = self.supervisor.post("/staff/v1/passkeys/options", {"code": None}).json()["options"]
        return {"body": {"name": "khoá", "passkey": Authenticator().create(options)}}

    def own_passkey(self) -> str:
        """Add one; give the id."""
        made = self.supervisor.post("/staff/v1/passkeys", self.made_passkey()["body"])
        return str(made.json()["id"])

    def signed_passkey(self) -> Ready:
        """Have another supervisor's passkey asked to sign in, and sign."""
        other, key = self.service.staff("supervisor"), Authenticator()
        options = other.post("/staff/v1/passkeys/options", {"code": None}).json()["options"]
        other.post("/staff/v1/passkeys", {"name": "khoá", "passkey": key.create(options)})
        caller = Caller(other.id, "staff", "supervisor", None)
        asked = passkeys.ask(self.service.context, caller, passkeys.SIGN_IN, self.service.now)
        assert asked is not None
        return {"body": {"username": self.username_of(str(other.id)), "passkey": key.get(asked)}}

    def credentials(self, door: str) -> dict[str, str]:
        """Give what somebody with nothing else to do signs in with: signing out ends every token of theirs."""
        if door == "staff":
            return {"username": self.username_of(self.colleague_clerk()), "password": PASSWORD}
        facts = self.service.customer(0).facts
        return {"phone": facts["phone"], "pin": facts["pin"]}

    def applicant(self) -> dict[str, str]:
        """Give the facts of somebody who has no account yet."""
        number = next(_accounts)
        phone = f"03{number % 100_000_000:08d}"
        return {
            "full_name": "Hoàng Thị Mai",
            "date_of_birth": "1990-05-02",
            "id_number": f"020190{number % 1_000_000:06d}",
            "phone": phone,
            "pin": "480152",
            "capture": "sample-clear",
            "phone_proof": phones.proof(self.service.context, phone, self.service.now),
        }

    def code_to_a_phone(self) -> Ready:
        """Give a code that was sent, and its digits."""
        context, now = self.service.context, self.service.now
        with context.transaction() as session:
            sent = phone_codes.issue(session, context, Purpose.OPENING, bytes(32), now)
        return {"path": {"id": str(sent.id)}, "body": {"code": sent.digits}}

    def to_mend(self, purpose: Purpose) -> dict[str, Any]:
        """Give the card and the proofs of somebody whose PIN or number is set anew, and what it becomes."""
        self.at_work()
        context, person, now = self.service.context, self.colleague(), self.service.now
        phone = person.facts["phone"]
        more = {"new_pin": "927364"}
        if purpose is Purpose.PHONE_CHANGE:
            phone = f"03{next(_accounts) % 100_000_000:08d}"
            more = {"phone": phone}
        with context.transaction() as session:
            fingerprint = at_rest.phone_print(context.cipher, phone)
            sent = phone_codes.issue(session, context, purpose, fingerprint, now)
        proofs = {"code_id": str(sent.id), "code": sent.digits, "face_capture": f"sample-clear:{uuid4()}"}
        return {"id_number": person.facts["id_number"], "checked": "qr", **proofs, **more}

    def to_reset(self) -> Ready:
        """Give what sets a PIN anew from afar."""
        self.leaves()
        context, phone = self.service.context, self.leaver.facts["phone"]
        with context.transaction() as session:
            fingerprint = at_rest.phone_print(context.cipher, phone)
            sent = phone_codes.issue(session, context, Purpose.PIN_RESET, fingerprint, self.service.now)
        proofs = {"code_id": str(sent.id), "code": sent.digits, "face_capture": f"sample-clear:{uuid4()}"}
        return {"body": {**proofs, "phone": phone, "new_pin": "927364"}}

    def to_verify(self) -> Ready:
        """Give another card of the customer's, with the face."""
        facts = self.customer.facts
        return {
            "body": {
                "pin": facts["pin"],
                "card_qr": qr(facts["id_number"]),
                "face_capture": f"sample-clear:{uuid4()}",
            }
        }

    def to_thaw(self) -> Ready:
        """Give the card and the face of somebody who has frozen the wallet."""
        self.at_work()
        card = self.payer_card()
        assert self.clerk.post("/counter/v1/help/freeze", card).status_code == 200
        return {"body": {**card, "face_capture": f"sample-clear:{uuid4()}"}}

    def card_at_work(self) -> Ready:
        """Give the card of somebody who stands at the clerk's open drawer."""
        self.at_work()
        return {"body": self.payer_card()}

    def top_up(self) -> str:
        """Give a top-up."""
        return str(self.customer.post("/wallet/v1/top-ups", self.to_top_up()).json()["id"])

    def to_top_up(self) -> dict[str, Any]:
        """Give what brings money in."""
        return {"bank_link_id": self.link(), "amount": AMOUNT, "pin": self.customer.facts["pin"]}

    def to_look_up(self) -> Ready:
        """Give a case for which something small is due, after letting cases be asked for again."""
        with self.service.context.transaction() as session:
            session.exec_driver_sql("DELETE FROM service.attempt WHERE door = 'bill-case'")
        return {"body": {"procedure": "civil-status", "case_number": f"H37.12-{account_number()}"}}

    def to_pay_bill(self) -> Ready:
        """Look a case up, and give what pays it."""
        seen = self.customer.post("/wallet/v1/bill-offers", self.to_look_up()["body"])
        assert seen.status_code == 200, seen.text
        return {"body": {"offer": seen.json()["offer"], "pin": self.customer.facts["pin"]}}

    def bill(self) -> str:
        """Give a bill that is paid."""
        return str(self.customer.post("/wallet/v1/bills", self.to_pay_bill()["body"]).json()["id"])

    def card(self) -> dict[str, str]:
        """Give what the clerk checks before paying."""
        return {"id_number": self.customer.facts["id_number"], "checked": "qr"}

    def receipt(self) -> dict[str, Any]:
        """Pay a code; give the receipt."""
        id = self.presented()["id"]
        receipt: dict[str, Any] = self.clerk.pay(id, self.customer.facts["id_number"]).json()
        return receipt

    def complained(self) -> dict[str, Any]:
        """Complain of a payment of the office; few may wait, so the others are answered."""
        for one in self.supervisor.get("/staff/v1/complaints", limit=100).json()["items"]:
            self.answered(str(one["id"]))
        body = {"about": {"entry_id": self.receipt()["entry_id"]}, **WRONG}
        answer = self.customer.post("/wallet/v1/complaints", body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def answered(self, id: str) -> str:
        """Have a complaint answered, by somebody who has answered nothing else."""
        body = {"upheld": False, "words": "đã đủ"}
        answer = self.service.staff("supervisor").post(f"/staff/v1/complaints/{id}/answer", body)
        assert answer.status_code == 200, answer.text
        return id

    def salary(self) -> Ready:
        """Give a credit that the payer has money for; each is a batch of its own."""
        number = next(_accounts)
        line = {
            "line_reference": f"L{number}",
            "id_number": self.customer.facts["id_number"],
            "amount": AMOUNT + number % 1_000_000,  # another each time: nothing that was credited lately
            "narration": "Lương tháng 11",
        }
        return {"body": {"batch": f"batch-{number}", "payer": PAYER, "lines": [line]}}

    def approved_salary(self) -> Ready:
        """Give a line for the customer that a colleague of the operator has approved."""
        ready = self.salary()
        headers = {"Authorization": f"Bearer {self.tokens['operator']}", "Idempotency-Key": str(uuid4())}
        answer = self.service.client.post(colleague.PATH, json=ready["body"], headers=headers)
        colleague.approve(self.service, UUID(answer.json()["id"]))
        return ready

    def credited(self) -> str:
        """Give a batch of credits."""
        headers = {"Authorization": f"Bearer {self.tokens['operator']}", "Idempotency-Key": str(uuid4())}
        body = self.approved_salary()["body"]
        answer = self.service.client.post("/operator/v1/credits", json=body, headers=headers)
        return str(answer.json()["id"])

    def given_up(self) -> str:
        """Give a message that no carrier took."""
        context, now = self.service.context, self.service.now
        with context.transaction() as session:
            customers.tell(session, context, self.customer.id, MessageKind.PIN_CHANGED, "Soft-ATM: one.", now)
            due = messages.take_due(session, now, lambda _: timedelta(0))
            assert due is not None
            messages.failed(session, due.id, "not-taken", now, dead=True)
        return str(due.id)

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

    def colleague_clerk(self) -> str:
        """Give a clerk of the office who has nothing else to do here."""
        return str(self.service.member("clerk", OFFICE)[0])

    def username_of(self, id: str) -> str:
        """Give a member's user name."""
        with self.service.context.transaction() as session:
            member = staff.find(session, UUID(id))
        assert member is not None
        return member.username

    def to_open(self) -> Ready:
        """Give what opens a shift, the clerk's being closed."""
        self.off_work()
        return {"body": {"drawer": 1, "counts": FULL}}

    def to_close(self) -> Ready:
        """Give what closes the shift, with nothing in progress."""
        self.at_work()
        self.no_codes()
        return {"body": {"counts": FULL}}

    def left_open(self) -> str:
        """Give the shift of a colleague who has gone home; the drawer is empty."""
        self._next_off_work()
        return str(self.next_clerk.open(2, EMPTY).json()["id"])

    def _next_off_work(self) -> None:
        for _ in range(2):  # a first count that differs is asked for again
            self.next_clerk.close(EMPTY)

    def to_hand_over(self) -> Ready:
        """Give what hands an empty drawer over."""
        self._next_off_work()
        self.off_work()
        assert self.clerk.open(2, EMPTY).status_code == 201
        return {"body": {"counts": EMPTY, "username": self.next_clerks_name, "password": PASSWORD}}

    def to_take_over(self) -> Ready:
        """Give what closes a colleague's shift, with a supervisor's leave."""
        id = self.left_open()
        assert self.supervisor.post(f"/staff/v1/shifts/{id}/take-over", {"reason": "gone"}).status_code == 200
        return {"path": {"id": id}, "body": {"counts": EMPTY}}

    def to_give(self) -> Ready:
        """Give what brings cash into the next clerk's drawer, which is open."""
        self.counted()
        self.left_open()
        return {"body": {"counts": {"10000": 1}, "username": self.next_clerks_name, "password": PASSWORD}}

    def counted(self) -> None:
        """Leave neither the drawer nor the vault in doubt: what is counted twice stands."""
        self.at_work()
        self.no_codes()
        for path, counts in (("shifts/current", FULL), ("cash/vault", IN_VAULT)):
            for _ in range(2):  # a first count that differs is asked for again
                answer = self.clerk.post(f"/counter/v1/{path}/count", {"counts": counts})
            assert answer.json()["recount"] is False, answer.text

    def to_exchange(self) -> Ready:
        """Give a customer's notes for those of the drawer."""
        self.counted()
        return {"body": {"partner": "customer", "given": {"10000": 5}, "taken": {"50000": 1}}}

    def to_move(self) -> Ready:
        """Give what brings cash from the vault, which has some."""
        self.counted()
        note = {"10000": 50}
        assert self.clerk.post("/counter/v1/cash/moves", {"to": "vault", "counts": note}).status_code == 201
        return {"body": {"to": "drawer", "counts": note}}

    def not_asked(self) -> None:
        """Refuse the request for cash that waits."""
        for one in self.supervisor.get("/staff/v1/deliveries/requests").json()["items"]:
            path = f"/staff/v1/deliveries/requests/{one['id']}/refuse"
            assert self.supervisor.post(path, {"reason": "no van today"}).status_code == 200

    def asked_for_cash(self) -> str:
        """Give a request of the office for cash."""
        self.not_asked()
        return str(self.clerk.post("/counter/v1/cash/requests", CASH).json()["id"])

    def ordered(self, direction: str = "to-office") -> str:
        """Order a delivery of one note, as somebody who has ordered nothing else: who orders much sends nothing."""
        body = {"office": OFFICE, "direction": direction, "amount": 500_000}
        return str(self.service.staff("supervisor").post("/staff/v1/deliveries", body).json()["id"])

    def sent(self, direction: str = "to-office") -> str:
        """Send a delivery of one note; from the vault it is brought there first."""
        id = self.ordered(direction)
        if direction == "to-office":
            path, who = f"/staff/v1/deliveries/{id}/send", self.supervisor
        else:
            self.to_move()
            path, who = f"/counter/v1/cash/deliveries/{id}/send", self.clerk
        counts = {"500000": 1} if who is self.supervisor else {"10000": 50}
        answer = who.post(path, {"counts": counts})
        assert answer.status_code == 200, answer.text
        return id

    def unexplained(self) -> str:
        """Let a delivery arrive short that another supervisor has sent."""
        id, other = self.ordered(), self.service.staff("supervisor")
        sent = other.post(f"/staff/v1/deliveries/{id}/send", {"counts": {"500000": 1}})
        assert sent.status_code == 200
        for _ in range(2):
            self.clerk.post(f"/counter/v1/cash/deliveries/{id}/receive", {"counts": {}})
        return id

    def to_send_back(self) -> Ready:
        """Give an order for the vault's cash."""
        self.to_move()
        return {"path": {"id": self.ordered("to-area")}, "body": {"counts": {"10000": 50}}}

    def to_pay(self) -> Ready:
        """Give somebody whom the customer may pay, after letting names be asked for again."""
        return {"body": {"to": {"phone": self.colleague().facts["phone"]}}}

    def to_send(self) -> Ready:
        """Look somebody up, and give what sends the smallest sum."""
        seen = self.customer.post("/wallet/v1/payees", self.to_pay()["body"])
        assert seen.status_code == 200, seen.text
        body = {"payee": seen.json()["payee"], "amount": 10_000, "pin": self.customer.facts["pin"]}
        return {"body": body}

    def sent_away(self) -> str:
        """Give a transfer from the phone."""
        return str(self.customer.post("/wallet/v1/transfers", self.to_send()["body"]).json()["id"])

    def to_authorise(self) -> Ready:
        """Give what makes a code."""
        self.no_codes()
        return {"body": {"amount": AMOUNT, "pin": self.customer.facts["pin"]}}

    def to_present(self) -> Ready:
        """Give a code to scan."""
        self.at_work()
        return {"body": {"code": self.code()["code"]}}

    def colleague(self) -> Any:
        """Give a customer whose limits are untouched; and let the clerk ask for names again after many wrong ones."""
        with self.service.context.transaction() as session:
            session.exec_driver_sql("DELETE FROM service.attempt WHERE door = 'payee'")
        return self.service.customer(AMOUNT)

    def proposed(self, kind: str, counts: dict[str, int] | None = None) -> dict[str, Any]:
        """Give a deposit or a transfer that is not confirmed yet."""
        self.at_work()
        to = {"phone": self.colleague().facts["phone"]}
        body: dict[str, Any] = {"to": to, "counts": counts or {"50000": 1}}
        if kind == "transfers":
            body = {"to": to, "amount": AMOUNT, **self.payer_card()}
        answer = self.clerk.post(f"/counter/v1/{kind}", body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def payer_card(self) -> dict[str, str]:
        """Give the card of somebody who has money, as a transfer needs it."""
        return {"id_number": self.colleague().facts["id_number"], "checked": "qr"}

    def elder(self) -> dict[str, str]:
        """Give the card and the PIN of somebody who has money and no phone."""
        self.at_work()
        return {**self.payer_card(), "pin": self.customer.facts["pin"]}

    def to_delegate(self) -> dict[str, Any]:
        """Give what a delegation is made of."""
        last = ledger.business_date(self.service.now) + timedelta(days=30)
        return {
            **self.elder(),
            "delegate_id_number": "020190007788",
            "ceiling": AMOUNT,
            "per_month": AMOUNT,
            "office": OFFICE,
            "ends_on": last.isoformat(),
        }

    def own_card(self) -> dict[str, str]:
        """Give the card of the customer whose wallet it is."""
        return {"id_number": self.customer.facts["id_number"], "checked": "qr"}

    def elders_own(self) -> str:
        """Let somebody collect for the customer whose wallet it is."""
        self.at_work()
        answer = self.clerk.post("/counter/v1/delegations", {**self.to_delegate(), **self.own_card()})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def large(self) -> str:
        """Give a deposit that takes a supervisor."""
        return str(self.proposed("deposits", {"500000": 21})["id"])

    def deposited(self) -> str:
        """Take a deposit in; give its id."""
        id = self.proposed("deposits")["id"]
        answer = self.clerk.post(
            f"/counter/v1/deposits/{id}/confirmation", {"by": "name", "name": "Nông Văn Thắng"}
        )
        assert answer.status_code == 201, answer.text
        return str(id)

    def vouched(self) -> str:
        """Give the id of a deposit's voucher."""
        return str(self.clerk.get(f"/counter/v1/deposits/{self.deposited()}").json()["voucher_id"])

    def far_off(self) -> str:
        """Count the vault twice, and far off; give the count that takes a word."""
        body = {"counts": {"500000": 9_999}}
        for _ in range(2):
            answer = self.clerk.post("/counter/v1/cash/vault/count", body)
        assert answer.status_code == 409, answer.text
        return str(answer.json()["count_id"])

    def asked(self, kind: str = "withdrawals", id: str | None = None) -> dict[str, Any]:
        """Ask for the reversal of something that was done."""
        id = id or (self.receipt()["withdrawal_id"] if kind == "withdrawals" else self.deposited())
        answer = self.clerk.post(f"/counter/v1/{kind}/{id}/reversal-request", WHY)
        assert answer.status_code == 201, answer.text
        request: dict[str, Any] = answer.json()
        return request

    def to_reverse(self, kind: str) -> Ready:
        """Give something that a supervisor lets be undone."""
        request = self.asked(kind)
        headers = {"Authorization": f"Bearer {self.tokens['staff']}", "Idempotency-Key": str(uuid4())}
        decision = {"decision": "approve", "reason": "đã gọi"}
        path = f"/staff/v1/approvals/{request['id']}/decision"
        assert self.service.client.post(path, json=decision, headers=headers).status_code == 200
        return {"path": {"id": request["subject"]}, "body": {"counts": {"50000": 1}}}


READY: Final[dict[str, Callable[[Cast], Ready]]] = {
    "wallet_ask_phone_code": lambda _: {
        "body": {"purpose": "opening", "phone": f"03{next(_accounts) % 100_000_000:08d}"}
    },
    "wallet_prove_phone": Cast.code_to_a_phone,
    "wallet_apply": lambda cast: {"body": cast.applicant()},
    "operator_send_message_again": lambda cast: {"path": {"id": cast.given_up()}},
    "wallet_application": lambda cast: {"path": {"id": cast.application()}},
    "wallet_sign_out_everywhere": lambda cast: {"path": {"id": cast.leaves()}},
    "wallet_end_session": lambda cast: {"path": {"id": cast.leaves()}},
    "wallet_change_pin": lambda cast: {
        "path": {"id": cast.leaves()},
        "body": {"pin": cast.leaver.facts["pin"], "new_pin": "927364"},
    },
    "wallet_freeze": lambda cast: {"path": {"id": cast.leaves()}},
    "wallet_close": lambda cast: {"path": {"id": cast.leaves()}, "body": {"pin": cast.leaver.facts["pin"]}},
    "wallet_reset_pin": Cast.to_reset,
    "wallet_verify_card": Cast.to_verify,
    "counter_find_to_help": Cast.card_at_work,
    "counter_freeze_for_customer": Cast.card_at_work,
    "counter_thaw_for_customer": Cast.to_thaw,
    "counter_send_code_to_help": Cast.card_at_work,
    "counter_reset_pin": lambda cast: {"body": cast.to_mend(Purpose.PIN_RESET)},
    "counter_change_phone": lambda cast: {"body": cast.to_mend(Purpose.PHONE_CHANGE)},
    "wallet_sign_in": lambda cast: {"body": cast.credentials("wallet")},
    "wallet_refresh": lambda cast: {"body": {"refresh_token": cast.session("wallet")}},
    "wallet_sign_out": lambda cast: {"body": {"refresh_token": cast.session("wallet")}},
    "wallet_link": lambda _: {"body": {"bin": "970436", "account_number": account_number()}},
    "wallet_remove_link": lambda cast: {
        "path": {"id": cast.spare_link()},
        "body": {"pin": cast.customer.facts["pin"]},
    },
    "wallet_top_up": lambda cast: {"body": cast.to_top_up()},
    "wallet_payout": lambda cast: {"body": {**cast.to_top_up(), "fee": 0}},
    "wallet_look_up_bill": Cast.to_look_up,
    "wallet_pay_bill": Cast.to_pay_bill,
    "wallet_bill": lambda cast: {"path": {"id": cast.bill()}},
    "wallet_bank_payment": lambda cast: {"path": {"id": cast.top_up()}},
    "wallet_authorise": Cast.to_authorise,
    "wallet_look_up_payee": Cast.to_pay,
    "wallet_send": Cast.to_send,
    "wallet_transfer": lambda cast: {"path": {"id": cast.sent_away()}},
    "wallet_search_statement": lambda _: {"body": {"text": "gift"}},
    "wallet_proof": lambda cast: {"path": {"id": cast.receipt()["entry_id"]}},
    "wallet_proof_qr": lambda cast: {"path": {"id": cast.receipt()["entry_id"]}},
    "proofs_receipt": lambda cast: {"body": {"text": cast.receipt()["receipt_code"]}},
    "wallet_withdrawal_proof": lambda cast: {"path": {"id": cast.receipt()["withdrawal_id"]}},
    "wallet_complain": lambda cast: {
        "body": {"about": {"entry_id": cast.receipt()["entry_id"]}, **WRONG},
    },
    "wallet_complaint": lambda cast: {"path": {"id": cast.complained()["id"]}},
    "wallet_contest": lambda cast: {
        "path": {"id": cast.answered(str(cast.complained()["id"]))},
        "body": {"words": "vẫn thiếu"},
    },
    "staff_answer_complaint": lambda cast: {
        "path": {"id": cast.complained()["id"]},
        "body": {"upheld": True, "words": "trả thêm một tờ"},
    },
    "wallet_withdrawal": lambda cast: {"path": {"id": cast.code()["id"]}},
    "wallet_qr_svg": lambda cast: {"path": {"id": cast.code()["id"]}},
    "wallet_qr_png": lambda cast: {"path": {"id": cast.code()["id"]}},
    "staff_switch_member": lambda cast: {
        "path": {"id": cast.colleague_clerk()},
        "body": {"active": False, "reason": "nghỉ việc"},
    },
    "staff_move_member": lambda cast: {
        "path": {"id": cast.colleague_clerk()},
        "body": {"office": OTHER_OFFICE, "reason": "chuyển công tác"},
    },
    "staff_reset_member": lambda cast: {
        "path": {"id": cast.colleague_clerk()},
        "body": {"reason": "quên mật khẩu"},
    },
    "staff_choose_password": lambda cast: {
        "body": {
            "username": cast.username_of(cast.colleague_clerk()),
            "password": PASSWORD,
            "new_password": "mot-cau-khac-de-nho",
        }
    },
    "wallet_cancel": lambda cast: {"path": {"id": cast.code()["id"]}},
    "wallet_end_delegation": lambda cast: {"path": {"id": cast.elders_own()}},
    "counter_open_shift": Cast.to_open,
    "counter_current_shift": lambda cast: cast.at_work() or {},
    "counter_headroom": lambda cast: cast.at_work() or {},
    "counter_totals": lambda cast: cast.off_work() or cast.at_work() or {},
    "counter_count_drawer": Cast.to_close,
    "counter_close_shift": Cast.to_close,
    "counter_hand_over": Cast.to_hand_over,
    "counter_take_over": Cast.to_take_over,
    "counter_move_cash": Cast.to_move,
    "counter_give_cash": Cast.to_give,
    "counter_exchange_notes": Cast.to_exchange,
    "counter_ask_for_cash": lambda cast: cast.not_asked() or {"body": CASH},
    "staff_order_requested": lambda cast: {
        "path": {"id": cast.asked_for_cash()},
        "body": {"amount": 500_000},
    },
    "staff_refuse_requested": lambda cast: {
        "path": {"id": cast.asked_for_cash()},
        "body": {"reason": "no van today"},
    },
    "counter_count_vault": lambda cast: {"body": {"counts": {}}},
    "counter_send_delivery": Cast.to_send_back,
    "counter_receive_delivery": lambda cast: {"path": {"id": cast.sent()}, "body": {"counts": {"500000": 1}}},
    "counter_refuse_delivery": lambda cast: {
        "path": {"id": cast.sent()},
        "body": {"reason": "the seal is broken"},
    },
    "staff_grant_take_over": lambda cast: {"path": {"id": cast.left_open()}, "body": {"reason": "gone home"}},
    "staff_order_delivery": lambda _: {
        "body": {"office": OFFICE, "direction": "to-office", "amount": 500_000},
    },
    "staff_send_delivery": lambda cast: {"path": {"id": cast.ordered()}, "body": {"counts": {"500000": 1}}},
    "staff_receive_delivery": lambda cast: {
        "path": {"id": cast.sent("to-area")},
        "body": {"counts": {"500000": 1}},
    },
    "staff_refuse_delivery": lambda cast: {
        "path": {"id": cast.sent("to-area")},
        "body": {"reason": "nobody is here"},
    },
    "staff_cancel_delivery": lambda cast: {"path": {"id": cast.ordered()}, "body": {"reason": "not needed"}},
    "staff_explain_delivery": lambda cast: {
        "path": {"id": cast.unexplained()},
        "body": {"reason": "miscounted"},
    },
    "counter_present": Cast.to_present,
    "counter_pay": lambda cast: {"path": {"id": cast.presented()["id"]}, "body": cast.card()},
    "counter_release": lambda cast: {"path": {"id": cast.presented()["id"]}},
    "counter_receipt": lambda cast: {"path": {"id": cast.receipt()["id"]}},
    "counter_approval": lambda cast: {"path": {"id": cast.asked()["id"]}},
    "counter_ask_to_reverse": lambda cast: {"path": {"id": cast.receipt()["withdrawal_id"]}, "body": WHY},
    "counter_reverse": lambda cast: cast.to_reverse("withdrawals"),
    "counter_propose_deposit": lambda cast: {
        "body": {"to": {"phone": cast.colleague().facts["phone"]}, "counts": {"50000": 1}}
    },
    "counter_deposit": lambda cast: {"path": {"id": cast.proposed("deposits")["id"]}},
    "counter_ask_for_count": lambda cast: {"path": {"id": cast.far_off()}, "body": {"words": "vẫn lệch"}},
    "counter_ask_for_deposit": lambda cast: {"path": {"id": cast.large()}, "body": {"words": "bán trâu"}},
    "counter_confirm_deposit": lambda cast: {
        "path": {"id": cast.proposed("deposits")["id"]},
        "body": {"by": "name", "name": "Nông Văn Thắng"},
    },
    "counter_ask_to_reverse_deposit": lambda cast: {"path": {"id": cast.deposited()}, "body": WHY},
    "counter_reverse_deposit": lambda cast: cast.to_reverse("deposits"),
    "counter_propose_transfer": lambda cast: {
        "body": {
            "to": {"phone": cast.colleague().facts["phone"]},
            "amount": AMOUNT,
            **cast.payer_card(),
        }
    },
    "counter_transfer": lambda cast: {"path": {"id": cast.proposed("transfers")["id"]}},
    "counter_ask_for_transfer": lambda cast: {
        "path": {"id": cast.proposed("transfers")["id"]},
        "body": {"words": "mua nhà"},
    },
    "counter_confirm_transfer": lambda cast: {
        "path": {"id": cast.proposed("transfers")["id"]},
        "body": {"pin": cast.customer.facts["pin"]},
    },
    "counter_pay_by_card": lambda cast: {"body": {**cast.elder(), "amount": AMOUNT}},
    "counter_make_slip": lambda cast: {"body": {**cast.elder(), "amount": AMOUNT}},
    "counter_reprint_slips": lambda cast: {"body": cast.elder()},
    "counter_make_delegation": lambda cast: {"body": cast.to_delegate()},
    "counter_find_delegations": lambda cast: {"body": cast.payer_card()},
    "counter_revoke_delegation": lambda cast: {
        "path": {"id": cast.elders_own()},
        "body": {**cast.own_card(), "pin": cast.customer.facts["pin"]},
    },
    "counter_voucher": lambda cast: {"path": {"id": cast.vouched()}},
    "counter_record_counterfeit": lambda cast: {
        "body": {
            "note": "500000",
            "serial": "QX24813579",
            "bearer_name": "Lộc Văn Bình",
            "bearer_id_number": cast.customer.facts["id_number"],
        }
    },
    "staff_decide_approval": lambda cast: {
        "path": {"id": cast.asked()["id"]},
        "body": {"decision": "approve", "reason": "đã gọi"},
    },
    "staff_sign_in": lambda cast: {"body": cast.credentials("staff")},
    "staff_offer_second_factor": lambda cast: {"body": cast.credentials("staff")},
    "staff_sign_in_by_passkey": Cast.signed_passkey,
    "staff_ask_to_add_passkey": lambda _: {"body": {"code": None}},
    "staff_add_passkey": Cast.made_passkey,
    "staff_remove_passkey": lambda cast: {"path": {"id": cast.own_passkey()}},
    "staff_refresh": lambda cast: {"body": {"refresh_token": cast.session("staff")}},
    "staff_sign_out": lambda cast: {"body": {"refresh_token": cast.session("staff")}},
    "staff_decide": lambda cast: {
        "path": {"id": cast.application()},
        "body": {"decision": "approve", "reason": "seen"},
    },
    "staff_change_office_state": lambda cast: {
        **cast.elsewhere(),
        "body": {"state": "suspended", "reason": "mất điện"},
    },
    "staff_find_customer": lambda cast: {"body": {"who": {"phone": cast.customer.facts["phone"]}}},
    "staff_freeze_customer": lambda cast: {
        "path": {"id": cast.service.customer(0).id},
        "body": {"frozen": True, "reason": "mất điện thoại"},
    },
    "staff_office_drawers": Cast.elsewhere,
    "staff_freeze_drawer": Cast.to_freeze,
    "staff_office_life": Cast.elsewhere,
    "staff_office": Cast.elsewhere,
    "staff_check_office": lambda cast: {
        **cast.elsewhere(),
        "body": {"item": "line", "passed": True, "words": "đã thử"},
    },
    "staff_set_office_hours": lambda cast: {
        **cast.elsewhere(),
        "body": {"week": ["07:30-11:30"] * 7},
    },
    "staff_set_office_day": lambda cast: {
        **cast.elsewhere(),
        "body": {"day": "2027-02-06", "hours": "", "reason": "Tết"},
    },
    "staff_set_office_line": lambda cast: {**cast.elsewhere(), "body": {"line": "weak"}},
    "staff_float_plan": lambda _: {"query": {"area": AREA}},
    "staff_float_forecast": lambda _: {"path": {"code": OFFICE}},
    "operator_floats": lambda _: {"path": {"code": OFFICE}},
    "operator_set_float": lambda _: {
        "path": {"code": OFFICE},
        "body": {
            "minimum": 20_000_000,
            "target": 100_000_000,
            "maximum": 300_000_000,
            "market": None,
        },
    },
    "wallet_move": Cast.to_appoint,
    "wallet_read_notice": lambda cast: {"path": {"id": cast.notice()}},
    "audit_office_reconciliation": lambda _: {"path": {"code": OFFICE}},
    "operator_change_role": Cast.to_promote,
    "operator_propose_member": lambda cast: {
        "path": {"id": cast.service.member("auditor", None)[0]},
        "body": {"role": "supervisor", "place": AREA, "reason": "đổi việc"},
    },
    "staff_instructions": lambda _: {},
    "staff_ask_to_decide_instruction": lambda cast: {
        "path": {"id": cast.proposed_to_promote()},
        "body": {"decision": "approve"},
    },
    "staff_decide_instruction": lambda cast: {
        "path": {"id": cast.proposed_to_promote()},
        "body": {"decision": "approve", "reason": "đã gọi"},
    },
    **dict.fromkeys(
        ("audit_statement", "audit_statement_lines"),
        lambda cast: {"path": cast.there("/audit/v1/statements/{id}")},
    ),
    "audit_break": lambda cast: {"path": {"id": cast.charged()}},
    "staff_claim_break": lambda cast: {"path": {"id": cast.charged()}},
    "staff_note_on_break": lambda cast: {"path": {"id": cast.charged()}, "body": {"words": "đã gọi"}},
    "staff_resolve_breaks": lambda cast: {"body": {"breaks": [cast.charged()], "reason": "thu phí"}},
    "operator_credit": Cast.approved_salary,
    "operator_propose_credits": Cast.salary,
    "operator_credit_batch": lambda cast: {"path": {"id": cast.credited()}},
    "audit_seal": lambda cast: {"path": {"number": cast.seal()}},
    "audit_seal_consistency": Cast.two_seals,
    "audit_entry_proof": Cast.proof,
}
