"""Transfers from the phone: whom one sees, what moves, what both are told, and every refusal."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from atm_service.control.audit import watching
from atm_service.platform.idempotency import Key
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.policy import Tries
from atm_service.platform.refusals import Unauthenticated
from atm_service.run import app
from atm_service.wallet.transfers import domain
from atm_service.wallet.transfers import service as sending
from atm_service.wallet.transfers.schemas import SendRequest
from tests.atm_service.control.freezes.test_freezes import freeze_wallet
from tests.atm_service.mending import OTHER_FACE, picture
from tests.atm_service.records import rows, unchanged
from tests.atm_service.wallet.transfers.sending import (
    available,
    intended,
    look_up,
    outcome,
    send,
    sent,
    two,
)
from tests.atm_service.world import Customer, Service, no_answer
from tests.contract.documented import slug_of

WRONG = "735109"


def test_money_goes_to_whoever_was_seen(service: Service) -> None:
    """The payer sees a masked name and no more; one entry moves the sum, and both have the same proof of it."""
    payer, payee = two(service)
    seen = look_up(payer, payee)
    assert seen.json()["person"] == {
        "masked_name": "H••• T••• Mai",
        "phone_end": payee.facts["phone"][-3:],
    }
    for secret in (str(payee.id), payee.facts["phone"], payee.facts["id_number"], "Hoàng"):
        assert secret not in seen.text
    made = send(payer, seen.json(), 300_000, message="tiền gạo tháng 11").json()
    assert available(payer, payee) == [4_700_000, 300_000]
    (other,) = payee.get("/wallet/v1/transfers").json()["items"]
    assert (other["number"], other["message"], other["direction"]) == (
        made["number"],
        "tiền gạo tháng 11",
        "received",
    )
    assert other["person"]["masked_name"] == "N••• V••• Thắng"
    assert payee.get(f"/wallet/v1/transfers/{made['id']}").json() == other
    assert payer.get(f"/wallet/v1/transfers/{made['id']}").json() == made
    assert slug_of(service.customer(0).get(f"/wallet/v1/transfers/{made['id']}")) == "not-found"
    for person, amount in ((payer, -300_000), (payee, 300_000)):
        newest = person.get("/wallet/v1/statement").json()["items"][0]
        assert (newest["kind"], newest["amount"]) == ("transfer", amount)
    assert [row["detail"] for row in service.trail("transfer.sent")] == [{"amount": 300_000, "fee": 0}]


def test_both_are_told(service: Service) -> None:
    """Money in, money out: a notice each, which names the transfer and nobody."""
    payer, payee = two(service)
    made = sent(payer, payee)
    for person, kind in ((payer, "transfer-sent"), (payee, "transfer-received")):
        (notice,) = person.get("/wallet/v1/notices").json()["items"]
        assert (notice["kind"], notice["transfer_id"], notice["amount"]) == (kind, made["id"], 100_000)
        assert person.post(f"/wallet/v1/notices/{notice['id']}/read").status_code == 204


def test_a_message_is_kept_encrypted_and_bounded(service: Service) -> None:
    """A hundred letters, and none that hides or moves what stands beside it; nobody reads it in the database."""
    payer, payee = two(service)
    sent(payer, payee, message="bí mật")
    with service.context.transaction() as session:
        assert "bí mật" not in str(rows(session, "service.wallet_transfer"))
    for message in ("", "x" * 101, "a\nb", "a\u202eb"):
        assert outcome(send(payer, intended(payer, payee), message=message)) == "malformed-request"


def test_the_same_key_sends_once(service: Service) -> None:
    """Repeated, the answer is the first one; another amount under the key is refused, and nothing more moves."""
    payer, payee = two(service)
    intention = intended(payer, payee)
    first = send(payer, intention, key="k")
    service.clock.advance(minutes=31)
    payer = service.again(payer)
    again = send(payer, intention, key="k")
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert outcome(send(payer, intention, 200_000, key="k")) == "idempotency-key-reused"
    assert available(service.again(payee)) == [100_000]


def test_what_was_confirmed_once_is_sent_once(service: Service) -> None:
    """Under a new key, from a new tab, it is refused with the transfer that it was; the list tells it, too."""
    payer, payee = two(service)
    intention = intended(payer, payee)
    path, which = "/wallet/v1/transfers", {"intention_id": intention["intention_id"]}
    sent(payer, payee)
    assert payer.get(path, **which).json()["items"] == []
    made = send(payer, intention).json()
    with unchanged(service):
        again = send(payer, intention, 200_000)
    assert (outcome(again), again.json()["transfer_id"]) == ("already-sent", made["id"])
    assert payer.get(path, **which).json()["items"] == [made]
    assert payee.get(path, **which).json()["items"] == []


def test_a_known_answer_does_not_tell_the_pin(service: Service) -> None:
    """Whoever repeats a key beside wrong PINs is counted as anywhere, and then the right one is not compared."""
    payer, payee = two(service)
    intention = intended(payer, payee)
    send(payer, intention, key="k")
    guesses = [outcome(send(payer, intention, key="k", pin=WRONG)) for _ in range(6)]
    assert guesses == ["wrong-pin"] * 5 + ["too-many-attempts"]
    assert outcome(send(payer, intention, key="k")) == "too-many-attempts"


def test_the_payee_cannot_be_exchanged(service: Service) -> None:
    """What was looked up by others, changed by one bit, or is from long ago sends nothing."""
    payer, payee = two(service)
    thief = service.customer(0)
    intention = intended(payer, payee)
    others = {**intention, "payee": intended(payee, thief)["payee"]}
    tampered = {
        **intention,
        "payee": intention["payee"][:-2] + ("AA" if intention["payee"][-2:] != "AA" else "BA"),
    }
    with unchanged(service):
        for other in (others, tampered, {"payee": "x"}, {"payee": "AAAA" * 20}):
            assert outcome(send(payer, other)) == "intention-lapsed"
    service.clock.advance(minutes=30)
    assert outcome(send(service.again(payer), intention)) == "intention-lapsed"


def test_pin_session_and_balance(service: Service) -> None:
    """The payer's own PIN, a token that stands, and money that is there."""
    payer, payee = two(service)
    intention = intended(payer, payee)
    with unchanged(service):
        wrong = send(payer, intention, pin=payee.facts["pin"])
        assert (outcome(wrong), wrong.json()["remaining_attempts"]) == ("wrong-pin", 4)
        short = send(payer, intention, 5_000_001)
    assert (outcome(short), short.json()["available"]) == ("insufficient-funds", 5_000_000)
    assert payer.post("/wallet/v1/sessions/end-all").status_code in {200, 204}
    assert outcome(send(payer, intention)) == "unauthenticated"


