"""Every service of services/ is wherever a service has to be named, and nothing else is."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from scripts import stack
from scripts.lock import REQUIREMENTS
from scripts.uv import ROOT
from tests.charts.rendering import FAIRLEAD, documents, of_kind

ROOMS = {path.parent.name for path in ROOT.glob("services/*/pyproject.toml")}
THERE = {path.parent.name for path in ROOT.glob("services/*/*/service.py")}
"""The rooms that have a door: until then there is nothing to run."""


def _yaml(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def _named() -> dict[str, set[str]]:
    """The places, with the services that each of them names."""
    skaffold = _yaml("skaffold.yaml")
    [release] = skaffold["deploy"]["helm"]["releases"]
    # Not imported: it makes the process green.
    up = (ROOT / "scripts" / "up.py").read_text(encoding="utf-8")
    return {
        "SERVICES of scripts/stack.py": set(stack.SERVICES),
        "SERVICES of scripts/up.py": set(re.findall(r"^from (\w+)\.service import", up, re.M)),
        "services of charts/fairlead/values.yaml": set(
            _yaml("charts/fairlead/values.yaml")["services"]
        ),
        "databases of charts/fairlead-backing/values.yaml": set(
            _yaml("charts/fairlead-backing/values.yaml")["databases"]
        ),
        "artifacts of skaffold.yaml": {
            each["image"].removeprefix("fairlead/") for each in skaffold["build"]["artifacts"]
        },
        "setValueTemplates of skaffold.yaml": {
            path.split(".")[1] for path in release["setValueTemplates"]
        },
        "requirements/services (make lock)": {
            path.stem for path in (REQUIREMENTS / "services").glob("*.txt")
        },
    }


@pytest.mark.parametrize("place", sorted(_named()))
def test_every_service_is_named(place: str) -> None:
    named = _named()[place]
    missing, unknown = sorted(THERE - named), sorted(named - ROOMS)
    assert not missing, f"{place} lacks {', '.join(missing)}"
    assert not unknown, f"{place} names {', '.join(unknown)}, and there is no such service"


def test_the_chart_runs_the_classes_that_make_stack_runs() -> None:
    services = _yaml("charts/fairlead/values.yaml")["services"]
    assert {name: service["class"] for name, service in services.items()} == stack.SERVICES


@pytest.mark.parametrize(
    "kind", ["Deployment", "Service", "ConfigMap", "PodDisruptionBudget", "Job"]
)
def test_every_service_gets_its_objects(kind: str) -> None:
    found = of_kind(documents(FAIRLEAD / "ci" / "bucket-values.yaml"), kind)
    suffix = "-migration" if kind == "Job" else ""
    names = {f"fairlead-{name.replace('_', '-')}{suffix}" for name in THERE}
    assert found.keys() == names
