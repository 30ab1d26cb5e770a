"""Credits in the ledger: each line exactly once, all looked at before any is posted."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection

from atm_service.control.audit import service as audit
from atm_service.platform import chart
from atm_service.platform.context import Context
from atm_service.registers.credits import errors, payers, service
from atm_service.registers.credits.domain import Bad, Line, Reason, same_reference
from ledger import AccountClass, reading
from ledger.controls import Control
from tests.atm_service.registers.credits.school import (
    BATCH,
    SCHOOL,
    credited,
    customer_of,
    fund,
    line,
    run,
    settle,
)
from tests.database import Database


def balance(context: Context, code: str) -> int:
    with context.transaction() as session:
        return reading.balance(session, code).normal


def refused_lines(context: Context, *lines: object, **options: object) -> list[tuple[int, str]]:
    with pytest.raises(errors.LinesRefused) as refused:
        run(context, list(lines), **options)  # type: ignore[arg-type]
    return [(one["line"], one["reason"]) for one in refused.value.members["lines"]]


def test_everybody_gets_what_the_line_says(context: Context) -> None:
    """By card number, by phone, or by both; out of the payer's money, with the narration on the statement."""
    fund(context, 10_000)
    (anna, _), (_, binh), (chi, chis_phone) = settle(context, 3)
    plan = run(
        context,
        [line(1, anna, 1_000), line(2, phone=binh, amount=2_000), line(3, chi, 3_000, phone=chis_phone)],
    )
    assert (len(plan.ready), plan.total, plan.already, plan.bad) == (3, 6_000, 0, [])
    assert balance(context, chart.payer(SCHOOL)) == 4_000
    with context.transaction() as session:
        (leg,) = reading.statement(session, chart.customer(customer_of(context, anna)), None, 10)
    assert (leg.kind, leg.narration, leg.amount, leg.reference) == (
        "credit",
        "Lương tháng 11",
        1_000,
        f"credit/{BATCH}/L1",
    )


def test_a_second_run_credits_nothing_twice(context: Context) -> None:
    """The same batch again, on another day, posts only what is missing."""
    fund(context, 10_000)
    people = settle(context, 3)
    lines = [line(number, id_number) for number, (id_number, _) in enumerate(people)]
    run(context, lines[:2])
    context.clock.advance(days=2)  # type: ignore[attr-defined]
    plan = run(context, lines)
    assert (len(plan.ready), plan.already) == (1, 2)
    assert len(credited(context)) == 3
    assert balance(context, chart.payer(SCHOOL)) == 7_000


@pytest.mark.parametrize("change", [{"amount": 2_000}, {"narration": "Thưởng"}, {"id_number": None}])
def test_a_line_that_changed_is_refused_and_named(context: Context, change: dict[str, object]) -> None:
    """Under a reference that was credited, another amount, narration or person is no new credit."""
    fund(context, 10_000)
    (anna, _), (binh, _) = settle(context, 2)
    run(context, [line(7, anna)])
    facts = {"id_number": anna, "amount": 1_000} | {key: value or binh for key, value in change.items()}
    assert refused_lines(context, line(7, **facts)) == [(7, "already-different")]  # type: ignore[arg-type]
    assert len(credited(context)) == 1


@pytest.mark.parametrize("kept", ["7", "007"])
def test_a_reference_that_was_kept_with_noughts_is_found(context: Context, kept: str) -> None:
    """Earlier lines stand in the ledger as they were typed; the number is the same."""
    fund(context, 10_000)
    ((anna, _),) = settle(context, 1)
    run(context, [line(1, anna, reference=kept)])
    assert run(context, [line(1, anna, reference="7")]).already == 1
    assert refused_lines(context, line(1, anna, 2_000, reference="7")) == [(1, "already-different")]


def shown(context: Context, *lines: Line, **options: object) -> list[tuple[int, str]]:
    """Give what is shown as credited lately: the line's number, and the reference of the earlier one."""
    before = credited(context)
    with pytest.raises(errors.CreditedLately) as refused:
        run(context, list(lines), **{"batch": "corrected", **options})
    assert credited(context) == before
    found = refused.value.members
    assert found["again"] == len(found["lines"])
    assert {one["earlier_batch"] for one in found["lines"]} == {BATCH}
    return [(one["line"], one["earlier_reference"]) for one in found["lines"]]


def test_what_another_batch_credited_lately_is_shown_and_confirmed(context: Context) -> None:
    """The same person by reference or by amount: nothing is posted until the number that is shown comes back."""
    fund(context, 100_000)
    (anna, _), (binh, _), (chi, _), (dung, _) = settle(context, 4)
    run(context, [line(1, anna, 1_000), line(2, binh, 2_000), line(3, chi, 3_000, reference="03")])
    lines = [
        line(1, anna, 1_001),
        line(5, binh, 2_000),
        line(3, chi, 3_001, reference="3"),
        line(4, dung, 1_000, reference="L2"),
        line(6, anna, 9_000),
    ]
    expected = [(1, "L1"), (5, "L2"), (3, "03")]
    for again in (0, 2, 4):
        assert shown(context, *lines, again=again) == expected
    assert shown(context, *lines, dry_run=True) == expected
    assert len(run(context, lines, batch="corrected", again=3).ready) == 5
    assert run(context, lines, batch="corrected").already == 5


