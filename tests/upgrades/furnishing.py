"""A day's work over HTTP at a house of any revision: what each could do, and leave half done."""

import json
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import httpx2

OFFICE: Final = "05971-1"
OTHER: Final = "05974-1"
CLOSING: Final = "05977-1"
DRAWER: Final = {"500000": 380, "50000": 200}  # 200,000,000 đồng
WHY: Final = {"reason": "cash-not-taken", "words": "Khách đi mất, tiền còn trên quầy"}


class Person:
    """Somebody signed in."""

    def __init__(self, line: httpx2.Client, signing_in: str, **proof: str) -> None:
        self.line, self.proof = line, proof
        answer = line.post(signing_in, json=proof)
        self.bearer = {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}

    def post(self, path: str, body: Any, key: str = "") -> dict[str, Any]:
        """Ask for something to be done, and see it done."""
        answer = self.line.post(
            path, json=body, headers=self.bearer | {"Idempotency-Key": key or str(uuid4())}
        )
        if not answer.is_success:
            raise RuntimeError(f"{path} {answer.status_code} {answer.text}")
        done: dict[str, Any] = answer.json()
        return done


class Customer(Person):
    """A customer of the demo."""

    def __init__(self, line: httpx2.Client, facts: dict[str, Any]) -> None:
        super().__init__(line, "/wallet/v1/sessions", phone=facts["phone"], pin=facts["pin"])
        self.card = facts["id_number"]

    def code(self, amount: int = 500_000, **more: str) -> dict[str, Any]:
        """Authorise."""
        return self.post("/wallet/v1/withdrawals", {"amount": amount, "pin": self.proof["pin"], **more})


def present(clerk: Person, code: dict[str, Any]) -> None:
    """Scan a code."""
    clerk.post("/counter/v1/presentations", {"code": code["code"]})


def pay(clerk: Person, customer: Customer, amount: int = 500_000) -> dict[str, Any]:
    """Pay a new code; give what a counter would have to ask again."""
    code = customer.code(amount)
    present(clerk, code)
    body = {"id_number": customer.card, "checked": "qr"}
    key, path = str(uuid4()), f"/counter/v1/withdrawals/{code['id']}/payment"
    receipt = clerk.post(path, body, key)
    asked = {"key": key, "path": path, "body": json.dumps(body), "withdrawal": code["id"], "answer": receipt}
    return asked | {
        "username": clerk.proof["username"],
        "office": receipt["office"],
        "drawer": receipt["drawer"],
    }


def furnish(facts: dict[str, Any], revision: str) -> dict[str, Any]:
    """Do what a house of this revision can, and tell what is left to be done."""
    with httpx2.Client(base_url=facts["service_url"], timeout=60, trust_env=False) as line:
        staff = {
            one["username"]: Person(
                line, "/staff/v1/sessions", username=one["username"], password=one["password"]
            )
            for one in facts["staff"]
        }
        customers = [Customer(line, one) for one in facts["customers"]]
        first, second, third, fourth = customers
        lan, huong = staff["lan.05971"], staff["huong.05974"]
        for clerk in (lan, huong):
            clerk.post("/counter/v1/shifts", {"drawer": 1, "counts": DRAWER})
        asked = [pay(lan, customer) for customer in customers][-1]
        pay(huong, third, 50_000)
        given_up = second.code()
        second.post(f"/wallet/v1/withdrawals/{given_up['id']}/cancel", None)
        if revision >= "0011":
            money(revision, staff, second, asked)
        if revision >= "0015":
            fourth.code(lifetime="scheduled", office=OTHER)
        if revision >= "0016":
            without_phone(lan, first)
        if revision >= "0018":
            second.code(lifetime="scheduled", office=CLOSING)
            body = {"state": "suspended", "reason": "Nước lũ, đường đứt"}
            staff["giamsat"].post(f"/staff/v1/offices/{CLOSING}/state", body)
        left = {"open": first.code()["id"], "presented": (shown := second.code())["id"]}
        present(lan, shown)
        counts = DRAWER | {"50000": DRAWER["50000"] - 1}
        huong.post("/counter/v1/shifts/current/close", {"counts": counts})
    return {"made_at": datetime.now(UTC).isoformat(), **left, "asked": asked}  # noqa: TID251


def money(revision: str, staff: dict[str, Person], customer: Customer, asked: dict[str, Any]) -> None:
    """Bring cash, send cash back, take cash in, and ask for leave to undo a payment."""
    clerk, boss = staff["lan.05971"], staff["giamsat"]
    order = {"office": OFFICE, "direction": "to-office", "amount": 20_000_000}
    sent = boss.post("/staff/v1/deliveries", order)["id"]
    boss.post(f"/staff/v1/deliveries/{sent}/send", {"counts": {"500000": 40}})
    clerk.post(f"/counter/v1/cash/deliveries/{sent}/receive", {"counts": {"500000": 40}})
    back = "to-district" if revision < "0020" else "to-area"
    boss.post("/staff/v1/deliveries", order | {"direction": back, "amount": 10_000_000})
    boss.post("/staff/v1/deliveries", order)
    proposed = clerk.post(
        "/counter/v1/deposits", {"to": {"phone": customer.proof["phone"]}, "counts": {"500000": 2}}
    )
    proof = {"by": "card", "id_number": customer.card, "checked": "qr"}
    clerk.post(f"/counter/v1/deposits/{proposed['id']}/confirmation", proof)
    clerk.post(f"/counter/v1/withdrawals/{asked['withdrawal']}/reversal-request", WHY)


def without_phone(clerk: Person, customer: Customer) -> None:
    """Have a slip made, and let somebody collect."""
    proof = {"id_number": customer.card, "checked": "qr", "pin": customer.proof["pin"]}
    clerk.post("/counter/v1/slips", proof | {"amount": 100_000})
    wish = {"delegate_id_number": "020190007788", "ceiling": 500_000, "per_month": 500_000, "office": OFFICE}
    clerk.post("/counter/v1/delegations", proof | wish | {"ends_on": "2027-06-30"})
