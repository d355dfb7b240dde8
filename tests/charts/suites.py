"""Runs suites in the format of helm-unittest, whose program is nowhere to be had as a package.

It knows the part of the format that our suites use, and refuses every word that it does not know,
so that the suites stay good for the real one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.charts.assertions import fault_of
from tests.charts.paths import find
from tests.charts.rendering import FAIRLEAD, Document, RenderingFailed, render

SUITE = {"suite", "templates", "values", "set", "release", "tests"}
TEST = {"it", "template", "templates", "values", "set", "release", "documentSelector", "asserts"}
BESIDE = {"not", "template", "documentSelector"}
"""What may stand in an assertion beside its kind."""


@dataclass(frozen=True)
class Case:
    """One test of a suite, and the suite that it stands in."""

    path: Path
    suite: Document
    test: Document

    def __str__(self) -> str:
        return f"{self.path.name.removesuffix('_test.yaml')}: {self.test['it']}"


def cases(chart: Path = FAIRLEAD) -> Iterator[Case]:
    """Every test of the chart's suites."""
    for path in sorted((chart / "tests").glob("*_test.yaml")):
        for suite in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            _only(suite, SUITE, path.name)
            for test in suite["tests"]:
                _only(test, TEST, path.name)
                yield Case(path, suite, test)


def faults(case: Case) -> list[str]:
    """What is wrong, a line for each assertion that does not hold."""
    if not case.test["asserts"]:
        return ["it asserts nothing"]
    try:
        found, refusal = _rendered(case), ""
    except RenderingFailed as failed:
        found, refusal = [], str(failed)
    return [
        f"{assertion}: {fault}"
        for assertion in case.test["asserts"]
        for fault in _of_assertion(case, assertion, found, refusal)
    ]


def _rendered(case: Case) -> list[tuple[str, Document]]:
    values = [*case.suite.get("values", ()), *case.test.get("values", ())]
    release = {**case.suite.get("release", {}), **case.test.get("release", {})}
    given: Document = {}
    for path, value in {**case.suite.get("set", {}), **case.test.get("set", {})}.items():
        _put(given, path.split("."), value)
    rendered = render(
        *((case.path.parent / each).resolve() for each in values),
        chart=case.path.parent.parent,
        given=given,
        release=release.get("name", "fairlead"),
        namespace=release.get("namespace", "hub"),
    )
    return [(each.template, each.document) for each in rendered]


def _of_assertion(
    case: Case, assertion: Document, found: list[tuple[str, Document]], refusal: str
) -> Iterator[str]:
    [kind] = assertion.keys() - BESIDE
    expected = assertion[kind] or {}
    if kind == "failedTemplate":
        if not refusal:
            yield "nothing failed"
        elif not re.search(expected.get("errorPattern", ""), refusal):
            yield f"it failed with {refusal}"
        return
    if refusal:
        yield refusal
        return
    templates = _templates(case, assertion)
    chosen = [document for template, document in found if template in templates]
    if kind == "hasDocuments":
        if len(chosen) != expected["count"]:
            yield f"there are {len(chosen)}"
        return
    selector = assertion.get("documentSelector") or case.test.get("documentSelector")
    if selector:
        chosen = [each for each in chosen if find(each, selector["path"]) == [selector["value"]]]
        if len(chosen) != 1 and not selector.get("matchMany"):
            yield f"{selector['value']} is there {len(chosen)} times"
    if not chosen:
        yield "there is no such document"
    for document in chosen:
        fault = fault_of(kind, expected, document, inverted=assertion.get("not", False))
        if fault:
            yield f"{document['metadata']['name']}: {fault}"


def _templates(case: Case, assertion: Document) -> list[str]:
    """Where documents are looked for, named from the chart's `templates` folder on."""
    one = assertion.get("template") or case.test.get("template")
    names = [one] if one else case.test.get("templates") or case.suite["templates"]
    return [name if name.startswith("templates/") else f"templates/{name}" for name in names]


def _put(values: Document, path: list[str], value: Any) -> None:
    for key in path[:-1]:
        values = values.setdefault(key, {})
    values[path[-1]] = value


def _only(part: Document, known: set[str], where: str) -> None:
    unknown = part.keys() - known
    if unknown:
        raise ValueError(f"{where}: {', '.join(sorted(unknown))} is not known here")
