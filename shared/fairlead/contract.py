"""How contracts are declared: messages, events, and interfaces of services.

Contracts are code (docs/adr/0003). A message is a frozen struct; an event is a message with a
name, a source and a version; an interface is a protocol class whose methods are keyword-only,
typed and marked with `call`. Both sides decode what they get against these types, so a wrong
field is found at the door and named.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

import msgspec

from .context import Context, Role
from .errors import Forbidden, Invalid, Unauthenticated

F = TypeVar("F", bound=Callable[..., Any])
E = TypeVar("E", bound="type[Event]")
T = TypeVar("T")


@typing.dataclass_transform(
    kw_only_default=True, frozen_default=True, field_specifiers=(msgspec.field,)
)
class MessageMeta(msgspec.StructMeta):
    """Makes the fields of each message keyword-only, which msgspec asks for class by class."""

    def __new__(
        mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any
    ) -> MessageMeta:
        options.setdefault("kw_only", True)
        options.setdefault("frozen", True)
        return super().__new__(mcls, name, bases, namespace, **options)


class Message(msgspec.Struct, metaclass=MessageMeta):
    """Something that crosses the bus. Unknown fields are ignored, so that senders may grow."""


class Event(Message):
    """Something that happened. Named with `event`."""

    event_name: ClassVar[str] = ""
    event_source: ClassVar[str] = ""
    event_version: ClassVar[int] = 1
    event_variant: ClassVar[str] = ""


EVENTS: dict[str, type[Event]] = {}


def event(name: str, *, source: str, version: int = 1, variant: str = "") -> Callable[[E], E]:
    """Declare an event: `name` as `noun.past_tense`, `source` the service that says it.

    A `variant` tells apart events of one name with different contents for different hearers, as
    `message.queued` for each channel, so that a channel's gateway is sent only its own.
    """

    def declare(cls: E) -> E:
        cls.event_name, cls.event_source = name, source
        cls.event_version, cls.event_variant = version, variant
        if topic(cls) in EVENTS:
            raise TypeError(f"{topic(cls)} is declared twice")
        EVENTS[topic(cls)] = cls
        return cls

    return declare


def topic(cls: type[Event]) -> str:
    """The routing key of an event: name, major version, variant, as `message.queued.v1.email`."""
    key = f"{cls.event_name}.v{cls.event_version}"
    return f"{key}.{cls.event_variant}" if cls.event_variant else key


@dataclass(frozen=True, slots=True)
class Right:
    """One row of the rights table: what it is called, who has it, and the scope it falls under.

    A token that is limited to scopes has the rights of its user's role under these. What falls
    under the empty scope no token is kept from.
    """

    name: str
    roles: frozenset[Role]
    scope: str = "manage"

    def check(self, context: Context) -> None:
        """Raises Unauthenticated for nobody, Forbidden for a role without this right and for a
        token or session whose scopes do not reach it."""
        if context.role in self.roles:
            self._check_scope(context.scopes)
            return
        if context.role is Role.NOBODY:
            raise Unauthenticated("rights.not_signed_in", "Sign in first")
        raise Forbidden(
            "rights.forbidden",
            f"The role {context.role.value!r} has no right to {self.name}",
            right=self.name,
            role=context.role.value,
        )

    def _check_scope(self, scopes: tuple[str, ...] | None) -> None:
        if scopes is None or not self.scope or self.scope in scopes:
            return
        raise Forbidden(
            "rights.out_of_scope",
            f"This token has no right to {self.name}: it lacks the scope {self.scope!r}",
            right=self.name,
            scope=self.scope,
        )


class Interface(Protocol):
    """What a service may be asked. `service` is its name on the bus.

    A large one inherits from its parts: interfaces for one subject each, without a name.
    """

    service: ClassVar[str]


@dataclass(frozen=True, slots=True)
class Call:
    """One method of an interface, as the bus sees it."""

    service: str
    method: str
    right: Right
    request: type[msgspec.Struct]
    reply: Any
    doc: str
    deadline: float
    mutates: bool
    encoder: ClassVar[msgspec.json.Encoder] = msgspec.json.Encoder()

    def decode_request(self, body: bytes) -> dict[str, Any]:
        """The keyword arguments in `body`; raises Invalid that names the field."""
        request = decode(body, self.request, f"{self.service}.{self.method}")
        return {name: getattr(request, name) for name in request.__struct_fields__}

    def encode_request(self, arguments: dict[str, Any]) -> bytes:
        """`arguments` as they travel; raises Invalid where they do not fit the types."""
        try:
            msgspec.convert(arguments, self.request, from_attributes=True)
            request = self.request(**arguments)
        except TypeError as error:
            raise Invalid.field(f"{self.service}.invalid", "arguments", str(error)) from None
        except msgspec.ValidationError as error:
            raise invalid(f"{self.service}.invalid", error) from None
        return self.encoder.encode(request)


def call(right: Right, *, deadline: float = 8.0, mutates: bool = False) -> Callable[[F], F]:
    """Mark a method of an interface: who may call it and after how many seconds a caller gives up.

    A call that `mutates` carries the context's request id and may be repeated with it.
    """

    def mark(function: F) -> F:
        function.__fairlead_call__ = (right, deadline, mutates)  # type: ignore[attr-defined]
        return function

    return mark


def calls(interface: type[Interface]) -> dict[str, Call]:
    """The methods of `interface` by name; raises TypeError for one that is not fully typed."""
    known: dict[str, Call] | None = interface.__dict__.get("__fairlead_calls__")
    if known is None:
        known = {entry.method: entry for entry in _read(interface)}
        interface.__fairlead_calls__ = known  # type: ignore[attr-defined]
    return known


def _read(interface: type[Interface]) -> Iterator[Call]:
    for name in dict.fromkeys(name for part in interface.__mro__ for name in vars(part)):
        function = getattr(interface, name)
        mark = getattr(function, "__fairlead_call__", None)
        if mark is None:
            continue
        right, deadline, mutates = mark
        hints = typing.get_type_hints(function, include_extras=True)
        fields: list[Any] = []
        for parameter in list(inspect.signature(function).parameters.values())[1:]:
            if parameter.kind is not parameter.KEYWORD_ONLY or parameter.name not in hints:
                raise TypeError(
                    f"{interface.service}.{name}: {parameter.name} must be keyword-only and typed"
                )
            field: tuple[Any, ...] = (parameter.name, hints[parameter.name])
            if parameter.default is not parameter.empty:
                field = (*field, parameter.default)
            fields.append(field)
        if "return" not in hints:
            raise TypeError(f"{interface.service}.{name}: the result must be typed")
        yield Call(
            service=interface.service,
            method=name,
            right=right,
            request=msgspec.defstruct(
                _camel(name), fields, kw_only=True, frozen=True, module=interface.__module__
            ),
            reply=hints["return"],
            doc=inspect.getdoc(function) or "",
            deadline=deadline,
            mutates=mutates,
        )


def _camel(name: str) -> str:
    return "".join(part.title() for part in name.split("_"))


def check_implements(service: type, interface: type[Interface]) -> None:
    """Raise TypeError unless `service` has each method of `interface` with the same arguments."""
    for name in calls(interface):
        method = getattr(service, name, None)
        if method is None:
            raise TypeError(f"{service.__name__} lacks {interface.__name__}.{name}")
        wanted = set(inspect.signature(getattr(interface, name)).parameters)
        given = set(inspect.signature(method).parameters)
        if wanted != given:
            raise TypeError(
                f"{service.__name__}.{name} takes {sorted(given)}, its interface {sorted(wanted)}"
            )


_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def decode(body: bytes, wanted: Any, what: str) -> Any:
    """`body` (JSON) as `wanted`; raises Invalid whose details name the field."""
    decoder = _decoders.get(wanted)
    if decoder is None:
        decoder = _decoders[wanted] = msgspec.json.Decoder(wanted)
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise invalid(f"{what.split('.')[0]}.invalid", error) from None
    except msgspec.DecodeError as error:
        raise Invalid(f"{what.split('.')[0]}.malformed", f"Not JSON: {error}") from None


def invalid(code: str, error: msgspec.ValidationError) -> Invalid:
    """A validation error of msgspec ("… - at `$.a[0].b`") as Invalid with field and reason."""
    reason, _, path = str(error).partition(" - at `")
    field = path.rstrip("`").removeprefix("$").removeprefix(".")
    if not field and "field `" in reason:  # "Object missing required field `name`" at the root
        field = reason.split("`")[1]
    elif "required field `" in reason:
        field = f"{field}.{reason.split('`')[1]}"
    return Invalid.field(code, field or "body", reason)
