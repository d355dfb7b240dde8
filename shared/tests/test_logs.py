"""Log lines: one JSON object each, with context, without secrets and without what was said."""

from __future__ import annotations

import dataclasses
import io
import json
import logging
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead import logs
from fairlead.context import Context, Role, acting
from fairlead.settings import Secret

ORGANISATION = UUID("5f0c2d5e-6a0d-4c8e-9a53-0d5b2c1f7a10")
LOUD = "hunter2-the-secret"


class Output(io.StringIO):
    """A stream whose lines are read back."""

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def event(self) -> dict[str, Any]:
        (event,) = self.events()
        return event


@pytest.fixture
def output() -> Iterator[Output]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = Output()
    logs.configure("inbox", stream=stream)
    yield stream
    logs.configure()
    logging.captureWarnings(False)
    root.handlers, root.level = handlers, level


def test_a_line_is_json_with_utc_time_and_level(output: Output) -> None:
    logs.logger("inbox.service").info("message stored", conversation=ORGANISATION, parts=2)
    event = output.event()
    stamp = datetime.fromisoformat(event.pop("timestamp"))
    assert stamp.tzinfo == UTC
    assert abs((datetime.now(UTC) - stamp).total_seconds()) < 5
    assert event == {
        "level": "info",
        "service": "inbox",
        "event": "message stored",
        "logger": "inbox.service",
        "conversation": str(ORGANISATION),
        "parts": 2,
    }


def test_a_line_carries_the_context_of_its_work(output: Output) -> None:
    context = Context(
        role=Role.USER, organisation=ORGANISATION, user_name="Eva", request="r-1", trace="00-a-b-01"
    )
    with acting(context), logs.bound(service="contacts", message_id="m-9"):
        logs.logger("x").warning("slow")
    logs.logger("x").warning("outside")
    inside, outside = output.events()
    assert inside["organisation"] == str(ORGANISATION)
    assert (inside["request_id"], inside["trace"]) == ("r-1", "00-a-b-01")
    assert (inside["service"], inside["message_id"]) == ("contacts", "m-9")
    assert "Eva" not in json.dumps(inside)
    assert outside["service"] == "inbox"
    assert not {"organisation", "request_id", "message_id"} & outside.keys()


def test_the_standard_library_takes_the_same_road(output: Output) -> None:
    with acting(Context(organisation=ORGANISATION)):
        logging.getLogger("nameko.containers").error(
            "error handling %s", "worker", extra={"password": LOUD}
        )
    event = output.event()
    assert event["event"] == "error handling worker"
    assert event["logger"] == "nameko.containers"
    assert event["organisation"] == str(ORGANISATION)
    assert event["password"] == "***"


