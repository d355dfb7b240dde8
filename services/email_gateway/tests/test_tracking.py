"""Tokens that cannot be forged, links changed and nothing else, machines told from people."""

from __future__ import annotations

import base64
import html
import struct
import time
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_gateway.domain.markup import tokens
from email_gateway.domain.scanners import Scanners, network
from email_gateway.domain.tracking import (
    LINK_LIMIT,
    PIXEL,
    TRAP,
    Click,
    Tracker,
    Verdict,
    judge_click,
    judge_open,
    judge_settled,
    pixel_tag,
    rewrite_links,
    trap_tag,
)

SECRET = "a secret of some length"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/146.0 Safari/537.36"
IMAGES = "image/avif,image/webp,*/*;q=0.8"


# -- tokens ---------------------------------------------------------------------------------------


@given(st.uuids(), st.integers(0, 65_535))
def test_tokens_come_back(delivery: UUID, link: int) -> None:
    tracker = Tracker(SECRET)
    assert tracker.read_open(tracker.open_token(delivery)) == delivery
    assert tracker.read_click(tracker.click_token(delivery, link)) == (delivery, link)
    assert tracker.read_unsubscribe(tracker.unsubscribe_token(delivery)) == delivery


def test_tokens_are_short_and_fit_a_url() -> None:
    tracker = Tracker(SECRET)
    for token in (tracker.open_token(uuid4()), tracker.click_token(uuid4(), 499)):
        assert len(token) <= 50
        assert quote(token, safe="") == token


def test_each_kind_opens_its_own_door_only() -> None:
    tracker, delivery = Tracker(SECRET), uuid4()
    opened, left = tracker.open_token(delivery), tracker.unsubscribe_token(delivery)
    assert opened != left
    assert tracker.read_unsubscribe(opened) is None
    assert tracker.read_open(left) is None
    assert tracker.read_click(opened) is None
    assert Tracker("another secret of length").read_open(opened) is None


@given(st.data())
def test_a_changed_token_is_not_ours(data: st.DataObject) -> None:
    tracker = Tracker(SECRET)
    token = tracker.click_token(UUID(int=7), 3)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCxyz019-_."))
    forged = token[:place] + letter + token[place + 1 :]
    # The last letter of a base64 text holds bits that count for nothing.
    assert tracker.read_click(forged) in ((None,) if forged != token else ((UUID(int=7), 3),)) or (
        base64.urlsafe_b64decode(forged.split(".")[-1] + "==")
        == base64.urlsafe_b64decode(token.split(".")[-1] + "==")
    )


@given(st.text(max_size=100))
def test_any_text_may_come_as_a_token(token: str) -> None:
    tracker = Tracker(SECRET)
    assert tracker.read_open(token) is None
    assert tracker.read_click(token) is None


def test_old_secrets_are_read_and_the_new_one_signs() -> None:
    old = Tracker(SECRET)
    both = Tracker(SECRET, "the secret of today")
    token = old.open_token(UUID(int=1))
    assert both.read_open(token) == UUID(int=1)
    assert old.read_open(both.open_token(UUID(int=1))) is None
    for wrong in ((), ("short",)):
        with pytest.raises(ValueError, match="secret"):
            Tracker(*wrong)


# -- links ----------------------------------------------------------------------------------------


def led(page: str) -> tuple[str, list[str]]:
    return rewrite_links(page, lambda number, _: f"https://t.example/c/{number}?a&b")


