"""What the names in backticks may mean: everything here that has a name, read from the tree itself.

A name is looked for where its form says: a path in the tree, `soft-atm …` among the commands, `make …` among the
targets, `SOFT_ATM_…` among the settings, `GET /…` in the contract, `path:name` in that file, `a.b` among modules,
policies and SQL, a single word among all that the code defines or writes out. What has another form (a formula, a
line of JSON) is no name.
"""

import ast
import importlib
import io
import json
import re
import shlex
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, is_dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import typer
from pydantic_settings import BaseSettings

from atm_service.platform.locking import Rank
from atm_service.platform.settings import Settings
from atm_service.run.cli.app import app
from counter_app.settings import Settings as CounterSettings

ROOT: Final = Path(__file__).parents[1]
PACKAGES: Final = ("ledger", "kyc", "atm_service", "counter_app")
MADE: Final = "var"  # by `make run`: there on some machines
# A path in a page may leave out the package in which most of them are, or be seen from `docs/` or `tests/`.
FROM: Final = (ROOT, ROOT / "atm_service", ROOT / "docs", ROOT / "tests")

_FENCE: Final = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_CODE: Final = re.compile(r"`([^`\n]+)`")
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DOTTED: Final = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$")
_PATH: Final = re.compile(r"[\w.*-]*(?:/[\w.*-]+)*/?")
_FILE: Final = re.compile(r"[\w-]+\.(?:py|sql|psql|toml|md|js|css|json|html|po|cfg|ini|lock)$")
_POINTER: Final = re.compile(r"([\w./-]+\.(?:py|sql|toml)):([A-Za-z_][\w.]*)$")
_ROUTE: Final = re.compile(r"(?:(?:GET|POST|PUT|PATCH|DELETE) )?(/[\w./{}…|-]*)(?:\?\S*)?")
_CREATED: Final = re.compile(
    r"CREATE (?:OR REPLACE )?(?:UNIQUE )?(?:CONSTRAINT )?"
    r"(?:TABLE|VIEW|FUNCTION|PROCEDURE|DOMAIN|TYPE|TRIGGER|INDEX|SCHEMA|ROLE)\s+(?:IF NOT EXISTS )?([\w.]+)"
)


def cited(page: str) -> Iterator[str]:
    """Give each text in backticks, and each command line of the fenced blocks."""
    for block in _FENCE.findall(page):
        for line in block.splitlines():
            if line.startswith(("soft-atm ", "make ")):
                yield re.split(r"\s{2,}|\s+#|\s+>|\s+\(|\s+\|", line)[0]
    yield from _CODE.findall(_FENCE.sub("", page))


