"""What the audit log takes down: the event `audit.recorded`, and what of a change goes into it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from .context import Role
from .contract import Event, event
from .kinds import Secret

LONGEST = 500  # characters of a text; a change of a letter's body needs no copy of it
MOST_FIELDS = 100
DEEPEST = 6
HIDDEN = "(hidden)"
_MORE = "…"

# By name, wherever it stands: a log that is read by many must not hold what opens a door.
_SECRET = re.compile(
    r"password|passphrase|secret|token|credential|private|api_?key|csrf|recovery|otp", re.IGNORECASE
)

Words = dict[str, Any]
"""Plain JSON values by the path of their field, as `settings.branding.colour`."""


@event("audit.recorded", source="services")
class AuditRecorded(Event):
    """Somebody changed something.

    `user` is None where no person did it but a rule, a guest or the system. `entity` and
    `entity_id` name what was changed, `label` what a person knows it by. `before` and `after` hold
    the fields that differ, by their path; a thing that is new has no `before`, one that is gone no
    `after`. `about` is the contact whose personal data the words may hold: with the contact's
    erasure they go.
    """

    id: UUID
    at: datetime
    user: UUID | None
    user_name: str | None
    role: Role
    remote: str | None
    request: str | None
    action: str
    entity: str
    entity_id: UUID | None
    label: str
    before: Words
    after: Words
    about: UUID | None = None


def differences(before: Any, after: Any) -> tuple[Words, Words]:
    """The fields of two states of one thing that differ, without secrets, by their path.

    A state is a struct, a mapping or None. A text is cut to LONGEST characters and what lies
    deeper than DEEPEST or beyond MOST_FIELDS is left out, so that a record stays small.
    """
    old, new = changed(before, after)
    shown = set(list({**old, **new})[:MOST_FIELDS])
    return (
        {path: _shown(path, value) for path, value in old.items() if path in shown},
        {path: _shown(path, value) for path, value in new.items() if path in shown},
    )


def changed(before: Any, after: Any) -> tuple[Words, Words]:
    """The same with all values whole, for what holds no secret and is kept elsewhere."""
    old, new = dict(_fields(_plain(before))), dict(_fields(_plain(after)))
    paths = [path for path in {**old, **new} if old.get(path) != new.get(path)]
    return (
        {path: old[path] for path in paths if path in old},
        {path: new[path] for path in paths if path in new},
    )


def _plain(state: Any) -> Any:
    """Plain values; a Secret is found whatever holds it, and never opened."""
    if isinstance(state, Secret):
        return HIDDEN
    if isinstance(state, msgspec.Struct):
        return {name: _plain(getattr(state, name)) for name in state.__struct_fields__}
    if isinstance(state, Mapping):
        return {str(_plain(name)): _plain(value) for name, value in state.items()}
    if isinstance(state, list | tuple):
        return [_plain(each) for each in state]
    return msgspec.to_builtins(state, enc_hook=str)


def _fields(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and depth < DEEPEST:
        for name, each in value.items():
            here = cut(name, 100)
            yield from _fields(each, f"{path}.{here}" if path else here, depth + 1)
    elif path:
        yield path, value


def _shown(path: str, value: Any) -> Any:
    if _SECRET.search(path) and not isinstance(value, bool | None):
        return HIDDEN
    if isinstance(value, list | dict):
        shown = _within(value)
        text = msgspec.json.encode(shown).decode()
        return shown if len(text) <= LONGEST else cut(text)
    return cut(value) if isinstance(value, str) else value


def _within(value: Any) -> Any:
    """A list or a mapping that is shown as one value."""
    if isinstance(value, dict):
        return {cut(name): _shown(name, each) for name, each in value.items()}
    return [_within(each) for each in value] if isinstance(value, list) else _shown("", value)


def cut(text: str, longest: int = LONGEST) -> str:
    """`text`, or its beginning where it is longer than `longest` characters; without NUL, which
    PostgreSQL does not keep."""
    text = text.replace("\0", "")
    return text if len(text) <= longest else text[: longest - 1] + _MORE
