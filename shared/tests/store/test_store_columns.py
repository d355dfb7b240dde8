"""Column types that behave the same on both databases."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from fairlead.store import (
    COLUMN_TYPES,
    EVERYWHERE,
    JSON,
    Database,
    Json,
    UTCDateTime,
    ZoneName,
    new_metadata,
)


class Place(msgspec.Struct, frozen=True):
    name: str
    at: dt.datetime
    stars: int = 0


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map: ClassVar[dict[Any, Any]] = COLUMN_TYPES


class Thing(Base):
    __tablename__ = "things"

    id: Mapped[int] = mapped_column(primary_key=True)
    moment: Mapped[dt.datetime | None]
    zone: Mapped[str | None] = mapped_column(ZoneName)
    plain: Mapped[Any] = mapped_column(JSON, nullable=True)
    place: Mapped[Place | None] = mapped_column(Json(Place))
    places: Mapped[list[Place] | None] = mapped_column(Json(list[Place]))


@pytest.fixture
def database(store: Database) -> Database:
    with store.exclusive() as connection:
        Base.metadata.create_all(connection)
    return store


def _round(database: Database, **values: Any) -> Thing:
    """A row with these values as another session reads it."""
    with database.transaction(EVERYWHERE) as session:
        session.execute(sa.delete(Thing))
        session.add(Thing(id=1, **values))
    with database.reading(EVERYWHERE) as session:
        return session.get_one(Thing, 1)


MOMENTS = st.datetimes(
    min_value=dt.datetime(2, 1, 1),  # noqa: DTZ001 (hypothesis adds the zone)
    max_value=dt.datetime(9998, 1, 1),  # noqa: DTZ001
    timezones=st.one_of(
        st.timezones(),
        st.integers(-1439, 1439).map(lambda m: dt.timezone(dt.timedelta(minutes=m))),
    ),
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(-1e15, 1e15)  # JSONB keeps decimals, and gives a larger one back as an integer
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(st.characters(codec="ascii", exclude_characters="\0")), inner)
    ),
    max_leaves=10,
)
PROPERTY = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def test_a_moment_over_and_over_is_each_time_what_it_is(database: Database) -> None:
    now = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
    then = dt.datetime(2026, 5, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    wanted = [None, now, now, then, then, None, now]
    with database.transaction(EVERYWHERE) as session:
        session.execute(sa.delete(Thing))
        rows = [{"id": number, "moment": moment} for number, moment in enumerate(wanted)]
        session.execute(insert(Thing), rows)
        found = session.scalars(select(Thing.moment).order_by(Thing.id)).all()
    assert found == wanted
    naive = now.replace(tzinfo=None)
    for _ in range(2):  # what was refused once is not remembered as good
        with pytest.raises(ValueError, match="zone"), database.transaction(EVERYWHERE) as session:
            session.execute(insert(Thing), [{"id": 10, "moment": naive}])


@PROPERTY
@given(moments=st.lists(MOMENTS, min_size=1, max_size=6))
def test_moments_come_back_and_sort_as_they_are(
    database: Database, moments: list[dt.datetime]
) -> None:
    with database.transaction(EVERYWHERE) as session:
        session.execute(sa.delete(Thing))
        session.execute(
            insert(Thing), [{"id": i, "moment": moment} for i, moment in enumerate(moments)]
        )
        found = session.scalars(select(Thing.moment).order_by(Thing.moment)).all()
        moments = [moment.astimezone(dt.UTC) for moment in moments]  # in a fold, unequal to itself
        middle = moments[0]
        later = session.scalars(select(Thing.moment).where(Thing.moment > middle)).all()
    assert found == sorted(moments)
    assert {moment.tzinfo for moment in found if moment} == {dt.UTC}
    assert len(later) == sum(moment > middle for moment in moments)


def test_a_moment_keeps_its_microseconds(database: Database) -> None:
    moment = dt.datetime(2026, 11, 22, 17, 40, 0, 1, dt.UTC)
    assert _round(database, moment=moment).moment == moment


def test_a_datetime_without_a_zone_is_refused(database: Database) -> None:
    now = dt.datetime.now(dt.UTC)
    for naive in (now.replace(tzinfo=None), now.replace(tzinfo=None, microsecond=0)):
        with pytest.raises(ValueError, match="has no zone"):
            _round(database, moment=naive)
        with (
            pytest.raises(ValueError, match="has no zone"),
            database.reading(EVERYWHERE) as session,
        ):
            session.scalars(select(Thing).where(Thing.moment > naive)).all()


def test_a_zone_is_a_name_of_the_iana_database(database: Database) -> None:
    assert _round(database, zone="America/Argentina/Buenos_Aires").zone == (
        "America/Argentina/Buenos_Aires"
    )
    for wrong in ("", "Mars/Olympus", "CET+1", "../etc/passwd", "europe/prague\0", "x" * 10_000):
        with pytest.raises(ValueError, match="is no time zone"):
            _round(database, zone=wrong)


@PROPERTY
@given(value=VALUES)
def test_json_comes_back_as_plain_values(database: Database, value: Any) -> None:
    assert _round(database, plain=value).plain == value


def test_none_is_null_and_can_be_asked_for(database: Database) -> None:
    _round(database, plain=None, place=None)
    with database.reading(EVERYWHERE) as session:
        assert session.scalar(select(Thing.id).where(Thing.plain.is_(None), Thing.place.is_(None)))


def test_a_struct_comes_back_as_itself(database: Database) -> None:
    place = Place("Ostrava", dt.datetime(2026, 11, 22, 17, 40, tzinfo=dt.UTC), 4)
    found = _round(database, place=place, places=[place, place])
    assert found.place == place
    assert found.places == [place, place]
    with database.transaction(EVERYWHERE) as session:
        thing = session.get_one(Thing, 1)
        thing.place = msgspec.structs.replace(place, stars=5)
    with database.reading(EVERYWHERE) as session:
        assert session.get_one(Thing, 1).place == Place("Ostrava", place.at, 5)


def test_a_struct_grows_by_fields_with_defaults_and_not_otherwise(database: Database) -> None:
    with database.transaction(EVERYWHERE) as session:
        at = "2026-11-22T17:40:00Z"
        rows = [
            {"id": 1, "place": {"name": "Brno", "at": at, "gone": 1}},
            {"id": 2, "place": {"name": 7, "at": at}},
        ]
        table = sa.table("things", sa.column("id"), sa.column("place", JSON))
        session.execute(sa.insert(table), rows)
    with database.reading(EVERYWHERE) as session:
        brno = session.get_one(Thing, 1).place
        assert brno == Place("Brno", dt.datetime(2026, 11, 22, 17, 40, tzinfo=dt.UTC))
        with pytest.raises(msgspec.ValidationError, match="name"):
            session.get(Thing, 2)


def test_types_say_what_they_give() -> None:
    assert UTCDateTime().python_type is dt.datetime
    assert ZoneName().python_type is str
