"""The worker's protocol: frames never lose step, and what is not understood stops nothing."""

from __future__ import annotations

import datetime as dt
import json
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whatsapp_gateway.linked.protocol import codec, commands, content, events
from whatsapp_gateway.linked.protocol.frames import HEADER, LONGEST, OutOfStep, Splitter, frame

WORDS = st.text(max_size=40)
MOMENTS = st.datetimes(timezones=st.just(dt.UTC))
CONTENTS = st.one_of(
    st.builds(content.Text, text=WORDS),
    st.builds(
        content.Media,
        kind=st.sampled_from(content.MediaKind),
        mimetype=WORDS,
        path=st.none() | WORDS,
        caption=WORDS,
        seconds=st.none() | st.integers(0, 10**6),
    ),
    st.builds(
        content.Location,
        latitude=st.floats(-90, 90),
        longitude=st.floats(-180, 180),
        name=WORDS,
    ),
    st.builds(
        content.Contacts,
        cards=st.lists(st.builds(content.Card, name=WORDS, vcard=WORDS), max_size=3),
    ),
    st.builds(content.Reaction, to=WORDS, emoji=WORDS),
    st.builds(content.Edit, to=WORDS, text=WORDS),
    st.builds(content.Delete, to=WORDS),
    st.builds(content.Unsupported, kind=WORDS),
)
QUOTES = st.none() | st.builds(content.Quote, id=WORDS, text=WORDS)
MESSAGES = st.builds(
    events.Message,
    id=WORDS,
    chat=WORDS,
    sender=WORDS,
    at=MOMENTS,
    content=CONTENTS,
    from_me=st.booleans(),
    quote=QUOTES,
)
BODIES = st.one_of(
    MESSAGES,
    st.builds(events.History, chat=WORDS, messages=st.lists(MESSAGES, max_size=3)),
    st.builds(
        events.Receipt,
        messages=st.lists(WORDS, max_size=3),
        mark=st.sampled_from(events.Mark),
        at=MOMENTS,
    ),
    st.builds(
        events.Done,
        id=WORDS,
        outcome=st.sampled_from(events.Outcome),
        reason=st.none() | st.sampled_from(events.Reason),
        at=st.none() | MOMENTS,
    ),
)
EVENTS = st.one_of(
    st.builds(events.Kept, seq=st.integers(1, 2**53), body=BODIES),
    st.builds(events.State, phase=st.sampled_from(events.Phase), detail=WORDS),
    st.builds(events.Qr, code=WORDS, seconds=st.floats(0, 60)),
)
COMMANDS = st.one_of(
    st.builds(commands.Send, id=WORDS, to=WORDS, content=CONTENTS, quote=QUOTES),
    st.builds(commands.CreateGroup, id=WORDS, subject=WORDS, participants=st.lists(WORDS)),
    st.builds(commands.Ack, seq=st.integers(1, 2**53)),
    st.just(commands.Logout()),
)


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    marks = sorted({place % (len(stream) + 1) for place in places} | {0, len(stream)})
    return [stream[begin:end] for begin, end in pairwise(marks)]


@given(st.lists(st.binary(max_size=300), max_size=8), st.lists(st.integers(0, 10**6), max_size=30))
@settings(max_examples=100)
def test_frames_come_out_whole_however_they_are_cut(bodies: list[bytes], places: list[int]) -> None:
    splitter = Splitter()
    pieces = cut(b"".join(map(frame, bodies)), places)
    assert [body for piece in pieces for body in splitter.take(piece)] == bodies


@given(st.lists(EVENTS, max_size=4), st.lists(st.integers(0, 10**6), max_size=10))
@settings(max_examples=60)
def test_what_is_said_is_what_is_heard(said: list[events.Event], places: list[int]) -> None:
    splitter = Splitter()
    pieces = cut(b"".join(map(codec.encoded, said)), places)
    assert [codec.event(body) for piece in pieces for body in splitter.take(piece)] == said


@given(COMMANDS)
@settings(max_examples=60)
def test_commands_survive_the_way(said: commands.Command) -> None:
    [body] = Splitter().take(codec.encoded(said))
    assert codec.command(body) == said


@given(BODIES)
@settings(max_examples=40)
def test_what_is_spooled_comes_back(body: events.Durable) -> None:
    assert codec.unpacked(codec.packed(body)) == body


@given(st.binary(max_size=400))
@settings(max_examples=100)
def test_noise_is_refused_and_nothing_else(noise: bytes) -> None:
    for decode in (codec.command, codec.event, codec.unpacked):
        with pytest.raises(codec.Unknown):
            decode(noise)


def test_a_bad_frame_between_good_ones_stops_nothing() -> None:
    good = codec.encoded(commands.Ack(7))
    heard: list[object] = []
    for body in Splitter().take(good + frame(b'{"type": "dance"}') + frame(b"\xff") + good):
        try:
            heard.append(codec.command(body))
        except codec.Unknown:
            heard.append(None)
    assert heard == [commands.Ack(7), None, None, commands.Ack(7)]


def test_fields_of_a_newer_version_are_passed_over() -> None:
    body = json.dumps({"type": "ack", "seq": 7, "mood": {"deep": [1]}}).encode()
    assert codec.command(body) == commands.Ack(7)


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"type": "ack"}',
        b'{"type": "ack", "seq": "7"}',
        b'{"type": "send", "id": "1", "to": "x", "content": {"type": "song"}}',
        b'{"type": "send", "id": "1", "to": "x"}',
    ],
)
def test_a_wrong_command_is_refused_at_the_door(body: bytes) -> None:
    with pytest.raises(codec.Unknown):
        codec.command(body)


def test_a_length_that_cannot_be_is_the_end() -> None:
    with pytest.raises(OutOfStep):
        list(Splitter().take(HEADER.pack(LONGEST + 1)))
    with pytest.raises(ValueError, match="cannot hold"):
        frame(bytes(LONGEST + 1))


def test_every_kind_has_a_name_of_its_own() -> None:
    for union in (commands.Command, events.Event, events.Durable, content.Content):
        names = [kind.__struct_config__.tag for kind in get_args(union)]
        assert len(set(names)) == len(names)
