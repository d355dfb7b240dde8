"""Values that the chart refuses, and that it says which."""

from __future__ import annotations

from typing import Any

import pytest

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


@pytest.mark.parametrize(("path", "value", "named"), REFUSED)
def test_values_that_are_refused(path: str, value: Any, named: str) -> None:
    for major in MAJORS:
        with pytest.raises(RenderingFailed, match=named):
            render(BUCKET, given=_nested(path, value), major=major)


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_no_secret_of_a_service_can_stand_among_its_settings(service: str) -> None:
    for name in (name for name, setting in declared(service).items() if is_secret(setting)):
        with pytest.raises(RenderingFailed, match=name):
            render(BUCKET, given=_nested(f"services.{service}.settings.{name}", "x"))


def test_all_other_settings_can() -> None:
    ours = {"SANDBOX", "FILES", "PUBLIC_URL", "PORT", "ADMIN_PORT"}
    settings = {
        name: "x"
        for service in SERVICES
        for name, setting in declared(service).items()
        if not is_secret(setting) and name.removeprefix("FAIRLEAD_") not in ours
    }
    assert len(settings) > 20
    assert documents(BUCKET, given=_nested("defaults.settings", settings))
