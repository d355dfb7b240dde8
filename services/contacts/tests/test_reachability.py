"""Whether an address works is found out from deliveries, in whatever order they are told."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from contacts.domain.reachability import Finding, finding
from contracts.channels import DeliveryStatus, DeliveryUpdated
from contracts.common import Channel
from contracts.contacts import Reachability

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
UNKNOWN = Finding(Reachability.UNKNOWN, datetime.min.replace(tzinfo=UTC))

updates = st.builds(
    DeliveryUpdated,
    delivery_id=st.just(UUID(int=1)),
    message_id=st.just(UUID(int=2)),
    channel=st.just(Channel.EMAIL),
    address=st.just("anna@mail.test"),
    status=st.sampled_from(DeliveryStatus),
    at=st.integers(-9, 9).map(lambda hours: NOW + timedelta(hours=hours)),
    reason=st.none() | st.sampled_from(["no such user", "mailbox full"]),
    permanent=st.booleans(),
    machine=st.booleans(),
)


def told(*events: DeliveryUpdated) -> Finding:
    found = (finding(event, NOW) for event in events)
    return functools.reduce(Finding.later, (each for each in found if each), UNKNOWN)


def update(status: DeliveryStatus, hours: int, **more: object) -> DeliveryUpdated:
    return DeliveryUpdated(
        delivery_id=UUID(int=1), message_id=UUID(int=2), channel=Channel.EMAIL,
        address="anna@mail.test", status=status, at=NOW + timedelta(hours=hours), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_permanent_refusal_marks_the_address_with_its_reason() -> None:
    found = told(update(DeliveryStatus.FAILED, -2, permanent=True, reason="no such user"))
    assert (found.reachability, found.reason) == (Reachability.FAILED, "no such user")


def test_a_later_delivery_clears_it_and_an_earlier_one_does_not() -> None:
    failed = update(DeliveryStatus.FAILED, -2, permanent=True, reason="no such user")
    assert told(failed, update(DeliveryStatus.DELIVERED, -1)).reachability is Reachability.REACHED
    assert told(failed, update(DeliveryStatus.DELIVERED, -1)).reason is None
    assert told(failed, update(DeliveryStatus.DELIVERED, -3)).reachability is Reachability.FAILED


def test_a_temporary_refusal_only_makes_it_doubtful() -> None:
    found = told(update(DeliveryStatus.FAILED, -1, code="4.2.2"))
    assert (found.reachability, found.reason) == (Reachability.FAILING, "4.2.2")


def test_what_proves_nothing_changes_nothing() -> None:
    nothing = (DeliveryStatus.QUEUED, DeliveryStatus.UNCERTAIN, DeliveryStatus.SENT)
    assert told(*(update(status, -1) for status in nothing)) == UNKNOWN
    assert told(update(DeliveryStatus.READ, -1, machine=True)) == UNKNOWN
    assert told(update(DeliveryStatus.READ, -1)).reachability is Reachability.REACHED


def test_a_date_in_the_future_does_not_hold_for_ever() -> None:
    forged = update(DeliveryStatus.FAILED, 9000, permanent=True)
    assert told(forged).at == NOW


@given(
    st.lists(updates, max_size=6).flatmap(
        lambda some: st.tuples(st.just(some), st.permutations(some))
    )
)
def test_order_and_repetition_do_not_matter(
    pair: tuple[list[DeliveryUpdated], list[DeliveryUpdated]],
) -> None:
    first, second = pair
    assert told(*first) == told(*second) == told(*first, *second)


@given(st.lists(updates, max_size=8))
def test_what_is_known_never_becomes_older(events: list[DeliveryUpdated]) -> None:
    moments = [told(*events[:count]).at for count in range(len(events) + 1)]
    assert moments == sorted(moments)
