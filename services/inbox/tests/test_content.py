"""HTML and text of a message."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.domain import content


def test_what_could_act_is_taken_out() -> None:
    html = content.sanitise(
        "<script>alert(1)</script><style>p{}</style>"
        '<p onclick="x()" style="position:fixed;color:red">Hi</p>'
        '<a href="javascript:alert(1)">a</a><a href="https://x.test/">b</a>'
        '<iframe src="https://x.test"></iframe><form><input name="q"></form>'
        '<img src="data:image/png;base64,xx"><img src="cid:logo" alt="Logo">'
    )
    assert html == (
        '<p style="color:red">Hi</p><a rel="noopener noreferrer">a</a>'
        '<a href="https://x.test/" rel="noopener noreferrer">b</a>'
        '<img><img src="cid:logo" alt="Logo">'
    )


def test_too_many_tags_are_refused_and_the_most_allowed_are_quick() -> None:
    with pytest.raises(ValueError, match="10000 tags"):
        content.sanitise("<b>" * 10_001)
    begun = time.process_time()
    content.plain(content.sanitise("<div>" * 10_000))
    assert time.process_time() - begun < 20


def test_paragraphs() -> None:
    text = "Dear all,\r\n\r\n1 < 2\nnext line\n \n\n\nBye\n"
    assert content.paragraphs(text) == "<p>Dear all,</p><p>1 &lt; 2<br>next line</p><p>Bye</p>"


def test_plain_text_of_a_table_has_labels() -> None:
    html = (
        "<p>Hello,</p><table><tr><th colspan=2>1. Transfer</th></tr>"
        '<tr><th scope="row">Date</th><td>24 November<br>2026</td></tr>'
        "<tr><td>a</td><td>b</td></tr></table><ul><li>one</li><li>two</li></ul>"
        '<p><a href="https://x.test/p">Itinerary</a> <a href="https://x.test">https://x.test</a></p>'
        "<pre>a\n  b</pre>"
    )
    assert content.plain(content.sanitise(html)) == (
        "Hello,\n\n1. Transfer\nDate: 24 November\n2026\na  b\n\n- one\n- two\n\n"
        "Itinerary (https://x.test/p) https://x.test\n\na\n  b"
    )


def test_a_preview_is_one_short_line() -> None:
    assert content.preview("  Hello\n\n there ") == "Hello there"
    long = content.preview("word " * 100)
    assert len(long) <= 140
    assert long.endswith("…")


@pytest.mark.parametrize("bad", ["a\r\nBcc: x@y.test", "a\nb", "a\x00b", "a\u2028b", "a\x85b"])
def test_control_characters_are_seen_and_removed(bad: str) -> None:
    assert content.has_control_characters(bad)
    assert not content.has_control_characters(content.one_line(bad))


@given(st.text(max_size=300))
def test_paragraphs_never_make_a_tag_of_text(text: str) -> None:
    html = content.paragraphs(text)
    rest = html.replace("<p>", "").replace("</p>", "").replace("<br>", "")
    assert "<" not in rest
    assert ">" not in rest


@given(st.text(alphabet="<>/abptrdl =\"'&;\n", max_size=200))
def test_whatever_is_pasted_can_be_sanitised_and_read(html: str) -> None:
    clean = content.sanitise(html)
    assert content.sanitise(clean) == clean
    assert isinstance(content.plain(clean), str)
