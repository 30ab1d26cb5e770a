"""Requests that wait together share a transaction: a real event loop, and work that records its batches."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from threading import Event

import pytest

from atm_service.platform.refusals import NotFound, Unavailable
from atm_service.platform.sharing import Shared, tried


@dataclass(frozen=True)
class Ask:
    """An ask about something or somebody; it answers with its number."""

    number: int
    about: str = ""

    @property
    def subjects(self) -> Sequence[Hashable]:
        """Itself, unless it was said what it is about."""
        return self.about.split() or (self.number,)


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
        assert self.open.wait(60)
        return [self.decide(ask) for ask in asks]


def told(answers: Sequence[Awaitable[int]]) -> Awaitable[list[int | BaseException]]:
    return asyncio.gather(*answers, return_exceptions=True)


async def served(desk: Desk, asks: Sequence[Ask], **limits: int) -> list[int | BaseException]:
    """Let the first ask begin, let the others queue in their order, and then open the desk."""
    shared = Shared(desk.work, **limits)
    tasks = [asyncio.ensure_future(shared(ask)) for ask in asks[:1]]
    assert await asyncio.to_thread(desk.begun.wait, 10)
    tasks += [asyncio.ensure_future(shared(ask)) for ask in asks[1:]]
    await asyncio.sleep(0)
    desk.open.set()
    return await told(tasks)


def test_one_alone_goes_straight_through() -> None:
    """Nobody waits for company."""
    desk = Desk()
    desk.open.set()

    async def one_after_another() -> list[int]:
        shared = Shared(desk.work)
        return [await shared(Ask(1)), await shared(Ask(2))]

    assert asyncio.run(one_after_another()) == [1, 2]
    assert desk.batches == [[1], [2]]


def test_those_who_wait_are_served_together_in_order() -> None:
    """While the first is served the others queue, and then all go in one batch; each gets the own answer."""
    desk = Desk()
    assert asyncio.run(served(desk, [Ask(n) for n in range(9)])) == list(range(9))
    assert desk.batches == [[0], [1, 2, 3, 4, 5, 6, 7, 8]]


def test_a_batch_is_bounded() -> None:
    """No batch is larger than asked for; the rest comes in the next."""
    desk = Desk()
    asyncio.run(served(desk, [Ask(n) for n in range(6)], together_max=2))
    assert desk.batches == [[0], [1, 2], [3, 4], [5]]


def test_two_about_the_same_take_turns() -> None:
    """They never meet in a batch, and nobody about the same overtakes."""
    desk = Desk()
    asyncio.run(served(desk, [Ask(0), Ask(1, "Anna"), Ask(2, "Anna"), Ask(3, "Bình"), Ask(4, "Anna")]))
    assert desk.batches == [[0], [1, 3], [2], [4]]


def test_nobody_overtakes_who_waits_for_another() -> None:
    """Whoever is about Bình waits for the one before, who is about him too and waits for Anna."""
    desk = Desk()
    asked = [Ask(0), Ask(1, "Anna"), Ask(2, "Anna Bình"), Ask(3, "Bình"), Ask(4, "Châu")]
    asyncio.run(served(desk, asked))
    assert desk.batches == [[0], [1, 4], [2], [3]]


def test_a_refusal_is_its_own_askers() -> None:
    """One that is refused does not touch its neighbours."""
    desk = Desk(decide=lambda ask: NotFound() if ask.number == 2 else ask.number)
    answers = asyncio.run(served(desk, [Ask(n) for n in range(4)]))
    assert [type(answer) for answer in answers] == [int, int, NotFound, int]
    assert len(desk.batches) == 2


def test_a_batch_that_fails_is_tried_one_by_one() -> None:
    """Only the one that fails alone gets the error; the others are served."""

    def decide(ask: Ask) -> int:
        if ask.number == 2:
            raise ZeroDivisionError
        return ask.number

    desk = Desk(decide=decide)
    answers = asyncio.run(served(desk, [Ask(n) for n in range(4)]))
    assert [type(answer) for answer in answers] == [int, int, ZeroDivisionError, int]
    assert desk.batches == [[0], [1, 2, 3], [1], [2], [3]]


def test_too_many_who_wait_are_told_when_to_come_back() -> None:
    """The queue is bounded: past it the answer is a refusal at once."""
    desk = Desk()
    answers = asyncio.run(served(desk, [Ask(n) for n in range(5)], waiting_max=3))
    assert answers[:4] == [0, 1, 2, 3]
    (refused,) = answers[4:]
    assert isinstance(refused, Unavailable)
    assert refused.members == {"retry_after_s": 2}


def test_whoever_goes_away_is_served_and_troubles_nobody() -> None:
    """A caller who stops waiting has asked all the same; the neighbours get their answers."""
    desk = Desk()

    async def one_leaves() -> list[int | BaseException]:
        shared = Shared(desk.work)
        first = asyncio.ensure_future(shared(Ask(0)))
        assert await asyncio.to_thread(desk.begun.wait, 10)
        leaves, stays = (asyncio.ensure_future(shared(Ask(n))) for n in (1, 2))
        asyncio.get_running_loop().call_soon(leaves.cancel)
        asyncio.get_running_loop().call_soon(desk.open.set)
        return await told([first, leaves, stays])

    answers = asyncio.run(one_leaves())
    assert (answers[0], answers[2]) == (0, 2)
    assert isinstance(answers[1], asyncio.CancelledError)
    assert desk.batches == [[0], [1, 2]]


def test_a_crowd_is_served_and_nobody_is_forgotten() -> None:
    """Forty who ask fifty times each get two thousand answers, each its own."""

    async def crowd() -> list[list[int]]:
        shared: Shared[Ask, int] = Shared(lambda asks: [ask.number for ask in asks], together_max=7)

        async def one(start: int) -> list[int]:
            return [await shared(Ask(n, str(n % 11))) for n in range(start, 2_000, 40)]

        return await asyncio.gather(*(one(start) for start in range(40)))

    answers = asyncio.run(crowd())
    assert sorted(number for each in answers for number in each) == list(range(2_000))
    assert answers[3][:2] == [3, 43]


def test_a_decision_that_refuses_gives_its_refusal() -> None:
    """`tried` turns a refusal into a value, and nothing else."""

    def refuse() -> int:
        raise NotFound

    assert isinstance(tried(refuse), NotFound)
    assert tried(int, "7") == 7
    with pytest.raises(ValueError, match="invalid literal"):
        tried(int, "seven")