@pytest.mark.parametrize(
    ("page", "changed", "target"),
    [
        (
            '<p><A class=x HREF="https://x.example/?a=1&amp;b=2#f">go</a>\r\n&copy',
            '<p><A class=x HREF="https://t.example/c/0?a&amp;b">go</a>\r\n&copy',
            "https://x.example/?a=1&b=2#f",
        ),
        ("<a href='http://x.example/a\"b'>go</a>", None, None),
        (
            "<a href='http://x.example/%22?copy=1&copy=2'>go</a>",
            '<a href="https://t.example/c/0?a&amp;b">go</a>',
            "http://x.example/%22?copy=1&copy=2",
        ),
        (
            "<a href=http://x.example/ title='1>0'>go</a>",
            "<a href=\"https://t.example/c/0?a&amp;b\" title='1>0'>go</a>",
            "http://x.example/",
        ),
        (
            "<area href=' https://x.example/a\n/b '>",
            '<area href="https://t.example/c/0?a&amp;b">',
            "https://x.example/a/b",
        ),
        ("<a href='mailto:a@x.example'>go</a>", None, None),
        ("<a href='tel:+420'>go</a><a href=cid:x>go</a><a href='#top'>go</a><a>go</a>", None, None),
        ("<a href='//x.example'>go</a><a href='/x'>go</a><a href='https://'>go</a>", None, None),
        ("<a href='https://[::1'>go</a><a href='https://x.example/ y'>go</a>", None, None),
        ("<a href='https://x.example' data-no-track>go</a>", None, None),
        ("<a href='https://x.example' rel='nofollow unsubscribe'>go</a>", None, None),
        ("<a href='https://x.example/Unsubscribe?u=1'>go</a>", None, None),
        ("<a href='https://x.example/p'> www.x.example/p</a>", None, None),
        ("<a href='https://x.example/p'><b>https://x.example/p</b></a>", None, None),
        ("<a href='https://x.example/p'>x.example</a>", None, None),
        ("<a href='https://x.example/p'>See www.x.example today</a>", None, None),
        ("<!-- <a href='https://x.example'>go</a> -->", None, None),
        ("<script>'<a href=https://x.example>go</a>'</script>", None, None),
        ("<img src='https://x.example/a.png'><link href='https://x.example'>", None, None),
        ("<a href='https://x.example'", None, None),
        (
            "<a href='https://x.example/1'>Read more. Now</a>",
            '<a href="https://t.example/c/0?a&amp;b">Read more. Now</a>',
            "https://x.example/1",
        ),
    ],
)
def test_what_is_led_through_and_what_is_not(
    page: str, changed: str | None, target: str | None
) -> None:
    assert led(page) == ((page, []) if changed is None else (changed, [target]))


def test_addresses_left_out_by_name() -> None:
    page = (
        "<a href='https://x.example/leave?a=1&amp;b=2'>leave</a><a href='https://y.example'>y</a>"
    )
    _, targets = rewrite_links(
        page, lambda number, _: "https://t.example", untouched={"https://x.example/leave?a=1&b=2"}
    )
    assert targets == ["https://y.example"]


def test_number_of_links_is_limited() -> None:
    page, targets = led("<a href='https://x.example/'>go</a>" * (LINK_LIMIT + 5))
    assert len(targets) == LINK_LIMIT
    assert page.count("'https://x.example/'") == 5


URLS = st.from_regex(r"https?://[a-z]{1,9}\.example/[!$-;=?-Z_a-z~&#%]{0,30}", fullmatch=True)


@given(st.lists(URLS.filter(lambda url: "unsubscribe" not in url.lower()), max_size=5))
def test_targets_are_the_written_addresses_to_the_byte(urls: list[str]) -> None:
    page = "".join(f'<p>&amp;<a href="{html.escape(url)}">go</a>é\r\n' for url in urls)
    changed, targets = rewrite_links(page, lambda number, url: f"https://t.example/{number}")
    assert targets == urls
    for number, url in enumerate(urls):
        changed = changed.replace(f'"https://t.example/{number}"', f'"{html.escape(url)}"', 1)
    assert changed == page


@given(
    st.lists(
        st.sampled_from(
            ["<a href=", "'https://x.example/'", '"', "'", ">", "</a>", "go", "<!--", "-->", " "]
        )
        | st.text(max_size=4)
    ).map("".join)
)
def test_all_but_the_values_stays(page: str) -> None:
    changed, targets = rewrite_links(page, lambda number, url: "https://t.example/")
    if not targets:
        assert changed == page
    values = [
        attribute.value
        for token in tokens(changed)
        for attribute in token.attributes
        if attribute.name == "href"
    ]
    assert values.count("https://t.example/") >= len(targets)


