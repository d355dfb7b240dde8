"""Templates that users write: limits, missing values, errors with their line."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.domain import sandbox
from inbox.domain.sandbox import TemplateError


def rendered(source: str, data: Mapping[str, object] | None = None, *, html: bool = True) -> str:
    text, missing = sandbox.render(sandbox.parse(source, html=html), data or {})
    assert not missing, missing
    return text


def missing(source: str, data: Mapping[str, object] | None = None) -> dict[str, int]:
    return sandbox.render(sandbox.parse(source, html=True), data or {})[1]


def refusal(source: str, data: Mapping[str, object] | None = None) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        sandbox.render(sandbox.parse(source, html=True), data or {})
    return caught.value


def test_values_are_escaped_in_html_and_left_alone_in_text() -> None:
    data = {"name": "<b>O'Neil & Sons</b>"}
    assert rendered("{{ name }}", data) == "&lt;b&gt;O&#39;Neil &amp; Sons&lt;/b&gt;"
    assert rendered("{{ name }}", data, html=False) == "<b>O'Neil & Sons</b>"


def test_all_missing_names_are_told_at_once_with_their_lines() -> None:
    source = "{{ a }}\n{{ b.c }} {{ known }}\n{% for x in d %}{{ x }}{% endfor %}\n{{ e | upcase }}"
    assert missing(source, {"known": "k", "b": {}}) == {"a": 1, "b.c": 2, "d": 3, "e": 4}


def test_a_name_in_a_branch_that_is_not_taken_is_not_missed() -> None:
    assert missing("{% if a %}{{ b }}{% endif %}{% unless a %}x{% endunless %}") == {}


def test_a_missing_name_may_have_a_default() -> None:
    assert rendered("{{ a | default: 'none' }}{% if a == blank %}!{% endif %}") == "none"


def test_names_inside_loops_are_missed_by_their_path() -> None:
    source = "{% for s in services %}{{ s.name }}{{ s.place }}{% endfor %}{{ services[7].x }}"
    assert missing(source, {"services": [{"name": "n"}]}) == {"s.place": 1, "services[7].x": 1}


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("one\ntwo\n{{ x | nope }}", 3),
        ("one\n{% if x %}\nthree", 3),  # ends too early: the last line
        ("one\n{{ x", 2),
        ("one\n{% include 'secret' %}", 2),
        ("{{ }}", 1),
        ("{% = %}", 1),
        ("a\nb {% endfor %}", 2),
    ],
)
def test_an_error_names_its_line(source: str, line: int) -> None:
    error = refusal(source)
    assert error.line == line
    assert str(error).startswith(f"line {line}")


MANY = {"many": list(range(1000)), "long": "x" * 90_000}
DOUBLING = "{% assign x = 'xxxxxxxxxxxxxxxxxxxx' %}" + "{% assign x = x | append: x %}" * 60
BOMBS = {
    "nested loops": "{% for a in many %}{% for b in many %}{% for c in many %}x{% endfor %}"
    "{% endfor %}{% endfor %}",
    "loops one after another": "{% for a in many %}xxxxxxxxxxxxxxxxxxxxxxxxx{% endfor %}" * 900,
    "a wide body": "{% for a in many %}" + "{% if true %}a{% endif %}" * 900 + "{% endfor %}",
    "a range": "{% for a in (1..1000000000) reversed %}x{% endfor %}",
    "a range in a filter": "{{ (1..1000000000) | join: ',' }}",
    "a text that doubles": DOUBLING,
    "captures": "{% for a in many %}{% capture y %}{{ y }}{{ long }}{% endcapture %}{% endfor %}",
    "filters on a long text": "{{ long | upcase | downcase | upcase | downcase | upcase }}" * 1900,
    "output": "{% for a in many %}{{ long }}{% endfor %}",
    "many tags": "{{ a }}" * 14_000,
    "deep blocks": "{% if a %}" * 100,
    "white space": "{{" + " " * 99_000,
    "open brackets": "{{a" * 33_000,
    "open tags": "{%" * 50_000,
    "raw": "{% raw %}" * 11_000,
    "comments": "{% comment %}" * 7_000,
    "an endless filter": "{{ x | replace: '', x }}",
    "numbers": "{{ 9 | times: 9 }}",
    "too long": "x" * 100_001,
}


@pytest.mark.timeout(40)  # most would run for minutes
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused(name: str) -> None:
    refusal(BOMBS[name], MANY)


def test_two_hundred_services_are_no_bomb() -> None:
    services = [{"name": f"Service {n}", "notes": "n" * 500} for n in range(200)]
    row = "<tr><th>{{ s.name | escape }}</th><td>{{ s.notes | newline_to_br }}</td></tr>"
    source = "{% for s in services %}" + row + "{% if s.place %}{{ s.place }}{% endif %}" * 40
    assert len(rendered(source + "{% endfor %}", {"services": services})) > 100_000


def test_deep_brackets_are_only_a_missing_name() -> None:
    assert missing("{{ " + "a[" * 240 + "1" + "]" * 240 + " }}")


PIECES = st.sampled_from(
    [
        "{{", "}}", "{%", "%}", " if ", " for ", " in ", " endif ", " endfor ", "x", "y.z", "[",
        "]", "|", " append: ", "'", '"', "(1..9)", "-", " ", "\n", "assign ", "=", "==", " and ",
        "<p>", " raw ", " comment ", "\x00", "é", "{{{", "#",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=60).map("".join))
def test_whatever_is_written_renders_or_is_refused(source: str) -> None:
    try:
        sandbox.render(sandbox.parse(source, html=True), {"x": "1", "y": {"z": [1, 2]}})
        refused = None
    except TemplateError as error:
        refused = error
    if refused is not None:
        assert refused.reason
        assert 0 <= refused.line <= source.count("\n") + 1


@given(st.text(max_size=200))
def test_a_text_without_markup_stays_as_it_is(text: str) -> None:
    source = text.replace("{", "")
    assert rendered(source, html=False).splitlines() == source.splitlines()
