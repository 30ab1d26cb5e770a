"""Ids sort by time, and by the order in which they were made within a millisecond."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from atm_service.platform import ids

NOW = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)


def test_ids_of_one_millisecond_count_upwards() -> None:
    """A batch's rows are read in the order in which they were written, though another moment comes between."""
    made = []
    for _ in range(1_000):
        made.append(ids.new(NOW))
        ids.new(NOW - timedelta(seconds=3))
    assert made == sorted(made)
    assert len(set(made)) == 1_000
    assert all(one.version == 7 and one.variant == "specified in RFC 4122" for one in made)
    assert ids.first(NOW) < made[0] < made[-1] < ids.first(NOW + timedelta(milliseconds=1))


def test_threads_never_make_the_same() -> None:
    """Of many at once, each is another."""
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: ids.new(NOW), range(4_000)))
    assert len(set(made)) == 4_000


def test_an_id_is_above_the_one_before_it() -> None:
    """Whoever's clock is behind: the newest of a series is the one that was made last."""
    ahead = ids.new(NOW + timedelta(seconds=3))
    behind = ids.new(NOW, after=ahead)
    assert ahead < behind < ids.new(NOW + timedelta(seconds=4), after=behind)
    assert (behind.version, behind.variant) == (7, "specified in RFC 4122")
