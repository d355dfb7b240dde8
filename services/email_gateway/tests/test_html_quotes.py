"""The quote in HTML: cut at the containers of mail programs and nowhere else."""

import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_gateway.domain.quotes import split_html

GMAIL = (
    '<div dir="ltr">Ano, přijedeme.</div><br><div class="gmail_quote gmail_quote_container">'
    '<div dir="ltr" class="gmail_attr">On Mon, Jan &lt;j@x.test&gt; wrote:<br></div>'
    '<blockquote class="gmail_quote"><div>Kdy?</div></blockquote></div>'
)
MARKED = {
    "gmail": GMAIL,
    "apple": "<div>Ano, přijedeme.<br><blockquote type='cite'>On Mon<br>Kdy?</blockquote></div>",
    "thunderbird": "<p>Ano, přijedeme.</p><div class=moz-cite-prefix>Dne 1. 1. napsal:<br></div>"
    "<blockquote type=cite><p>Kdy?</p></blockquote>",
    "outlook web": "<div>Ano, přijedeme.</div><div id=appendonsend></div><hr>"
    "<div id=divRplyFwdMsg><b>Od:</b> Jan</div><div>Kdy?</div>",
    "outlook": "<p>Ano, přijedeme.</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'>"
    "<p><b>From:</b> Jan</p></div><p>Kdy?</p>",
    "outlook older": "<p>Ano, přijedeme.</p><div style='border-top:solid #B5C4DF 1.0pt'>"
    "<p><b>From:</b> Jan</p></div><p>Kdy?</p>",
    "outlook phone": "<p>Ano, přijedeme.</p>"
    "<div id='mail-editor-reference-message-container'><b>From:</b> Jan<p>Kdy?</p></div>",
    "hotmail": "<p>Ano, přijedeme.</p><hr id='stopSpelling'>Date: Mon<br>Kdy?",
    "proton": "<p>Ano, přijedeme.</p><div class='protonmail_quote'>On Mon<p>Kdy?</p></div>",
    "yahoo": "<p>Ano, přijedeme.</p><div class='yahoo_quoted' id='y'><p>On Mon</p>Kdy?</div>",
}


@pytest.mark.parametrize("html", MARKED.values(), ids=MARKED)
def test_the_containers_of_mail_programs(html: str) -> None:
    reply = split_html(html)
    assert "přijedeme" in reply.visible
    assert "Kdy?" not in reply.visible
    assert "Kdy?" in reply.quoted


@pytest.mark.parametrize(
    "html",
    [
        "<p>He said</p><blockquote>Come at ten</blockquote>",
        "<p>Ano</p><div class=quote>text</div>",
        GMAIL.replace("Ano, přijedeme.", "&nbsp;"),
        GMAIL.replace("On Mon, Jan &lt;j@x.test&gt; wrote:", "---------- Forwarded message ------"),
        GMAIL.replace("</blockquote>", "</blockquote><div>Ve čtvrtek.</div>"),
        "<p>a</p><blockquote type=cite>q</blockquote>b<blockquote type=cite>q</blockquote>",
        "<p>a</p><blockquote type=cite>q</blockquote><p>b</p>",
        "",
    ],
)
def test_html_that_is_shown_whole(html: str) -> None:
    reply = split_html(html)
    assert (reply.visible, reply.quoted) == (html, "")


def test_html_with_the_answer_below() -> None:
    html = "<div class=moz-cite-prefix>On</div><blockquote type=cite>q</blockquote><p>Ano</p>"
    assert split_html(html).visible == "<p>Ano</p>"


def test_a_signature_below_the_quote_is_no_answer() -> None:
    signature = '<span class="gmail_signature_prefix">-- </span><div class=gmail_signature>J</div>'
    html = f"{GMAIL}<br>{signature}"
    assert "Kdy?" not in split_html(html).visible


def test_a_picture_is_an_answer() -> None:
    html = "<img src='cid:a'><blockquote type=cite>q</blockquote>"
    assert split_html(html).visible == "<img src='cid:a'>"


SCRAPS = st.sampled_from(
    [
        *(*MARKED.values(), "<div>", "</div>", "<blockquote type=cite>", "</blockquote>", "text"),
        *("<div class=gmail_quote>", "<hr id=stopSpelling>", "&nbsp;", "<a href='", ">", "<style>"),
        *("<!--", "<"),
    ]
)


@given(st.lists(SCRAPS | st.text(max_size=20), max_size=12).map("".join))
def test_no_letter_of_the_html_is_lost(html: str) -> None:
    reply = split_html(html)
    assert Counter(reply.visible + reply.quoted) == Counter(html)


def calls(function: Callable[[str], object], argument: str) -> int:
    count = 0

    def counted(frame: FrameType, event: str, what: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        function(argument)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "unit", ["<div class=gmail_quote>", "<blockquote type=cite>x</blockquote>y"]
)
@pytest.mark.parametrize("start", ["", "<div class=gmail_quote>", "<a "])
def test_hostile_html_takes_linear_work(start: str, unit: str) -> None:
    small = calls(split_html, start + unit * 500)
    assert calls(split_html, start + unit * 2000) <= 4.5 * small + 200
