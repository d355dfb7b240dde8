"""Invitations, new passwords, sessions, second factors and scopes, on both databases."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import select, update

from accounts.domain import totp
from accounts.domain.users import check_scopes
from accounts.store.factors import FactorRow
from accounts.store.links import LinkRow
from accounts.store.sessions import SessionRow, TokenRow
from contracts.accounts import (
    Branding,
    Scope,
    Session,
    SessionsEnded,
    Settings,
    StaffRole,
    User,
)
from contracts.channels import NoticeQueued
from fairlead.context import Context, Role, acting, service_context
from fairlead.errors import Conflict, Failure, Forbidden, Invalid, NotFound, TooMany
from fairlead.errors import Unauthenticated as Unknown
from fairlead.store import EVERYWHERE

OURS, THEIRS = UUID(int=1), UUID(int=2)
SECRET, NEW = "ten letters", "eleven letters"
SETTINGS = Settings(
    zone="Europe/Lisbon", language="pt", currency="EUR", branding=Branding(name="Mar")
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


def found(desk: Any, organisation: UUID, email: str) -> Context:
    with acting(service_context(None)):
        desk.client.found_organisation(
            id=organisation, name="Mar e Terra", settings=SETTINGS, owner_name="Olga",
            owner_email=email, owner_password=SECRET,
        )  # fmt: skip
    with acting(service_context(organisation)):
        [user] = desk.client.list_users()
    return as_user(user, organisation)


def as_user(user: User, organisation: UUID = OURS) -> Context:
    return Context(
        role=Role(user.role.value), organisation=organisation, user=user.id, user_name=user.name
    )


@pytest.fixture
def owner(desk: Any) -> Context:
    return found(desk, OURS, "olga@mar.test")


def call(desk: Any, context: Context, method: str, **arguments: Any) -> Any:
    with acting(context):
        return getattr(desk.client, method)(**arguments)


def nobody(desk: Any, method: str, **arguments: Any) -> Any:
    return call(desk, Context(remote="192.0.2.1"), method, **arguments)


def invite(desk: Any, owner: Context, name: str, role: StaffRole = StaffRole.USER) -> User:
    user: User = call(desk, owner, "invite_user", name=name, email=f"{name}@mar.test", role=role)
    return user


def mails(desk: Any) -> list[NoticeQueued]:
    with acting(service_context(None)):
        while desk.service.answer_requests():
            pass
    return [each for each in desk.told() if isinstance(each, NoticeQueued)]


def link(desk: Any) -> str:
    """The token in the mail that left last."""
    match = re.search(r"https://hub\.test/a/(\S+)", mails(desk)[-1].text)
    assert match
    return match[1]


def enter(desk: Any, email: str, password: str = SECRET, **more: str) -> Session:
    step = nobody(
        desk, "begin_sign_in", email=email, password=password,
        **{"remote": "192.0.2.1", "device": FIREFOX, **more},
    )  # fmt: skip
    assert step.session is not None
    session: Session = step.session
    return session


def joined(desk: Any, owner: Context, name: str, role: StaffRole = StaffRole.USER) -> User:
    """A user who was invited and chose the password."""
    invite(desk, owner, name, role)
    nobody(desk, "use_account_link", token=link(desk), password=SECRET)
    return enter(desk, f"{name}@mar.test").user


def is_good(desk: Any, token: str) -> bool:
    try:
        nobody(desk, "authenticate", token=token)
    except Unknown:
        return False
    return True


def refused(desk: Any, context: Context, method: str, **arguments: Any) -> str:
    with pytest.raises(Failure) as caught:
        call(desk, context, method, **arguments)
    return caught.value.code


def test_who_is_invited_chooses_a_password_once(desk: Any, owner: Context) -> None:
    uwe = invite(desk, owner, "uwe")
    assert (uwe.invited, uwe.active, uwe.role) == (True, True, StaffRole.USER)
    [mail] = mails(desk)
    assert (mail.to.address, mail.subject) == ("uwe@mar.test", "Olga invites you to Mar e Terra")
    with pytest.raises(Unknown):
        enter(desk, "uwe@mar.test", "")
    token = link(desk)
    about = nobody(desk, "account_link", token=token)
    assert (about.purpose.value, about.email, about.organisation) == (
        "invitation", "uwe@mar.test", "Mar e Terra",
    )  # fmt: skip
    nobody(desk, "account_link", token=token)  # looking uses nothing up
    nobody(desk, "use_account_link", token=token, password=SECRET)
    user = enter(desk, "uwe@mar.test").user
    assert (user.id, user.invited) == (uwe.id, False)
    for method, more in (("account_link", {}), ("use_account_link", {"password": NEW})):
        assert refused(desk, Context(), method, token=token, **more) == "accounts.link_unknown"
    with desk.database.reading(EVERYWHERE) as session:
        assert session.scalars(select(LinkRow)).all() == []


def test_a_new_invitation_ends_the_one_before(desk: Any, owner: Context) -> None:
    uwe = invite(desk, owner, "uwe")
    first = link(desk)
    call(desk, owner, "reinvite_user", id=uwe.id)
    second = link(desk)
    assert refused(desk, Context(), "account_link", token=first) == "accounts.link_unknown"
    nobody(desk, "use_account_link", token=second, password=SECRET)
    assert refused(desk, owner, "reinvite_user", id=uwe.id) == "accounts.not_invited"


@pytest.mark.parametrize("change", ["late", "deactivated"])
def test_a_link_that_is_over_opens_nothing(desk: Any, owner: Context, change: str) -> None:
    uwe = invite(desk, owner, "uwe")
    token = link(desk)
    if change == "late":
        with desk.database.transaction(EVERYWHERE) as session:
            session.execute(
                update(LinkRow)
                .values(expires_at=datetime.now(UTC))
                .execution_options(synchronize_session=False)
            )
    else:
        call(desk, owner, "update_user", id=uwe.id, version=1, active=False)
        call(desk, owner, "update_user", id=uwe.id, version=2, active=True)
    assert refused(desk, Context(), "account_link", token=token) == "accounts.link_unknown"
    assert (
        refused(desk, Context(), "use_account_link", token=token, password=SECRET)
        == "accounts.link_unknown"
    )


@pytest.mark.parametrize("token", ["", "fk_", "x" * 200, "fl_" + "x" * 43, "ü", "\x01"])
def test_what_is_no_link_opens_nothing(desk: Any, owner: Context, token: str) -> None:
    assert refused(desk, Context(), "account_link", token=token) == "accounts.link_unknown"


def test_an_owner_without_a_password_keeps_no_organisation(desk: Any, owner: Context) -> None:
    invite(desk, owner, "ono", StaffRole.OWNER)
    for change in ({"active": False}, {"role": StaffRole.USER}):
        assert refused(
            desk, owner, "update_user", id=owner.user, version=1, **change
        ) == "accounts.last_owner"  # fmt: skip
    nobody(desk, "use_account_link", token=link(desk), password=SECRET)
    call(desk, owner, "update_user", id=owner.user, version=1, role=StaffRole.USER)


def test_a_new_password_by_mail_ends_all_sessions(desk: Any, owner: Context) -> None:
    session = enter(desk, "olga@mar.test")
    nobody(desk, "request_password_reset", email=" OLGA@mar.test", remote="192.0.2.1")
    token = link(desk)
    assert nobody(desk, "account_link", token=token).purpose.value == "reset"
    nobody(desk, "use_account_link", token=token, password=NEW)
    assert not is_good(desk, session.token)
    with pytest.raises(Unknown):
        enter(desk, "olga@mar.test")
    enter(desk, "olga@mar.test", NEW)
    assert SessionsEnded(user=session.user.id) in desk.told()
    desk.settle(OURS)
    [told] = call(desk, owner, "list_notifications").notifications
    assert told.title == "Your password was set anew"
    actions = [each.action for each in desk.recorded()]
    assert actions[-1] == "user.password_reset"
    assert desk.recorded()[-1].user == session.user.id


def test_nobody_learns_who_has_an_account(desk: Any, owner: Context) -> None:
    uwe = joined(desk, owner, "uwe")
    call(desk, owner, "update_user", id=uwe.id, version=uwe.version, active=False)
    count = len(mails(desk))
    for email in ("nobody@mar.test", "uwe@mar.test", "", "\0", "x" * 500):
        assert nobody(desk, "request_password_reset", email=email, remote="a") is None
    assert len(mails(desk)) == count


def test_requests_for_passwords_are_slowed_down(desk: Any, owner: Context) -> None:
    def codes(email: str) -> list[str]:
        told = []
        for number in range(6):
            try:
                nobody(desk, "request_password_reset", email=email, remote=f"{email}{number}")
            except TooMany as error:
                told.append(error.code)
        return told

    assert codes("olga@mar.test") == codes("nobody@mar.test") != []


def test_who_is_invited_and_forgets_gets_the_invitation_again(desk: Any, owner: Context) -> None:
    invite(desk, owner, "uwe")
    nobody(desk, "request_password_reset", email="uwe@mar.test", remote="a")
    assert nobody(desk, "account_link", token=link(desk)).purpose.value == "invitation"


def test_sessions_are_listed_and_ended(desk: Any, owner: Context) -> None:
    here = enter(desk, "olga@mar.test")
    there = enter(desk, "olga@mar.test", remote="198.51.100.7", device="curl/8")
    uwes = enter(desk, joined(desk, owner, "uwe").email)
    listed = call(desk, owner, "list_sessions", keep=here.token)
    assert {(each.device, each.remote, each.current) for each in listed} == {
        ("Firefox on Linux", "192.0.2.1", True), ("curl", "198.51.100.7", False),
    }  # fmt: skip
    assert here.token not in repr(listed)
    [other] = [each for each in listed if not each.current]
    call(desk, owner, "end_session", id=other.id)
    assert (is_good(desk, here.token), is_good(desk, there.token)) == (True, False)
    assert refused(desk, owner, "end_session", id=other.id) == "accounts.session_not_found"
    enter(desk, "olga@mar.test")
    call(desk, owner, "end_other_sessions", keep=here.token)
    assert [each.current for each in call(desk, owner, "list_sessions", keep=here.token)] == [True]
    assert is_good(desk, uwes.token)
    his = call(desk, as_user(uwes.user), "list_sessions")[0]
    assert refused(desk, owner, "end_session", id=his.id) == "accounts.session_not_found"
    shown = call(desk, owner, "list_user_sessions", id=uwes.user.id)
    assert shown[0].id == his.id
    assert not any(each.current for each in shown)
    call(desk, owner, "end_user_sessions", id=uwes.user.id)
    assert call(desk, owner, "list_user_sessions", id=uwes.user.id) == []
    assert not is_good(desk, uwes.token)


def test_where_a_session_was_seen_last_is_kept(desk: Any, owner: Context) -> None:
    session = enter(desk, "olga@mar.test")

    with desk.database.transaction(EVERYWHERE) as transaction:
        transaction.execute(
            update(SessionRow)
            .values(used_at=datetime.now(UTC) - timedelta(minutes=5))
            .execution_options(synchronize_session=False)
        )
    call(desk, Context(remote="203.0.113.5"), "authenticate", token=session.token)
    [listed] = call(desk, owner, "list_sessions")
    assert listed.remote == "203.0.113.5"


def test_the_end_of_sessions_is_told_whenever_rights_change(desk: Any, owner: Context) -> None:
    uwe = joined(desk, owner, "uwe")

    def ends() -> int:
        told: list[Any] = desk.told()
        return told.count(SessionsEnded(user=uwe.id))

    before = ends()
    call(desk, owner, "update_user", id=uwe.id, version=uwe.version, role=StaffRole.ADMIN)
    call(desk, owner, "update_user", id=uwe.id, version=uwe.version + 1, name="Uwe")
    assert ends() == before + 1
    call(desk, owner, "update_user", id=uwe.id, version=uwe.version + 2, active=False)
    assert ends() == before + 2


# Second factor


def enrolled(desk: Any, context: Context) -> tuple[bytes, list[str]]:
    """The user's secret and recovery codes, once in force."""
    shown = call(desk, context, "enrol_second_factor", password=SECRET).secret
    secret = base64.b32decode(shown)
    # A step back, so that the present code is still good for signing in.
    code = totp.code(secret, totp.step_at(datetime.now(UTC)) - 1)
    return secret, call(desk, context, "confirm_second_factor", code=code)