def test_a_sign_out_that_comes_meanwhile_sends_nothing(service: Service) -> None:
    """The token was good at the door, and its generation is over when the payer is locked."""
    payer, payee = two(service)
    intention = intended(payer, payee)
    at_the_door = Caller(payer.id, "wallet", "customer", None, 1)
    assert payer.post("/wallet/v1/sessions/end-all").status_code in {200, 204}
    body = SendRequest(payee=intention["payee"], amount=100_000, pin=payer.facts["pin"])
    key = Key(str(payer.id), "k", b"", service.context.cipher, service.now)
    with unchanged(service), pytest.raises(Unauthenticated):
        sending.send(service.context, at_the_door, body, key, service.now)


@pytest.mark.parametrize("amount", [9_999, 20_000_001])
def test_amounts_have_bounds(service: Service, amount: int) -> None:
    """Below ten thousand and above twenty million are refused."""
    payer, payee = two(service, 30_000_000)
    face = {"face_capture": picture()}
    assert outcome(send(payer, intended(payer, payee), amount, **face)) == "amount-out-of-range"


def test_large_amounts_take_a_face(service: Service) -> None:
    """Above ten million, as a withdrawal; another face sends nothing."""
    payer, payee = two(service, 20_000_000)
    intention = intended(payer, payee)
    assert outcome(send(payer, intention, 10_000_001)) == "step-up-required"
    assert outcome(send(payer, intention, 10_000_001, face_capture=picture(OTHER_FACE))) == "step-up-required"
    assert outcome(send(payer, intention, 10_000_001, face_capture=picture())) == "201"


