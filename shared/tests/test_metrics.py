"""Metrics: constant names, services told apart by a label, one registry for the process."""

from __future__ import annotations

import math
import re
import threading
import time
from typing import Any
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families

from fairlead import metrics
from fairlead.errors import NotFound


def series(name: str, **labels: str) -> float | None:
    """The value that a scrape shows for `name` with exactly `labels`."""
    for family in text_string_to_metric_families(metrics.exposition().decode()):
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return sample.value
    return None


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> str:
    """A service's name that no other test uses: the registry is the process's."""
    monkeypatch.setattr(metrics, "_watched", {})
    return f"s{uuid4().hex}"


def test_what_is_timed_is_counted_by_outcome(service: str) -> None:
    labels = {"service": service, "method": "get_contact"}
    with metrics.timed(metrics.RPC_SERVED, **labels):
        pass
    for error in (NotFound("contacts.not_found", "No such contact"), ZeroDivisionError()):
        with pytest.raises(type(error)), metrics.timed(metrics.RPC_SERVED, **labels):
            raise error
    for outcome in ("ok", "not_found", "internal"):
        assert series("fairlead_rpc_served_seconds_count", **labels, outcome=outcome) == 1


def test_two_services_of_one_process_are_told_apart(service: str) -> None:
    metrics.EVENTS_DEAD.labels(service).set(3)
    metrics.EVENTS_DEAD.labels(f"{service}2").set(5)
    assert series("fairlead_events_dead", service=service) == 3
    assert series("fairlead_events_dead", service=f"{service}2") == 5


def test_a_watched_gauge_is_read_at_each_scrape(service: str) -> None:
    lag = 1.0
    metrics.watch(metrics.OUTBOX_LAG, lambda: lag, service=service)
    assert series("fairlead_outbox_lag_seconds", service=service) == 1.0
    lag = 2.0
    assert series("fairlead_outbox_lag_seconds", service=service) == 2.0


def test_a_gauge_that_cannot_be_read_spoils_nothing_else(service: str) -> None:
    metrics.watch(metrics.OUTBOX_ROWS, lambda: 1 / 0, service=service)
    metrics.EVENTS_DEAD.labels(service).set(1)
    value = series("fairlead_outbox_rows", service=service)
    assert value is not None
    assert math.isnan(value)
    assert series("fairlead_events_dead", service=service) == 1


def test_a_gauge_that_hangs_does_not_hold_up_the_scrape(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "READ_WITHIN", 0.1)
    release = threading.Event()
    asked: list[int] = []

    def hang() -> float:
        asked.append(1)
        release.wait(20)
        return 7.0

    metrics.watch(metrics.OUTBOX_ROWS, hang, service=service)
    metrics.watch(metrics.OUTBOX_LAG, lambda: 1.0, service=service)
    for _ in range(3):
        begun = time.monotonic()
        value = series("fairlead_outbox_rows", service=service)
        assert time.monotonic() - begun < 2
        assert value is not None
        assert math.isnan(value)
    assert series("fairlead_outbox_lag_seconds", service=service) == 1.0
    assert len(asked) == 1
    release.set()
    deadline = time.monotonic() + 5
    while series("fairlead_outbox_rows", service=service) != 7.0:
        assert time.monotonic() < deadline


def test_names_are_the_series_that_a_scrape_shows(service: str) -> None:
    with metrics.timed(metrics.SENDS, service=service, channel="email"):
        pass
    metrics.EVENTS_PUBLISHED.labels(service, "message.queued.v1").inc()
    shown = {
        sample.name
        for family in text_string_to_metric_families(metrics.exposition().decode())
        for sample in family.samples
    }
    assert shown <= metrics.names()
    assert "fairlead_sends_seconds_bucket" in metrics.names()
    assert "fairlead_events_published_total" in metrics.names()
    assert "process_cpu_seconds_total" in metrics.names()


def test_names_follow_the_practices() -> None:
    ours = [family for family in metrics.REGISTRY.collect() if family.name.startswith("fairlead_")]
    assert ours
    for family in ours:
        assert re.fullmatch(r"fairlead(_[a-z]+)+", family.name)
        assert family.documentation
        if family.type == "histogram":
            assert family.name.endswith("_seconds")


@pytest.mark.parametrize(
    ("declare", "name"),
    [
        (metrics.counter, "fairlead_mails"),
        (metrics.counter, "mails_total"),
        (metrics.gauge, "contacts_rows"),
        (metrics.histogram, "fairlead_wait_milliseconds_total"),
    ],
)
def test_badly_named_metrics_are_refused(declare: Any, name: str) -> None:
    with pytest.raises(ValueError, match="fairlead_"):
        declare(name, "Help")
