"""A new tree and new areas at the command line: first shown, then done, and refused with a reason."""

from pathlib import Path

import pytest

from atm_service.registers.units import service as units
from atm_service.registers.units.domain import FIRST_DAY
from tests.atm_service.run.cli.line import by_two, done
from tests.atm_service.run.cli.test_offices import OFFICE, Run, run

__all__ = ["run"]  # a fixture


def file(folder: Path, heading: str, *lines: str) -> Path:
    path = folder / "given.csv"
    path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    return path


def test_a_reform_is_shown_and_then_done(run: Run, tmp_path: Path) -> None:
    """Two wards become one from the new year: what ends, begins and moves; then the same, done; then nothing to do."""
    last = units.LANG_SON[max(units.LANG_SON)].read_text(encoding="utf-8").splitlines()
    kept = [
        ",".join(line.split(",")[:4]) + "," for line in last[1:] if not line.startswith(("05977,", "05983,"))
    ]
    new = "05977,ward,Phường Lạng Sơn,20,05977 05983"
    path = file(tmp_path, last[0], *kept, new)
    asked = ("units", "import", path, "--from", "2027-01-01")
    shown = run(*asked).stdout
    assert "From 2027-01-01: 2 end, 1 begin." in shown
    assert "ends   05983 Phường Lương Văn Tri" in shown
    assert "begins 05977 Phường Lạng Sơn" in shown
    assert "6 offices stand in another unit" in shown
    assert "05989-1   05983 Phường Lương Văn Tri → 05977 Phường Lạng Sơn" in shown
    assert "so does what each supervisor looks after" in shown
    assert "Nothing was changed" in shown
    assert "Phường Lương Văn Tri" in run("units", "list", "--on", "2027-01-01").stdout
    assert run(*asked, "--apply").stdout == shown.replace("Nothing was changed. Do it with --apply.", "Done.")
    assert "nothing to do" in run(*asked, "--apply").stdout
    assert "05977 ward       20    Phường Lạng Sơn" in run("units", "list", "--on", "2027-01-01").stdout
    assert "05983 ward       20    Phường Lương Văn Tri" in run("units", "list").stdout
    early = run("units", "import", path, "--from", "2026-12-01")
    assert (early.exit_code, early.stderr) == (1, "the last tree begins on 2027-01-01\n")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "ends and goes nowhere"),
        ("05977,ward,Phường Đông Kinh,99,", "lies in 99, which is not there"),
        ("05977,ward,Phường Đông Kinh,05977,", "lies in itself"),
        ("5,ward,Phường Đông Kinh,20,", "line 67: `5` is no code"),
        ("5977,ward,Phường Đông Kinh,20,", "line 67: `5977` is no code; codes have 2, 3 or 5 digits"),
        ("05977,ward,Phường Đông Kinh,20,05977:half", "`05977:half` is no former unit"),
        ("05977,ward,Phường Đông Kinh,20", "a row has 5 columns"),
    ],
)
def test_a_file_that_is_no_tree_is_refused(run: Run, tmp_path: Path, line: str, reason: str) -> None:
    """With one line that says where; nothing is changed."""
    last = units.LANG_SON[max(units.LANG_SON)].read_text(encoding="utf-8").splitlines()
    kept = [",".join(one.split(",")[:4]) + "," for one in last[1:] if not one.startswith("05977,")]
    path = file(tmp_path, last[0], *kept, *([line] if line else []))
    refused = run("units", "import", path, "--from", "2027-01-01", "--apply")
    assert (refused.exit_code, reason in refused.stderr) == (1, True), refused.stderr


def test_areas_are_drawn_by_a_file(run: Run, tmp_path: Path) -> None:
    """Whose reach changes is shown by name before it is done."""
    added = ("staff", "add", "cao-loc", "--role", "supervisor", "--name", "Vi Thị Ba", "--area", "183")
    done(by_two(run, *added, "--password", "a-long-password"))
    names = {line.split()[0]: line.split("offices  ")[1] for line in run("areas", "list").stdout.splitlines()}
    assert names.pop("20") == "Tỉnh Lạng Sơn"
    offices = [line.split() for line in run("offices", "list").stdout.splitlines()]
    lines = [f",20,{'Tỉnh Lạng Sơn'},"]
    for code, _, _, area, *_ in offices:
        belongs = "183" if code == OFFICE else area
        lines.append(f"{code},{belongs},{names[belongs]},20")
    path = file(tmp_path, "office,area,name,parent", *lines)
    asked = ("areas", "draw", path, "--from", "2026-11-20")
    shown = run(*asked).stdout
    assert "1 offices belong to another area:" in shown
    assert f"  {OFFICE}   178 Thành phố Lạng Sơn → 183 Huyện Cao Lộc" in shown
    assert f"  cao-loc: 22 → 23 +{OFFICE}" in shown
    assert run(*asked, "--apply").stdout.endswith("Done.\n")
    assert "nothing to do" in run(*asked, "--apply").stdout
    assert "  22 offices  Huyện Cao Lộc" in run("areas", "list").stdout
    assert "  23 offices  Huyện Cao Lộc" in run("areas", "list", "--on", "2026-11-20").stdout
    doubled = file(tmp_path, "office,area,name,parent", lines[0], lines[1], lines[1])
    assert "stands there twice" in run("areas", "draw", doubled, "--from", "2026-11-20").stderr


def test_coverage_by_the_tree_of_any_day(run: Run) -> None:
    """The same offices, counted by the communes of each age."""
    assert run("offices", "activate", OFFICE).exit_code == 0
    for day, number in (("2021-01-01", 200), ("2024-12-01", 194), ("2025-07-01", 65)):
        told = run("offices", "coverage", "--tree", day).stdout.splitlines()[-1]
        assert f"   1 of {number:>3} units     1 of 200 offices" in told


def test_offices_of_a_file(run: Run, tmp_path: Path) -> None:
    """They stand in a unit of their first day; one of a unit that there is not is refused."""
    heading = "code,name,unit,area"
    path = file(tmp_path, heading, "05971-2,Bưu điện Chợ,05971,178")
    refused = run("offices", "import", path)
    assert (refused.exit_code, "05971 does not stand on 2026-11-16" in refused.stderr) == (1, True)
    assert run("offices", "import", path, "--from", f"{FIRST_DAY}").stdout == "1 new offices\n"
    assert "05971-2" in run("offices", "list", "--area", "178").stdout
    assert "05971-2" not in run("offices", "list", "--area", "183").stdout