def test_what_was_sent_is_told_without_a_face(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider is down, or the tab that has the picture is gone: a known key tells, after the PIN, what it did."""
    payer, payee = two(service, 50_000_000)
    intention, face = intended(payer, payee), {"face_capture": picture()}
    first = send(payer, intention, 10_000_001, key="k", **face)
    monkeypatch.setattr(service.context.provider, "match_face", no_answer)
    again = send(payer, intention, 10_000_001, key="k", **face)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert send(payer, intention, 10_000_001, key="k").headers["Idempotency-Replayed"] == "true"
    assert outcome(send(payer, intention, 10_000_001, key="k", pin=WRONG)) == "wrong-pin"
    new = {"face_capture": picture()}
    assert outcome(send(payer, intended(payer, payee), 10_000_001, **new)) == "unavailable"
    assert available(payer, payee) == [39_999_999, 10_000_001]


def test_nobody_is_paid_who_was_not_meant(service: Service) -> None:
    """Oneself, nobody's number, another kind of code, somebody else's transfer."""
    payer, payee = two(service)
    made = sent(payer, payee)
    assert outcome(look_up(payer, payer)) == "same-account"
    assert outcome(look_up(payer, phone="0999999999")) == "payee-unknown"
    assert outcome(look_up(payer, phone="không số")) == "payee-unknown"
    assert outcome(look_up(payer, code=domain.receive_code(uuid4()))) == "payee-unknown"
    assert outcome(look_up(payer, code="eyJhbGciOiJFZERTQSJ9")) == "receive-code-malformed"
    assert outcome(look_up(payer, code=domain.receive_code(payee.id)[:-1] + "h")) == "receive-code-malformed"
    assert outcome(look_up(payer, transfer_id=str(uuid4()))) == "not-found"
    assert outcome(look_up(payee, transfer_id=made["id"])) == "not-found"  # received it, and paid nobody


def test_stopped_wallets_send_and_receive_nothing(service: Service) -> None:
    """Frozen after the look-up or before it; the payer is not told why the other one takes no money."""
    payer, payee = two(service)
    boss, intention = service.staff("supervisor"), intended(payer, payee)
    assert freeze_wallet(boss, payee).status_code == 200
    with unchanged(service):
        stopped = send(payer, intention)
    assert (outcome(stopped), outcome(look_up(payer, payee))) == ("payee-cannot-receive",) * 2
    assert "frozen" not in stopped.text
    freeze_wallet(boss, payee, frozen=False)
    assert freeze_wallet(boss, payer).status_code == 200
    payer = _signed_in(service, payer)
    assert (outcome(send(payer, intention)), outcome(look_up(payer, payee))) == ("wallet-frozen",) * 2


def _signed_in(service: Service, who: Customer) -> Customer:
    credentials = {name: who.facts[name] for name in ("phone", "pin")}
    token = service.client.post("/wallet/v1/sessions", json=credentials).json()["access_token"]
    return replace(who, token=token)


def test_the_day_and_the_month_bound_what_is_sent(service: Service) -> None:
    """Twenty million a day, with what is sent at counters; the answer says what is left, and cash is untouched."""
    payer, payee = two(service, 40_000_000)
    assert intended(payer, payee)["left_today"] == 20_000_000
    for _ in range(2):
        sent(payer, payee, 9_000_000)
    assert intended(payer, payee)["left_today"] == 2_000_000
    over = send(payer, intended(payer, payee), 2_000_001)
    assert (outcome(over), over.json()["remaining"]) == ("transfer-limit-reached", 2_000_000)
    assert payer.account()["limits"]["used_today"] == 0
    service.limit_customer(per_month=18_000_000)
    service.clock.advance(days=1)
    payer = Customer(service.client, payer.id, service.again(payer).token, payer.facts)
    intention = intended(payer, service.again(payee))
    assert intention["left_today"] == 0
    month = send(payer, intention, 10_000)
    assert (outcome(month), month.json()["period"]) == ("customer-limit-reached", "month")


def test_counter_and_phone_share_the_day(service: Service) -> None:
    """What was sent at a counter is not sent again from the phone."""
    payer, payee = two(service, 40_000_000)
    clerk = service.clerk()
    for _ in range(2):
        wish = {"id_number": payer.facts["id_number"], "checked": "qr", "amount": 9_000_000}
        proposed = clerk.post("/counter/v1/transfers", {**wish, "to": {"phone": payee.facts["phone"]}}).json()
        path = f"/counter/v1/transfers/{proposed['id']}/confirmation"
        assert clerk.post(path, {"pin": payer.facts["pin"]}).status_code == 201
    assert intended(payer, payee)["left_today"] == 2_000_000
    assert outcome(send(payer, intended(payer, payee), 2_010_000)) == "transfer-limit-reached"


def test_a_fee_is_shown_before_it_is_taken(service: Service) -> None:
    """It is the payer's, beside the amount, and no office's; what was confirmed under another fee is not sent."""
    payer, payee = two(service)
    free = intended(payer, payee)
    _charge(service, 1_100)
    payer, payee = (Customer(service.client, one.id, one.token, one.facts) for one in (payer, payee))
    assert outcome(send(payer, free)) == "intention-lapsed"
    intention = intended(payer, payee)
    assert intention["fee"] == 1_100
    assert outcome(send(payer, intention, 4_998_901)) == "insufficient-funds"
    made = send(payer, intention, 4_998_900).json()
    assert (made["fee"], available(payer, payee)) == (1_100, [0, 4_998_900])
    assert service.balance("wallet/fees") == 1_100
    assert payee.get(f"/wallet/v1/transfers/{made['id']}").json()["fee"] == 0
    assert _broken(service) == []


def _charge(service: Service, fee: int) -> None:
    service._change_policy("transfer", {"wallet_fee": fee})


def _broken(service: Service) -> list[str]:
    with service.context.transaction() as session:
        found = watching.controls(session, service.context.policy, service.now)
    return [control.name for control in found if not control.holds]


def test_people_paid_lately_are_paid_again(service: Service) -> None:
    """Ten at most, each once, newest first, and known without a number."""
    payer = service.customer(5_000_000)
    people = [service.customer(0) for _ in range(11)]
    for payee in [*people, people[3]]:
        made = sent(payer, payee, 10_000)
    listed = payer.get("/wallet/v1/payees").json()["items"]
    ends = [one.facts["phone"][-3:] for one in [people[3], *reversed(people)]]
    assert [one["phone_end"] for one in listed] == list(dict.fromkeys(ends))[:10]
    assert listed[0]["transfer_id"] == made["id"]
    again = look_up(payer, transfer_id=listed[0]["transfer_id"]).json()
    assert outcome(send(payer, again, 10_000)) == "201"
    assert available(people[3]) == [30_000]


def test_the_receivers_qr_names_the_wallet_alone(service: Service) -> None:
    """It is the same each time, says nothing of its owner, and is drawn as SVG and PNG."""
    payer, payee = two(service)
    shown = payee.get("/wallet/v1/receive").json()
    assert shown == payee.get("/wallet/v1/receive").json()
    assert shown["masked_name"] == "H••• T••• Mai"
    assert payee.facts["phone"] not in shown["code"]
    assert payee.get("/wallet/v1/receive/qr.svg").content.startswith(b"<svg")
    assert payee.get("/wallet/v1/receive/qr.png").content.startswith(b"\x89PNG")
    assert outcome(send(payer, look_up(payer, code=f" {shown['code']} ").json())) == "201"
    assert available(payee) == [100_000]


def test_guessing_at_numbers_ends(service: Service) -> None:
    """So many that are nobody's, and no more is looked up: by the payer, and by all from the address."""
    few = Tries(most=3, within_min=15, shut_min=15)
    service.change_tries(payee=few, payee_address=few.model_copy(update={"most": 4}))
    payer, payee = two(service)
    for _ in range(2):
        assert outcome(look_up(payer, phone="0999999999")) == "payee-unknown"
    assert look_up(payer, payee).status_code == 200  # a right one clears nothing
    assert outcome(look_up(payer, phone="0999999998")) == "payee-unknown"
    assert outcome(look_up(payer, payee)) == "too-many-attempts"
    web, ask = app.create(service.context), [service.customer(0) for _ in range(3)]
    homes = [replace(one, client=TestClient(web, client=("203.0.113.9", 1))) for one in ask]
    assert [outcome(look_up(one, phone="0999999997")) for one in homes[:2] * 2] == ["payee-unknown"] * 4
    assert outcome(look_up(homes[2], payee)) == "too-many-attempts"
    assert look_up(ask[2], payee).status_code == 200


def test_lists_page_and_are_the_callers_own(service: Service) -> None:
    """Newest first, each once, over pages; strangers see none of it."""
    payer, payee = two(service)
    ids = [sent(payer, payee, 10_000)["id"] for _ in range(3)]
    first = payer.get("/wallet/v1/transfers", limit=2).json()
    rest = payer.get("/wallet/v1/transfers", limit=2, cursor=first["next_cursor"]).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == ids[::-1]
    assert service.customer(0).get("/wallet/v1/transfers").json()["items"] == []


def test_numbers_tell_day_and_transfer_apart() -> None:
    """A day and twelve letters, none of them easily taken for another."""
    id = UUID(int=(1 << 59) + 31)
    assert domain.number(id, date(2026, 11, 28)) == "261128-G000-0000-000Z"