def present(secret: bytes) -> str:
    return totp.code(secret, totp.step_at(datetime.now(UTC)))


def ticket(desk: Any, email: str = "olga@mar.test") -> str:
    step = nobody(desk, "begin_sign_in", email=email, password=SECRET, remote="a")
    assert step.session is None
    assert step.ticket is not None
    made: str = step.ticket
    return made


def finish(desk: Any, ticket: str, code: str) -> Session:
    session: Session = nobody(desk, "finish_sign_in", ticket=ticket, code=code, remote="a")
    return session


def test_signing_in_takes_a_code_then(desk: Any, owner: Context) -> None:
    secret, _ = enrolled(desk, owner)
    first = ticket(desk)
    assert refused(desk, Context(), "authenticate", token=first) == "accounts.session_ended"
    assert refused(
        desk, Context(), "account_link", token=first
    ) == "accounts.link_unknown"  # fmt: skip
    assert refused(
        desk, Context(), "sign_in", email="olga@mar.test", password=SECRET, remote="a"
    ) == "accounts.second_factor_needed"  # fmt: skip
    with pytest.raises(Unknown) as caught:
        finish(desk, first, "000000")
    assert caught.value.code == "accounts.wrong_code"
    code = present(secret)
    session = finish(desk, first, code)
    assert is_good(desk, session.token)
    assert session.user.second_factor
    for again in (first, ticket(desk)):
        with pytest.raises(Unknown):
            finish(desk, again, code)  # replayed within its half minute
    assert call(desk, owner, "me").user.second_factor


