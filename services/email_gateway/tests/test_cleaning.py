"""HTML of strangers: nothing of it loads, runs, or leads into our own pages."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from email_gateway.cleaning import clean

OURS = "https://hub.agency.test/inbox"
LOADING = {"src", "srcset", "background", "poster", "data", "href", "xlink:href", "action", "style"}


class _Loads(HTMLParser):
    """What a browser would load of a page, without anybody having clicked."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.urls: list[str] = []
        self.links: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if (tag, name) == ("a", "href"):
                self.links.append(value or "")
            elif name == "style":
                self.urls += re.findall(r"(?i)(?:url|image|src|image-set)\s*\(([^)]*)", value or "")
            elif name in LOADING:
                self.urls.append(value or "")


def destination(written: str) -> str:
    """Where a browser on a page of ours goes for an address (WHATWG URL 4.4, what is needed)."""
    url = written.strip("".join(map(chr, range(0x21))))
    url = re.sub(r"[\t\n\r]", "", url)
    found = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", url, re.DOTALL)
    scheme, rest = (found[1].lower(), found[2]) if found else ("https", url)
    if scheme not in ("http", "https"):
        return f"{scheme}:"
    slashes = len(rest) - len(rest.lstrip("/\\"))
    if slashes >= 2 or (found and (slashes or scheme != "https")):
        host = re.split(r"[/\\?#]", rest.lstrip("/\\"))[0]
        return f"{scheme}://{host}"
    return f"{scheme}://{urlsplit(OURS).netloc}"


REMOTE = [
    "https://evil.test/p.gif",
    "//evil.test/p.gif",
    "/\\evil.test/p.gif",
    "\\\\evil.test\\p.gif",
    "\\/evil.test/p.gif",
    "http:/evil.test/p.gif",
    "http:evil.test/p.gif",
    "https:\\evil.test/p.gif",
    "/&#9;/evil.test/p.gif",
    "/&#10;\\evil.test/p.gif",
    "ht&#13;tps://evil.test/p.gif",
    "&#1;&#2; //evil.test/p.gif",
    "HTTPS://evil.test/p.gif",
]


@pytest.mark.parametrize("url", REMOTE)
def test_a_remote_picture_is_blocked_and_its_address_kept(url: str) -> None:
    found = clean(f'<p>Hello</p><img alt="x" src="{url}">')
    assert re.search(r'src="blocked:https?://evil\.test[/\\]p\.gif"', found)


@pytest.mark.parametrize(
    "html",
    [
        '<img srcset="//evil.test/p.gif 2x">',
        '<table background="//evil.test/p.gif"><tr><td background="//evil.test/p.gif">x</table>',
        '<p style="background:url(//evil.test/p.gif)">x</p>',
        '<p style="background-color:url(//evil.test/p.gif)">x</p>',
        '<p style="border:u\\72l(//evil.test/p.gif)">x</p>',
        "<p style=\"color:red;padding:image-set('//evil.test/p.gif' 1x)\">x</p>",
        "<style>@import url(//evil.test/p.css);</style><p>x</p>",
        '<svg><image href="//evil.test/p.gif" xlink:href="//evil.test/p.gif"/></svg>',
        '<video poster="//evil.test/p.gif" src="//evil.test/v"></video>',
        '<picture><source srcset="//evil.test/p.gif"><img alt="x"></picture>',
        '<input type="image" src="//evil.test/p.gif"><object data="//evil.test/p.gif"></object>',
        '<link rel="stylesheet" href="//evil.test/p.css"><iframe src="//evil.test"></iframe>',
        '<img src="data:image/svg+xml;base64,AAAA"><img src="data:text/html,x">',
        '<img src="/api/v1/contacts"><img src="logo.png"><img src="?x">',
    ],
)
def test_what_else_loads_is_gone(html: str) -> None:
    assert _Loads(clean(html)).urls == []


@pytest.mark.parametrize("url", ["cid:logo@hotel.test", "data:image/png;base64,iVBORw0KGgo="])
def test_pictures_of_the_mail_itself_stay(url: str) -> None:
    assert _Loads(clean(f'<img src=" {url}">')).urls == [url]


def test_a_picture_inside_the_address_has_its_limit() -> None:
    assert _Loads(clean(f'<img src="data:image/png;base64,{"A" * 300_000}">')).urls == []


def test_styles_that_load_nothing_stay() -> None:
    found = clean('<p style="color:rgb(1,2,3);background:url(//evil.test/p.gif);padding:2px">x</p>')
    assert "color:rgb(1,2,3)" in found.replace(" ", "")
    assert "padding:2px" in found
    assert "evil" not in found


def test_links_lead_out_and_never_into_our_pages() -> None:
    kept = ["https://hotel.test/a", "mailto:a@hotel.test", "tel:+351", "#top", "//hotel.test/a"]
    gone = ["/api/v1/me", "me", "?x=1", "data:text/html,x", "cid:x", "javascript:x", "/&#9;a"]
    html = "".join(f'<a href="{url}">x</a>' for url in kept + gone)
    assert _Loads(clean(html)).links == kept


def test_what_is_nested_too_deep_becomes_text() -> None:
    begun = time.process_time()
    assert clean("<div>" * 20_000 + "<b>Hi &lt;you&gt;</b>") == "<pre>Hi &lt;you&gt;</pre>"
    assert time.process_time() - begun < 10
    wide = "<p>Hi <b>you</b><br></p>" * 2_000
    assert clean(wide) == wide


ODD = st.text(st.sampled_from("/\\\t\n\r \x01\x02:htpscidaemg#?.@;,"), max_size=16)


@settings(max_examples=150)
@given(ODD, st.sampled_from(["", "http:", "https:", "HTTP:", "data:image/png;base64,"]), ODD)
@example("", "", "//evil.test")
@example("\x01", "http:", "/evil.test")
def test_no_picture_is_fetched_from_anywhere(before: str, scheme: str, after: str) -> None:
    written = f"{before}{scheme}{after}"
    source = "".join(f"&#{ord(letter)};" for letter in written)
    for url in _Loads(clean(f'<img src="{source}">')).urls:
        assert destination(url) in ("cid:", "data:", "blocked:"), (written, url)
        if destination(url) == "blocked:":
            assert re.match(r"blocked:https?://", url)
            # What was blocked is what would have been loaded, for whoever wants to see it.
            meant = destination(written)
            hub = urlsplit(OURS).netloc
            assert hub in meant or destination(url.removeprefix("blocked:")) == meant
