"""Metrics: one registry for the process; every service in it is told apart by a label.

A metric's name is a constant (`fairlead_…`, with its unit), never built from a service's name, so
that one dashboard serves all. Names and units follow the Prometheus naming practices
(prometheus.io/docs/practices/naming).

    with metrics.timed(metrics.RPC_SERVED, service="contacts", method="get_contact"):
        ...                      # outcome="ok", or the kind of the Failure that it raised

A service declares its own with `counter`, `gauge` and `histogram` below.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from . import logs
from .errors import Failure
from .probe import Probe, ask_all

REGISTRY = CollectorRegistry()
CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SLOW = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
_SUFFIXES = {
    "counter": ("_total",),
    "histogram": ("_bucket", "_sum", "_count"),
    "gauge": ("",),
    "info": ("_info",),
}

log = logs.logger(__name__)

READ_WITHIN = 2.0  # seconds for all watched gauges together; Prometheus gives a scrape ten
_watched: dict[tuple[Gauge, tuple[tuple[str, str], ...]], Probe[float]] = {}
_scrape = threading.Lock()

# A `_created` series beside each counter and bucket doubles what is scraped and tells nothing.
disable_created_metrics()  # type: ignore[no-untyped-call]
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)


def _declared(name: str, unit_of: str) -> str:
    if not name.startswith("fairlead_") or not name.endswith(unit_of):
        raise ValueError(f"{name}: a metric is named fairlead_…{unit_of}")
    return name


def counter(name: str, help: str, labels: Sequence[str] = ()) -> Counter:
    """Declare a counter, `fairlead_…_total`, with the label `service` and `labels`."""
    return Counter(_declared(name, "_total"), help, ("service", *labels), registry=REGISTRY)


def gauge(name: str, help: str, labels: Sequence[str] = ()) -> Gauge:
    """Declare a gauge, `fairlead_…`, with the label `service` and `labels`."""
    return Gauge(_declared(name, ""), help, ("service", *labels), registry=REGISTRY)


def histogram(
    name: str, help: str, labels: Sequence[str] = (), buckets: Sequence[float] = _FAST
) -> Histogram:
    """Declare a histogram, `fairlead_…_seconds`, with the label `service` and `labels`."""
    return Histogram(
        _declared(name, "_seconds"), help, ("service", *labels), buckets=buckets, registry=REGISTRY
    )


RPC_SERVED = histogram(
    "fairlead_rpc_served_seconds", "Calls that this service answered", ("method", "outcome")
)
RPC_CALLED = histogram(
    "fairlead_rpc_called_seconds",
    "Calls that this service made, with the wait for the answer",
    ("callee", "method", "outcome"),
)
EVENTS_HANDLED = histogram(
    "fairlead_events_handled_seconds",
    "Attempts at handling an event (outcome: ok, duplicate, failed, away, dead, undecodable)",
    ("handler", "outcome"),
    _SLOW,
)
EVENTS_PUBLISHED = counter(
    "fairlead_events_published_total", "Events that the relay handed to the bus", ("event",)
)
EVENTS_WAITING = gauge("fairlead_events_waiting", "Failed events that will be tried again")
EVENTS_DEAD = gauge(
    "fairlead_events_dead", "Events that were given up, to be replayed or discarded"
)
OUTBOX_ROWS = gauge("fairlead_outbox_rows", "Events written and not yet published")
OUTBOX_LAG = gauge(
    "fairlead_outbox_lag_seconds", "Age of the oldest event that is not yet published; 0 for none"
)
STORE_CONNECTIONS = gauge(
    "fairlead_store_connections", "Connections of the store's pool (state: used, idle)", ("state",)
)
STORE_WAITED = histogram(
    "fairlead_store_wait_seconds", "Waits for a connection of the pool, or for SQLite's writer"
)
STORE_TRANSACTIONS = histogram("fairlead_store_transaction_seconds", "Transactions", ("outcome",))
SENDS = histogram(
    "fairlead_sends_seconds", "Messages handed to a provider", ("channel", "outcome"), _SLOW
)
HUB_LAG = Gauge(
    "fairlead_hub_lag_seconds",
    "How late the process's event loop last ran a greenlet that was due",
    registry=REGISTRY,
)


def outcome(error: BaseException | None) -> str:
    """The label for how something ended: ok, the kind of a Failure, or internal."""
    if error is None:
        return "ok"
    return error.kind if isinstance(error, Failure) else "internal"


@contextmanager
def timed(metric: Histogram, **labels: str) -> Iterator[None]:
    """Observe the block's seconds in `metric`, with its outcome and `labels`."""
    begun = time.monotonic()
    failed: BaseException | None = None
    try:
        yield
    except BaseException as error:
        failed = error
        raise
    finally:
        metric.labels(outcome=outcome(failed), **labels).observe(time.monotonic() - begun)


def watch(metric: Gauge, read: Callable[[], float], **labels: str) -> None:
    """Let `metric` be what `read` says at each scrape; NaN where it raises or takes too long.

    For what must not go stale with the thing it measures: the lag of a relay that hangs. `read` may
    ask the store; what was watched before under the same labels is forgotten.
    """
    _watched[metric, tuple(sorted(labels.items()))] = Probe(read)


def exposition() -> bytes:
    """All metrics in Prometheus' text format, of the type CONTENT_TYPE; in READ_WITHIN seconds."""
    with _scrape:
        watched = list(_watched.items())
        ask_all([probe for _, probe in watched], READ_WITHIN)
        for (metric, labels), probe in watched:
            if probe.answered and probe.value is not None:
                metric.labels(**dict(labels)).set(probe.value)
            else:
                metric.labels(**dict(labels)).set(float("nan"))
                log.warning("metric not read", metric=metric._name, error=probe.error)
        return generate_latest(REGISTRY)


def names() -> frozenset[str]:
    """Every series name that a dashboard or an alert may ask for, as `fairlead_…_bucket`."""
    return frozenset(
        family.name + suffix
        for family in REGISTRY.collect()
        for suffix in _SUFFIXES.get(family.type, ("",))
    )