def test_a_recovery_code_opens_once(desk: Any, owner: Context) -> None:
    _, codes = enrolled(desk, owner)
    assert len(codes) == totp.RECOVERY
    finish(desk, ticket(desk), codes[0].upper())
    with pytest.raises(Unknown):
        finish(desk, ticket(desk), codes[0])
    fresh = call(desk, owner, "renew_recovery_codes", password=SECRET)
    with pytest.raises(Unknown):
        finish(desk, ticket(desk), codes[1])
    finish(desk, ticket(desk), fresh[0])
    actions = [each.action for each in desk.recorded()]
    assert {"user.second_factor_enabled", "user.recovery_code_used"} <= set(actions)


def test_codes_are_not_guessed(desk: Any, owner: Context) -> None:
    secret, _ = enrolled(desk, owner)
    open_ticket = ticket(desk)
    for _ in range(6):
        with pytest.raises(Unknown):
            finish(desk, open_ticket, "000000")
    with pytest.raises(TooMany):
        finish(desk, open_ticket, present(secret))
    with pytest.raises(TooMany):  # from wherever, and with whatever ticket
        finish(desk, ticket(desk), present(secret))


def test_a_ticket_is_good_for_minutes(desk: Any, owner: Context) -> None:
    secret, _ = enrolled(desk, owner)
    late = ticket(desk)
    with desk.database.transaction(EVERYWHERE) as session:
        session.execute(
            update(LinkRow)
            .values(expires_at=datetime.now(UTC))
            .execution_options(synchronize_session=False)
        )
    with pytest.raises(Unknown) as caught:
        finish(desk, late, present(secret))
    assert caught.value.code == "accounts.ticket_ended"


