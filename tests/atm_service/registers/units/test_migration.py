"""A fresh house; how older ones become trees and areas is tried by tests/upgrades, from what they really wrote."""

from tests.database import Database


def test_an_empty_database_has_no_tree(empty: Database) -> None:
    """A fresh house knows no province until somebody brings one in."""
    with empty.owner.connect() as connection:
        found = [
            connection.exec_driver_sql(f"SELECT count(*) FROM service.{table}").scalar_one()
            for table in ("unit", "area")
        ]
    assert found == [0, 0]
