"""The chart with what a developer's cluster needs."""

from __future__ import annotations

import re

import pytest

from fairlead.settings import Common
from scripts.chart_tools import API_VERSIONS
from scripts.stack import SERVICES
from tests.charts.kubernetes import mistakes
from tests.charts.rendering import (
    CHARTS,
    MAJORS,
    Document,
    RenderingFailed,
    documents,
    helm,
    of_kind,
    render,
)

BACKING = CHARTS / "fairlead-backing"


def _found() -> list[Document]:
    return documents(chart=BACKING, release="backing")


@pytest.mark.parametrize("major", MAJORS)
def test_lint_has_nothing_to_say(major: int) -> None:
    helm("lint", "--strict", str(BACKING), major=major)


@pytest.mark.parametrize("version", API_VERSIONS)
def test_the_api_takes_every_document(version: str) -> None:
    assert [mistake for each in _found() for mistake in mistakes(each, version)] == []


def test_there_is_a_database_for_every_service() -> None:
    script = of_kind(_found(), "ConfigMap")["backing-postgresql"]["data"]["databases.sh"]
    made = re.findall(r"^CREATE DATABASE (\w+) OWNER fairlead;$", script, re.MULTILINE)
    assert sorted(made) == sorted(SERVICES), "databases of charts/fairlead-backing/values.yaml"


def test_a_service_reads_the_secrets_that_are_drawn() -> None:
    found = _found()
    [secret] = of_kind(found, "Secret").values()
    held = secret["stringData"]
    read = Common.read(
        "inbox",
        {
            "FAIRLEAD_AMQP_URI": held["amqp-uri"],
            "FAIRLEAD_DATABASE_URL": held["database-url"],
            "FAIRLEAD_SECRET_KEYS": held["secret-keys"],
            "FAIRLEAD_ADMIN_TOKEN": held["admin-token"],
        },
    )
    services = of_kind(found, "Service")
    assert read.amqp_uri.host in services
    assert read.database_url.host in services
    assert read.database_url.path == "/inbox"


def test_no_two_installations_have_the_same_secrets() -> None:
    first, second = (
        documents(chart=BACKING, release=name, given={"secret": name}) for name in ("one", "two")
    )
    keys = [of_kind(found, "Secret") for found in (first, second)]
    drawn = [set(next(iter(each.values()))["stringData"].values()) for each in keys]
    assert drawn[0].isdisjoint(drawn[1])


def test_a_name_that_would_be_sql_is_refused() -> None:
    with pytest.raises(RenderingFailed, match="databases"):
        render(chart=BACKING, given={"databases": ["a; DROP DATABASE b"]})
