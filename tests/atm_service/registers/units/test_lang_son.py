"""The shipped data against the facts: 200 communes, then 194, then 65 units, and where each office stands."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from atm_service.registers.units import service, store
from atm_service.registers.units.domain import FIRST_DAY
from tests.atm_service.world import START, Service

FACTS = Path(__file__).with_name("lang_son_units_2025.csv")
DECEMBER, JULY = date(2024, 12, 1), date(2025, 7, 1)


def facts() -> list[dict[str, str]]:
    with FACTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_three_ages(session: Connection) -> None:
    """Each age has its counts; districts ended with the last one."""
    tree = store.tree(session, store.UNITS)
    kinds = {day: Counter(node.kind for node in tree.on(day).values()) for day in (FIRST_DAY, DECEMBER, JULY)}
    assert kinds[FIRST_DAY] == {"province": 1, "district": 11, "commune": 181, "township": 14, "ward": 5}
    assert kinds[DECEMBER] == {"province": 1, "district": 11, "commune": 175, "township": 14, "ward": 5}
    assert kinds[JULY] == {"province": 1, "commune": 61, "ward": 4}
    offices = Counter(place.unit_code for place in store.places(session, None, JULY).values())
    assert (len(offices), sum(offices.values()), min(offices.values())) == (65, 200, 2)


def test_each_commune_went_as_the_facts_say(session: Connection) -> None:
    """Whole, or by its main part, through both reforms; the names of all ages too."""
    was, is_now = (store.places(session, None, day) for day in (FIRST_DAY, JULY))
    between = store.places(session, None, DECEMBER)
    for fact in facts():
        if fact["part"] != "part":
            office = f"{fact['commune_code']}-1"
            assert (was[office].unit_code, was[office].unit) == (fact["commune_code"], fact["commune_name"])
            assert was[office].area == is_now[office].area == fact["district_name"]
            assert between[office].unit_code == (fact["merged_2024_12_01_into"] or fact["commune_code"])
            assert (is_now[office].unit_code, is_now[office].unit) == (
                fact["unit_code_2025"],
                fact["unit_name_2025"],
            )


def test_the_database_follows_land_as_the_rules_do(session: Connection) -> None:
    """For every code that ever was, on days of every age: what it stands for is what the pure rules say."""
    tree = store.tree(session, store.UNITS)
    known = text("SELECT service.unit_known_as(:code, :day)")
    for day in (FIRST_DAY, DECEMBER, JULY, START.date()):
        for code in {node.code for node in tree.nodes if node.kind != "district"}:
            past = [node for node in tree.nodes if node.code == code and node.valid_from <= day]
            newest = max(past, key=lambda node: node.valid_from, default=None)
            heir = tree.heir(newest, day) if newest else None
            found = session.execute(known, {"code": code, "day": day}).scalar_one()
            assert found == (heir.code if heir else None)


def test_the_same_again_is_nothing(session: Connection) -> None:
    """Trees, areas and offices: not a row more."""
    tables = ("unit", "unit_way", "office_unit", "area", "office_area", "audit_event")
    counts = [text(f"SELECT count(*) FROM service.{table}") for table in tables]
    before = [session.execute(count).scalar_one() for count in counts]
    assert service.furnish(session, START) == 0
    assert [session.execute(count).scalar_one() for count in counts] == before


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (
            "hoang van thu",
            7,
        ),  # a ward that is gone, and two communes of this name, one of which took in others
        ("Vĩnh Tiến", 1),  # merged in 2024
        ("dai dong", 1),  # split in 2024
        ("khanh long", 2),  # its own office, and the one that stood in it from 2024 to 2025
        ("huyen trang dinh", 22),  # a district that is gone, an area that stands
        ("ky lua", 5),  # new in 2025
        ("tinh lang son", 0),  # everything lies in it, so it finds nothing
    ],
)
def test_every_name_that_ever_was_finds(service: Service, words: str, number: int) -> None:
    """Old commune, old district, new unit."""
    found = service.client.get("/wallet/v1/offices", params={"q": words, "limit": 100}).json()["items"]
    assert len(found) == number
