"""Every service of services/ is wherever a service has to be named."""

from __future__ import annotations

import re

import yaml

from scripts import stack
from scripts.uv import ROOT
from tests.charts.rendering import FAIRLEAD

THERE = {path.parent.name for path in ROOT.glob("services/*/pyproject.toml")}


def _missing(named: set[str]) -> str:
    """What is named and not there, or the other way round; empty when all is well."""
    missing, unknown = sorted(THERE - named), sorted(named - THERE)
    return " and ".join(
        [f"missing: {', '.join(missing)}"] * bool(missing)
        + [f"no such service: {', '.join(unknown)}"] * bool(unknown)
    )


def test_the_chart_deploys_every_service() -> None:
    values = yaml.safe_load((FAIRLEAD / "values.yaml").read_text(encoding="utf-8"))
    assert _missing(set(values["services"])) == "", "services of charts/fairlead/values.yaml"
    classes = {name: service["class"] for name, service in values["services"].items()}
    assert classes == stack.SERVICES


def test_make_stack_and_make_up_run_every_service() -> None:
    assert _missing(set(stack.SERVICES)) == "", "SERVICES of scripts/stack.py"
    # Not imported: it makes the process green.
    up = (ROOT / "scripts" / "up.py").read_text(encoding="utf-8")
    run = set(re.findall(r"^from (\w+)\.service import", up, re.MULTILINE))
    assert _missing(run) == "", "SERVICES of scripts/up.py"
