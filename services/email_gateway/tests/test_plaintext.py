"""HTML becomes text that can be read, whatever the HTML."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_gateway.domain.plaintext import to_text

HOSTILE = ["<div>", "<ul><li>", "<blockquote>x", "<table><tr><td>x", "<a href=http://x>", "</td>"]
HOSTILE += ["<b hidden>", "<pre>\n", "<a/ b ", "&#99999999999;", "<", "<ol><li>x<table>", "</ul>"]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("plain  text\n here", "plain text here"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("a<br>b<br><br>c", "a\nb\nc"),
        ("<b>bold</b>, <i>it</i>alic", "bold, italic"),
        ("<h1>T</h1>x", "T\n\nx"),
        ("a <b> b</b>", "a b"),
        ("<ul><li>one</li><li>two<ul><li>in</li></ul></li></ul>", "- one\n- two\n  - in"),
        ("<ol><li>one<li>two</ol>after", "1. one\n2. two\n\nafter"),
        ("<a href='https://x.example/?a=1&amp;b=2'>go</a>", "go <https://x.example/?a=1&b=2>"),
        ("<a href='https://x.example/'>x.example</a>", "x.example"),
        ("<a href='mailto:a@b.example'>a@b.example</a>", "a@b.example"),
        ("<a href='mailto:a@b.example'>write</a>!", "write <a@b.example>!"),
        ("<a href='#top'>up</a> <a href='javascript:x'>no</a>", "up no"),
        ("<a href='https://x.example'><img alt='Map'></a>", "[Map] <https://x.example>"),
        ("<a href='https://x.example'></a>end", "end"),
        ("<img src=x> <img alt='' src=y>a", "a"),
        ("<style>p{}</style><script>x()</script><title>t</title>a", "a"),
        ("<div style='display : none'>x<div>y</div></div>a", "a"),
        ("<div style='display:none;mso-hide:all'>x</div><p hidden>y</p>a", "a"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>c", "> a\n>\n> > b\n\nc"),
        ("<pre>a\n  b\n</pre>c", "a\n  b\n\nc"),
        ("a<hr>b", "a\n\n" + "-" * 40 + "\n\nb"),
        ("a&nbsp;b &lt;c&gt; &euro;", "a\xa0b <c> €"),
        ("a\u200b\u00adb", "ab"),
        (
            "<table><tr><th>Date</th><td><p>1 May</p></td></tr>"
            "<tr><th>Place:</th><td>Rome<br>Via 1</td></tr></table>",
            "Date: 1 May\nPlace: Rome, Via 1",
        ),
        (
            "<table><thead><tr><th>A</th><th>B</th></tr></thead>"
            "<tr><td>1</td><td>2</td></tr></table>x",
            "A | B\n1 | 2\n\nx",
        ),
        (
            "<table role='presentation'><tr><td>a</td><td>b</td></tr></table>",
            "a\nb",
        ),
    ],
)
def test_reads_as_a_person_would_write_it(html: str, text: str) -> None:
    assert to_text(html) == text


@given(
    st.lists(
        st.sampled_from([*HOSTILE, "</a>", "</table>", "</blockquote>", "word ", "\ud800", "\r\n"])
        | st.text(max_size=6)
    ).map("".join)
)
def test_takes_any_string(html: str) -> None:
    text = to_text(html)
    assert not text.startswith("\n")
    assert not text.endswith("\n")
    assert all(line == line.rstrip(" ") for line in text.split("\n"))


@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1))
def test_no_word_is_lost_in_any_element(words: list[str]) -> None:
    elements = ["p", "li", "td", "th", "blockquote", "pre", "a", "div", "span", "h2", "table", "dd"]
    html = "".join(
        f"<{elements[place % len(elements)]}>{word} " for place, word in enumerate(words)
    )
    text = to_text(html).replace("|", " ").replace(">", " ").replace(":", " ").replace("- ", " ")
    assert text.split() == words


@pytest.mark.parametrize("unit", HOSTILE)
def test_time_grows_with_the_length_only(unit: str) -> None:
    def seconds(size: int) -> float:
        html = unit * (size // len(unit))
        begun = time.process_time()
        to_text(html)
        return time.process_time() - begun

    short = min(seconds(50_000) for _ in range(3))
    # Eightfold when linear; sixty-fourfold when quadratic.
    assert min(seconds(400_000) for _ in range(3)) < 8 * 4 * short + 0.05
