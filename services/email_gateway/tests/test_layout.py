"""The letterhead: complete, safe against hostile fragments, readable in any brand colour."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_gateway.domain.markup import Token, tokens
from email_gateway.layout import (
    Branding,
    LayoutRefused,
    _readable,
    dress,
    dress_text,
)
from fairlead.colours import contrast

BRAND = Branding(
    "Aurelia & Sons",
    "#1a6b54",
    "https://cdn.example/logo.png?a=1&b=2",
    "https://www.aurelia.example/",
    ("Vinohradská 112", "Praha <3>"),
)
CONTENT = (
    "<h1>Order</h1><p>Dear <b>Hotel</b>, see <a href='https://x.example/?a=1&amp;b=2'>it</a></p>"
    "<table class='service'><thead><tr><th colspan='2'>Transfer</th></tr></thead>"
    "<tbody><tr><th>Pax</th><td>4</td></tr></tbody></table>"
)


def dressed(**more: Any) -> str:
    known: dict[str, Any] = {"content_html": CONTENT, "branding": BRAND}
    return dress(**{**known, **more})


def found(page: str, name: str) -> list[Token]:
    return [token for token in tokens(page) if token.kind == "start" and token.name == name]


def test_all_parts_are_there_in_order() -> None:
    page = dressed(
        signature_html="<p>Jana</p>",
        footer_html="<p>Registered</p>",
        preheader="Three services\nin Rome",
        pixel_url="https://t.example/o/x.gif?a&b",
    )
    assert page.startswith("<!DOCTYPE html>")
    places = [
        page.index(text)
        for text in (
            "Three services in Rome",
            'src="https://cdn.example/logo.png?a=1&amp;b=2"',
            "Order</h1>",
            "Jana</p>",
            "Vinohradská 112",
            "Praha &lt;3&gt;",
            "Registered</p>",
            'src="https://t.example/o/x.gif?a&amp;b"',
            "</body>",
        )
    ]
    assert places == sorted(places)
    assert "Aurelia &amp; Sons" in page
    assert 'href="https://x.example/?a=1&amp;b=2"' in page


def test_optional_parts_leave_nothing_behind() -> None:
    page = dress("<p>x</p>", Branding("Casa", "#f2c230"))
    assert "Casa</span>" in page
    assert not found(page, "img")
    assert not found(page, "a")
    assert 'class="preheader"' not in page
    assert 'class="signature"' not in page


def test_styles_are_in_the_elements_and_the_rest_stays() -> None:
    page = dressed()
    (heading,) = found(page, "h1")
    assert "font-size: 24px" in (heading.get("style") or "")
    cell = next(token for token in found(page, "th") if token.get("colspan") == "2")
    assert "#1a6b54" in (cell.get("style") or "")
    assert len(found(page, "style")) == 1  # what cannot be inlined
    assert "prefers-color-scheme: dark" in page
    assert "max-width: 600px" in page
    assert "[data-ogsc] .card" in page
    assert "<!--[if mso]>" in page
    assert len(page) < 40_000  # Gmail cuts a mail at 102 KB


def test_layout_tables_are_hidden_from_screen_readers() -> None:
    tables = found(dressed(), "table")
    assert sum(table.get("role") == "presentation" for table in tables) == len(tables) - 1


@pytest.mark.parametrize(
    ("language", "direction"), [("en", "ltr"), ("cs", "ltr"), ("he", "rtl"), ("ar-EG", "rtl")]
)
def test_direction_follows_the_language(language: str, direction: str) -> None:
    page = dressed(language=language)
    (root,) = found(page, "html")
    assert (root.get("lang"), root.get("dir")) == (language, direction)


def test_text_goes_beside_it() -> None:
    text = dress_text(CONTENT, BRAND, "<p>Jana</p>", "<p>Registered</p>")
    assert text.startswith("Order\n\nDear Hotel, see it <https://x.example/?a=1&b=2>\n\nTransfer")
    assert "\nPax: 4\n\n-- \nJana\n\n" in text
    assert "Aurelia & Sons\nVinohradská 112\nPraha <3>\nhttps://www.aurelia.example/" in text
    assert text.rstrip().endswith("Registered")
    assert "-- \n" not in dress_text("<p>x</p>", BRAND)


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("content", {"content_html": "<div>" * 101}),
        ("content", {"content_html": "<div>" * 20_000}),
        ("content", {"content_html": "<b></p>" * 101}),
        ("content", {"content_html": "<br>" * 8_001}),
        ("content", {"content_html": "x" * 400_001}),
        ("content", {"content_html": "\ud800"}),
        ("signature", {"signature_html": "<div>" * 101}),
        ("footer", {"footer_html": "<div>" * 101}),
        ("language", {"language": '"><script>'}),
    ],
)
def test_what_would_harm_is_refused(field: str, more: dict[str, Any]) -> None:
    with pytest.raises(LayoutRefused) as refusal:
        dressed(**more)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        ("branding.colour", ("x", "red")),
        ("branding.colour", ("x", "#12345g")),
        ("branding.colour", ("x", "#123456;}")),
        ("branding.logo_url", ("x", "#123456", "javascript:x")),
        ("branding.logo_url", ("x", "#123456", "https://")),
        ("branding.logo_url", ("x", "#123456", "https://x.example/a b")),
        ("branding.website", ("x", "#123456", None, "ftp://x.example")),
        ("branding.website", ("x", "#123456", None, "https://[x")),
    ],
)
def test_branding_is_checked(field: str, arguments: Any) -> None:
    with pytest.raises(LayoutRefused) as refusal:
        Branding(*arguments)
    assert refusal.value.field == field


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_plain_texts_cannot_become_markup(name: str, line: str, preheader: str) -> None:
    plain = dress("<p>x</p>", Branding("A", "#123456", None, None, ("B",)), preheader="C")
    branding = Branding(name, "#123456", None, None, (line,))
    page = dress("<p>x</p>", branding, preheader=f"C{preheader}")
    assert [token.name for token in tokens(page) if token.kind != "text"] == [
        token.name for token in tokens(plain) if token.kind != "text"
    ]


@given(st.integers(0, 0xFFFFFF))
def test_links_read_well_in_any_brand_colour(number: int) -> None:
    colour = f"#{number:06x}"
    for paper in ("#ffffff", "#1b2129"):
        assert contrast(_readable(colour, paper), paper) >= 4.5


def test_a_link_that_reads_well_keeps_its_colour() -> None:
    assert _readable("#1a6b54", "#ffffff") == "#1a6b54"


def test_largest_page_is_made_in_reasonable_time() -> None:
    content = "<table><tbody>" + "<tr><th>a</th><td>b c</td></tr>" * 1_300 + "</tbody></table>"
    begun = time.process_time()
    dressed(content_html=content)
    assert time.process_time() - begun < 5
