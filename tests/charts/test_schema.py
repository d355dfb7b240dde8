"""Values that the chart refuses, and that it says which."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest
import yaml
from jsonschema_rs import Draft7Validator

from scripts.stack import SERVICES
from tests.charts.environments import declared, is_secret
from tests.charts.rendering import FAIRLEAD, MAJORS, Document, RenderingFailed, documents, render

BUCKET = FAIRLEAD / "ci" / "bucket-values.yaml"


def _nested(path: str, value: Any) -> Document:
    for key in reversed(path.split(".")):
        value = {key: value}
    given: Document = value
    return given


REFUSED = [
    ("publicUrl", "", "publicUrl"),
    ("publicUrl", "hub.example.com", "publicUrl"),
    ("publicUrl", "https://hub.example.com/path", "publicUrl"),
    ("files.existingClaim", "both", "files"),
    ("files.bucket", "", "files"),
    ("files.bucket", "/var/files", "files"),
    ("files.bucket", "s3://key:secret@bucket", "files"),
    ("ingres", {"enabled": True}, "ingres"),
    ("trustedProxies", 6, "trustedProxies"),
    ("httpRoute.enabled", True, "parentRefs"),
    ("defaults.podLabels", {"app.kubernetes.io/component": "x"}, "component"),
    ("image.pullPolicy", "Sometimes", "pullPolicy"),
    ("defaults.replicas", -1, "replicas"),
    ("defaults.replicas", "2", "replicas"),
    ("defaults.replica", 2, "replica"),
    ("defaults.class", "a.service:A", "class"),
    ("defaults.terminationGracePeriodSeconds", 10, "terminationGracePeriodSeconds"),
    ("defaults.settings.FAIRLEAD_LOG_LEVEL", 1, "FAIRLEAD_LOG_LEVEL"),
    ("defaults.settings.log_level", "debug", "log_level"),
    ("defaults.settings.FAIRLEAD_SANDBOX", "yes", "FAIRLEAD_SANDBOX"),
    ("services.inbox.settings.FAIRLEAD_SANDBOX", "yes", "FAIRLEAD_SANDBOX"),
    ("defaults.secrets.FAIRLEAD_SANDBOX", {"name": "a", "key": "b"}, "FAIRLEAD_SANDBOX"),
    ("defaults.settings.FAIRLEAD_PORT", "80", "FAIRLEAD_PORT"),
    ("defaults.settings.AWS_SECRET_ACCESS_KEY", "x", "AWS_SECRET_ACCESS_KEY"),
    ("defaults.secrets.FAIRLEAD_ADMIN_TOKEN", "plain", "FAIRLEAD_ADMIN_TOKEN"),
    ("defaults.secrets.FAIRLEAD_ADMIN_TOKEN.value", "plain", "FAIRLEAD_ADMIN_TOKEN"),
    ("defaults.secrets.FAIRLEAD_SECRET_KEYS", None, "FAIRLEAD_SECRET_KEYS"),
    ("services.pigeons", {"replicas": 1}, "class"),
    ("services.pigeons", {"class": "pigeons"}, "class"),
    ("services.Pigeons", {"class": "pigeons.service:Pigeons"}, "Pigeons"),
]


def _refusal(given: Document) -> str:
    """What the schema says of the chart's values with BUCKET's and `given` above them."""
    errors = _schema().iter_errors(_merged(_values(), given))
    return "; ".join(f"{error.instance_path}: {error.message}" for error in errors)


@functools.cache
def _schema() -> Draft7Validator:
    return Draft7Validator(json.loads((FAIRLEAD / "values.schema.json").read_text("utf-8")))


@functools.cache
def _values() -> Document:
    values: Document = {}
    for path in (FAIRLEAD / "values.yaml", BUCKET):
        values = _merged(values, yaml.safe_load(path.read_text(encoding="utf-8")))
    return values


def _merged(below: Document, above: Document) -> Document:
    """As Helm lays values over values: maps are joined, and null takes away."""
    joined = dict(below)
    for key, value in above.items():
        known = below.get(key)
        if isinstance(value, dict) and isinstance(known, dict):
            joined[key] = _merged(known, value)
        else:
            joined[key] = value
    return {key: value for key, value in joined.items() if value is not None}


@pytest.mark.parametrize(("path", "value", "named"), REFUSED)
def test_values_that_are_refused(path: str, value: Any, named: str) -> None:
    assert named in _refusal(_nested(path, value))


def test_values_without_a_mistake_are_not() -> None:
    assert _refusal({}) == ""


@pytest.mark.parametrize("major", MAJORS)
def test_helm_heeds_the_schema_and_names_what_is_wrong(major: int) -> None:
    # Each major version validates with a library of its own.
    for path, value, named in REFUSED[::5]:
        with pytest.raises(RenderingFailed, match=named):
            render(BUCKET, given=_nested(path, value), major=major)


def _secrets() -> dict[str, str]:
    """Every variable that holds a secret, and a service that reads it."""
    return {
        name: service
        for service in SERVICES
        for name, setting in declared(service).items()
        if is_secret(setting)
    }


@pytest.mark.parametrize(("name", "service"), sorted(_secrets().items()))
def test_no_secret_can_stand_among_the_settings(name: str, service: str) -> None:
    assert name in _refusal(_nested(f"services.{service}.settings.{name}", "x"))


def test_all_other_settings_can() -> None:
    ours = {"SANDBOX", "INSTALLED", "FILES", "PUBLIC_URL", "PORT", "ADMIN_PORT"}
    settings = {
        name: "x"
        for service in SERVICES
        for name, setting in declared(service).items()
        if not is_secret(setting) and name.removeprefix("FAIRLEAD_") not in ours
    }
    assert len(settings) > 20
    assert documents(BUCKET, given=_nested("defaults.settings", settings))