def test_warnings_are_logged(output: Output) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("old thing", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(False)
    assert "old thing" in output.event()["event"]


def test_statements_and_deliveries_of_libraries_are_not_logged(output: Output) -> None:
    logs.configure(level="debug", stream=output)
    for name in ("sqlalchemy.engine.Engine", "kombu.messaging", "amqp.connection.channel"):
        logging.getLogger(name).info("INSERT INTO messages VALUES (%s)", LOUD)
    logging.getLogger("kombu.connection").warning("lost")
    assert [event["event"] for event in output.events()] == ["lost"]


def test_below_the_level_nothing_is_written(output: Output) -> None:
    logs.logger("x").debug("detail")
    logging.getLogger("x").debug("detail")
    assert output.getvalue() == ""


class Delivery(msgspec.Struct):
    recipient: str
    text: str
    api_key: str


@dataclasses.dataclass
class Mailbox:
    host: str
    password: str


class Opaque:
    def __repr__(self) -> str:
        return LOUD


@pytest.mark.parametrize(
    "value",
    [
        {"Authorization": LOUD},
        {"nested": [{"deeper": {"Set-Cookie": LOUD}}]},
        {"smtp_password": LOUD, "refreshToken": LOUD},
        {"session-key": LOUD.encode()},
        {"html": f"<p>{LOUD}</p>", "Subject": LOUD, "plain_text": LOUD, "content": [LOUD]},
        Delivery("a@example.com", LOUD, LOUD),
        [Mailbox("imap.example.com", LOUD)],
        Opaque(),
        Secret(LOUD),
        LOUD.encode(),
        f"amqp://user:{LOUD}@rabbit:5672/",
        f"GET /x?token={LOUD}&a=1",
        f'{{"password": "{LOUD}"}}',
        f"Authorization: Bearer {LOUD}",
        ValueError(f"(psycopg.Error) bad\n[SQL: INSERT]\n[parameters: ('{LOUD}',)]\n(more)"),
    ],
)
def test_nothing_secret_is_written_at_any_depth(output: Output, value: object) -> None:
    logs.logger("x").info("event", value=value)
    logs.logger("x").info("event", nested={"list": [value, (value,)]})
    assert LOUD not in output.getvalue()
    assert len(output.events()) == 2


def test_the_fields_of_a_struct_are_shown_but_for_those(output: Output) -> None:
    logs.logger("x").info("event", one=Delivery("a@b", LOUD, LOUD), two=Mailbox("imap", LOUD))
    event = output.event()
    assert event["one"] == {
        "recipient": "a@b",
        "text": f"<not logged: {len(LOUD)} characters>",
        "api_key": "***",
    }
    assert event["two"] == {"host": "imap", "password": "***"}


def test_contents_leave_their_length(output: Output) -> None:
    logs.logger("x").info("event", body="hello", raw=b"1234", html=None)
    event = output.event()
    assert event["body"] == "<not logged: 5 characters>"
    assert event["raw"] == "<not logged: 4 bytes>"
    assert event["html"] is None


def test_harmless_values_stay_readable(output: Output) -> None:
    values = {"content_type": "text/plain", "subjects": 3, "amount": Decimal("1.50"), "ok": True}
    logs.logger("x").info("event", **values, tags={"a"}, delivery={"id": "7"})
    event = output.event()
    assert event["content_type"] == "text/plain"
    assert (event["subjects"], event["amount"], event["ok"]) == (3, "1.50", True)
    assert (event["tags"], event["delivery"]) == (["a"], {"id": "7"})


def test_a_traceback_is_kept_without_what_the_database_says(output: Output) -> None:
    refused = f"null value in column\nDETAIL:  Failing row contains (1, {LOUD}\n{LOUD})."
    try:
        try:
            raise ValueError(refused)
        except ValueError as error:
            raise RuntimeError(
                f"{error}\n[SQL: INSERT]\n[parameters: {{'t': '{LOUD}'}}]"
            ) from error
    except RuntimeError:
        logs.logger("x").exception("store refused")
    event = output.event()
    assert LOUD not in output.getvalue()
    assert "test_a_traceback_is_kept" in event["exception"]
    assert "The above exception was the direct cause" in event["exception"]
    assert "[SQL: INSERT]" in event["exception"]


def test_a_line_stays_short_and_shallow(output: Output) -> None:
    deep: list[Any] = []
    deep.append(deep)
    logs.logger("x").info("event", long="x" * 10**6, wide=list(range(10**4)), deep=deep)
    assert len(output.getvalue()) < 6000
    assert output.event()["wide"][-1] == "… 9950 more"


def test_the_console_cannot_be_forged(output: Output) -> None:
    logs.configure(format="console", stream=output)
    logs.logger("x").info("name is \x1b[2Jgone\n2026-01-01 [info] all is well", value="a\nb")
    (line,) = output.getvalue().splitlines()
    assert "\x1b" not in line
    assert "\\n2026" in line


keys = st.sampled_from(["a", "password", "x_token", "Cookie", "body", "note", "é", "\ud800"])
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(keys, values, max_size=4), st.text())
def test_whatever_is_logged_is_one_line_of_json(value: dict[str, Any], event: str) -> None:
    line = logs._json(None, "info", logs.clean(None, "info", {"event": event, "value": value}))
    assert len(line.splitlines()) == 1
    shown = json.loads(line)["value"]
    assert all(shown[key] == "***" for key in value.keys() & {"password", "x_token", "Cookie"})


@pytest.mark.parametrize(
    "pattern", ["://a:", "://", "a:", "token=", "DETAIL: ", "\n[SQ", "bearer ", "[parameters: "]
)
def test_scrubbing_is_linear(pattern: str) -> None:
    def seconds(times: int) -> float:
        begun = time.perf_counter()
        logs.scrub(pattern * times, longest=10**9)
        return time.perf_counter() - begun

    seconds(1000)
    short = min(seconds(4000) for _ in range(3))
    assert min(seconds(40000) for _ in range(3)) < max(40 * short, 0.2)
