"""Signing in and what follows from it, on both databases."""

from __future__ import annotations

import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from accounts import sign_in
from accounts.domain.passwords import Passwords
from accounts.domain.throttle import sign_in_limits
from accounts.domain.tokens import IDLE, LONGEST
from accounts.store.attempts import AttemptRow
from accounts.store.people import UserRow
from accounts.store.sessions import SessionRow, TokenRow
from contracts.accounts import Branding, Organisation, Session, Settings, StaffRole, User
from fairlead.context import Context, Role, acting, service_context
from fairlead.errors import Conflict, Failure, Invalid, TooMany, Unauthenticated
from fairlead.store import EVERYWHERE

T = TypeVar("T")
OURS = UUID(int=1)
SETTINGS = Settings(
    zone="Europe/Lisbon", language="pt-PT", currency="EUR", branding=Branding(name="Mar")
)
SECRET = "ten letters"


@pytest.fixture
def accounts(desk: Any) -> Any:
    with acting(service_context(None)):
        found(desk)
    with acting(Context()):
        yield desk.client


def found(desk: Any, owner_email: str = "Olga@mar.test") -> Organisation:
    organisation: Organisation = desk.client.found_organisation(
        id=OURS, name="Mar", settings=SETTINGS, owner_name="Olga", owner_email=owner_email,
        owner_password=SECRET,
    )  # fmt: skip
    return organisation


def enter(accounts: Any, password: str = SECRET, **more: str) -> Session:
    arguments = {"email": "olga@mar.test", "remote": "192.0.2.1", **more}
    session: Session = accounts.sign_in(password=password, **arguments)
    return session


def as_user(session: Session) -> Context:
    return Context(role=Role(session.user.role.value), organisation=OURS, user=session.user.id)


def another_user(accounts: Any, name: str, role: StaffRole = StaffRole.USER) -> User:
    with acting(as_user(enter(accounts))):
        user: User = accounts.create_user(
            name=name, email=f"{name}@mar.test", role=role, password=SECRET
        )
        return user


def is_good(accounts: Any, token: str) -> bool:
    try:
        accounts.authenticate(token=token)
    except Unauthenticated:
        return False
    return True


