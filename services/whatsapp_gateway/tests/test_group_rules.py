"""Receipts of a group and standings in it, in whatever order they are told."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from contracts.groups import Membership
from whatsapp_gateway.domain.grouping import HISTORY_KEPT, absent, gone, lengthened
from whatsapp_gateway.domain.progress import PieceState
from whatsapp_gateway.domain.receipts import Moments, overall, together

BEGIN = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
MOMENTS = st.integers(0, 20).map(lambda minutes: BEGIN + dt.timedelta(minutes=minutes))
TOLD = st.tuples(st.sampled_from([PieceState.DELIVERED, PieceState.READ]), MOMENTS)


def after(told: list[tuple[PieceState, dt.datetime]]) -> Moments:
    known = Moments()
    for state, at in told:
        known = known.with_told(state, at)
    return known


@given(
    st.lists(TOLD, max_size=6).flatmap(lambda told: st.tuples(st.just(told), st.permutations(told)))
)
def test_receipts_come_in_any_order_and_twice(
    both: tuple[list[tuple[PieceState, dt.datetime]], list[tuple[PieceState, dt.datetime]]],
) -> None:
    told, mixed = both
    assert after(told) == after([*mixed, *told])
    known = after(told)
    assert known.read_at is None or known.delivered_at is not None


@given(st.lists(st.lists(TOLD, max_size=3), max_size=4), TOLD)
def test_more_receipts_never_take_a_check_back(
    each: list[list[tuple[PieceState, dt.datetime]]], more: tuple[PieceState, dt.datetime]
) -> None:
    order = [PieceState.SENT, PieceState.DELIVERED, PieceState.READ]
    before = overall([after(told) for told in each])
    for number in range(len(each)):
        longer = [[*told, more] if n == number else told for n, told in enumerate(each)]
        now = overall([after(told) for told in longer])
        assert order.index(now) >= order.index(before)


def test_a_check_is_all_of_theirs() -> None:
    got, seen = Moments(BEGIN), Moments(BEGIN, BEGIN)
    assert overall([]) is PieceState.SENT
    assert overall([got, Moments()]) is PieceState.SENT
    assert overall([got, seen]) is PieceState.DELIVERED
    assert overall([seen, seen]) is PieceState.READ
    assert together([seen, got]) == Moments(BEGIN)
    assert together([seen, Moments()]) == Moments()


def test_who_was_never_in_it_did_not_leave() -> None:
    assert gone(Membership.ADDED, by_himself=True) is Membership.LEFT
    assert gone(Membership.ADDED, by_himself=False) is Membership.REMOVED
    assert gone(Membership.INVITED, by_himself=True) is Membership.INVITED
    assert absent(Membership.UNKNOWN) is Membership.REFUSED
    assert absent(Membership.ADDED) is Membership.REMOVED


def test_a_history_keeps_its_beginning() -> None:
    history = lengthened([], Membership.ASKED, BEGIN, None)
    for _ in range(3 * HISTORY_KEPT):
        history = lengthened(history, Membership.ADDED, BEGIN, None)
    assert len(history) == HISTORY_KEPT
    assert history[0].standing is Membership.ASKED