@pytest.mark.parametrize("anew", ["A1", "L1.0", "L-1"])
def test_a_batch_whose_lines_are_named_anew_is_shown(context: Context, anew: str) -> None:
    """Under the same batch's name, too: what was credited by a line that is not in the file any more."""
    fund(context, 100_000)
    ((anna, _),) = settle(context, 1)
    run(context, [line(1, anna)])
    assert shown(context, line(1, anna, reference=anew), batch=BATCH) == [(1, "L1")]
    bonus = [line(1, anna), line(2, anna)]
    assert len(run(context, bonus).ready) == 1


@pytest.mark.parametrize("written", ["1.0", "1.", "01.00"])
def test_a_whole_number_is_one_however_it_is_written(context: Context, written: str) -> None:
    """A spreadsheet that makes 1.0 of 1 pays nobody twice."""
    assert same_reference(written) == "1"
    assert [same_reference(other) for other in ("1.5", "1.0.0", "A1.0")] == ["1.5", "1.0.0", "A1.0"]


def test_what_was_credited_is_shown_before_money_is_asked_for(context: Context) -> None:
    """Nobody funds a payer for a payment that was made."""
    fund(context, 1_000)
    ((anna, _),) = settle(context, 1)
    run(context, [line(1, anna)])
    assert shown(context, line(1, anna)) == [(1, "L1")]


def test_last_months_salary_and_another_payer_are_not_shown(context: Context) -> None:
    """After the policy's days, and out of another's money, the same amount is an ordinary credit."""
    fund(context, 10_000)
    fund(context, 10_000, "school-13")
    ((anna, _),) = settle(context, 1)
    run(context, [line(1, anna)])
    run(context, [line(1, anna)], payer="school-13", batch="theirs")
    days = context.policy.credits.again_within_days
    context.clock.advance(days=days)  # type: ignore[attr-defined]
    assert shown(context, line(1, anna)) == [(1, "L1")]
    context.clock.advance(days=1)  # type: ignore[attr-defined]
    run(context, [line(1, anna)], batch="salary-2026-12-school-12")
    assert len(credited(context)) == 3


def test_one_bad_line_stops_all(context: Context) -> None:
    """Nothing is posted while a line is bad; each is named, in order."""
    fund(context, 10_000)
    (anna, _), (_, binh) = settle(context, 2)
    bad = [Bad(9, Reason.BAD_AMOUNT), Bad(1, Reason.MALFORMED)]
    lines = (
        line(2, anna),
        line(3, "020090999999"),
        line(4, anna, phone=binh),
        line(5, anna, phone="0399999999"),
    )
    assert refused_lines(context, *lines, bad=bad) == [
        (1, "malformed"),
        (3, "unknown-person"),
        (4, "two-persons"),
        (5, "unknown-person"),
        (9, "bad-amount"),
    ]
    assert credited(context) == {}
    plan = run(context, list(lines), bad=bad, skip_bad=True)
    assert (len(plan.ready), [one.number for one in plan.bad]) == (1, [1, 3, 4, 5, 9])
    assert credited(context) == {f"credit/{BATCH}/L2": 1_000}


def test_short_money_is_found_before_anything_is_posted(context: Context) -> None:
    """One đồng too little and nobody is credited; exactly enough is enough."""
    fund(context, 1_999)
    (anna, _), (binh, _) = settle(context, 2)
    lines = [line(1, anna), line(2, binh)]
    with pytest.raises(errors.PayerShort) as short:
        run(context, lines)
    assert short.value.members == {"available": 1_999, "needed": 2_000}
    assert credited(context) == {}
    fund(context, 1)
    run(context, lines)
    assert balance(context, chart.payer(SCHOOL)) == 0


def test_what_was_credited_needs_no_money_again(context: Context) -> None:
    """A second run counts only what is still to be credited against the payer's money."""
    fund(context, 1_000)
    ((anna, _),) = settle(context, 1)
    run(context, [line(1, anna)])
    assert run(context, [line(1, anna)]).already == 1


def test_a_dry_run_says_the_same_and_posts_nothing(context: Context) -> None:
    """It counts, and leaves ledger and batches as they were."""
    fund(context, 1_000)
    ((anna, _),) = settle(context, 1)
    plan = run(context, [line(1, anna)], dry_run=True)
    assert (len(plan.ready), plan.total) == (1, 1_000)
    assert credited(context) == {}
    with context.transaction() as session:
        assert service.store.find(session, BATCH) is None


def test_unknown_payer_and_foreign_batch(context: Context) -> None:
    """A payer must have been opened; a batch stays with the payer it began with."""
    fund(context, 1_000)
    ((anna, _),) = settle(context, 1)
    with pytest.raises(errors.PayerUnknown):
        run(context, [line(1, anna)], payer="nobody")
    run(context, [line(1, anna)])
    fund(context, 1_000, "school-13")
    with pytest.raises(errors.BatchOfAnotherPayer) as refused:
        run(context, [line(2, anna)], payer="school-13")
    assert refused.value.members == {"payer": SCHOOL}


