"""Structured log lines: JSON or readable, UTC, with the context of the work, without secrets.

    log = logs.logger(__name__)
    with logs.bound(service="inbox", message_id=message.id):
        log.info("message stored", conversation=conversation.id)

What nameko, kombu, SQLAlchemy and others log through the standard library takes the same road.
What a message says is never logged: its keys are replaced by the length of what stood there.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import re
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any, Final, TextIO
from uuid import UUID

import msgspec
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from .context import current
from .kinds import Secret, Url

HIDDEN: Final = "***"
DEEPEST: Final = 4  # levels of nesting that a line may have
WIDEST: Final = 50  # entries of one mapping or list
LONGEST: Final = 4000  # characters of one text; a traceback may have four times as many

_SECRET_PARTS = (
    "password",
    "passwd",
    "secret",
    "token",
    "authorization",
    "cookie",
    "credential",
    "api_key",
    "apikey",
    "private_key",
    "session_key",
    "session_id",
    "signature_key",
)
_CONTENTS = frozenset(
    {"body", "html", "text", "subject", "content", "payload", "raw", "snippet", "caption"}
)
_CONTENT_ENDS = ("_body", "_html", "_text")

# Each of these scans a text once: no class before a repetition can match what the repetition does.
_SCRUBS: Final = (
    # user:password in a URL
    (re.compile(r"(://[^/\s:@]*):[^/\s@]+@"), r"\1:***@"),
    (re.compile(r"(?i)\b(bearer|basic) [\w.~+/=-]{8,}"), r"\1 ***"),
    (
        re.compile(r"(?i)(password|passwd|secret|token|api_?key)(=|['\"]: ?['\"])[^\s&;,'\"]+"),
        r"\1\2***",
    ),
    # SQLAlchemy shows the values of a statement that failed, PostgreSQL the row it refused: both
    # hold what guests wrote. (Engines are made with hide_parameters=True; this is the second net.)
    (re.compile(r"\[parameters: .*"), "[parameters: ***]"),
    (
        re.compile(
            r"DETAIL: [\s\S]*?(?=\n\[SQL|\nCONTEXT:|\n\nThe above exception|\n\nDuring handling|\Z)"
        ),
        "DETAIL: ***",
    ),
)
_PLAIN = (UUID, datetime, date, time, timedelta, Decimal, PurePath, Secret, Url)
# These print every message that passes (kombu, amqp) or every statement with its values.
_CHATTY = ("amqp", "kombu", "sqlalchemy", "werkzeug", "urllib3", "botocore", "boto3", "s3transfer")
_FIRST = ("timestamp", "level", "service", "event")
_defaults = {"service": ""}


def logger(name: str) -> FilteringBoundLogger:
    """A logger for the module `name`."""
    log: FilteringBoundLogger = structlog.get_logger(name)
    return log


def bound(**values: Any) -> AbstractContextManager[None]:
    """Within the block, every line of this greenlet or thread carries `values`."""
    return structlog.contextvars.bound_contextvars(**values)


def configure(
    service: str = "", *, level: str = "info", format: str = "json", stream: TextIO | None = None
) -> None:
    """Set up logging of the whole process; may be called again.

    `service` stands in lines for which none is bound; `level` is the least that is logged;
    `format` json or console; `stream` is standard error where none is given.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    _defaults["service"] = service
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_CHAIN,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_render(format),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(number)
    for name in list(root.manager.loggerDict):
        known = logging.getLogger(name)
        known.handlers = []
        known.propagate = True
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    logging.captureWarnings(True)


def _render(format: str) -> list[Processor]:
    if format == "console":
        return [_one_line, structlog.dev.ConsoleRenderer(colors=False)]
    return [_json]


def _json(log: WrappedLogger, method: str, event: EventDict) -> str:
    first = {name: event.pop(name) for name in _FIRST if name in event}
    # Escaping all but ASCII keeps lone surrogates and line separators out of the stream.
    return json.dumps({**first, **event}, ensure_ascii=True, default=str)


def _one_line(log: WrappedLogger, method: str, event: EventDict) -> EventDict:
    # A text from outside may hold line ends and terminal escapes; a traceback's line ends stay.
    event["event"] = "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(event["event"]))
    return event


def _with_context(log: WrappedLogger, method: str, event: EventDict) -> EventDict:
    context = current()
    for name, value in (
        ("organisation", context.organisation),
        ("user", context.user),
        ("request_id", context.request),
        ("trace", context.trace),
        ("service", _defaults["service"] or None),
    ):
        if value is not None:
            event.setdefault(name, value)
    return event


def clean(log: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The processor that hides secrets and contents, and bounds depth, width and length."""
    for name, value in event.items():
        if name in {"exception", "stack"} and isinstance(value, str):
            event[name] = scrub(value, longest=4 * LONGEST)
        elif not name.startswith("_"):  # structlog's own, taken out of the line later
            event[name] = _kept(name, value, DEEPEST)
    return event


def scrub(text: str, *, longest: int = LONGEST) -> str:
    """`text` without passwords, tokens and statement values, at most `longest` characters of it."""
    if len(text) > longest:
        text = f"{text[:longest]}… ({len(text)} characters)"
    for pattern, instead in _SCRUBS:
        text = pattern.sub(instead, text)
    return text


def _kept(name: str, value: Any, depth: int) -> Any:
    plain = name.lower().replace("-", "_")
    if any(part in plain for part in _SECRET_PARTS):
        return HIDDEN
    if plain in _CONTENTS or plain.endswith(_CONTENT_ENDS):
        return _marker(value)
    return _shown(value, depth)


def _marker(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        return f"<not logged: {len(value)} characters>"
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<not logged: {len(value)} bytes>"
    return "<not logged>"


def _shown(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        # JSON knows no infinity, and Python refuses to print an integer of thousands of digits.
        return value if -(2**63) <= value < 2**64 else f"<{type(value).__name__} out of bounds>"
    if isinstance(value, Enum):
        return _shown(value.value, depth)
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    if isinstance(value, _PLAIN):
        return str(value)
    if isinstance(value, BaseException):
        return scrub(f"{type(value).__name__}: {value}")
    return _nested(value, depth)


def _nested(value: Any, depth: int) -> Any:
    if isinstance(value, msgspec.Struct):
        value = msgspec.structs.asdict(value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if not isinstance(value, Mapping | list | tuple | set | frozenset):
        # An unknown object's repr may show anything it holds.
        return f"<{type(value).__name__}>"
    if depth == 0:
        return f"<{type(value).__name__} of {len(value)}>"
    entries = list(value.items() if isinstance(value, Mapping) else value)
    more = len(entries) - WIDEST
    if isinstance(value, Mapping):
        shown = {
            str(key)[:100]: _kept(str(key), entry, depth - 1) for key, entry in entries[:WIDEST]
        }
        return shown | {"…": f"{more} more"} if more > 0 else shown
    listed = [_shown(entry, depth - 1) for entry in entries[:WIDEST]]
    return [*listed, f"… {more} more"] if more > 0 else listed


_CHAIN: Final[list[Processor]] = [
    structlog.contextvars.merge_contextvars,
    _with_context,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
    clean,
]

# At import, not in `configure`: a logger must also work in a test that sets nothing up.
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        *_CHAIN,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET),
)
