"""The rights table: scopes only take away, and each row falls under one that a token can have."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import rights
from contracts.accounts import Scope
from fairlead.context import Context, Role
from fairlead.contract import Right
from fairlead.errors import Failure

limits = st.none() | st.lists(st.sampled_from(rights.SCOPES)).map(tuple)


def allowed(right: Right, role: Role, scopes: tuple[str, ...] | None) -> bool:
    try:
        right.check(Context(role=role, scopes=scopes))
    except Failure:
        return False
    return True


@given(st.sampled_from(rights.TABLE), st.sampled_from(Role), limits)
def test_scopes_only_take_away(right: Right, role: Role, scopes: tuple[str, ...] | None) -> None:
    has = role in right.roles
    assert allowed(right, role, None) == has
    reached = scopes is None or not right.scope or right.scope in scopes
    assert allowed(right, role, scopes) == (has and reached)


def test_each_row_stands_there_once_and_says_its_scope() -> None:
    """Two branches that are merged may leave a row twice, of which the last would count."""
    tree = ast.parse(Path(rights.__file__).read_text(encoding="utf-8"))
    rows = [
        (target.id, len(node.value.args))
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        for target in node.targets
        if isinstance(target, ast.Name) and getattr(node.value.func, "id", "") == "Right"
    ]
    assert len(rows) == len({name for name, _ in rows}) == len(rights.TABLE)
    assert [name for name, arguments in rows if arguments != 3] == []


def test_a_token_can_have_each_scope_of_the_table() -> None:
    assert {right.scope for right in rights.TABLE} - {""} == set(rights.SCOPES)
    assert {scope.value for scope in Scope} == set(rights.SCOPES)


@pytest.mark.parametrize("right", rights.TABLE, ids=lambda right: str(right.name))
def test_what_no_scope_limits_changes_nothing(right: Right) -> None:
    if not right.scope:
        assert right in (rights.PUBLIC, rights.SERVICES_ONLY, rights.SEE_ONESELF)
