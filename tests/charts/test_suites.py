"""The chart's suites in helm-unittest's format, each test by itself; and that they can fail."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.charts.rendering import FAIRLEAD
from tests.charts.suites import Case, cases, faults

ALL = list(cases())


@pytest.mark.parametrize("case", ALL, ids=str)
def test_suite(case: Case) -> None:
    assert faults(case) == []


def _inverted() -> Iterator[Case]:
    """Every assertion by itself, turned round; hasDocuments gets another number instead."""
    for case in ALL:
        for assertion in case.test["asserts"]:
            turned = copy.deepcopy(assertion)
            if "hasDocuments" in turned:
                turned["hasDocuments"]["count"] += 1
            elif "failedTemplate" in turned:
                turned["failedTemplate"] = {"errorPattern": "something else"}
            else:
                turned["not"] = not turned.get("not", False)
            yield Case(case.path, case.suite, case.test | {"asserts": [turned]})


def test_no_assertion_holds_when_it_is_turned_round() -> None:
    # An assertion that holds either way looks at nothing: a wrong path, a document not there.
    assert [f"{case}: {case.test['asserts']}" for case in _inverted() if not faults(case)] == []


def test_what_the_runner_does_not_know_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    suite = tmp_path / "tests" / "odd_test.yaml"
    suite.write_text("{suite: odd, templates: [], capabilities: {}, tests: []}")
    with pytest.raises(ValueError, match="capabilities"):
        list(cases(tmp_path))
    odd = Case(
        FAIRLEAD / "tests" / "x_test.yaml", ALL[0].suite, {"it": "", "asserts": [{"odd": 1}]}
    )
    with pytest.raises(ValueError, match="odd is not known"):
        faults(odd)


def test_a_test_that_asserts_nothing_fails() -> None:
    empty = Case(ALL[0].path, ALL[0].suite, ALL[0].test | {"asserts": []})
    assert faults(empty) == ["it asserts nothing"]
