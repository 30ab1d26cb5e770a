"""Whoever only looks, looks through the fence."""

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[3] / "atm_service"
WRITES = {"journal"}  # its trail is a commit of its own, which waits as any other


def test_every_get_reads_through_the_fence() -> None:
    """No GET, nor what it calls in its module, opens a plain transaction."""
    plain = [f"{path.name}:{name}" for path in sorted(SOURCE.rglob("*routes.py")) for name in _plain(path)]
    assert plain == []


def _plain(path: Path) -> list[str]:
    functions = {
        one.name: one for one in ast.parse(path.read_text()).body if isinstance(one, ast.FunctionDef)
    }
    opens = {name for name, one in functions.items() if _attributes(one) & {"transaction"}}
    return [
        name
        for name, one in functions.items()
        if any(isinstance(by, ast.Call) and _attributes(by.func) == {"get"} for by in one.decorator_list)
        and (({name} - WRITES) | (_called(one) & functions.keys())) & opens
    ]


def _attributes(within: ast.AST) -> set[str]:
    return {one.attr for one in ast.walk(within) if isinstance(one, ast.Attribute)}


def _called(within: ast.AST) -> set[str]:
    return {
        one.func.id
        for one in ast.walk(within)
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)
    }
