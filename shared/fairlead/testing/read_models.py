"""Read models, tested against their source: what was heard in any order must equal what is fetched.

A suite says which service tells, which one keeps, and what may happen at the source:

    class TestTravellers(ReadModelSuite):
        models, names = contacts.read_models.READ_MODELS, ("trips",)
        tables = {TripRow: None, TravellerRow: None}

It has fixtures `source`, `heard` and `fetched` (`Standing`), and says in `act` what happens.
"""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

import msgspec
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR

from ..bus.events import On
from ..bus.inbox import AlreadyDone, Work, begin_work
from ..bus.outbox import OutboxRow, Relay
from ..bus.wire import Envelope, decode_envelope
from ..context import Context, acting, current, service_context
from ..contract import EVENTS, Call, Interface, calls, decode, topic
from ..projections import rows
from ..projections.models import ReadModels
from ..projections.work import Projector
from ..service import ServiceStore
from ..store import EVERYWHERE, Database, new_id
from .schema import bring_up

I = TypeVar("I", bound=Interface)  # noqa: E741 — an interface


class _NobodyToWake:
    def wake(self, rows: object) -> None:
        """Nothing leaves the outbox by itself here."""


class Standing:
    """A service that is asked, tells and hears in this process, without a bus."""

    def __init__(self, service: type[Any], url: str, **parts: Any) -> None:
        self.database = Database(url, name=service.name)
        bring_up(self.database, service.__module__.partition(".")[0])
        self.store = ServiceStore(self.database, cast("Relay", _NobodyToWake()))
        self.service: Any = service()
        for name, part in {"store": self.store, **parts}.items():
            setattr(self.service, name, part)
        self.handlers = handlers(service)

    def client(self, interface: type[I], context: Context | None = None) -> I:
        """The service's methods through their contract, for `context` or the current one."""
        methods = {
            name: partial(self._call, entry, context) for name, entry in calls(interface).items()
        }
        return cast("I", type(interface.__name__, (), methods)())

    def _call(self, entry: Call, context: Context | None, **arguments: Any) -> Any:
        body = entry.encode_request(arguments)
        with acting(context or current()) as caller:
            entry.right.check(caller)
            result = getattr(self.service, entry.method)(**entry.decode_request(body))
        return decode(msgspec.json.encode(result), entry.reply, entry.service)

    def said(self, organisation: UUID) -> list[tuple[UUID, Envelope]]:
        """What it told so far of what an organisation has, with the ids of the events."""
        with self.database.reading(EVERYWHERE) as session:
            kept = session.execute(sa.select(OutboxRow.id, OutboxRow.body).order_by(OutboxRow.id))
            told = [(id, decode_envelope(body)) for id, body in kept]
        return [
            (id, envelope)
            for id, envelope in told
            if envelope.organisation == organisation and tells_state(envelope.type)
        ]

    def hear(self, id: UUID, said: Envelope) -> None:
        """Let each handler of an event have it; one that had it before drops it."""
        kind = EVENTS[said.type]
        for name in self.handlers.get(said.type, ()):
            event = decode(bytes(said.data), kind, said.type)
            body = msgspec.json.encode(event)
            begin_work(Work(id, name, said.type, body, said.organisation))
            with acting(service_context(said.organisation)):
                try:
                    getattr(self.service, name)(event)
                except AlreadyDone:
                    continue

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


def tells_state(topic: str) -> bool:
    """Whether an event tells what an entity is now, for those who keep a copy."""
    return topic.split(".")[1] in {"changed", "merged", "unmerged"}


def handlers(service: type[Any]) -> dict[str, list[str]]:
    """The names of a service's handlers, by the topic of what they hear."""
    found: dict[str, list[str]] = {}
    for name in dir(service):
        for entrypoint in getattr(getattr(service, name), ENTRYPOINT_EXTENSIONS_ATTR, ()):
            if isinstance(entrypoint, On):
                found.setdefault(topic(entrypoint.event), []).append(name)
    return found


class ReadModelSuite:
    """That a read model which heard of everything, in any order and twice, is what its source says.

    `tables` are the rows that make it up, with the columns to compare, None for all.
    """

    models: ClassVar[ReadModels]
    names: ClassVar[tuple[str, ...]]
    tables: ClassVar[Mapping[type[Any], Collection[str] | None]]

    @abstractmethod
    def act(self, source: Standing, organisation: UUID, choices: list[int]) -> None:
        """Let things happen at the source, as `choices` say."""

    def prepare(self, hearer: Standing, organisation: UUID, source: Standing) -> None:
        """Put into a hearer what must be there before it hears of anything."""

    @settings(
        max_examples=6,
        # Cases are small; to make a failing one smaller takes minutes.
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.differing_executors,
            HealthCheck.too_slow,
        ],
    )
    @given(choices=st.lists(st.integers(0, 999), min_size=1, max_size=7), data=st.data())
    def test_replayed_events_equal_fetched_state(
        self,
        source: Standing,
        heard: Standing,
        fetched: Standing,
        choices: list[int],
        data: st.DataObject,
    ) -> None:
        """Shuffled and doubled events against copies of the source, in an empty store and over
        what was heard."""
        organisation = new_id()
        self.act(source, organisation, choices)
        said = source.said(organisation)
        self.prepare(heard, organisation, source)
        self.prepare(fetched, organisation, source)
        twice = data.draw(st.lists(st.integers(0, len(said) - 1), max_size=4)) if said else []
        order = data.draw(st.permutations([*range(len(said)), *twice]))
        note("\n".join(f"{said[each][1].type} {bytes(said[each][1].data)!r}" for each in order))
        for each in order:
            heard.hear(*said[each])
        self.fetch(fetched, source, organisation)
        wanted = self.state(fetched, organisation)
        _check(self.state(heard, organisation), wanted)
        self.fetch(heard, source, organisation)
        _check(self.state(heard, organisation), wanted)

    def fetch(self, hearer: Standing, source: Standing, organisation: UUID) -> None:
        """Make the read models of `hearer` anew."""
        projector = Projector(hearer.store, source.client, self.models)
        with hearer.store.transaction(EVERYWHERE) as session:
            for name in self.names:
                rows.start(session, name, organisation, dt.datetime.now(dt.UTC))
        while projector.step():
            pass
        with hearer.database.reading(EVERYWHERE) as session:
            known = rows.known(session)
        for name in self.names:
            assert (known[name].state, known[name].error) == ("done", None)
            assert known[name].done == known[name].total

    def state(self, hearer: Standing, organisation: UUID) -> dict[str, list[Any]]:
        """Every row of the read models."""
        found: dict[str, list[Any]] = {}
        with hearer.database.reading(organisation) as session:
            for model, columns in self.tables.items():
                names = columns or [c.key for c in sa.inspect(model).column_attrs]
                found[model.__name__] = sorted(
                    (
                        {name: msgspec.to_builtins(getattr(row, name)) for name in names}
                        for row in session.scalars(sa.select(model))
                    ),
                    key=repr,
                )
        return found


def _check(found: dict[str, list[Any]], wanted: dict[str, list[Any]]) -> None:
    wrong = {
        name: {
            "too many": [row for row in found[name] if row not in rows],
            "missing": [row for row in rows if row not in found[name]],
        }
        for name, rows in wanted.items()
        if found[name] != rows
    }
    assert not wrong, wrong
