"""Plant bugs one by one and see the tests turn red: `make mutants`.

Each mutant is a small change that a tired person could make, with the tests that must catch it. It is planted in a copy
of the tree, never in the tree itself. A mutant that stays green, that no longer fits the code, or that stops the tests
from starting at all, fails the run. `make mutants ONLY=lease` plants those whose name contains a word.
"""

import compileall
import os
import py_compile
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
MUTANTS = Path(__file__).with_name("mutants.toml")
COPIED = (
    "atm_service",
    "ledger",
    "kyc",
    "counter_app",
    "alembic",
    "policies",
    "tests",
    "docs",
    "pyproject.toml",
)
RED, GREEN = 1, 0  # pytest's exit statuses: some tests failed, all passed
TIME_S = 600
UNSHRUNK = "--hypothesis-profile=unshrunk"  # a bug is to be seen, not explained


@dataclass(frozen=True)
class Mutant:
    """One planted bug: in `file`, `old` becomes `new`; `tests` must see it."""

    name: str
    file: str
    old: str
    new: str
    tests: list[str]


def load(word: str) -> list[Mutant]:
    entries = tomllib.loads(MUTANTS.read_text(encoding="utf-8"))["mutant"]
    return [Mutant(**entry) for entry in entries if word in entry["name"]]


def copy_tree(target: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, target / name)
    # Compiled once, by what is written and not by when: a bug of the same length in the same second is seen.
    compileall.compile_dir(target, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)


def run_tests(tree: Path, tests: list[str], *, show: bool = False) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", UNSHRUNK, *tests]
    if not any("schemathesis" in test for test in tests):
        command += ["-p", "no:schemathesis"]  # slow to load
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    output = None if show else subprocess.DEVNULL
    done = subprocess.run(
        command, cwd=tree, env=environment, stdout=output, stderr=output, check=False, timeout=TIME_S
    )
    return done.returncode


def plant(tree: Path, mutant: Mutant) -> str:
    """Plant one bug, run its tests, take it out again; give what was seen."""
    path = tree / mutant.file
    text = path.read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        return f"no longer fits: the old text stands {text.count(mutant.old)} times in {mutant.file}"
    path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        status = run_tests(tree, mutant.tests)
    except subprocess.TimeoutExpired:
        status = RED  # it hangs: a bug that was noticed
    finally:
        path.write_text(text, encoding="utf-8")
    if status == RED:
        return "caught"
    return "NOT CAUGHT" if status == GREEN else f"the tests did not run (pytest ended with {status})"


def main() -> None:
    mutants = load(sys.argv[1] if len(sys.argv) > 1 else "")
    with tempfile.TemporaryDirectory(prefix="soft-atm-mutants-") as folder:
        tree = Path(folder)
        tree.chmod(0o755)
        copy_tree(tree)
        every = sorted({test for mutant in mutants for test in mutant.tests})
        if run_tests(tree, every, show=True) != GREEN:
            sys.exit("The tests are not green without any bug planted: mend that first.")
        missed = 0
        for number, mutant in enumerate(mutants, 1):
            seen = plant(tree, mutant)
            missed += seen != "caught"
            print(f"{number:3}/{len(mutants)}  {mutant.name:45}  {seen}", flush=True)
    print(f"{len(mutants) - missed} of {len(mutants)} planted bugs were caught")
    sys.exit(missed > 0)


if __name__ == "__main__":
    main()
