"""Who has signed out moves no money by a token of before; other devices of theirs renew theirs and go on."""

from uuid import uuid4

from atm_service.registers.staff import store as staff_store
from tests.atm_service.world import PASSWORD, Clerk, Customer, Service
from tests.contract.documented import slug_of


def test_a_customers_token_is_dead_at_sign_out(service: Service) -> None:
    """No code, no top-up, no bank account, nothing given up: 401, and a second phone renews its token."""
    customer = service.customer()
    facts = {"phone": customer.facts["phone"], "pin": customer.facts["pin"]}
    first, second = (service.client.post("/wallet/v1/sessions", json=facts).json() for _ in range(2))
    here = Customer(service.client, customer.id, first["access_token"], customer.facts)
    live = here.code()
    ended = service.client.post("/wallet/v1/sessions/end", json={"refresh_token": first["refresh_token"]})
    assert ended.status_code == 204
    top_up = {"bank_link_id": str(uuid4()), "amount": 50_000, "pin": customer.facts["pin"]}
    account = {"bin": "970405", "account_number": "8801205123456"}
    for answer in (
        here.authorise(),
        here.cancel(live["id"]),
        here.post("/wallet/v1/top-ups", top_up),
        here.post("/wallet/v1/payouts", {**top_up, "fee": 0}),
        here.post("/wallet/v1/bank-links", account),
        here.post(f"/wallet/v1/delegations/{uuid4()}/revocation"),
        here.post(f"/wallet/v1/withdrawals/{live['id']}/move", {"office": "05971-1"}),
    ):
        assert slug_of(answer) == "unauthenticated", answer.request.url
    token = {"refresh_token": second["refresh_token"]}
    renewed = service.client.post("/wallet/v1/sessions/refresh", json=token).json()["access_token"]
    assert Customer(service.client, customer.id, renewed, customer.facts).authorise().status_code == 201


def test_a_clerks_token_is_dead_at_sign_out(service: Service) -> None:
    """Nothing is presented or paid by it, though the shift is still open."""
    clerk, customer = service.clerk(), service.customer()
    withdrawal = customer.code()
    with service.context.transaction() as session:
        member = staff_store.find(session, clerk.id)
    assert member is not None
    body = {"username": member.username, "password": PASSWORD}
    opened = service.client.post("/staff/v1/sessions", json=body).json()
    here = Clerk(service.client, clerk.id, opened["access_token"], clerk.facts)
    assert here.present(withdrawal["code"]).status_code == 201
    service.client.post("/staff/v1/sessions/end", json={"refresh_token": opened["refresh_token"]})
    assert here.pay(withdrawal["id"], customer.facts["id_number"]).status_code in {401, 409}
    assert slug_of(here.get("/counter/v1/shifts/current")) == "unauthenticated"
    assert customer.look(withdrawal["id"])["status"] == "presented"


def test_no_pin_is_proved_where_nothing_could_be_paid(service: Service) -> None:
    """Another office, another drawer or a lapsed lease is refused first: a PIN is neither compared nor counted."""
    clerk, stranger, customer = service.clerk(), service.clerk("05974-1"), service.customer()
    withdrawal = customer.code()
    assert clerk.present(withdrawal["digits"]).status_code == 201
    card = customer.facts["id_number"]
    assert slug_of(stranger.pay(withdrawal["id"], card, pin="000000")) == "already-presented"
    service.clock.advance(minutes=service.context.policy.withdrawal.lease_min + 1)
    clerk, customer = service.again(clerk), service.again(customer)
    clerk.post(f"/counter/v1/withdrawals/{withdrawal['id']}/release")
    assert slug_of(clerk.pay(withdrawal["id"], card, pin="000000")) == "not-presented"
    with service.context.transaction() as session:
        counted = session.exec_driver_sql("SELECT FROM service.attempt WHERE door = 'pin'").all()
    assert counted == []
