"""What customers do on sixty business days: they just go to the nearest office, or they ask first and reserve."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from atm_service.payout import service as withdrawals
from atm_service.platform.refusals import Refusal
from atm_service.promises.availability import store as availability
from atm_service.promises.availability.domain import CanPay, answer
from atm_service.promises.availability.store import Known
from atm_service.promises.reservations import moving
from atm_service.registers.withdrawals import store
from atm_service.registers.withdrawals.domain import Reservation
from atm_service.run import housekeeping
from tests.simulation import counters, demand, province, truth, vans
from tests.simulation.counters import Code
from tests.simulation.demand import Day, Wish
from tests.simulation.province import Place, Province

TRIES: Final = 3  # days on which a customer tries
ASK_AT: Final = ((7, 45), (10, 0), (13, 30))
COME_AT: Final = ((8, 30), (11, 0), (14, 30))
FRIDAY: Final = 4
# What looks at everything each time: once a week, with the rest of the house.
WEEKLY: Final = {"watch-controls", "watch-floats", "watch-sealing", "seal-journal", "forget-old"}


@dataclass
class Seen:
    """What happened. A journey is vain when the customer comes home without cash."""

    wishes: int = 0
    journeys: int = 0
    vain: int = 0
    paid: int = 0
    elsewhere: int = 0
    reserved: int = 0
    broken: int = 0
    moved: int = 0
    stayed_home: int = 0
    given_up: int = 0
    why: "Counter[str]" = field(default_factory=Counter)
    unkept: list[str] = field(default_factory=list)
    """Reservations that stood when their customers set out, and were not paid."""
    looks: int = 0
    differences: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Wanting:
    """A wish that is not met yet; on how many days it was tried before; and the day and code of what is reserved."""

    wish: Wish
    tries: int = 0
    day: date | None = None
    code: Code | None = None


@dataclass
class Life:
    """The province, what customers do (`asks`: ask and reserve; else just go), and what was seen."""

    province: Province
    asks: bool
    seen: Seen = field(default_factory=Seen)
    carried: list[Wanting] = field(default_factory=list)
    booked: list[Wanting] = field(default_factory=list)
    in_wallets: int = 0

    def live(self, days: Sequence[Day]) -> Seen:
        """Live through all days; compare the books with the world each Friday and at the end."""
        self.in_wallets = province.SAVED * len(self.province.customers)
        for day, tomorrow in zip(days, [*days[1:], None], strict=True):
            self.seen.wishes += len(day.wishes)
            self._morning(day)
            waiting = self._waiting(day)
            for wave in range(demand.WAVES):
                self._wave(day, wave, waiting, tomorrow)
            self.province.clock.set(day.date, 16, 45)
            counters.close_all(self.province, day)
            if self.asks and tomorrow is not None:
                self._book([Wanting(wish) for wish in tomorrow.wishes if wish.ahead], tomorrow.date)
            if day.date.weekday() == FRIDAY or tomorrow is None:
                self._look(day)
        return self.seen

    def _waiting(self, day: Day) -> list[Wanting]:
        """List who wants cash today and has none reserved; who wanted it before waits while there is a new wish."""
        booked = {one.wish.customer for one in self.booked}
        new = [Wanting(wish) for wish in day.wishes if wish.customer not in booked]
        busy = booked | {one.wish.customer for one in new}
        again = [one for one in self.carried if one.wish.customer not in busy]
        self.carried = [one for one in self.carried if one.wish.customer in busy]
        return new + again

    def _morning(self, day: Day) -> None:
        clock = self.province.clock
        clock.set(day.date, 6)
        counters.set_states(self.province, day)
        for name, task in housekeeping.TASKS.items():
            if name not in WEEKLY:
                task(self.province.context, clock.now)
        for payer in sorted(day.paying):
            self.in_wallets += province.pay_salaries(self.province, payer, day.date)
        vans.send_out(self.province, day)
        clock.set(day.date, 7)
        vans.count_in(self.province, day)
        vans.count_vaults(self.province, day)
        clock.set(day.date, 7, 30)
        counters.open_all(self.province, day)
        vans.into_drawers(self.province)
        vans.send_back(self.province)
        self._keep_promises()

    def _keep_promises(self) -> None:
        """Let housekeeping find, as it does every few seconds, what offices can no longer promise."""
        for name, task in housekeeping.TASKS.items():
            if "reservations" in name:
                task(self.province.context, self.province.clock.now)

    def _look(self, day: Day) -> None:
        self.province.clock.set(day.date, 18)
        for name, task in housekeeping.TASKS.items():
            if name in WEEKLY:
                task(self.province.context, self.province.clock.now)
        self.seen.looks += 1
        found = truth.differences(self.province, self.in_wallets)
        self.seen.differences += [f"{day.date}: {one}" for one in found]

    def _wave(self, day: Day, wave: int, waiting: Sequence[Wanting], tomorrow: Day | None) -> None:
        self.province.clock.set(day.date, *ASK_AT[wave])
        mine = [one for one in waiting if one.wish.wave == wave]
        going = self._asked(mine, day, tomorrow) if self.asks else [(one, self._home(one)) for one in mine]
        kept = self._kept([one for one in self.booked if one.day == day.date and one.wish.wave == wave])
        self.province.clock.set(day.date, *COME_AT[wave])
        self.in_wallets += counters.take(self.province, [one for one in day.deposits if one.wave == wave])
        self._come(going)
        self._come_as_booked(kept)
        self._keep_promises()

    def _home(self, one: Wanting) -> Place:
        return self.province.places[one.wish.home]

    def _asked(
        self, waiting: Sequence[Wanting], day: Day, tomorrow: Day | None
    ) -> list[tuple[Wanting, Place]]:
        """Let customers ask which office can pay, the nearest first; where none can, reserve for tomorrow."""
        going: list[tuple[Wanting, Place]] = []
        known = self._known(day.date)
        for one in waiting:
            able = self._able(one, known)
            if able:
                going.append((one, able[0]))
                self.seen.elsewhere += able[0] is not self._home(one)
            else:
                self.seen.stayed_home += 1
                if tomorrow is None or not self._book([one], tomorrow.date):
                    self._carry(one)
                known = self._known(day.date)
        return going

    def _known(self, day: date) -> dict[str, Known]:
        """Give what every office says of a day, to all who ask until something changes."""
        with self.province.context.transaction() as session:
            return availability.of_each(session, [place.code for place in self.province.places], day)

    def _able(self, one: Wanting, known: dict[str, Known]) -> list[Place]:
        """List the offices that say yes to an amount: the own, then the area's."""
        home = self._home(one)
        near = [home, *self.province.neighbours(home)]
        policy, now = self.province.context.policy, self.province.clock.now
        said = [answer(known[place.code].facts, one.wish.amount, policy, now).can_pay for place in near]
        return [place for place, can in zip(near, said, strict=True) if can is CanPay.YES]

    def _come(self, going: Sequence[tuple[Wanting, Place]]) -> None:
        """Make codes, walk, and come to the counters; who gets nothing cancels and perhaps tries tomorrow."""
        codes = counters.authorise(
            self.province,
            [(self.province.customers[one.wish.customer], {"amount": one.wish.amount}) for one, _ in going],
        )
        walking = [
            (one, place, code)
            for (one, place), code in zip(going, codes, strict=True)
            if isinstance(code, Code)
        ]
        self.seen.given_up += len(going) - len(walking)
        for one, code, refusal in self._arrive(walking):
            if refusal is None:
                continue
            self.seen.vain += 1
            self.seen.why[refusal] += 1
            counters.give_up(self.province, [code])
            self._carry(one)

    def _come_as_booked(self, kept: Sequence[tuple[Wanting, Place, Code]]) -> None:
        """Come for what is reserved: whoever set out while it stood must be paid."""
        for one, code, refusal in self._arrive(kept):
            if refusal is not None:
                self.seen.vain += 1
                self.seen.why[refusal] += 1
                self.seen.unkept.append(f"{one.day}: withdrawal {code.id} was refused: {refusal}")
                counters.give_up(self.province, [code])

    def _arrive(
        self, walking: Sequence[tuple[Wanting, Place, Code]]
    ) -> list[tuple[Wanting, Code, str | None]]:
        """Come to the counters; give for each why not, None for who was paid."""
        self.seen.journeys += len(walking)
        there = [(place, code) for _, place, code in walking if place.is_open]
        answers = iter(counters.serve(self.province, there))
        results: list[tuple[Wanting, Code, str | None]] = []
        for one, place, code in walking:
            refusal: Refusal | str | None = next(answers) if place.is_open else "NobodyThere"
            if refusal is None:
                self.seen.paid += 1
                self.in_wallets -= one.wish.amount
                results.append((one, code, None))
            else:
                results.append((one, code, refusal if isinstance(refusal, str) else type(refusal).__name__))
        return results

    def _carry(self, one: Wanting) -> None:
        if one.tries + 1 < TRIES:
            self.carried.append(Wanting(one.wish, one.tries + 1))
        else:
            self.seen.given_up += 1

    def _book(self, wanting: Sequence[Wanting], day: date) -> int:
        """Reserve at the home offices for a day; give how many got it. Who has something reserved has enough."""
        booked = {one.wish.customer for one in self.booked}
        able = [one for one in wanting if one.wish.customer not in booked]
        codes = counters.authorise(
            self.province,
            [(self.province.customers[one.wish.customer], self._request(one, day)) for one in able],
        )
        got = [
            Wanting(one.wish, one.tries + 1, day, code)
            for one, code in zip(able, codes, strict=True)
            if isinstance(code, Code)
        ]
        self.booked += got
        self.seen.reserved += len(got)
        return len(got)

    def _request(self, one: Wanting, day: date) -> dict[str, Any]:
        return {
            "amount": one.wish.amount,
            "lifetime": "scheduled",
            "office": self._home(one).code,
            "day": str(day),
        }

    def _kept(self, booked: Sequence[Wanting]) -> list[tuple[Wanting, Place, Code]]:
        """Look at reservations before setting out: a broken one is moved with consent, or given up."""
        ids = [one.code.id for one in booked if one.code]
        with self.province.context.transaction() as session:
            states = {id: found.withdrawal.reservation for id, found in store.find_each(session, ids).items()}
        kept: list[tuple[Wanting, Place, Code]] = []
        for one in booked:
            assert one.code is not None
            self.booked.remove(one)
            if states[one.code.id] is Reservation.STANDING:
                kept.append((one, self._home(one), one.code))
                continue
            self.seen.broken += 1
            if moved := self._moved(one, one.code):
                kept.append(moved)
            else:
                self.seen.stayed_home += 1
                counters.give_up(self.province, [one.code])
                self._carry(one)
        return kept

    def _moved(self, one: Wanting, code: Code) -> tuple[Wanting, Place, Code] | None:
        """Move what is reserved to the nearest office that says yes; its code is another one afterwards."""
        context, now = self.province.context, self.province.clock.tick()
        assert one.day is not None
        for place in self._able(one, self._known(one.day))[:1]:
            try:
                with context.transaction() as session:
                    moved, _ = moving.move(
                        session, context.policy, code.customer.caller, code.id, place.code, one.day, now
                    )
            except Refusal:
                return None
            self.seen.moved += 1
            text = withdrawals.code(context, moved, now)
            return one, place, Code(code.customer, code.id, text, code.amount)
        return None
