"""Who may change which user."""

from __future__ import annotations

import itertools
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.domain.users import (
    Standing,
    check_change,
    check_email,
    check_owner_left,
    email_key,
)
from contracts.accounts import StaffRole
from fairlead.context import Role
from fairlead.errors import Conflict, Forbidden, Invalid

OWNER, USER = Standing(StaffRole.OWNER, True), Standing(StaffRole.USER, True)
standings = [Standing(role, active) for role in StaffRole for active in (True, False)]


@pytest.mark.parametrize("actor", [role for role in Role if role is not Role.OWNER])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, OWNER),
        (USER, OWNER),
        (OWNER, USER),
        (OWNER, Standing(StaffRole.OWNER, False)),
        (Standing(StaffRole.OWNER, False), OWNER),
    ],
)
def test_only_owners_touch_owners(actor: Role, before: Standing | None, after: Standing) -> None:
    with pytest.raises(Forbidden) as caught:
        check_change(actor, before, after)
    assert caught.value.code == "accounts.owners_only"
    check_change(Role.OWNER, before, after)


@pytest.mark.parametrize("actor", [Role.ADMIN, Role.SERVICE])
def test_others_are_changed_by_whoever_manages_users(actor: Role) -> None:
    lesser = [standing for standing in standings if standing.role is not StaffRole.OWNER]
    for before, after in itertools.product([None, *lesser], lesser):
        check_change(actor, before, after)


def test_an_owners_name_may_be_changed_by_an_admin() -> None:
    check_change(Role.ADMIN, OWNER, OWNER)


@given(
    st.lists(st.sampled_from(standings), min_size=1, max_size=6).filter(
        lambda team: any(standing.keeps_organisation for standing in team)
    ),
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(standings)), max_size=40),
)
def test_an_organisation_never_loses_its_last_owner(
    team: list[Standing], changes: list[tuple[int, Standing]]
) -> None:
    for index, after in changes:
        who = index % len(team)
        others = sum(s.keeps_organisation for n, s in enumerate(team) if n != who)
        with suppress(Conflict):
            check_owner_left(team[who], after, others)
            team[who] = after
    assert any(standing.keeps_organisation for standing in team)


@pytest.mark.parametrize(
    "bad",
    ["", "anna", "anna@", "@hub.test", "anna@hub", "anna@[192.0.2.1]", "a b@hub.test",
     "anna@hub..test", "a@b@hub.test", "anna@hub.test\r\nBcc: x@hub.test", "Anna <anna@hub.test>",
     "anna@" + "a" * 250 + ".test"],
)  # fmt: skip
def test_malformed_addresses_are_named(bad: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_email(bad, "email")
    assert caught.value.details["errors"][0]["field"] == "email"


def test_addresses_are_told_apart_without_case() -> None:
    assert email_key(" Anna@Hub.test ") == email_key("anna@hub.TEST")
    assert check_email(" Anna@Hub.test ", "email") == "Anna@hub.test"