def test_a_factor_is_in_force_only_once_confirmed(desk: Any, owner: Context) -> None:
    call(desk, owner, "enrol_second_factor", password=SECRET)
    with pytest.raises(Invalid) as caught:
        call(desk, owner, "confirm_second_factor", code="000000")
    assert caught.value.code == "accounts.wrong_code"
    enter(desk, "olga@mar.test")
    enrolled(desk, owner)
    codes = refused(desk, owner, "enrol_second_factor", password=SECRET)
    assert codes == "accounts.second_factor_set"
    assert refused(desk, owner, "confirm_second_factor", code="1") == "accounts.not_enrolled"
    call(desk, owner, "disable_second_factor", password=SECRET)
    enter(desk, "olga@mar.test")
    assert refused(
        desk, owner, "renew_recovery_codes", password=SECRET
    ) == "accounts.not_enrolled"  # fmt: skip


@pytest.mark.parametrize(
    "method", ["enrol_second_factor", "renew_recovery_codes", "disable_second_factor"]
)
def test_each_step_wants_the_password(desk: Any, owner: Context, method: str) -> None:
    for _ in range(6):
        with pytest.raises(Invalid) as caught:
            call(desk, owner, method, password="wrong letters")
        assert caught.value.code == "accounts.wrong_password"
        assert caught.value.details["errors"][0]["field"] == "password"
    with pytest.raises(TooMany):
        call(desk, owner, method, password=SECRET)