def at_once(calls: Sequence[Callable[[], T]]) -> list[T | Failure]:
    """What each call answered or how it failed, all of them begun in one moment."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T | Failure:
        start.wait(10)
        try:
            return call()
        except Failure as failure:
            return failure

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def shift(desk: Any, model: Any, **columns: datetime) -> None:
    """Put moments into all rows of a table."""
    with desk.database.transaction(EVERYWHERE) as session:
        session.execute(
            update(model).values(**columns).execution_options(synchronize_session=False)
        )


def rows(desk: Any, model: Any) -> list[Any]:
    with desk.database.reading(EVERYWHERE) as session:
        return list(session.scalars(select(model)))


def test_one_signs_in_with_the_address_in_any_case(accounts: Any) -> None:
    session = enter(accounts, email=" OLGA@MAR.test ")
    assert (session.user.name, session.organisation.id) == ("Olga", OURS)
    left = session.expires_at - datetime.now(UTC)
    assert LONGEST - timedelta(minutes=1) < left <= LONGEST
    identity = accounts.authenticate(token=session.token)
    assert (identity.organisation, identity.user) == (OURS, session.user.id)
    assert (identity.name, identity.role) == ("Olga", Role.OWNER)
    assert identity.csrf == session.csrf
    assert enter(accounts).token != session.token


def test_what_is_wrong_is_not_told(accounts: Any) -> None:
    told = set()
    for email, password in (
        ("olga@mar.test", "wrong letters"),
        ("nobody@mar.test", SECRET),
        ("", ""),
        ("olga@mar.test\0", "ten letterz"),
        ("olga@mar.test", SECRET + " "),
        ("olga' OR 1=1 --", SECRET),
    ):
        with pytest.raises(Unauthenticated) as caught:
            enter(accounts, password, email=email)
        told.add((caught.value.code, caught.value.message, str(caught.value.details)))
    assert {code for code, _, _ in told} == {"accounts.wrong_credentials"}
    assert len(told) == 1


def test_an_unknown_address_takes_as_long(desk: Any, accounts: Any) -> None:
    another_user(accounts, "uwe")
    with acting(as_user(enter(accounts))):
        [uwe] = [user for user in accounts.list_users() if user.name == "uwe"]
        accounts.update_user(id=uwe.id, version=1, active=False)
    # Costs that stand out from the rest of the work, for every hash that is compared.
    costly = Passwords(PasswordHasher(time_cost=2, memory_cost=16_384, parallelism=1))
    desk.service.passwords = costly
    with desk.database.transaction(EVERYWHERE) as session:
        session.execute(
            update(UserRow)
            .values(password=costly.hash(SECRET))
            .execution_options(synchronize_session=False)
        )

    def seconds(email: str, remote: str) -> float:
        begun = time.perf_counter()
        with pytest.raises(Unauthenticated):
            enter(accounts, "wrong letters", email=email, remote=remote)
        return time.perf_counter() - begun

    seconds("nobody@mar.test", "first")
    known, unknown, inactive = [], [], []
    for number in range(11):  # in turn, because the load of the machine drifts
        known.append(seconds("olga@mar.test", f"a{number}"))
        unknown.append(seconds("nobody@mar.test", f"a{number}"))
        inactive.append(seconds("uwe@mar.test", f"a{number}"))
    for others in (unknown, inactive):
        ratio = statistics.median(b / a for a, b in zip(known, others, strict=True))
        assert 0.5 < ratio < 2.0


def test_guessing_is_slowed_down(desk: Any, accounts: Any) -> None:
    for _ in range(6):
        with pytest.raises(Unauthenticated):
            enter(accounts, "wrong letters")
    for password in ("wrong letters", SECRET):
        with pytest.raises(TooMany) as caught:
            enter(accounts, password)
        assert caught.value.code == "accounts.throttled"
        assert caught.value.details["retry_after"] == 1
    assert enter(accounts, remote="192.0.2.2").token  # another address is another matter
    shift(desk, AttemptRow, open_at=datetime.now(UTC))
    with pytest.raises(Unauthenticated):
        enter(accounts, "wrong letters")
    with pytest.raises(TooMany) as caught:
        enter(accounts)
    assert caught.value.details["retry_after"] == 2
    shift(desk, AttemptRow, open_at=datetime.now(UTC))
    enter(accounts)
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            enter(accounts, "wrong letters")
    enter(accounts)  # the right one had cleared the count


def test_one_password_on_many_users_is_slowed_down(accounts: Any) -> None:
    outcomes = []
    for number in range(53):
        with pytest.raises((Unauthenticated, TooMany)) as caught:
            enter(accounts, email=f"guess{number}@mar.test")
        outcomes.append(type(caught.value))
    assert outcomes == [Unauthenticated] * 51 + [TooMany] * 2


def test_attempts_at_once_do_not_slip_through_together(desk: Any) -> None:
    bounds = sign_in_limits("olga@mar.test", "192.0.2.1")
    attempts = at_once([lambda: sign_in.count(desk.service.store, bounds)] * 20)
    assert Counter(type(each) for each in attempts) == {type(None): 6, TooMany: 14}


def test_a_session_lives_while_it_is_used(desk: Any, accounts: Any) -> None:
    now = datetime.now(UTC)
    token = enter(accounts).token
    shift(desk, SessionRow, used_at=now - IDLE + timedelta(minutes=1))
    assert is_good(accounts, token)
    assert rows(desk, SessionRow)[0].used_at >= now  # used: it slides on
    shift(desk, SessionRow, used_at=now - IDLE)
    assert not is_good(accounts, token)
    shift(desk, SessionRow, used_at=now, created_at=now - LONGEST)
    assert not is_good(accounts, token)


def test_a_use_is_written_down_once_a_minute(desk: Any, accounts: Any) -> None:
    session = enter(accounts)
    with acting(as_user(session)):
        secret = accounts.create_api_token(name="x").secret
    for model, token in ((SessionRow, session.token), (TokenRow, secret)):
        accounts.authenticate(token=token)
        recent = datetime.now(UTC) - timedelta(seconds=30)
        shift(desk, model, used_at=recent)
        accounts.authenticate(token=token)
        assert rows(desk, model)[0].used_at == recent
        shift(desk, model, used_at=recent - timedelta(seconds=31))
        accounts.authenticate(token=token)
        assert rows(desk, model)[0].used_at > recent


def test_signing_out_ends_one_session(accounts: Any) -> None:
    first, second = enter(accounts), enter(accounts)
    accounts.sign_out(token=first.token)
    accounts.sign_out(token=first.token)
    accounts.sign_out(token="nothing")
    assert not is_good(accounts, first.token)
    assert is_good(accounts, second.token)


@pytest.mark.parametrize("token", ["", "fl_", "fs_", "x" * 10_000, "fl_" + "x" * 43, "\0", "ü"])
def test_what_is_no_token_is_nobodys(accounts: Any, token: str) -> None:
    with pytest.raises(Unauthenticated) as caught:
        accounts.authenticate(token=token)
    assert caught.value.code == "accounts.session_ended"


def test_who_is_deactivated_is_out_at_once(accounts: Any) -> None:
    uwe = another_user(accounts, "uwe")
    session = enter(accounts, email="uwe@mar.test")
    with acting(as_user(session)):
        secret = accounts.create_api_token(name="x").secret
    with acting(as_user(enter(accounts))):
        accounts.update_user(id=uwe.id, version=1, active=False)
    assert not is_good(accounts, session.token)
    assert not is_good(accounts, secret)
    with pytest.raises(Unauthenticated):
        enter(accounts, email="uwe@mar.test")
    with acting(as_user(enter(accounts))):
        accounts.update_user(id=uwe.id, version=2, active=True)
    assert not is_good(accounts, session.token)
    assert not is_good(accounts, secret)
    assert enter(accounts, email="uwe@mar.test").user.id == uwe.id


def test_a_new_role_holds_in_sessions_that_are_open(accounts: Any) -> None:
    uwe = another_user(accounts, "uwe")
    session = enter(accounts, email="uwe@mar.test")
    with acting(as_user(enter(accounts))):
        accounts.update_user(id=uwe.id, version=1, role=StaffRole.ADMIN)
    assert accounts.authenticate(token=session.token).role is Role.ADMIN


def test_a_new_password_ends_the_other_sessions(accounts: Any) -> None:
    kept, other = enter(accounts), enter(accounts)
    with acting(as_user(kept)):
        accounts.change_password(old=SECRET, new="eleven letters", keep=kept.token)
    assert is_good(accounts, kept.token)
    assert not is_good(accounts, other.token)
    with pytest.raises(Unauthenticated):
        enter(accounts)
    enter(accounts, "eleven letters")
    with acting(as_user(kept)):
        accounts.change_password(old="eleven letters", new=SECRET)
    assert not is_good(accounts, kept.token)


def test_the_old_password_is_not_guessed_through_a_session(accounts: Any) -> None:
    session = enter(accounts)
    with acting(as_user(session)):
        for _ in range(6):
            with pytest.raises(Invalid) as caught:
                accounts.change_password(old="wrong letters", new="eleven letters")
            assert caught.value.code == "accounts.wrong_password"
            assert caught.value.details["errors"][0]["field"] == "old"
        with pytest.raises(TooMany):
            accounts.change_password(old=SECRET, new="eleven letters")
    assert is_good(accounts, session.token)
    enter(accounts)


def test_costs_of_a_hash_are_renewed_at_sign_in(desk: Any, accounts: Any) -> None:
    before = rows(desk, UserRow)[0].password
    desk.service.passwords = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    enter(accounts)
    after = rows(desk, UserRow)[0].password
    assert after != before
    assert "m=16,t=2" in after
    enter(accounts)
    assert rows(desk, UserRow)[0].password == after


def test_nothing_that_lets_in_is_stored(desk: Any, accounts: Any) -> None:
    session = enter(accounts)
    with acting(as_user(session)):
        secret = accounts.create_api_token(name="x").secret
    stored = repr(
        [vars(row) for model in (UserRow, SessionRow, TokenRow) for row in rows(desk, model)]
    )
    for word in (SECRET, session.token, session.csrf, secret):
        assert word not in stored


def test_what_is_over_is_swept_out(desk: Any, accounts: Any) -> None:
    now = datetime.now(UTC)
    kept = enter(accounts)
    with pytest.raises(Unauthenticated):
        enter(accounts, "wrong letters")
    with acting(service_context(None)):
        desk.service.purge()
    assert is_good(accounts, kept.token)
    assert rows(desk, AttemptRow)
    shift(desk, SessionRow, used_at=now - IDLE - timedelta(seconds=1))
    shift(desk, AttemptRow, open_at=now, clear_at=now)
    with acting(service_context(None)):
        desk.service.purge()
    assert rows(desk, SessionRow) == []
    assert rows(desk, AttemptRow) == []


def test_two_owners_who_demote_each_other_leave_one(accounts: Any) -> None:
    for number in range(5):
        [keeper] = [
            user for user in owners(accounts) if user.role is StaffRole.OWNER and user.active
        ]
        other = another_owner(accounts, keeper, f"ono{number}")
        pair = [(keeper, other), (other, keeper)]

        def demote(actor: User, victim: User) -> Callable[[], User]:
            def call() -> User:
                context = Context(role=Role.OWNER, organisation=OURS, user=actor.id)
                with acting(context):
                    user: User = accounts.update_user(
                        id=victim.id, version=victim.version, role=StaffRole.USER
                    )
                    return user

            return call

        outcomes = Counter(type(each) for each in at_once([demote(*each) for each in pair]))
        assert outcomes == {User: 1, Conflict: 1}


def owners(accounts: Any) -> list[User]:
    with acting(service_context(OURS)):
        return list(accounts.list_users())


def another_owner(accounts: Any, keeper: User, name: str) -> User:
    with acting(Context(role=Role.OWNER, organisation=OURS, user=keeper.id)):
        user: User = accounts.create_user(
            name=name, email=f"{name}@mar.test", role=StaffRole.OWNER, password=SECRET
        )
        return user


def test_founding_at_once_founds_once(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # Real threads cannot share eventlet's pool of threads.
    monkeypatch.setattr(
        "accounts.doors.organisation.apart", lambda work, *arguments: work(*arguments)
    )

    def call(number: int) -> Callable[[], Organisation]:
        def once() -> Organisation:
            with acting(service_context(None)):
                return found(desk, f"owner{number}@mar.test")

        return once

    made = at_once([call(number) for number in range(6)])
    assert made == [made[0]] * 6
    assert isinstance(made[0], Organisation)
    assert len(rows(desk, UserRow)) == 1