def test_the_treasury_pays_from_what_it_has_brought(context: Context) -> None:
    """Its money is what we owe it for cash; before it brought any it can pay nothing."""
    ((anna, _),) = settle(context, 1)
    with pytest.raises(errors.PayerShort):
        run(context, [line(1, anna)], payer="treasury")
    fund(context, 1)  # opens the treasury's accounts
    with context.transaction() as session:
        payers.ledger.post(session, [brought(context, 1_500)], context.clock())
    run(context, [line(1, anna)], payer="treasury")
    assert balance(context, chart.TREASURY_FUNDING) == 500
    with pytest.raises(errors.PayerShort):
        run(context, [line(2, anna, 999)], payer="treasury")


def brought(context: Context, amount: int) -> payers.Entry:
    now = context.clock()
    return payers.Entry(
        id=payers.ids.new(now),
        reference="delivery/test",
        kind="cash-delivery",
        business_date=payers.ledger.business_date(now),
        narration="",
        postings=(payers.Posting(chart.TREASURY_CASH, chart.TREASURY_FUNDING, amount),),
    )


def test_one_run_at_a_time_has_a_payers_money(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs of one batch at once credit each line once between them."""
    fund(context, 100_000)
    people = settle(context, 40)
    lines = [line(number, id_number) for number, (id_number, _) in enumerate(people)]
    monkeypatch.setattr(service, "POSTED_AT_ONCE", 3)
    with ThreadPoolExecutor(4) as pool:
        plans = list(pool.map(lambda _: run(context, lines), range(4)))
    assert sorted((len(plan.ready), plan.already) for plan in plans) == [(0, 40), (0, 40), (0, 40), (40, 0)]
    assert len(credited(context)) == 40


def test_a_payer_that_stays_busy_is_said_so(context: Context) -> None:
    """Who waits in vain for the payer's money is told when to come back."""
    fund(context, 1_000)
    with context.engine.connect() as other, context.transaction() as session:
        service.store.lock_for_transaction(other, SCHOOL)
        session.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
        with pytest.raises(errors.PayerBusy):
            service._lock(session, service.store.lock_for_transaction, SCHOOL)
        session.rollback()


def test_progress_counts_up_to_all(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """After each transaction it says how many of how many lines are credited."""
    fund(context, 10_000)
    people = settle(context, 5)
    monkeypatch.setattr(service, "POSTED_AT_ONCE", 2)
    monkeypatch.setattr(service, "LOOKED_UP_AT_ONCE", 2)
    seen: list[tuple[int, int]] = []
    lines = [line(number, id_number) for number, (id_number, _) in enumerate(people)]
    run(context, lines, progress=lambda done, every: seen.append((done, every)))
    assert seen == [(2, 5), (4, 5), (5, 5)]


def test_funding_is_recorded_once(context: Context) -> None:
    """The same transfer changes nothing; under its number another amount is refused."""
    now = context.clock()
    for new in (True, False):
        with context.transaction() as session:
            assert payers.open_payer(session, SCHOOL, "Trường", now) is new
    for new in (True, False):
        with context.transaction() as session:
            assert payers.fund(session, SCHOOL, 500, "FT1", "970436", now) is new
    with pytest.raises(payers.PayerInvalid), context.transaction() as session:
        payers.fund(session, SCHOOL, 600, "FT1", "970436", now)
    assert balance(context, chart.settlement("970436")) == 500
    with context.transaction() as session:
        assert [(one.code, one.available) for one in payers.every(session)] == [
            (SCHOOL, 500),
            ("treasury", 0),
        ]
        account = reading.balance(session, chart.payer(SCHOOL))
    assert (account.class_, account.floored) == (AccountClass.LIABILITY, True)


@pytest.mark.parametrize(
    ("code", "name"), [("treasury", "x"), ("UPPER", "x"), ("a/b", "x"), ("a", ""), ("a", "x\n")]
)
def test_a_payer_has_a_code_and_a_name(context: Context, code: str, name: str) -> None:
    """What cannot be an account's code, or the treasury's, opens nothing."""
    with pytest.raises(payers.PayerInvalid), context.transaction() as session:
        payers.open_payer(session, code, name, context.clock())


def test_a_payers_account_that_may_go_below_zero_is_found(context: Context, database: Database) -> None:
    """The chart of accounts is a control for payers, too."""
    fund(context, 1_000)
    with database.owner.connect() as session:
        assert not _charted(session, context).breaks
        session.exec_driver_sql("SET session_replication_role = replica")
        session.exec_driver_sql(f"UPDATE ledger.account SET floored = false WHERE code = 'payer/{SCHOOL}'")
        assert _charted(session, context).examples == (f"account payer/{SCHOOL}: liability, not floored",)


def _charted(session: Connection, context: Context) -> Control:
    found = audit.controls(session, context.policy, context.clock())
    return next(control for control in found if control.name == "accounts-as-charted")