def said(path: Path) -> Iterator[str]:
    """Give each text in backticks of a module's docstrings and comments, or of the comments of a file of SQL."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".sql":
        yield from _CODE.findall("\n".join(line for line in text.splitlines() if "--" in line))
        return
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, documented):
            yield from _CODE.findall(ast.get_docstring(node) or "")
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield from _CODE.findall(token.string)


def is_name(text: str) -> bool:
    """Tell whether a text has the form of a name: what holds a formula, a value or a sentence has not."""
    if (
        text.startswith(("soft-atm ", "make ", "soft-atm-"))
        or _ROUTE.fullmatch(text)
        or _POINTER.fullmatch(text)
    ):
        return True
    return re.fullmatch(r"[\w./*-]+", text) is not None and re.search(r"[A-Za-z]", text) is not None


def exists(text: str) -> bool:
    """Tell whether there is what the name says."""
    if any(found(text) for found in (_is_written, _is_path, _is_served)):
        return True
    looked_for = next((found for form, found in _FORMS if form.match(text)), None)
    return looked_for is not None and looked_for(text)


def exists_at(path: Path, text: str) -> bool:
    """Tell the same of a name in a source: there it may also be seen from its own folder or module."""
    if exists(text) or (_PATH.fullmatch(text) and any(path.parent.rglob(text.strip("/")))):
        return True
    first, *rest = text.split(".")
    if not rest:
        return False
    if first in sys.stdlib_module_names:
        return _has(importlib.import_module(first), rest)
    module = next((name for name, where in facts().modules.items() if where == path), None)
    owner = getattr(importlib.import_module(module), first, None) if module else None
    # What is no name of the module is an argument, and the rest one of its members.
    return _has(owner, rest) if owner is not None else {first, *rest} <= facts().words


@dataclass
class Facts:
    """Every name that the code defines or uses (`words`), and every text that it writes out."""

    words: set[str] = field(default_factory=set)
    strings: set[str] = field(default_factory=set)
    created: set[str] = field(default_factory=set)
    modules: dict[str, Path] = field(default_factory=dict)


@cache
def facts() -> Facts:
    """Read the tree, once."""
    found = Facts()
    for folder in (*PACKAGES, "bench", "alembic"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            _read_python(path, found, is_ours=folder in PACKAGES)
    for path in ROOT.glob("*/**/*.sql"):
        if not any(part.startswith(".") for part in path.relative_to(ROOT).parts):
            _read_sql(path.read_text(encoding="utf-8"), found)
    for path in ROOT.glob("policies/*.toml"):
        for section, figures in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found.words |= {section, *(figures if isinstance(figures, dict) else ())}
    for path in [*(ROOT / "atm_service").rglob("*.js"), *(ROOT / "counter_app").rglob("*.js")]:
        found.words |= set(_WORD.findall(path.read_text(encoding="utf-8")))
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found.words |= set(_WORD.findall(text))
    found.strings |= {re.split(r"[^\w-]", one)[0] for one in tomllib.loads(text)["project"]["dependencies"]}
    found.strings |= set(tomllib.loads(text)["project"]["scripts"])
    return found


def _read_python(path: Path, found: Facts, *, is_ours: bool) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found.words.add(node.name)
            case (
                ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name))
            ):
                found.words.add(name)
            case ast.Constant(value=str(text)) if not isinstance(node, ast.Expr):
                found.strings.add(text)
                if "\n" in text or " " in text:
                    _read_sql(text, found)
    parts = path.relative_to(ROOT).with_suffix("").parts
    if is_ours:
        found.modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path


def _read_sql(text: str, found: Facts) -> None:
    found.words |= set(_WORD.findall(text))
    found.created |= set(_CREATED.findall(text))


def _is_written(text: str) -> bool:
    """Tell whether it is a word of the code, a whole text that it writes out, or the word of a rank of locks."""
    return text in facts().words or text in facts().strings or text in {rank.word for rank in Rank}


def _is_served(text: str) -> bool:
    route = _ROUTE.fullmatch(text)
    return route is not None and _is_route(route[1])


def _is_setting(text: str) -> bool:
    simulation = sorted((ROOT / "tests/simulation").glob("*.py"))
    return text in _settings() or any(text in one.read_text(encoding="utf-8") for one in simulation)


def _is_target(line: str) -> bool:
    return line.split()[1] in _targets()


def _is_pointer(text: str) -> bool:
    path, _, name = text.partition(":")
    return _points(path, name)


def _is_file(text: str) -> bool:
    return any((ROOT / "atm_service").rglob(text))


def _is_option(text: str) -> bool:
    return text in _options(typer.main.get_command(app))


def _is_command(line: str) -> bool:
    """Follow the words to a command; each of its options is one that it has."""
    command: Any = typer.main.get_command(app)
    for word in shlex.split(line.translate(str.maketrans("[]", "  ")))[1:]:
        if word.startswith("--"):
            if word.split("=")[0] not in _options(command):
                return False
        elif commands := getattr(command, "commands", None):
            if not all(one in commands for one in word.split("|")):
                return False
            command = commands[word.split("|")[0]]
    return True


def _options(command: Any) -> set[str]:
    """Give the options of a command and of all below it."""
    below = [_options(one) for one in getattr(command, "commands", {}).values()]
    own = {"--help", *(name for one in command.params for name in (*one.opts, *one.secondary_opts))}
    return own.union(*below)


@cache
def _targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@cache
def _settings() -> set[str]:
    def named(settings: type[BaseSettings]) -> set[str]:
        prefix = settings.model_config.get("env_prefix", "")
        return {f"{prefix}{name}".upper() for name in settings.model_fields}

    return named(Settings) | named(CounterSettings)


@cache
def _contract() -> list[re.Pattern[str]]:
    paths = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))["paths"]
    return [re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))) for path in paths]


def _is_route(path: str) -> bool:
    if path.rstrip("/") in facts().strings or path in facts().strings:
        return True  # served beside the contract
    if "…" in path:
        return any(one.startswith(path.split("…", maxsplit=1)[0]) for one in facts().strings)
    whole, _, last = path.rpartition("/")
    return all(any(one.fullmatch(f"{whole}/{word}") for one in _contract()) for word in last.split("|"))


def _is_path(text: str) -> bool:
    if text.startswith("/") or _PATH.fullmatch(text) is None or text.strip("./") == MADE:
        return False
    return any(any(base.glob(text.rstrip("/"))) for base in FROM)


def _points(path: str, name: str) -> bool:
    """Tell whether the file holds the name: a definition of Python, a thing that SQL creates, a figure of a policy."""
    file = next((base / path for base in FROM if (base / path).is_file()), None)
    if file is None:
        return False
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".sql":
        return name in _CREATED.findall(text)
    if file.suffix == ".toml":
        section, _, figure = name.partition(".")
        return figure in tomllib.loads(text).get(section, {})
    return _defines(ast.parse(text).body, name.split("."))


def _defines(body: list[ast.stmt], names: list[str]) -> bool:
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if name == names[0]:
                return len(names) == 1
            case ast.ClassDef(name=name) if name == names[0]:
                return len(names) == 1 or _defines(node.body, names[1:])
            case ast.AnnAssign(target=ast.Name(id=name)) if name == names[0]:
                return len(names) == 1
            case ast.Assign(targets=[ast.Name(id=name)]) if name == names[0]:
                return len(names) == 1
    return False


def _is_dotted(text: str) -> bool:
    """Tell whether a name with dots is an attribute of a module, a figure of every policy, or made by SQL."""
    table, _, column = text.rpartition(".")
    tables = {table, f"service.{table}", f"ledger.{table}"}
    if text in facts().created or (tables & facts().created and column in facts().words):
        return True
    section, _, figure = text.partition(".")
    policies = [tomllib.loads(one.read_text(encoding="utf-8")) for one in ROOT.glob("policies/*.toml")]
    if all(figure in one.get(section, {}) for one in policies):
        return True
    names = text.split(".")
    for end in range(len(names), 0, -1):
        suffix = ".".join(names[:end])
        for module in facts().modules:
            is_meant = module == suffix or module.endswith(f".{suffix}")
            if is_meant and _has(importlib.import_module(module), names[end:]):
                return True
    return False


def _has(owner: ModuleType | Any, names: list[str]) -> bool:
    if not names:
        return True
    first, *rest = names
    if hasattr(owner, first):
        return _has(getattr(owner, first), rest)
    fields = owner.__dataclass_fields__ if is_dataclass(owner) else getattr(owner, "model_fields", {})
    return first in fields and not rest


_FORMS: Final = (
    (re.compile("soft-atm "), _is_command),
    (re.compile("make "), _is_target),
    (re.compile("--"), _is_option),
    (re.compile("SOFT_ATM_"), _is_setting),
    (_POINTER, _is_pointer),
    (_FILE, _is_file),
    (_DOTTED, _is_dotted),
)
