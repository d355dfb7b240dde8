"""How parts and texts fare, whatever is told of them and in whatever order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from contracts.channels import DeliveryStatus
from sms_gateway.domain.progress import PartState, later, of_parts

STATES = st.lists(st.sampled_from(PartState), min_size=1, max_size=8)


def told(states: list[PartState]) -> PartState:
    stands = PartState.WAITING
    for each in states:
        after = later(stands, each)
        assert list(PartState).index(after) >= list(PartState).index(stands)  # never back
        stands = after
    return stands


@given(STATES, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(
    states: list[PartState], random: st.DataObject
) -> None:
    shuffled = states * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert told(shuffled) is told(states)


@given(STATES)
def test_a_text_is_what_its_parts_tell(states: list[PartState]) -> None:
    progress = of_parts(states)
    assert progress.delivered == states.count(PartState.DELIVERED)
    arrived = set(states) == {PartState.DELIVERED}
    assert (progress.status is DeliveryStatus.DELIVERED) is arrived
    assert (progress.status is DeliveryStatus.FAILED) is (PartState.FAILED in states)