def test_the_secret_is_encrypted_and_recovery_hashed(desk: Any, owner: Context) -> None:
    secret, codes = enrolled(desk, owner)
    with desk.database.reading(EVERYWHERE) as session:
        [row] = session.scalars(select(FactorRow)).all()
    stored = row.secret + repr(row.recovery).encode()
    for word in (secret, totp.shown(secret).encode(), *(code.encode() for code in codes)):
        assert word not in stored
    assert totp.shown(secret) not in repr(desk.said())


def test_an_owner_helps_who_lost_the_factor(desk: Any, owner: Context) -> None:
    uwe = joined(desk, owner, "uwe")
    admin = as_user(joined(desk, owner, "adam", StaffRole.ADMIN))
    enrolled(desk, as_user(uwe))
    enrolled(desk, owner)
    assert not call(desk, admin, "remove_second_factor", id=uwe.id).second_factor
    enter(desk, "uwe@mar.test")
    for method in ("remove_second_factor", "end_user_sessions", "list_user_sessions"):
        assert refused(desk, admin, method, id=owner.user) == "accounts.owners_only"
    ticket(desk)


def test_the_organisation_may_want_a_factor(desk: Any, owner: Context) -> None:
    uwe = joined(desk, owner, "uwe")
    session, program = enter(desk, "uwe@mar.test"), as_user(uwe)
    token = call(desk, program, "create_api_token", name="x").secret
    organisation = call(desk, owner, "get_organisation")
    settings = replace(organisation.settings, second_factor_roles=[StaffRole.USER])
    call(desk, owner, "update_settings", settings=settings, version=organisation.version)
    assert nobody(desk, "authenticate", token=session.token).scopes == ["profile"]
    assert nobody(desk, "authenticate", token=token).scopes == []
    assert call(desk, program, "me").must_enrol
    limited = replace(program, scopes=("profile",))
    assert refused(desk, limited, "list_users") == "rights.out_of_scope"
    assert refused(desk, limited, "create_api_token", name="y") == "accounts.beyond_own_scopes"
    enrolled(desk, limited)
    assert nobody(desk, "authenticate", token=session.token).scopes is None
    assert refused(
        desk, program, "disable_second_factor", password=SECRET
    ) == "accounts.second_factor_required"  # fmt: skip


# Scopes


def test_a_token_makes_none_that_outlives_it(desk: Any, owner: Context) -> None:
    end = datetime.now(UTC) + timedelta(hours=1)
    made = call(desk, owner, "create_api_token", name="x", expires_at=end)
    identity = nobody(desk, "authenticate", token=made.secret)
    assert identity.expires_at == end
    program = replace(owner, expires_at=identity.expires_at)
    for later in (None, end + timedelta(seconds=1)):
        assert refused(
            desk, program, "create_api_token", name="y", expires_at=later
        ) == "accounts.beyond_own_end"  # fmt: skip
    call(desk, program, "create_api_token", name="y", expires_at=end)
    endless = call(desk, owner, "create_api_token", name="z").secret
    assert nobody(desk, "authenticate", token=endless).expires_at is None


