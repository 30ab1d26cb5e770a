"""Policies are files: each is whole, and what cannot be is named before anything starts."""

import re
from pathlib import Path

import pytest

from atm_service.platform import attempts, policy

NAMES = sorted(path.stem for path in policy.POLICIES.glob("*.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_every_policy_is_whole(name: str) -> None:
    """Each file loads, and each of its figures says where it comes from."""
    assert policy.load(name).title
    for line in (policy.POLICIES / f"{name}.toml").read_text(encoding="utf-8").splitlines():
        if re.match(r"[a-z_]+ +=|[a-z_]+ = ", line) and not line.startswith(("version", "title")):
            assert "#" in line, line


def refused(tmp_path: Path, old: str, new: str) -> str:
    """Give what is said at the start under a policy with one line changed."""
    text = (policy.POLICIES / "bank_agent.toml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    (tmp_path / "other.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        policy.load("other", tmp_path)
    return str(stopped.value)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('default_lifetime = "journey"', 'default_lifetime = "scheduled"', "withdrawal.default_lifetime"),
        ("payee = { most = 20, within_min = 15", "payee = { most = 20, within_min = 1_441", "attempts.payee"),
        ("payee = { most = 20", "payee = { most = 0", "attempts.payee.most"),
        ("silent_min = 15 ", "", "line.silent_min"),
        ("face = { refuse_below = 60", "face = { refuse_below = 86", "ekyc.face"),
        ("quality = { refuse_below = 40", "quality = { refuse_below = 101", "ekyc.quality.refuse_below"),
        ("alone_from = 18", "alone_from = 14", "age_min ≤ alone_from"),
    ],
)
def test_an_impossible_figure_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    """A lifetime that needs an office is no default; guesses are not looked for longer than they are kept."""
    assert named in refused(tmp_path, old, new).replace("attempts.payee.within_min", "attempts.payee")


@pytest.mark.parametrize("name", NAMES)
def test_guesses_are_kept_for_as_long_as_any_door_looks(name: str) -> None:
    """And each door reads figures of its own."""
    rules = policy.load(name).attempts
    doors = [one for one in vars(attempts).values() if isinstance(one, attempts.Door)]
    assert {door.name.replace("-", "_") for door in doors} == set(policy.Attempts.model_fields)
    for door in doors:
        assert door.tries(rules) is getattr(rules, door.name.replace("-", "_"))
        assert door.tries(rules).within_min * 60 <= attempts.KEPT_FOR.total_seconds()
