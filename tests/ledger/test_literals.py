from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from ledger import literals
from tests.ledger.builders import NOW

anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
unchanged = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@given(st.lists(st.one_of(st.none(), anything, st.sampled_from(["null", "NULL", "", '"', "\\", "{a,b}"]))))
@unchanged
def test_texts_arrive_as_they_are(session: Connection, values: list[str | None]) -> None:
    """PostgreSQL reads back every text, None as NULL and "null" as a text."""
    read = session.exec_driver_sql("SELECT %s::text[]", (literals.texts(values),)).scalar_one()
    assert read == values


@given(st.lists(st.binary(max_size=20)))
@unchanged
def test_blobs_arrive_as_they_are(session: Connection, values: list[bytes]) -> None:
    """PostgreSQL reads back every byte."""
    read = session.exec_driver_sql("SELECT %s::bytea[]", (literals.blobs(values),)).scalar_one()
    assert read == values


@given(st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1))))
@unchanged
def test_numbers_arrive_as_they_are(session: Connection, values: list[int | None]) -> None:
    """PostgreSQL reads back every number, None as NULL."""
    read = session.exec_driver_sql("SELECT %s::bigint[]", (literals.words(values),)).scalar_one()
    assert read == values


@given(st.lists(st.one_of(st.none(), st.uuids())))
@unchanged
def test_uuids_arrive_as_they_are(session: Connection, values: list[UUID | None]) -> None:
    """PostgreSQL reads back every UUID, None as NULL."""
    read = session.exec_driver_sql("SELECT %s::uuid[]", (literals.uuids(values),)).scalar_one()
    assert read == values


fields = st.tuples(st.one_of(st.none(), anything), st.binary(max_size=20), st.one_of(st.none(), st.uuids()))


@given(st.lists(fields))
@unchanged
def test_rows_arrive_as_they_are(
    session: Connection, values: list[tuple[str | None, bytes, UUID | None]]
) -> None:
    """PostgreSQL reads back every field of a composite type, None as NULL and an empty text as a text."""
    rows = [
        ("entry", text, 1, blob, 1, id, "k", NOW.date(), text, None, None, None, 2, NOW)
        for text, blob, id in values
    ]
    read = session.exec_driver_sql(
        "SELECT action, reference, fingerprint, entry_id, narration, business_date, corrects, amount, deadline"
        " FROM unnest(%s::ledger.command[])",
        (literals.rows(rows),),
    ).all()
    assert read == [("entry", text, blob, id, text, NOW.date(), None, 2, NOW) for text, blob, id in values]
