"""What the documents say of the chart is so."""

from __future__ import annotations

import re

import yaml

from scripts.uv import ROOT
from tests.charts.rendering import FAIRLEAD


def _of_operations() -> str:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    return text.partition("## Kubernetes")[2]


def test_every_secret_that_the_chart_wants_is_in_the_table() -> None:
    values = yaml.safe_load((FAIRLEAD / "values.yaml").read_text(encoding="utf-8"))
    rows = [line for line in _of_operations().splitlines() if line.startswith("| `")]
    told = {
        (re.findall(r"`([^`]+)`", secret)[0].replace("SERVICE", "{service}"), key)
        for secret, keys, *_ in (row.strip("| ").split(" | ") for row in rows)
        for key in re.findall(r"`([^`]+)`", keys)
    }
    wanted = {(each["name"], each["key"]) for each in values["defaults"]["secrets"].values()}
    assert told == wanted