def test_a_token_is_limited_and_ends(desk: Any, owner: Context) -> None:
    made = call(
        desk, owner, "create_api_token", name="x", scopes=[Scope.READ],
        expires_at=datetime.now(UTC) + timedelta(hours=1),
    )  # fmt: skip
    identity = nobody(desk, "authenticate", token=made.secret)
    assert identity.scopes == ["read"]
    program = replace(owner, scopes=tuple(identity.scopes))
    call(desk, program, "list_users")
    call(desk, program, "me")
    for method, arguments in (
        ("update_me", {"name": "x"}),
        ("create_api_token", {"name": "x"}),
        ("invite_user", {"name": "x", "email": "x@mar.test", "role": StaffRole.USER}),
        ("list_audit", {}),
    ):
        assert refused(desk, program, method, **arguments) == "rights.out_of_scope"
    [listed] = call(desk, owner, "list_api_tokens")
    assert (listed.scopes, listed.expires_at, listed.secret) == (
        [Scope.READ], made.expires_at, None,
    )  # fmt: skip
    assert listed.last_used_at is not None

    with desk.database.transaction(EVERYWHERE) as session:
        session.execute(
            update(TokenRow)
            .values(expires_at=datetime.now(UTC))
            .execution_options(synchronize_session=False)
        )
    assert not is_good(desk, made.secret)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"expires_at": datetime(2026, 1, 1, tzinfo=UTC)}, "expires_at"),
        ({"expires_at": datetime(2036, 1, 1)}, "expires_at"),  # noqa: DTZ001
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes[0]"),
    ],
)
def test_wrong_tokens_are_refused(
    desk: Any, owner: Context, arguments: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        call(desk, owner, "create_api_token", name="x", **arguments)
    assert caught.value.details["errors"][0]["field"] == field


@given(
    st.none() | st.lists(st.sampled_from(Scope), unique=True),
    st.none() | st.lists(st.sampled_from(Scope), unique=True),
)
def test_no_token_makes_one_that_may_more(
    own: list[Scope] | None, wanted: list[Scope] | None
) -> None:
    names = None if own is None else [scope.value for scope in own]
    beyond = own is not None and (wanted is None or not set(wanted) <= set(own))
    try:
        check_scopes(names, wanted)
    except Forbidden:
        assert beyond
    else:
        assert not beyond


MANAGED: dict[str, dict[str, Any]] = {
    "invite_user": {"name": "x", "email": "x@mar.test", "role": StaffRole.USER},
    "reinvite_user": {"id": uuid4()},
    "end_user_sessions": {"id": uuid4()},
    "list_user_sessions": {"id": uuid4()},
    "remove_second_factor": {"id": uuid4()},
}
OWN: dict[str, dict[str, Any]] = {
    "list_sessions": {},
    "end_session": {"id": uuid4()},
    "end_other_sessions": {},
    "enrol_second_factor": {"password": SECRET},
    "confirm_second_factor": {"code": "000000"},
    "renew_recovery_codes": {"password": SECRET},
    "disable_second_factor": {"password": SECRET},
}


@pytest.mark.parametrize("method", MANAGED)
@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.USER])
def test_only_management_manages(desk: Any, owner: Context, method: str, role: Role) -> None:
    context = replace(owner, role=role)
    assert refused(desk, context, method, **MANAGED[method]) == "rights.forbidden"


@pytest.mark.parametrize("method", OWN)
def test_only_a_person_has_a_profile(desk: Any, owner: Context, method: str) -> None:
    assert refused(desk, service_context(OURS), method, **OWN[method]) == "rights.forbidden"


def test_anothers_user_is_as_good_as_none(desk: Any, owner: Context) -> None:
    uwe = invite(desk, owner, "uwe")
    stranger = found(desk, THEIRS, "otto@sol.test")
    managing = ("reinvite_user", "list_user_sessions", "end_user_sessions", "remove_second_factor")
    for method in managing:
        for id in (uwe.id, uuid4()):
            with pytest.raises(NotFound):
                call(desk, stranger, method, id=id)
    forged = replace(owner, organisation=THEIRS)
    assert call(desk, forged, "list_sessions") == []
    with pytest.raises(NotFound):
        call(desk, forged, "enrol_second_factor", password=SECRET)
    with pytest.raises(Conflict):
        call(desk, stranger, "invite_user", name="x", email="uwe@mar.test", role=StaffRole.USER)
