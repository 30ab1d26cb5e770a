"""Every command is placed: who may run it, or why anybody may."""

from collections.abc import Iterator

import pytest
import typer
from typer.core import TyperGroup

from atm_service.run.cli.app import app
from atm_service.run.cli.rights import MACHINE, MAY, READS
from tests.atm_service.run.cli.line import invoke


def commands(group: TyperGroup, before: str = "") -> Iterator[str]:
    for name, one in group.commands.items():
        if isinstance(one, TyperGroup):
            yield from commands(one, f"{before}{name} ")
        else:
            yield f"{before}{name}"


def test_every_command_stands_in_one_list() -> None:
    """A new one fails until somebody has decided who may run it; nothing stands in two lists, or in vain."""
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    assert sorted([*MAY, *READS, *MACHINE]) == sorted(commands(root))


@pytest.mark.parametrize("command", MAY)
def test_no_command_takes_anybodys_word_for_a_name(command: str) -> None:
    """Whoever runs it is whoever is signed in."""
    assert "--by" not in invoke(*command.split(), "--help").stdout
