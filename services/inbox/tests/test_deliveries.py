"""Deliveries: the same outcome in whatever order updates come."""

from __future__ import annotations

import datetime as dt
import itertools
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.channels import (
    EXPIRED_UNKNOWN,
    DeliveryStatus,
    DeliveryUpdated,
    Mailbox,
    RecipientRole,
)
from contracts.common import Channel
from contracts.inbox import Delivery, PartReceipts
from inbox.domain import deliveries

T0 = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
ID = UUID(int=1)


def fresh() -> Delivery:
    return deliveries.queued(ID, RecipientRole.TO, Mailbox(address="a@b.test"), T0)


def update(
    status: DeliveryStatus,
    minute: int = 1,
    *,
    code: str | None = None,
    reason: str | None = None,
    machine: bool = False,
    clicked: str | None = None,
    parts: tuple[int, int, int, int] | None = None,
) -> DeliveryUpdated:
    of, taken, delivered, refused = parts or (None, None, None, None)
    return DeliveryUpdated(
        delivery_id=ID,
        message_id=UUID(int=2),
        channel=Channel.EMAIL,
        address="a@b.test",
        status=status,
        at=T0 + dt.timedelta(minutes=minute),
        code=code,
        reason=reason,
        machine=machine,
        clicked=clicked,
        parts=of,
        parts_taken=taken,
        parts_delivered=delivered,
        parts_refused=refused,
    )


def after(*updates: DeliveryUpdated) -> Delivery:
    delivery = fresh()
    for each in updates:
        delivery = deliveries.applied(delivery, each)
    return delivery


S = DeliveryStatus


def test_each_status_keeps_its_moment() -> None:
    delivery = after(update(S.SENT, 1), update(S.DELIVERED, 2), update(S.READ, 9))
    assert delivery.status is S.READ
    assert delivery.sent_at == T0 + dt.timedelta(minutes=1)
    assert delivery.delivered_at == T0 + dt.timedelta(minutes=2)
    assert delivery.read_at == T0 + dt.timedelta(minutes=9)


def test_a_status_never_goes_backwards() -> None:
    delivery = after(update(S.READ, 9), update(S.SENT, 10), update(S.QUEUED, 11))
    assert delivery.status is S.READ


def test_a_bounce_may_come_after_delivered() -> None:
    delivery = after(
        update(S.DELIVERED, 2), update(S.FAILED, 60, code="5.1.1", reason="No such mailbox")
    )
    assert delivery.status is S.FAILED
    assert (delivery.code, delivery.reason) == ("5.1.1", "No such mailbox")
    assert delivery.delivered_at is not None


def test_a_machine_never_reads() -> None:
    delivery = after(update(S.DELIVERED), update(S.READ, 2, machine=True))
    assert delivery.status is S.DELIVERED
    assert delivery.read_at is None
    assert delivery.loaded_at == T0 + dt.timedelta(minutes=2)
    clicked = after(update(S.READ, 3, machine=True, clicked="https://x.test"))
    assert (clicked.clicked_at, clicked.clicks, clicked.status) == (None, [], S.QUEUED)


def test_a_persons_click_implies_opened() -> None:
    delivery = after(update(S.DELIVERED, 5, clicked="https://x.test/"))
    assert delivery.status is S.READ
    assert delivery.read_at == delivery.clicked_at
    assert delivery.clicks == ["https://x.test/"]


def test_of_a_text_in_parts_it_is_told_how_many_arrived() -> None:
    assert after(update(S.DELIVERED, parts=(1, 1, 1, 0))).parts is None
    some = after(update(S.SENT, parts=(3, 3, 0, 0)), update(S.SENT, parts=(3, 3, 2, 0)))
    assert some.parts == PartReceipts(of=3, taken=3, delivered=2, refused=0)
    assert some.status is S.SENT
    assert deliveries.applied(some, update(S.SENT, parts=(3, 1, 0, 0))).parts == some.parts


def test_uncertain_gives_way_to_what_is_learned() -> None:
    uncertain = after(update(S.UNCERTAIN, 1, reason="The line broke"))
    assert (uncertain.status, uncertain.reason) == (S.UNCERTAIN, "The line broke")
    sent = deliveries.applied(uncertain, update(S.SENT, 2))
    assert (sent.status, sent.reason) == (S.SENT, None)
    assert sent.uncertain_at is not None


def test_the_earlier_of_two_failures_is_told() -> None:
    first, second = update(S.FAILED, 1, reason="full"), update(S.FAILED, 2, reason="gone")
    assert after(first, second).reason == after(second, first).reason == "full"


def test_that_nobody_will_tell_more_is_shown_until_somebody_does() -> None:
    """As text messages end whose receipt never came: whether the carrier took them or may have."""
    code = EXPIRED_UNKNOWN
    sent, over = update(S.SENT, 1), update(S.SENT, 9, code=code, reason="Never told")
    for told in ((sent, over), (over, sent), (update(S.UNCERTAIN, 0, reason="Broke"), over)):
        ended = after(*told)
        assert (ended.status, ended.code, ended.reason) == (S.SENT, code, "Never told")
    arrived = deliveries.applied(ended, update(S.DELIVERED, 10))
    assert (arrived.code, arrived.reason) == (None, None)
    broke = update(S.UNCERTAIN, 1, reason="The line broke")
    doubt = update(S.UNCERTAIN, 9, code=code, reason="The line broke")
    assert after(broke, doubt).code == after(doubt, broke).code == code
    assert after(doubt, sent).code is None


updates = st.builds(
    update,
    st.sampled_from(DeliveryStatus),
    st.integers(0, 20),
    code=st.sampled_from([None, "5.1.1", "4.2.2", EXPIRED_UNKNOWN]),
    reason=st.sampled_from([None, "full", "gone"]),
    machine=st.booleans(),
    clicked=st.sampled_from([None, "https://a.test", "https://b.test"]),
    parts=st.sampled_from([None, (1, 1, 1, 0), (3, 1, 0, 0), (3, 3, 2, 0), (3, 2, 0, 1)]),
)


@given(st.lists(updates, max_size=8).flatmap(lambda u: st.tuples(st.just(u), st.permutations(u))))
def test_the_order_of_updates_makes_no_difference(
    orders: tuple[list[DeliveryUpdated], list[DeliveryUpdated]],
) -> None:
    one, other = orders
    assert after(*one) == after(*other)


@given(st.lists(updates, max_size=8))
def test_updates_that_come_twice_make_no_difference(told: list[DeliveryUpdated]) -> None:
    assert after(*told) == after(*itertools.chain(told, told))


@given(st.lists(updates, min_size=1, max_size=8))
def test_status_only_rises(told: list[DeliveryUpdated]) -> None:
    ranks = list(DeliveryStatus)
    states = [after(*told[:n]).status for n in range(len(told) + 1)]
    assert [ranks.index(s) for s in states] == sorted(ranks.index(s) for s in states)


@pytest.mark.parametrize(
    ("reached", "expected"),
    [
        ([], None),
        ([S.READ, S.SENT], S.SENT),
        ([S.READ, S.FAILED], S.FAILED),
        ([S.DELIVERED, S.DELIVERED], S.DELIVERED),
    ],
)
def test_the_status_of_a_whole_message(
    reached: list[DeliveryStatus], expected: DeliveryStatus | None
) -> None:
    made = [
        Delivery(id=uuid4(), role=RecipientRole.TO, mailbox=Mailbox(address="a@b.test"), status=s)
        for s in reached
    ]
    assert deliveries.overall(made) is expected
