"""The audit log: kept whole, found again, and changed by nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from accounts.admin import register
from accounts.store import audit
from contracts.accounts import AuditEntry, AuditPage, Branding, Settings, StaffRole
from fairlead.admin import Request
from fairlead.context import Context, Role, acting, service_context
from fairlead.errors import Forbidden, Invalid
from fairlead.recorded import AuditRecorded
from fairlead.store import EVERYWHERE

OURS, THEIRS, RUI, TRIP = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)
ANA = UUID(int=5)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OWNER = Context(role=Role.OWNER, organisation=OURS, user=ANA)
SECRET = "ten letters"


def change(**more: Any) -> AuditRecorded:
    values: dict[str, Any] = {
        "id": uuid4(), "at": NOON, "user": ANA, "user_name": "Ana", "role": Role.OWNER,
        "remote": "192.0.2.7", "request": "r", "action": "contact.changed", "entity": "contact",
        "entity_id": RUI, "label": "Rui Costa", "before": {"name": "Ruy"}, "after": {"name": "Rui"},
    }  # fmt: skip
    return AuditRecorded(**{**values, **more})


def read(desk: Any, context: Context = OWNER, **filters: Any) -> AuditPage:
    with acting(context):
        page: AuditPage = desk.client.list_audit(**filters)
        return page


def whole(desk: Any, organisation: UUID = OURS) -> int | None:
    with desk.database.reading(organisation) as session:
        return audit.broken_at(session)


def test_what_is_recorded_is_read(desk: Any) -> None:
    event = change()
    desk.hear(event, OURS)
    [entry] = read(desk).entries
    assert (entry.id, entry.number, entry.at, entry.user) == (event.id, 1, NOON, ANA)
    assert (entry.user_name, entry.role, entry.remote) == ("Ana", Role.OWNER, "192.0.2.7")
    assert (entry.action, entry.entity, entry.entity_id) == ("contact.changed", "contact", RUI)
    assert (entry.label, entry.before, entry.after) == (
        "Rui Costa", {"name": "Ruy"}, {"name": "Rui"},
    )  # fmt: skip
    assert read(desk, Context(role=Role.OWNER, organisation=THEIRS, user=ANA)).entries == []


def test_it_is_kept_once(desk: Any) -> None:
    event, id = change(), uuid4()
    assert desk.hear(event, OURS, id)
    assert not desk.hear(event, OURS, id)
    assert len(read(desk).entries) == 1


def test_what_belongs_to_nobody_is_passed_over(desk: Any) -> None:
    assert desk.hear(change(), None)
    with desk.database.reading(EVERYWHERE) as session:
        assert session.scalars(sa.select(audit.AuditRow)).all() == []


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.USER, Role.SERVICE])
def test_only_management_reads(desk: Any, role: Role) -> None:
    with pytest.raises(Forbidden):
        read(desk, Context(role=role, organisation=OURS, user=ANA))


def test_nobody_but_a_service_erases_words(desk: Any) -> None:
    with acting(OWNER), pytest.raises(Forbidden):
        desk.client.erase_audit_words(contact_id=RUI)


def test_filters_are_combined(desk: Any) -> None:
    other = uuid4()
    changes: list[dict[str, Any]] = [
        {"user": other, "user_name": "Élan"},
        {"entity": "itinerary", "entity_id": TRIP, "action": "itinerary.changed"},
        {"action": "contact.merged", "label": "100% Ünder_score"},
        {},
    ]
    for number, more in enumerate(changes):
        desk.hear(change(at=NOON + timedelta(hours=number), **more), OURS)

    def numbers(**filters: Any) -> list[int]:
        return [entry.number for entry in read(desk, **filters).entries]

    assert numbers() == [4, 3, 2, 1]
    assert numbers(user=other) == [1]
    assert numbers(entity="contact") == [4, 3, 1]
    assert numbers(entity="itinerary", entity_id=TRIP) == [2]
    assert numbers(entity_id=uuid4()) == []
    assert numbers(action="contact.merged") == [3]
    assert numbers(action="contact") == numbers(entity="contact")
    assert numbers(action="contact.merge") == numbers(action="cont_ct") == []
    assert numbers(since=NOON + timedelta(hours=1), until=NOON + timedelta(hours=3)) == [3, 2]
    assert numbers(q="ünder_score 100%") == [3]
    assert numbers(q="élan") == [1]
    assert numbers(q="%") == [3]
    assert numbers(q="rui", action="contact.changed", user=ANA) == [4]
    assert numbers(q="' OR 1=1 --") == []


def test_a_message_is_found_by_whom_it_is_for(desk: Any) -> None:
    words = {
        "kind": "proposal",
        "to": ["Marta@Guests.example", "second@guests.example"],
        "body": "We look forward to you. " * 10,
        "api_token": "(hidden)",
    }
    sent = {"action": "message.sent", "entity": "message", "label": "Your days in Porto"}
    desk.hear(change(**sent, entity_id=uuid4(), about=RUI, before={}, after=words), OURS)
    desk.hear(
        change(**sent, entity_id=uuid4(), about=None, before={}, after={"to": ["x@y.z"]}), OURS
    )
    desk.hear(change(**sent, entity_id=uuid4(), about=RUI, before={}, after=words), THEIRS)

    def numbers(**filters: Any) -> list[int]:
        return [entry.number for entry in read(desk, **filters).entries]

    assert numbers(q="proposal marta@guests.example", action="message.sent") == [1]
    assert numbers(q="SECOND@guests") == [1]
    assert numbers(about=RUI) == [1]
    assert read(desk, about=RUI).entries[0].about == RUI
    assert numbers(about=ANA) == numbers(q="forward") == numbers(q="hidden") == []


def test_pages_go_through_all(desk: Any) -> None:
    for number in range(7):
        desk.hear(change(at=NOON + timedelta(minutes=number // 2)), OURS)
    found: list[AuditEntry] = []
    page = read(desk, limit=3)
    found += page.entries
    while page.cursor:
        page = read(desk, limit=3, cursor=page.cursor)
        found += page.entries
    assert len({entry.id for entry in found}) == len(found) == 7
    assert [entry.at for entry in found] == sorted((e.at for e in found), reverse=True)


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"cursor": "nonsense"}, "cursor"),
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"since": datetime(2026, 1, 1)}, "since"),  # noqa: DTZ001 — it names no moment
        ({"entity": "x" * 81}, "entity"),
    ],
)
def test_wrong_filters_are_named(desk: Any, filters: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(desk, **filters)
    assert [error["field"] for error in caught.value.details["errors"]] == [field]


def test_the_chain_is_whole_for_each_organisation(desk: Any) -> None:
    assert whole(desk) is None
    for number in range(5):
        desk.hear(change(label=f"ü {number}"), OURS)
        desk.hear(change(), THEIRS)
    assert whole(desk) is None
    assert whole(desk, THEIRS) is None
    entries = read(desk).entries
    assert sorted(entry.number for entry in entries) == [1, 2, 3, 4, 5]
    assert len({entry.digest for entry in entries}) == 5


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET action = 'x'",
        "UPDATE audit SET words = NULL, searched = NULL, user_name = NULL",
        "UPDATE audit SET words = NULL",
        "UPDATE audit SET digest = 'x'",
        "DELETE FROM audit",
        "TRUNCATE audit",
    ],
)
def test_the_database_refuses_changes(desk: Any, statement: str) -> None:
    if desk.database.dialect == "sqlite" and statement.startswith("TRUNCATE"):
        statement = "DELETE FROM audit"  # SQLite has no other
    desk.hear(change(), OURS)
    before = read(desk)
    with (
        pytest.raises(sa.exc.DatabaseError, match="only added to"),
        desk.database.transaction(EVERYWHERE) as session,
    ):
        session.execute(sa.text(statement))
    assert read(desk) == before


def test_who_gets_around_the_triggers_is_found_out(desk: Any) -> None:
    for number in range(4):
        desk.hear(change(label=str(number)), OURS)
    drop = "DROP TRIGGER audit_is_kept"
    with desk.database.exclusive() as connection:
        postgresql = connection.dialect.name == "postgresql"
        connection.execute(sa.text(f"{drop} ON audit" if postgresql else drop))
    with desk.database.transaction(EVERYWHERE) as session:
        session.execute(sa.text("UPDATE audit SET user_name = 'Eve' WHERE number = 3"))
    assert whole(desk) == 3


def test_an_operator_can_have_the_chain_checked(desk: Any) -> None:
    routes: dict[str, Any] = {}

    def route(service: str, method: str, path: str) -> Any:
        return lambda handler: routes.setdefault(f"{method} {path}", handler)

    runtime: Any = SimpleNamespace(
        admin=SimpleNamespace(route=route, queue=lambda *_, **__: None),
        caller=SimpleNamespace(client=lambda interface: desk.client),
        database=lambda name: desk.database,
    )
    register(runtime)

    def asked(organisation: str) -> Any:
        request = Request("GET", "/", {"organisation": organisation}, {}, b"")
        return routes["GET /audit/{organisation}"](request)

    desk.hear(change(), OURS)
    assert asked(str(OURS)) == asked(str(uuid4())) == {"whole": True, "broken_at": None}
    with pytest.raises(Invalid):
        asked("everybody")


def test_words_about_a_contact_go_and_the_fact_stays(desk: Any) -> None:
    desk.hear(change(about=RUI), OURS)
    desk.hear(change(entity="conversation", entity_id=TRIP, about=RUI), OURS)
    desk.hear(change(entity_id=TRIP, about=TRIP, label="Eva", before={}, after={}), OURS)
    with acting(service_context(THEIRS)):
        assert desk.client.erase_audit_words(contact_id=RUI) == 0
    with acting(service_context(OURS)):
        assert desk.client.erase_audit_words(contact_id=RUI) == 2
        assert desk.client.erase_audit_words(contact_id=RUI) == 0
    third, second, first = sorted(read(desk).entries, key=lambda e: -e.number)
    assert (first.label, first.before, first.after, first.action) == (
        None, None, None, "contact.changed",
    )  # fmt: skip
    assert second.entity_id == TRIP
    assert third.label == "Eva"
    assert whole(desk) is None
    assert read(desk, q="rui").entries == []
    with desk.database.reading(EVERYWHERE) as session:
        rows = session.scalars(sa.select(audit.AuditRow)).all()
        assert "Rui" not in repr([vars(row) for row in rows])


def test_what_accounts_does_is_recorded(desk: Any) -> None:
    settings = Settings(
        zone="Europe/Lisbon", language="pt", currency="EUR", branding=Branding(name="Mar")
    )
    with acting(service_context(None)):
        desk.client.found_organisation(
            id=OURS, name="Mar", settings=settings, owner_name="Olga", owner_email="o@mar.test",
            owner_password=SECRET,
        )  # fmt: skip
    with acting(service_context(OURS)):
        [olga] = desk.client.list_users()
    owner = Context(
        role=Role.OWNER, organisation=OURS, user=olga.id, user_name="Olga", remote="192.0.2.9"
    )
    with acting(owner):
        uwe = desk.client.create_user(
            name="Uwe", email="uwe@mar.test", role=StaffRole.USER, password=SECRET
        )
        desk.client.update_user(id=uwe.id, version=1, role=StaffRole.ADMIN)
        token = desk.client.create_api_token(name="Export")
        desk.client.revoke_api_token(id=token.id)
        desk.client.change_password(old=SECRET, new="eleven letters")
        desk.client.update_me(signature="Olga")
        organisation = desk.client.get_organisation()
        desk.client.update_settings(
            settings=Settings(
                zone="Europe/Lisbon", language="pt", currency="USD",
                branding=Branding(name="Mar", colour="#000000"),
            ),
            version=organisation.version,
        )  # fmt: skip
    desk.settle(OURS)
    entries = sorted(read(desk, owner).entries, key=lambda entry: entry.number)
    assert [entry.action for entry in entries] == [
        "organisation.founded", "user.created", "user.changed", "api_token.created",
        "api_token.revoked", "user.password_changed", "user.profile_changed", "settings.changed",
    ]  # fmt: skip
    assert {entry.user_name for entry in entries[1:]} == {"Olga"}
    assert {entry.remote for entry in entries[1:]} == {"192.0.2.9"}
    assert (entries[2].before, entries[2].after) == ({"role": "user"}, {"role": "admin"})
    assert entries[-1].before == {"currency": "EUR", "branding.colour": "#0f5c6e"}
    assert entries[-1].after == {"currency": "USD", "branding.colour": "#000000"}
    assert SECRET not in repr(entries)
    assert (token.secret or "") not in repr(entries)
