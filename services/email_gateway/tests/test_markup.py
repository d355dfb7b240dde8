"""The tokenizer: where tags and values stand, and that nothing upsets or delays it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_gateway.domain.markup import text_of, tokens

HOSTILE = [
    "<a/ b ",
    "<!--",
    "<![",
    "<!",
    "<?",
    "</",
    "<a b='",
    '<a b="',
    "<a b=c ",
    "<script>",
    "<script></scrip",
    "<title>",
    "&",
    "&#",
    "&#99999999999999999999;",
    "&notit;",
    "<",
    ">",
    "=",
    '"',
    "<a\x00",
    "<div>",
    "<table><tr><td>",
]
markup = st.lists(
    st.sampled_from([*HOSTILE, "text ", " ", "/", "</a>", "-->", "]]>", "x=1 ", "é", "\ud800"])
    | st.text(max_size=5)
).map("".join)


def parts(source: str) -> list[tuple[str, str, str]]:
    return [(each.kind, each.name, source[each.start : each.end]) for each in tokens(source)]


def test_tags_and_texts_in_order() -> None:
    source = "a<B x>c</b >d<!-- <i> -->e<br/><?php <u> ?>"
    assert parts(source) == [
        ("text", "", "a"),
        ("start", "b", "<B x>"),
        ("text", "", "c"),
        ("end", "b", "</b >"),
        ("text", "", "d"),
        ("text", "", "e"),
        ("start", "br", "<br/>"),
        ("text", "", " ?>"),
    ]


@pytest.mark.parametrize(
    ("written", "name", "value", "spelled"),
    [
        ('<a href="x y">', "href", "x y", '"x y"'),
        ("<a href='x\"y'>", "href", 'x"y', "'x\"y'"),
        ("<a HREF = x/y>", "href", "x/y", "x/y"),
        ("<a href=x>", "href", "x", "x"),
        ("<a href>", "href", "", ""),
        ("<a href=>", "href", "", ""),
        ("<a href=''>", "href", "", "''"),
        ('<a href="a>b">', "href", "a>b", '"a>b"'),
        ("<a =x>", "=x", "", ""),
        ("<a b==c>", "b", "=c", "=c"),
        ('<a b="1"href=2>', "href", "2", "2"),
        ("<a href=x/>", "href", "x/", "x/"),
        ('<a href="?a=1&amp;b=2&copy=3&lt;&copy;&#x41;&#65;&eacute">', "href", None, None),
    ],
)
def test_attributes(written: str, name: str, value: str | None, spelled: str | None) -> None:
    (tag,) = tokens(written)
    if value is None:
        assert tag.get(name) == "?a=1&b=2&copy=3<©AAé"
        return
    assert tag.get(name) == value
    (attribute,) = (each for each in tag.attributes if each.name == name)
    assert written[attribute.start : attribute.end] == spelled


def test_raw_elements_hold_no_tags() -> None:
    assert parts("<script>a<b></scripty></SCRIPT >c") == [
        ("start", "script", "<script>"),
        ("text", "script", "a<b></scripty>"),
        ("end", "script", "</SCRIPT >"),
        ("text", "", "c"),
    ]


@pytest.mark.parametrize(
    "comment", ["<!-->", "<!--->", "<!-- > -- -->", "<!-- --!>", "<!x>", "</>"]
)
def test_comments_end_where_a_browser_ends_them(comment: str) -> None:
    assert parts(f"{comment}a") == [("text", "", "a")]


def test_text_references() -> None:
    assert text_of("&lt;&copy&nbsp;&#8364;&#x1F40E;&unknown; &") == "<©\xa0€🐎&unknown; &"
    assert text_of("&#" + "9" * 5_000 + ";") == "\ufffd"


@given(markup)
def test_any_text_gives_tokens_in_order_that_do_not_overlap(source: str) -> None:
    position = 0
    for token in tokens(source):
        assert position <= token.start < token.end <= len(source)
        position = token.end
        for attribute in token.attributes:
            assert token.start < attribute.start <= attribute.end < token.end
            assert attribute.raw in source[attribute.start : attribute.end]
            assert isinstance(attribute.value, str)


@given(st.text(alphabet="abc &;#=", max_size=40), st.sampled_from(["'", '"']))
def test_a_quoted_value_comes_back_as_written(value: str, quote: str) -> None:
    (tag,) = tokens(f"<a b={quote}{value}{quote}>")
    assert tag.attributes[0].raw == value


@pytest.mark.parametrize("unit", HOSTILE)
def test_time_grows_with_the_length_only(unit: str) -> None:
    def seconds(size: int) -> float:
        source = (unit * (size // len(unit) + 1))[:size] + ">"
        begun = time.process_time()  # not the clock: other work must not fail this
        for token in tokens(source):
            token.get("href")
        return time.process_time() - begun

    short = min(seconds(50_000) for _ in range(3))
    # Eightfold when linear; sixty-fourfold when quadratic.
    assert min(seconds(400_000) for _ in range(3)) < 8 * 4 * short + 0.05
