"""What a close tells, once the drawer is counted: everything that went through it."""

from tests.atm_service.counter import ask_to_reverse, decide, deposited, paid, reverse, supervisor
from tests.atm_service.world import Clerk, Customer, Person, Service

OPENED = {"500000": 200}  # 100,000,000 đồng


def undo(boss: Person, clerk: Clerk, id: str, of: str, counts: dict[str, int]) -> None:
    """Ask, let a supervisor approve, count and undo."""
    asked = ask_to_reverse(clerk, id, of)
    assert asked.status_code == 201, asked.text
    assert decide(boss, asked.json()).status_code == 200
    answer = reverse(clerk, id, counts, of=of)
    assert answer.status_code == 201, answer.text


def transferred(clerk: Clerk, payer: Customer, payee: Customer, amount: int) -> None:
    """Let a customer at the counter send money to another."""
    body = {
        "id_number": payer.facts["id_number"],
        "checked": "qr",
        "to": {"phone": payee.facts["phone"]},
        "amount": amount,
    }
    proposed = clerk.post("/counter/v1/transfers", body)
    assert proposed.status_code == 201, proposed.text
    path = f"/counter/v1/transfers/{proposed.json()['id']}/confirmation"
    assert clerk.post(path, {"pin": payer.facts["pin"]}).status_code == 201


def test_a_close_tells_what_went_through_the_drawer(service: Service) -> None:
    """Payments, deposits, transfers, what was undone and moved; the opening and all of it come to the books."""
    clerk, boss = service.clerk(shift=False), supervisor(service)
    service.clock.advance(seconds=1)  # the cash was brought before the shift
    opened = clerk.open(counts=OPENED).json()
    assert opened["movements"] is None
    customer, other = service.customer(), service.customer()
    receipt = paid(service, clerk, customer, 2_000_000)
    paid(service, clerk, customer, 500_000)
    deposited(clerk, customer, {"500000": 6})
    voucher = deposited(clerk, other, {"500000": 2})
    transferred(clerk, customer, other, 300_000)
    undo(boss, clerk, receipt["withdrawal_id"], "withdrawals", {"500000": 4})
    for to, number in (("vault", 30), ("drawer", 10), ("drawer", 1)):
        moved = clerk.post("/counter/v1/cash/moves", {"to": to, "counts": {"500000": number}})
        assert moved.status_code == 201
    assert clerk.get("/counter/v1/shifts/current").json()["movements"] is None
    assert clerk.close({"500000": 1}).json()["movements"] is None, "the first count differs"
    undo(boss, clerk, voucher["subject"], "deposits", {"500000": 2})
    expected = 100_000_000 - 2_500_000 + 4_000_000 + 2_000_000 - 1_000_000 - 15_000_000 + 5_500_000
    closed = clerk.close({"500000": expected // 500_000}).json()
    assert closed["closing_over_short"] == 0
    assert (closed["paid_count"], closed["paid_total"]) == (2, 2_500_000)
    assert closed["movements"] == {
        "deposit_count": 2,
        "deposit_total": 4_000_000,
        "transfer_count": 1,
        "transfer_total": 300_000,
        "payment_undone_count": 1,
        "payment_undone_total": 2_000_000,
        "deposit_undone_count": 1,
        "deposit_undone_total": 1_000_000,
        "moved_in_total": 5_500_000,
        "moved_out_total": 15_000_000,
        "counts_over_short": 0,
    }


def test_another_shift_tells_of_its_own(service: Service) -> None:
    """Neither the shift before at this drawer nor the drawer beside it is in it."""
    first, beside = service.clerk(shift=False), service.clerk(drawer=2, shift=False)
    assert first.open(counts=OPENED).status_code == 201
    assert beside.open(2, OPENED).status_code == 201
    deposited(first, service.customer(), {"500000": 1})
    for clerk in (first, beside):
        clerk.post("/counter/v1/cash/moves", {"to": "vault", "counts": {"500000": 3}})
    service.clock.advance(minutes=1)
    assert first.close({"500000": 198}).json()["movements"]["moved_out_total"] == 1_500_000
    service.clock.advance(minutes=1)
    assert first.open(counts={"500000": 198}).status_code == 201
    service.clock.advance(minutes=1)
    assert set(first.close({"500000": 198}).json()["movements"].values()) == {0}
