"""What a run is told by its environment: which parts, how long, how often."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PARTS: Final = ("ledger", "http", "salaries", "growth")
SECONDS_MAX: Final = 120
ROUNDS_MAX: Final = 50
PATIENCE_MAX: Final = 36_000
SIZE_MIN: Final = 1_000
SIZE_MAX: Final = 100_000_000
QUICK_SIZES: Final = (10_000, 200_000)
FULL_SIZES: Final = (10_000, 1_000_000, 10_000_000)


class WrongOption(ValueError):  # noqa: N818  an answer to whoever typed it
    """An option that cannot be meant; the message says what can."""


@dataclass(frozen=True)
class Options:
    """A run: its parts, seconds of each measurement, rounds, the journal's sizes, and where things go.

    `data_dir` keeps the server's data for the next run, which loads only what is missing; None: a folder that is
    removed at the end. `patience_s` is how long sealing may take at one size: what it does not get done is left out,
    and the verification with it. `peer_python` runs the peer, if it is there.
    """

    parts: tuple[str, ...]
    seconds: int
    rounds: int
    sizes: tuple[int, ...]
    output: Path
    data_dir: Path | None
    patience_s: int
    peer_python: Path


def read(environment: Mapping[str, str]) -> Options:
    """Read ONLY, SECONDS, ROUNDS, FULL, SIZES, OUTPUT, DATA, PATIENCE and PEER. Raises `WrongOption`."""
    full = environment.get("FULL", "") not in ("", "0")
    only = environment.get("ONLY") or ",".join(PARTS)
    parts = tuple(part.strip() for part in only.split(","))
    if not set(parts) <= set(PARTS):
        raise WrongOption(f"ONLY names some of {','.join(PARTS)}")
    sizes = environment.get("SIZES")
    data = environment.get("DATA")
    return Options(
        parts=parts,
        seconds=_number(environment, "SECONDS", 10 if full else 2, SECONDS_MAX),
        rounds=_number(environment, "ROUNDS", 3 if full else 2, ROUNDS_MAX),
        sizes=_sizes(sizes) if sizes else FULL_SIZES if full else QUICK_SIZES,
        output=Path(environment.get("OUTPUT") or "var/bench.json"),
        data_dir=Path(data).resolve() if data else None,
        patience_s=_number(environment, "PATIENCE", PATIENCE_MAX if full else 60, PATIENCE_MAX),
        peer_python=Path(environment.get("PEER") or ".venv-bench/bin/python"),
    )


def cores() -> int:
    """Give how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _number(environment: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise WrongOption(f"{name} is a whole number from 1 to {most}")
    return int(text)


def _sizes(text: str) -> tuple[int, ...]:
    parts = text.replace("_", "").split(",")
    if not all(part.isdigit() for part in parts):
        raise WrongOption("SIZES are whole numbers, such as 10000,1000000")
    sizes = tuple(int(part) for part in parts)
    if sorted(set(sizes)) != list(sizes) or not SIZE_MIN <= sizes[0] <= sizes[-1] <= SIZE_MAX:
        raise WrongOption(f"SIZES rise from at least {SIZE_MIN:,} to at most {SIZE_MAX:,} postings")
    return sizes
