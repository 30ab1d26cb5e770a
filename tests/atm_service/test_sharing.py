"""Requests that wait together share a transaction: real threads, and work that records its batches."""

from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

import pytest

from atm_service.refusals import NotFound, Unavailable
from atm_service.sharing import Shared, tried


@dataclass(frozen=True)
class Ask:
    """An ask about a subject; it answers with its number."""

    number: int
    about: Hashable = None

    @property
    def subjects(self) -> tuple[Hashable]:
        """Itself, unless it was said what it is about."""
        return (self.about if self.about is not None else self.number,)


@dataclass
class Desk:
    """Work that waits to be let on, and remembers who was served together."""

    decide: Callable[[Ask], int | Exception] = lambda ask: ask.number
    open: Event = field(default_factory=Event)
    begun: Event = field(default_factory=Event)
    batches: list[list[int]] = field(default_factory=list)

    def work(self, asks: Sequence[Ask]) -> list[int | Exception]:
        """Serve a batch."""
        self.batches.append([ask.number for ask in asks])
        self.begun.set()
        assert self.open.wait(10)
        return [self.decide(ask) for ask in asks]


def queued(shared: Shared[Ask, int], number: int) -> None:
    """Wait until so many wait for their turn."""
    while len(shared._queue) < number:
        Event().wait(0.001)


def served(desk: Desk, asks: Sequence[Ask], **limits: int) -> list[Future[int]]:
    """Let the first ask begin, let the others queue in their order, and then open the desk."""
    shared = Shared(desk.work, **limits)
    with ThreadPoolExecutor(len(asks)) as pool:
        futures = [pool.submit(shared, asks[0])]
        assert desk.begun.wait(10)
        for place, ask in enumerate(asks[1:], 1):
            futures.append(pool.submit(shared, ask))
            queued(shared, place)
        desk.open.set()
    return futures


def test_one_alone_goes_straight_through() -> None:
    """Nobody waits for company."""
    desk = Desk()
    desk.open.set()
    shared = Shared(desk.work)
    assert [shared(Ask(1)), shared(Ask(2))] == [1, 2]
    assert desk.batches == [[1], [2]]


def test_those_who_wait_are_served_together_in_order() -> None:
    """While the first is served the others queue, and then all go in one batch; each gets the own answer."""
    desk = Desk()
    answers = served(desk, [Ask(n) for n in range(9)])
    assert [answer.result() for answer in answers] == list(range(9))
    assert desk.batches == [[0], [1, 2, 3, 4, 5, 6, 7, 8]]


def test_a_batch_is_bounded() -> None:
    """No batch is larger than asked for; the rest comes in the next."""
    desk = Desk()
    served(desk, [Ask(n) for n in range(6)], together_max=2)
    assert desk.batches == [[0], [1, 2], [3, 4], [5]]


def test_two_about_the_same_take_turns() -> None:
    """They never meet in a batch, and nobody about the same overtakes."""
    desk = Desk()
    served(desk, [Ask(0), Ask(1, "Anna"), Ask(2, "Anna"), Ask(3, "Bình"), Ask(4, "Anna")])
    assert desk.batches == [[0], [1, 3], [2], [4]]


def test_a_refusal_is_its_own_askers() -> None:
    """One that is refused does not touch its neighbours."""
    desk = Desk(decide=lambda ask: NotFound() if ask.number == 2 else ask.number)
    answers = served(desk, [Ask(n) for n in range(4)])
    assert [type(answer.exception()) for answer in answers] == [type(None), type(None), NotFound, type(None)]
    assert len(desk.batches) == 2


def test_a_batch_that_fails_is_tried_one_by_one() -> None:
    """Only the one that fails alone gets the error; the others are served."""

    def decide(ask: Ask) -> int:
        if ask.number == 2:
            raise ZeroDivisionError
        return ask.number

    desk = Desk(decide=decide)
    answers = served(desk, [Ask(n) for n in range(4)])
    failed = [type(answer.exception()) for answer in answers]
    assert failed == [type(None), type(None), ZeroDivisionError, type(None)]
    assert desk.batches == [[0], [1, 2, 3], [1], [2], [3]]


def test_too_many_who_wait_are_told_when_to_come_back() -> None:
    """The queue is bounded: past it the answer is a refusal at once."""
    desk = Desk()
    shared = Shared(desk.work, waiting_max=2)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(shared, Ask(0))
        assert desk.begun.wait(10)
        waiting = [pool.submit(shared, Ask(n)) for n in (1, 2)]
        queued(shared, 2)
        with pytest.raises(Unavailable) as refused:
            shared(Ask(3))
        desk.open.set()
        assert [one.result() for one in (first, *waiting)] == [0, 1, 2]
    assert refused.value.members == {"retry_after_s": 2}


def test_a_crowd_is_served_and_nobody_is_forgotten() -> None:
    """Forty threads that ask fifty times each get two thousand answers, each its own."""
    shared: Shared[Ask, int] = Shared(lambda asks: [ask.number for ask in asks], together_max=7)
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(shared, [Ask(n, n % 11) for n in range(2_000)]))
    assert answers == list(range(2_000))


def test_a_decision_that_refuses_gives_its_refusal() -> None:
    """`tried` turns a refusal into a value, and nothing else."""

    def refuse() -> int:
        raise NotFound

    assert isinstance(tried(refuse), NotFound)
    assert tried(int, "7") == 7
    with pytest.raises(ValueError, match="invalid literal"):
        tried(int, "seven")
