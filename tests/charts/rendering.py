"""Renders our charts with helm."""

from __future__ import annotations

import functools
import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scripts.chart_tools import install
from scripts.uv import ROOT

CHARTS = ROOT / "charts"
FAIRLEAD = CHARTS / "fairlead"
MAJORS = (3, 4)

Document = dict[str, Any]

_SOURCE = re.compile(r"^# Source: [^/]+/(\S+)$", re.MULTILINE)


class RenderingFailed(Exception):
    """Helm refused; the message is what it said."""


@dataclass(frozen=True)
class Rendered:
    """A document and the template that it comes from, as `templates/service.yaml`."""

    template: str
    document: Document


def ci_values(chart: Path = FAIRLEAD) -> list[Path]:
    """The values files that the chart is tried with."""
    return sorted((chart / "ci").glob("*-values.yaml"))


def helm(*arguments: str, given: str = "", major: int = 3) -> str:
    """What `helm ARGUMENTS` prints; raises RenderingFailed."""
    command = [str(install().helm(major)), *arguments]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RenderingFailed(done.stdout + done.stderr)
    return done.stdout


def render(
    *values: Path,
    chart: Path = FAIRLEAD,
    given: Document | None = None,
    release: str = "fairlead",
    namespace: str = "hub",
    major: int = 3,
) -> list[Rendered]:
    """Every document of a chart with `values`, and what is `given` above them."""
    return _render(values, chart, json.dumps(given or {}), release, namespace, major)


@functools.cache
def _render(
    values: tuple[Path, ...], chart: Path, given: str, release: str, namespace: str, major: int
) -> list[Rendered]:
    files = [argument for path in values for argument in ("--values", str(path))]
    command = ["template", release, str(chart), "--namespace", namespace, *files, "--values", "-"]
    printed = helm(*command, given=given, major=major)
    found = []
    for part in re.split(r"^---$", printed, flags=re.MULTILINE):
        source = _SOURCE.search(part)
        document = yaml.load(part, yaml.CSafeLoader)
        if source and document:
            found.append(Rendered(source[1], document))
    return found


def documents(*values: Path, **options: Any) -> list[Document]:
    """As `render`, without where they come from."""
    return [each.document for each in render(*values, **options)]


def of_kind(found: list[Document], kind: str) -> dict[str, Document]:
    """Those of one kind, by their names."""
    return {each["metadata"]["name"]: each for each in found if each["kind"] == kind}


def pod_of(document: Document) -> Document | None:
    """The specification of the pod that a document makes, if it makes one."""
    pod: Document | None = None
    if document["kind"] == "Pod":
        pod = document["spec"]
    if document["kind"] in ("Deployment", "StatefulSet", "Job"):
        pod = document["spec"]["template"]["spec"]
    return pod
