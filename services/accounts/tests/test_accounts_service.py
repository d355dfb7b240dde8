"""Users, settings and tokens through the door of accounts, on both databases."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from contracts.accounts import (
    Branding,
    Organisation,
    OrganisationChanged,
    Settings,
    StaffRole,
    User,
    UserChanged,
)
from fairlead.context import Context, Role, acting, service_context
from fairlead.errors import (
    Conflict,
    Failure,
    Forbidden,
    Invalid,
    NotFound,
    Stale,
    TooMany,
    Unauthenticated,
)

OURS, THEIRS = UUID(int=1), UUID(int=2)
SETTINGS = Settings(
    zone="Europe/Lisbon", language="pt-PT", currency="EUR", branding=Branding(name="Mar e Terra")
)
SECRET = "ten letters"


def found(desk: Any, organisation: UUID, email: str, **more: Any) -> Context:
    """A new organisation, and its owner as he calls."""
    arguments = {
        "id": organisation, "name": "Mar", "settings": SETTINGS, "owner_name": "Olga",
        "owner_email": email, "owner_password": SECRET, **more,
    }  # fmt: skip
    with acting(service_context(None)):
        desk.client.found_organisation(**arguments)
    with acting(Context()):
        session = desk.client.sign_in(email=email, password=SECRET, remote="test")
    return Context(role=Role.OWNER, organisation=organisation, user=session.user.id)


@pytest.fixture
def owner(desk: Any) -> Context:
    return found(desk, OURS, "olga@mar.test")


@pytest.fixture
def stranger(desk: Any) -> Context:
    return found(desk, THEIRS, "otto@sol.test")


def add(desk: Any, owner: Context, name: str, role: StaffRole = StaffRole.USER) -> User:
    with acting(owner):
        user: User = desk.client.create_user(
            name=name, email=f"{name}@mar.test", role=role, password=SECRET
        )
        return user


def as_user(user: User, organisation: UUID = OURS) -> Context:
    return Context(role=Role(user.role.value), organisation=organisation, user=user.id)


def call(desk: Any, context: Context, method: str, **arguments: Any) -> Any:
    with acting(context):
        return getattr(desk.client, method)(**arguments)


def wrong_fields(caught: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [error["field"] for error in caught.value.details["errors"]]


def test_an_organisation_is_founded_once(desk: Any, owner: Context) -> None:
    with acting(service_context(None)):
        again = desk.client.found_organisation(
            id=OURS, name="Other", settings=replace(SETTINGS, footer="x"), owner_name="Eve",
            owner_email="eve@mar.test", owner_password=SECRET,
        )  # fmt: skip
    assert again == Organisation(id=OURS, name="Mar", settings=SETTINGS, version=1)
    assert call(desk, owner, "get_organisation") == again
    [user] = call(desk, owner, "list_users")
    assert (user.name, user.role, user.active) == ("Olga", StaffRole.OWNER, True)
    assert desk.told() == [OrganisationChanged(organisation=again), UserChanged(user=user)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"owner_name": "a\nb"}, "owner_name"),
        ({"owner_email": "nobody"}, "owner_email"),
        ({"settings": replace(SETTINGS, zone="Nowhere")}, "settings.zone"),
    ],
)
def test_nothing_is_founded_on_wrong_values(desk: Any, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        found(desk, OURS, "olga@mar.test", **changes)
    assert wrong_fields(caught) == [field]
    with acting(service_context(OURS)), pytest.raises(NotFound):
        desk.client.get_organisation()
    assert desk.told() == []


def test_an_address_signs_in_one_user_of_all_organisations(
    desk: Any, owner: Context, stranger: Context
) -> None:
    for context in (owner, stranger):
        with pytest.raises(Conflict) as caught:
            call(
                desk, context, "create_user", name="Eve", email="OLGA@Mar.test",
                role=StaffRole.USER, password=SECRET,
            )  # fmt: skip
        assert caught.value.code == "accounts.email_taken"
    with pytest.raises(Conflict):
        found(desk, uuid4(), "olga@mar.test")
    assert len(call(desk, owner, "list_users")) == 1


def test_users_are_added_changed_and_listed(desk: Any, owner: Context) -> None:
    uwe = add(desk, owner, "uwe")
    assert (uwe.role, uwe.active, uwe.version) == (StaffRole.USER, True, 1)
    changed = call(
        desk, owner, "update_user", id=uwe.id, version=1, name="Uwe", role=StaffRole.SUPERVISOR
    )
    assert (changed.name, changed.role, changed.version) == ("Uwe", StaffRole.SUPERVISOR, 2)
    same = call(desk, owner, "update_user", id=uwe.id, version=2, name="Uwe")
    assert same == changed
    with pytest.raises(Stale) as caught:
        call(desk, owner, "update_user", id=uwe.id, version=1, active=False)
    assert caught.value.code == "accounts.user_changed"
    add(desk, owner, "anna")
    assert [user.name for user in call(desk, owner, "list_users")] == ["anna", "Olga", "Uwe"]
    users = [event.user for event in desk.told() if isinstance(event, UserChanged)]
    assert users[1:3] == [uwe, changed]
    assert len(users) == 4


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"name": "\r\n"}, "name"),
        ({"email": "a@b"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 201}, "password"),
        ({"name": ""}, "name"),
        ({"role": "god"}, "role"),
    ],
)
def test_a_user_that_cannot_be_is_refused(
    desk: Any, owner: Context, arguments: dict[str, Any], field: str
) -> None:
    good = {"name": "Eve", "email": "eve@mar.test", "role": StaffRole.USER, "password": SECRET}
    with pytest.raises(Invalid) as caught:
        call(desk, owner, "create_user", **{**good, **arguments})
    assert wrong_fields(caught) == [field]
    assert len(call(desk, owner, "list_users")) == 1


def test_only_owners_make_and_change_owners(desk: Any, owner: Context) -> None:
    admin = as_user(add(desk, owner, "adam", StaffRole.ADMIN))
    for context in (admin, service_context(OURS)):
        doors: dict[str, dict[str, Any]] = {
            "create_user": {
                "name": "Eve", "email": "eve@mar.test", "role": StaffRole.OWNER, "password": SECRET,
            },
            "update_user": {"id": admin.user, "version": 1, "role": StaffRole.OWNER},
        }  # fmt: skip
        for method, arguments in doors.items():
            with pytest.raises(Forbidden) as caught:
                call(desk, context, method, **arguments)
            assert caught.value.code == "accounts.owners_only"
        with pytest.raises(Forbidden):
            call(desk, context, "update_user", id=owner.user, version=1, active=False)
    second = add(desk, owner, "ono", StaffRole.OWNER)
    assert second.role is StaffRole.OWNER
    call(desk, as_user(second), "update_user", id=owner.user, version=1, role=StaffRole.USER)


def test_the_last_owner_stays(desk: Any, owner: Context) -> None:
    for change in ({"active": False}, {"role": StaffRole.ADMIN}):
        with pytest.raises(Conflict) as caught:
            call(desk, owner, "update_user", id=owner.user, version=1, **change)
        assert caught.value.code == "accounts.last_owner"
    second = add(desk, owner, "ono", StaffRole.OWNER)
    call(desk, owner, "update_user", id=second.id, version=1, active=False)
    with pytest.raises(Conflict):
        call(desk, owner, "update_user", id=owner.user, version=1, active=False)


def test_one_changes_the_own_profile(desk: Any, owner: Context) -> None:
    uwe = as_user(add(desk, owner, "uwe"))
    changed = call(desk, uwe, "update_me", name="Uwe B", signature="Best\nUwe", zone="Europe/Rome")
    assert (changed.name, changed.signature, changed.zone) == ("Uwe B", "Best\nUwe", "Europe/Rome")
    assert call(desk, uwe, "me").user == changed
    assert call(desk, uwe, "update_me", name="Uwe B") == changed
    for wrong, field in (
        ({"zone": "Nowhere"}, "zone"),
        ({"name": "\t"}, "name"),
        ({"signature": "a\0"}, "signature"),
    ):
        with pytest.raises(Invalid) as caught:
            call(desk, uwe, "update_me", **wrong)
        assert wrong_fields(caught) == [field]
    assert call(desk, uwe, "me").user == changed


def test_me_tells_the_rights_of_the_role(desk: Any, owner: Context) -> None:
    uwe = as_user(add(desk, owner, "uwe"))
    assert "manage users" in call(desk, owner, "me").rights
    mine = call(desk, uwe, "me").rights
    assert "send messages" in mine
    assert not {"manage users", "connect and configure channels", "act for a service"} & set(mine)
    with pytest.raises(Unauthenticated) as caught:
        call(desk, service_context(OURS), "me")
    assert caught.value.code == "accounts.no_user"


def test_settings_are_replaced_whole(desk: Any, owner: Context) -> None:
    new = replace(SETTINGS, zone="Europe/Rome", footer="Mar e Terra\nLisboa")
    changed = call(desk, owner, "update_settings", settings=new, version=1)
    assert (changed.settings, changed.version) == (new, 2)
    assert call(desk, owner, "update_settings", settings=new, version=2) == changed
    with pytest.raises(Stale) as caught:
        call(desk, owner, "update_settings", settings=SETTINGS, version=1)
    assert caught.value.code == "accounts.settings_changed"
    wrong = replace(new, currency="XXX", footer="\0")
    with pytest.raises(Invalid) as invalid:
        call(desk, owner, "update_settings", settings=wrong, version=2)
    assert wrong_fields(invalid) == ["settings.currency", "settings.footer"]
    assert call(desk, owner, "get_organisation") == changed
    told = [event for event in desk.told() if isinstance(event, OrganisationChanged)]
    assert [event.organisation.version for event in told] == [1, 2]


def test_settings_can_be_read_back_whole(desk: Any, owner: Context) -> None:
    long = "Mar e Terra, " * 100  # more than the audit log keeps
    first = replace(SETTINGS, footer=long)
    call(desk, owner, "update_settings", settings=first, version=1)
    call(desk, owner, "update_settings", settings=first, version=2)  # changes nothing
    second = replace(first, footer="Short", undo_seconds=20)
    call(desk, owner, "update_settings", settings=second, version=2)
    page = call(desk, owner, "settings_history", limit=2)
    assert [each.version for each in page.versions] == [3, 2]
    newest, older = page.versions
    assert (newest.settings, older.settings) == (second, first)
    assert newest.user == owner.user
    assert newest.before == {"footer": long, "undo_seconds": 10}
    assert newest.after == {"footer": "Short", "undo_seconds": 20}
    assert (older.before, older.after) == ({"footer": SETTINGS.footer}, {"footer": long})
    rest = call(desk, owner, "settings_history", limit=2, cursor=page.cursor)
    assert [each.settings for each in rest.versions] == [SETTINGS]
    [founded] = rest.versions
    assert (founded.user, founded.before, founded.after, rest.cursor) == (None, {}, {}, None)


def test_api_tokens_act_as_their_user(desk: Any, owner: Context) -> None:
    uwe = as_user(add(desk, owner, "uwe"))
    made = call(desk, uwe, "create_api_token", name=" Website ")
    assert made.secret.startswith("fl_")
    identity = call(desk, Context(), "authenticate", token=made.secret)
    assert (identity.user, identity.role, identity.csrf) == (uwe.user, Role.USER, None)
    [listed] = call(desk, uwe, "list_api_tokens")
    assert (listed.name, listed.secret) == ("Website", None)
    assert listed.last_used_at is not None
    assert call(desk, owner, "list_api_tokens") == []
    with pytest.raises(NotFound) as caught:
        call(desk, owner, "revoke_api_token", id=made.id)
    assert caught.value.code == "accounts.token_not_found"
    call(desk, uwe, "revoke_api_token", id=made.id)
    with pytest.raises(Unauthenticated):
        call(desk, Context(), "authenticate", token=made.secret)
    with pytest.raises(NotFound):
        call(desk, uwe, "revoke_api_token", id=made.id)


def test_a_user_has_a_bounded_number_of_tokens(desk: Any, owner: Context) -> None:
    for number in range(50):
        call(desk, owner, "create_api_token", name=f"{number}")
    with pytest.raises(Conflict) as caught:
        call(desk, owner, "create_api_token", name="51")
    assert caught.value.code == "accounts.too_many_tokens"
    names = [token.name for token in call(desk, owner, "list_api_tokens")]
    assert names == [f"{number}" for number in reversed(range(50))]


def doors(user: User) -> dict[str, tuple[set[Role], dict[str, Any]]]:
    """Each door that is not for everybody: who may, and how to knock."""
    team = {Role.OWNER, Role.ADMIN, Role.SUPERVISOR, Role.USER}
    management = {Role.OWNER, Role.ADMIN, Role.SERVICE}
    password = {"old": "wrong wrong", "new": "eleven letters"}
    eve = {"name": "Eve", "email": "eve@mar.test", "role": StaffRole.USER, "password": SECRET}
    return {
        "me": (team | {Role.SERVICE}, {}),
        "update_me": (team, {"name": "Me"}),
        "change_password": (team, password),
        "list_users": (team | {Role.SERVICE}, {}),
        "create_user": (management, eve),
        "update_user": (management, {"id": user.id, "version": 1, "name": "New"}),
        "list_api_tokens": (team, {}),
        "create_api_token": (team, {"name": "x"}),
        "revoke_api_token": (team, {"id": uuid4()}),
        "get_organisation": (team | {Role.SERVICE}, {}),
        "update_settings": (management, {"settings": SETTINGS, "version": 1}),
        "settings_history": (management, {}),
        "organisations_page": ({Role.SERVICE}, {"after": None, "limit": 1}),
        "users_page": ({Role.SERVICE}, {"after": None, "limit": 1}),
        "found_organisation": (
            {Role.SERVICE},
            {
                "id": uuid4(), "name": "Sol", "settings": SETTINGS, "owner_name": "Otto",
                "owner_email": "otto@sol.test", "owner_password": SECRET,
            },
        ),
    }  # fmt: skip


@pytest.mark.parametrize("role", Role)
def test_each_door_opens_to_its_roles(desk: Any, owner: Context, role: Role) -> None:
    uwe = add(desk, owner, "uwe")
    context = Context(role=role, organisation=OURS, user=uwe.id)
    for method, (roles, arguments) in doors(uwe).items():
        failure: Failure | None = None
        try:
            call(desk, context, method, **arguments)
        except Failure as error:
            failure = error
        if role is Role.NOBODY:
            assert isinstance(failure, Unauthenticated), method
        elif role not in roles:
            assert isinstance(failure, Forbidden), method
        else:
            assert not isinstance(failure, Forbidden | Unauthenticated), (method, failure)


def test_another_organisation_finds_nobody_of_ours(
    desk: Any, owner: Context, stranger: Context
) -> None:
    uwe = add(desk, owner, "uwe")
    token = call(desk, as_user(uwe), "create_api_token", name="x")
    with pytest.raises(NotFound) as caught:
        call(desk, stranger, "update_user", id=uwe.id, version=1, active=False)
    assert caught.value.code == "accounts.user_not_found"
    with pytest.raises(NotFound):
        call(desk, stranger, "revoke_api_token", id=token.id)
    assert [user.name for user in call(desk, stranger, "list_users")] == ["Olga"]
    # Even a context that names our user in another organisation.
    forged = replace(as_user(uwe), organisation=THEIRS)
    assert call(desk, forged, "list_api_tokens") == []
    for method in ("me", "update_me"):
        with pytest.raises(NotFound):
            call(desk, forged, method)
    with pytest.raises(NotFound):
        call(desk, forged, "create_api_token", name="x")
    with pytest.raises((NotFound, TooMany)):
        call(desk, forged, "change_password", old=SECRET, new="eleven letters")
    assert call(desk, as_user(uwe), "me").user == uwe
