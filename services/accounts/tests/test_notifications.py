"""Notifications: who is told, once, and what each user sees of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import select

from accounts.domain.audience import Member, listeners
from accounts.store.mailing import RoundRow
from contracts.accounts import (
    Branding,
    NotificationChoice,
    NotificationPage,
    NotificationsChanged,
    Settings,
    StaffRole,
    User,
)
from contracts.channels import NoticeQueued
from contracts.notifications import Audience, NotificationKind, NotificationRaised, Target
from fairlead.context import Context, Role, acting, service_context
from fairlead.errors import Forbidden, Invalid, NotFound
from fairlead.store import EVERYWHERE

OURS, THEIRS = UUID(int=1), UUID(int=2)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "ten letters"
SETTINGS = Settings(
    zone="Europe/Lisbon", language="pt", currency="EUR", branding=Branding(name="Mar")
)

members = st.builds(
    Member,
    id=st.integers(1, 6).map(lambda number: UUID(int=number)),
    role=st.sampled_from(StaffRole),
    active=st.booleans(),
)
teams = st.lists(members, unique_by=lambda member: member.id)
ids = st.integers(1, 9).map(lambda number: UUID(int=number))
audiences = st.builds(
    Audience,
    users=st.lists(ids, max_size=5),
    roles=st.lists(st.sampled_from(Role), max_size=3),
    organisation=st.booleans(),
    but=st.none() | ids,
)


@given(audiences, teams)
def test_who_is_told(to: Audience, team: list[Member]) -> None:
    told = listeners(to, team)
    assert len(set(told)) == len(told)
    for member in team:
        meant = member.id in to.users or member.role.value in {role.value for role in to.roles}
        assert (member.id in told) == (meant and member.active and member.id != to.but)
    assert set(told) <= {member.id for member in team}


def found(desk: Any, organisation: UUID, email: str) -> Context:
    with acting(service_context(None)):
        desk.client.found_organisation(
            id=organisation, name="Mar", settings=SETTINGS, owner_name="Olga", owner_email=email,
            owner_password=SECRET,
        )  # fmt: skip
    with acting(service_context(organisation)):
        [user] = desk.client.list_users()
    return Context(role=Role.OWNER, organisation=organisation, user=user.id)


@pytest.fixture
def owner(desk: Any) -> Context:
    return found(desk, OURS, "olga@mar.test")


@pytest.fixture
def uwe(desk: Any, owner: Context) -> Context:
    with acting(owner):
        user: User = desk.client.create_user(
            name="Uwe", email="uwe@mar.test", role=StaffRole.USER, password=SECRET
        )
    return Context(role=Role.USER, organisation=OURS, user=user.id)


def raised(*users: Context, minutes: int = 0, **more: Any) -> NotificationRaised:
    values: dict[str, Any] = {
        "kind": NotificationKind.MESSAGE_RECEIVED,
        "to": Audience(users=[user.user for user in users if user.user]),
        "title": "Rui wrote", "text": "Dear all", "dedupe_key": str(uuid4()),
        "target": Target(entity="conversation", id=UUID(int=9)),
        "at": NOON + timedelta(minutes=minutes),
    }  # fmt: skip
    return NotificationRaised(**{**values, **more})


def mine(desk: Any, context: Context, **arguments: Any) -> NotificationPage:
    with acting(context):
        page: NotificationPage = desk.client.list_notifications(**arguments)
        return page


def live(desk: Any) -> list[NotificationsChanged]:
    return [each for each in desk.told() if isinstance(each, NotificationsChanged)]


def test_each_user_has_the_own_ones(desk: Any, owner: Context, uwe: Context) -> None:
    desk.hear(raised(owner, uwe), OURS)
    desk.hear(raised(uwe, minutes=1, kind=NotificationKind.ADMINISTRATORS_NOTIFIED), OURS)
    [first] = mine(desk, owner).notifications
    assert (first.title, first.text, first.read_at) == ("Rui wrote", "Dear all", None)
    assert first.target == Target(entity="conversation", id=UUID(int=9))
    page = mine(desk, uwe)
    assert (len(page.notifications), page.unread) == (2, 2)
    assert page.notifications[0].kind is NotificationKind.ADMINISTRATORS_NOTIFIED
    assert [(each.user, each.unread) for each in live(desk)[-1:]] == [(uwe.user, 2)]
    assert live(desk)[-1].added == page.notifications[0]


def test_one_key_tells_once(desk: Any, owner: Context, uwe: Context) -> None:
    desk.hear(raised(owner, dedupe_key="k"), OURS)
    desk.hear(raised(owner, uwe, dedupe_key="k"), OURS)
    assert (mine(desk, owner).unread, mine(desk, uwe).unread) == (1, 1)
    assert [each.user for each in live(desk)] == [owner.user, uwe.user]


def test_another_organisations_users_are_not_told(desk: Any, owner: Context, uwe: Context) -> None:
    stranger = found(desk, THEIRS, "otto@sol.test")
    desk.hear(raised(owner, stranger, to=Audience(
        users=[owner.user or uuid4(), uwe.user or uuid4()], roles=[Role.OWNER]
    )), THEIRS)  # fmt: skip
    assert (mine(desk, owner).unread, mine(desk, uwe).unread) == (0, 0)
    assert mine(desk, stranger).unread == 1


def test_they_are_read_one_by_one_or_all(desk: Any, owner: Context, uwe: Context) -> None:
    for minute in range(5):
        desk.hear(raised(owner, uwe, minutes=minute), OURS)
    newest = mine(desk, owner).notifications[0]
    with acting(owner):
        read = desk.client.read_notification(id=newest.id)
        assert read.read_at is not None
        assert desk.client.read_notification(id=newest.id) == read
        assert desk.client.read_notifications(until=NOON + timedelta(minutes=1)) == 2
    assert [each.unread for each in live(desk)[-2:]] == [4, 2]
    assert len(mine(desk, owner, unread=True).notifications) == 2
    with acting(owner):
        assert desk.client.read_notifications() == 0
        count = len(live(desk))
        assert desk.client.read_notifications() == 0
    assert len(live(desk)) == count
    assert mine(desk, owner).unread == 0
    assert mine(desk, uwe).unread == 5


def test_pages_go_through_all(desk: Any, owner: Context) -> None:
    for minute in range(5):
        desk.hear(raised(owner, minutes=minute // 2), OURS)
    page = mine(desk, owner, limit=2)
    seen = [each.id for each in page.notifications]
    while page.cursor:
        page = mine(desk, owner, limit=2, cursor=page.cursor)
        seen += [each.id for each in page.notifications]
    assert len(seen) == len(set(seen)) == 5


def test_anothers_is_as_good_as_none(desk: Any, owner: Context, uwe: Context) -> None:
    desk.hear(raised(owner), OURS)
    [his] = mine(desk, owner).notifications
    stranger = found(desk, THEIRS, "otto@sol.test")
    for context in (uwe, stranger):
        for id in (his.id, uuid4()):
            with acting(context), pytest.raises(NotFound):
                desk.client.read_notification(id=id)
        with acting(context):
            assert desk.client.read_notifications() == 0
    assert mine(desk, owner).unread == 1


@pytest.mark.parametrize("role", [Role.SERVICE, Role.NOBODY])
def test_they_are_a_persons(desk: Any, role: Role) -> None:
    with acting(Context(role=role, organisation=OURS)):
        for method, arguments in (
            ("list_notifications", {}),
            ("read_notification", {"id": uuid4()}),
            ("read_notifications", {}),
            ("notification_choices", {}),
            ("choose_notifications", {"choices": []}),
        ):
            with pytest.raises((Forbidden, Exception)) as caught:
                getattr(desk.client, method)(**arguments)
            assert getattr(caught.value, "code", "").startswith("rights.")


@pytest.mark.parametrize(
    ("method", "arguments", "field"),
    [
        ("list_notifications", {"cursor": "nonsense"}, "cursor"),
        ("list_notifications", {"limit": 0}, "limit"),
        ("read_notification", {"id": "7"}, "id"),
        ("read_notifications", {"until": datetime(2026, 1, 1)}, "until"),  # noqa: DTZ001
    ],
)
def test_wrong_arguments_are_named(
    desk: Any, owner: Context, method: str, arguments: dict[str, Any], field: str
) -> None:
    with acting(owner), pytest.raises(Invalid) as caught:
        getattr(desk.client, method)(**arguments)
    assert [error["field"] for error in caught.value.details["errors"]] == [field]


def test_a_new_password_is_told_to_its_owner(desk: Any, owner: Context, uwe: Context) -> None:
    with acting(uwe):
        desk.client.change_password(old=SECRET, new="eleven letters")
    desk.settle(OURS)
    [told] = mine(desk, uwe).notifications
    assert told.kind is NotificationKind.SECURITY_CHANGED
    assert mine(desk, owner).unread == 0


def later(desk: Any, **delta: int) -> list[NoticeQueued]:
    """Let what waits be due `delta` earlier, and post what is due; all that was posted so far."""
    with desk.database.transaction(EVERYWHERE) as session:
        for row in session.scalars(select(RoundRow)):
            shift = timedelta(**delta)
            row.due_at = row.due_at and row.due_at - shift
            row.mailed_at = row.mailed_at and row.mailed_at - shift
    with acting(service_context(None)):
        while desk.service.mail_notifications():
            pass
    return [each for each in desk.told() if isinstance(each, NoticeQueued)]


def choose(desk: Any, context: Context, *chosen: tuple[NotificationKind, bool, bool]) -> None:
    choices = [NotificationChoice(kind=k, profile=p, mail=m) for k, p, m in chosen]
    with acting(context):
        desk.client.choose_notifications(choices=choices)


def test_a_burst_of_messages_is_one_mail(desk: Any, owner: Context, uwe: Context) -> None:
    for number in range(50):
        desk.hear(raised(owner, uwe, minutes=number, title=f"Rui wrote {number}"), OURS)
    assert later(desk) == []
    mails = later(desk, minutes=1)
    assert sorted(each.to.address for each in mails) == ["olga@mar.test", "uwe@mar.test"]
    assert {each.subject for each in mails} == {"50 notifications: Rui wrote 0"}
    assert "Rui wrote 29" in mails[0].text
    assert "And 20 more" in mails[0].text
    assert "https://hub.test/#/conversation/" in mails[0].html
    desk.hear(raised(owner, title="One more"), OURS)
    assert len(later(desk, minutes=8)) == 2
    assert [each.subject for each in later(desk, minutes=2)[2:]] == ["One more"]


def test_what_was_read_is_not_mailed(desk: Any, owner: Context) -> None:
    desk.hear(raised(owner), OURS)
    with acting(owner):
        desk.client.read_notifications()
    assert later(desk, minutes=1) == []
    desk.hear(raised(owner, title="New"), OURS)
    assert [each.subject for each in later(desk, minutes=1)] == ["New"]


def test_each_user_chooses_by_kind(desk: Any, owner: Context, uwe: Context) -> None:
    kind = NotificationKind.MESSAGE_RECEIVED
    choose(desk, owner, (kind, False, True))
    choose(desk, uwe, (kind, True, False))
    desk.hear(raised(owner, uwe), OURS)
    assert (mine(desk, owner).unread, mine(desk, uwe).unread) == (0, 1)
    assert [each.to.address for each in later(desk, minutes=1)] == ["olga@mar.test"]
    choose(desk, owner, (NotificationKind.MENTIONED, False, False))
    with acting(owner):
        chosen = {each.kind: each for each in desk.client.notification_choices()}
    assert set(chosen) == set(NotificationKind)
    assert (chosen[kind].profile, chosen[kind].mail) == (False, True)
    assert (chosen[NotificationKind.MENTIONED].mail, chosen[NotificationKind.ASSIGNED].mail) == (
        False, True,
    )  # fmt: skip


def test_what_guards_the_account_cannot_be_switched_off(desk: Any, owner: Context) -> None:
    with pytest.raises(Invalid) as caught:
        choose(desk, owner, (NotificationKind.SECURITY_CHANGED, True, False))
    assert caught.value.details["errors"][0]["field"] == "choices[0]"
    with acting(owner):
        desk.client.change_password(old=SECRET, new="eleven letters")
    desk.settle(OURS)
    assert [each.subject for each in later(desk)] == ["Your password was changed"]


def test_the_organisations_address_is_told(desk: Any, owner: Context) -> None:
    desk.hear(raised(to=Audience(organisation=True), title="Nobody reads this"), OURS)
    assert later(desk, minutes=1) == []
    with acting(owner):
        organisation = desk.client.get_organisation()
        desk.client.update_settings(
            settings=replace(organisation.settings, notification_address="desk@mar.test"),
            version=organisation.version,
        )
    event = raised(to=Audience(organisation=True), title="A guest wrote")
    desk.hear(event, OURS)
    desk.hear(event, OURS)
    [mail] = later(desk, minutes=1)
    assert (mail.to.address, mail.subject) == ("desk@mar.test", "A guest wrote")
    desk.hear(event, OURS)
    assert len(later(desk, hours=1)) == 1
    assert mine(desk, owner).unread == 0


def test_who_left_gets_no_mail(desk: Any, owner: Context, uwe: Context) -> None:
    desk.hear(raised(owner, uwe), OURS)
    with acting(owner):
        [user] = [each for each in desk.client.list_users() if each.id == uwe.user]
        desk.client.update_user(id=user.id, version=user.version, active=False)
    assert [each.to.address for each in later(desk, minutes=1)] == ["olga@mar.test"]
