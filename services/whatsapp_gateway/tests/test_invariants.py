"""What a channel promises, whatever dies and whoever says what: nothing lost, nothing sent twice.

By their numbers, with those that stand beside what keeps them:

1 at most one sending of a message, and what may have left is shown as uncertain: here, and
  test_cloud (what the line swallowed), linked/test_worker_crashes (killed while sending).
2 every accepted message comes to an end in bounded time: here, and test_sender (uncertain for
  good).
3 a state never goes back, and what was told is kept as it came: here, and test_cloud (any order).
4 what comes twice, shuffled, or about nothing of ours changes nothing twice: test_cloud (every
  message once), test_sandbox (crossed with its answer), test_forgetting (weeks later).
5 killed anywhere, nothing that came is lost: here, and linked/test_worker_crashes.
6 reconnecting is bounded, and an end is an end: linked/test_lifecycle (a machine of its own).
7 a session has one owner: linked/test_keeper (one process owns a number).
8 addresses of one person are one chat: test_cloud (identities are learnt), and the inbox's
  test_joining.
9 parts and credits are those of the reference table: the SMS gateway's test_parts, and the inbox's
  test_paying.
"""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from contracts.channels import DeliveryStatus, MessageReceived
from contracts.whatsapp_gateway import LinkState
from fairlead.testing.bus import Home
from whatsapp_gateway.domain import progress
from whatsapp_gateway.domain.progress import PieceState
from whatsapp_gateway.store import incoming
from whatsapp_gateway.store.tables import IncomingRow, MessageRow, PieceRow

from .running import OURS, PHONE, queue, reached, received, running, sandbox, updates

STATES = st.sampled_from(PieceState)


@pytest.mark.green
def test_1_and_5_a_message_whose_sender_died_is_not_sent_again(home: Home) -> None:
    with running(home) as (world, gateway):
        connection = sandbox(world, gateway)
        gateway.disconnect_whatsapp(id=connection.id)
        begun, waiting = queue(world, "Begun"), queue(world, "Not yet")
        store = world.database("whatsapp_gateway")

        def taken() -> bool:
            with store.reading(OURS) as session:
                return len(session.scalars(sa.select(MessageRow.id)).all()) == 2

        world.wait_for(taken)
        with store.transaction(OURS) as session:  # as a process leaves it that was killed there
            dead = {"owner": "dead", "lease_until": dt.datetime.now(dt.UTC), "attempts": 1}
            mine = sa.update(MessageRow).where(MessageRow.id == begun.delivery_id)
            session.execute(mine.values(dead))
            piece = sa.update(PieceRow).where(PieceRow.delivery_id == begun.delivery_id)
            session.execute(piece.values(begun=True))
    with running(home) as (world, gateway):
        gateway.connect_whatsapp(id=connection.id)
        gateway.sandbox_scan(connection_id=connection.id, number=connection.details.number)
        doubtful = reached(world, begun, DeliveryStatus.UNCERTAIN)
        assert "interrupted" in (doubtful.reason or "")
        reached(world, waiting, DeliveryStatus.DELIVERED)
        assert [each.text for each in gateway.sandbox_chat(address=PHONE)] == ["Not yet"]


@pytest.mark.green
def test_2_a_message_that_cannot_leave_comes_to_an_end(home: Home) -> None:
    with running(home) as (world, gateway):
        connection = sandbox(world, gateway)
        gateway.disconnect_whatsapp(id=connection.id)
        now = dt.datetime.now(dt.UTC)
        late = queue(world, "Stale", queued_at=now - dt.timedelta(hours=24))
        store = world.database("whatsapp_gateway")

        def taken() -> bool:
            with store.reading(OURS) as session:
                return session.get(MessageRow, late.delivery_id) is not None

        world.wait_for(taken)
    with running(home) as (world, gateway):  # which looks for such at its start, and then often
        ended = reached(world, late, DeliveryStatus.FAILED)
        assert (ended.code, ended.reason) == ("expired", "It could not be sent in time")
        fresh = queue(world, "Fresh")
        gateway.connect_whatsapp(id=connection.id)
        gateway.sandbox_scan(connection_id=connection.id, number=connection.details.number)
        reached(world, fresh, DeliveryStatus.DELIVERED)
        assert gateway.get_whatsapp_connection(id=connection.id).link is LinkState.OPEN
        assert updates(world, late) == [ended]


@given(told=st.lists(STATES, max_size=8), data=st.data())
def test_3_in_whatever_order_it_is_told_a_piece_ends_the_same_and_never_goes_back(
    told: list[PieceState], data: st.DataObject
) -> None:
    def ends(order: list[PieceState]) -> PieceState:
        state = PieceState.WAITING
        for each in order:
            after = progress.later(state, each)
            assert list(PieceState).index(after) >= list(PieceState).index(state)
            state = after
        return state

    shuffled = data.draw(st.permutations(told))
    assert ends(told) == ends(shuffled) == ends([*told, *shuffled])


@given(st.lists(STATES, min_size=1, max_size=5))
def test_3_a_message_is_no_further_than_its_slowest_piece(states: list[PieceState]) -> None:
    whole = progress.of_pieces(states)
    if PieceState.FAILED in states:
        assert whole is DeliveryStatus.FAILED
    elif PieceState.UNCERTAIN in states:
        assert whole is DeliveryStatus.UNCERTAIN
    else:
        order = [PieceState.WAITING, PieceState.SENT, PieceState.DELIVERED, PieceState.READ]
        words = [
            DeliveryStatus.QUEUED,
            DeliveryStatus.SENT,
            DeliveryStatus.DELIVERED,
            DeliveryStatus.READ,
        ]
        assert whole is words[min(map(order.index, states))]


@pytest.mark.green
def test_3_and_5_what_came_is_kept_as_it_came_and_reaches_the_inbox_after_a_crash(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever brought it was answered, and brings it no second time."""
    with monkeypatch.context() as patched, running(home) as (world, gateway):
        patched.setattr(incoming, "claim_due", lambda *_: [])
        sandbox(world, gateway)
        gateway.sandbox_chat_write(address=PHONE, text="Are you there?")
        assert not world.events(MessageReceived)
    with running(home) as (world, _):
        assert [each.text for each in received(world)] == ["Are you there?"]
        with world.database("whatsapp_gateway").reading(OURS) as session:
            [body] = session.scalars(sa.select(IncomingRow.body))
        assert b"Are you there?" in body