def test_hostile_page_takes_no_time() -> None:
    for unit in ("<a/ b ", "<a href='https://x.example'>", "<a href=http://x.y>z", "<!--"):
        begun = time.process_time()
        led(unit * (300_000 // len(unit)))
        assert time.process_time() - begun < 20


def test_pixel() -> None:
    assert len(PIXEL) == 43
    assert struct.unpack("<6sHH", PIXEL[:10]) == (b"GIF89a", 1, 1)
    (tag,) = tokens(pixel_tag('https://t.example/o/x.gif?a=1&b="'))
    assert tag.get("src") == 'https://t.example/o/x.gif?a=1&b="'
    assert (tag.get("width"), tag.get("height"), tag.get("alt")) == ("1", "1", "")


# -- verdicts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user_agent", "seconds", "method", "accept", "verdict"),
    [
        (CHROME, 60, "GET", IMAGES, Verdict(False, "")),
        (CHROME, 60, "GET", "*/*", Verdict(False, "")),
        ("Mozilla/5.0", 900, "GET", IMAGES, Verdict(True, "apple_proxy")),
        (
            CHROME + " (via ggpht.com GoogleImageProxy)",
            60,
            "GET",
            "",
            Verdict(False, "google_proxy"),
        ),
        ("YahooMailProxy; https://help.yahoo.com", 60, "GET", "", Verdict(False, "yahoo_proxy")),
        (CHROME, 1.9, "GET", IMAGES, Verdict(True, "instant")),
        (CHROME, 2.0, "GET", IMAGES, Verdict(False, "")),
        (CHROME, 60, "HEAD", IMAGES, Verdict(True, "method")),
        (CHROME, 60, "GET", "", Verdict(True, "no_image_wanted")),
        (CHROME, 60, "GET", "text/html", Verdict(True, "no_image_wanted")),
        ("", 60, "GET", IMAGES, Verdict(True, "no_user_agent")),
        ("python-requests/2.34", 60, "GET", "*/*", Verdict(True, "robot")),
        ("Mozilla/5.0 (compatible; bingbot/2.0)", 60, "GET", "*/*", Verdict(True, "robot")),
        ("Mozilla/5.0 (Linux; Android 9; CUBOT X19) Chrome/146.0", 60, "GET", "*/*", None),
        ("Microsoft Office/16.0 (Microsoft Outlook 16.0)", 60, "GET", "*/*", Verdict(False, "")),
        (CHROME + " " * 1_000_000, 60, "GET", IMAGES, Verdict(False, "")),
    ],
)
def test_opens(
    user_agent: str, seconds: float, method: str, accept: str, verdict: Verdict | None
) -> None:
    assert judge_open(user_agent, seconds, method, accept) == (verdict or Verdict(False, ""))


def test_clicks() -> None:
    assert judge_click(CHROME, 60, link=0) == Verdict(False, "")
    assert judge_click(CHROME, 9.9, link=0) == Verdict(True, "instant")
    assert judge_click(CHROME, 9.9, link=0, opened=True) == Verdict(False, "")
    assert judge_click(CHROME, 60, "HEAD", link=0) == Verdict(True, "method")
    assert judge_click(CHROME, 60, link=TRAP) == Verdict(True, "honeypot")
    fallen = [Click(TRAP, 9.0)]
    assert judge_click(CHROME, 60, link=0, earlier=fallen) == Verdict(True, "honeypot")
    assert judge_click(CHROME, 60, link=0, earlier=[Click(TRAP, 11.0)]) == Verdict(False, "")
    assert judge_click(CHROME, 60, link=0, scanner_network=True) == Verdict(True, "scanner_network")
    assert judge_click("Barracuda Sentinel", 60, link=0) == Verdict(True, "robot")


def test_a_burst_is_three_links_in_two_seconds() -> None:
    def verdict(*earlier: Click) -> bool:
        return judge_click(CHROME, 600, link=2, earlier=earlier, opened=True).machine

    assert verdict(Click(0, 1.9), Click(1, 0.1))
    assert not verdict(Click(0, 2.1), Click(1, 0.1))
    assert not verdict(Click(1, 1.0), Click(1, 0.5))  # a double click
    assert not verdict(Click(2, 1.0), Click(1, 0.5))


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        ([], ""),
        ([Click(1, -0.5)], ""),
        ([Click(1, -0.5), Click(2, -1.5)], "burst"),
        ([Click(1, 1.0), Click(2, -0.5)], "burst"),
        ([Click(1, 1.5), Click(2, -1.5)], ""),  # three links in three seconds
        ([Click(1, -0.5), Click(0, -1.5)], ""),
        ([Click(1, -2.5), Click(2, -2.6)], ""),
        ([Click(TRAP, -4.0)], "honeypot"),
        ([Click(TRAP, -20.0)], ""),
    ],
)
def test_a_click_is_judged_by_what_follows_it_too(others: list[Click], reason: str) -> None:
    assert judge_settled(0, others) == Verdict(bool(reason), reason)


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("40.94.29.84", True),
        ("104.47.9.1", True),
        ("::ffff:104.47.9.1", True),
        ("2a01:111:f403:c100::7", True),
        ("209.222.87.1", True),
        ("198.51.100.9", True),  # the operator's own
        ("203.0.113.9", False),
        ("2001:db8::1", False),
        ("", False),
        ("no address", False),
    ],
)
def test_networks_of_mail_filters(address: str, known: bool) -> None:
    assert Scanners([network("198.51.100.0/24")]).holds(address) is known


def test_the_trap_is_seen_by_nobody() -> None:
    (tag,) = (token for token in tokens(trap_tag("https://t.example/c/x?a&b")) if token.attributes)
    assert tag.get("href") == "https://t.example/c/x?a&b"
    assert (tag.get("style"), tag.get("aria-hidden"), tag.get("tabindex")) == (
        "display:none",
        "true",
        "-1",
    )
    assert led(trap_tag("https://t.example/c/x"))[1] == []
