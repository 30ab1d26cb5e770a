"""The planted bugs are of today's code."""

from pathlib import Path

import pytest

from tests import mutants

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("mutant", mutants.load(""), ids=lambda one: one.name)
def test_a_mutant_fits_the_code(mutant: mutants.Mutant) -> None:
    """What is to be replaced stands once in its file, is replaced by something else, and its tests are there."""
    assert (ROOT / mutant.file).read_text(encoding="utf-8").count(mutant.old) == 1
    assert mutant.old != mutant.new
    assert all((ROOT / test.partition("::")[0]).exists() for test in mutant.tests)


def test_mutants_have_names_of_their_own() -> None:
    """A name chooses one."""
    names = [mutant.name for mutant in mutants.load("")]
    assert len(set(names)) == len(names)
