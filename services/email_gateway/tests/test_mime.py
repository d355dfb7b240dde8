"""Mail taken apart: whatever the bytes are, and nothing a person sent gets lost."""

import sys
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_gateway.domain import mime
from email_gateway.domain.headers import Address
from email_gateway.domain.mime import Attachment, Mail, open_entity, read_mail

CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy"


def mail_of(*lines: str, body: str = "", charset: str = "utf-8") -> bytes:
    return ("\r\n".join(lines) + "\r\n\r\n" + body.replace("\n", "\r\n")).encode(charset)


SIMPLE = mail_of(
    "Return-Path: <eva@guest.test>",
    "Delivered-To: info+rabc@trip.test",
    "X-Original-To: info@trip.test",
    "From: =?utf-8?q?Eva_Nov=C3=A1kov=C3=A1?= <eva@guest.test>",
    "To: Trips <info@trip.test>, Sales: a@trip.test, b@trip.test;",
    "Cc: Karel <karel@guest.test>",
    "Reply-To: family@guest.test",
    "Subject: Re: =?utf-8?B?UMWZw61sZXQ=?=",
    "Message-ID: <one@guest.test>",
    "In-Reply-To: <a@trip.test> <b@trip.test>",
    "References: <0@trip.test>",
    "\t<a@trip.test>, <b@trip.test>",
    "Date: Sun, 22 Nov 2026 11:00:00 +0100",
    "Content-Type: text/plain; charset=utf-8",
    body="Ahoj\n",
)

RICH = b"""From: eva@guest.test
To: info@trip.test
Content-Type: multipart/mixed; boundary=out

preamble
--out
Content-Type: multipart/related; boundary="rel"

--rel
Content-Type: multipart/alternative; boundary=alt

--alt
Content-Type: text/plain; charset=iso-8859-2

P\xf8ijedeme.
--alt
Content-Type: text/html; charset=utf-8

<p>P\xc5\x99ijedeme. <img src="cid:map%40x"></p>
--alt
Content-Type: text/calendar; charset=utf-8; method=REQUEST

BEGIN:VCALENDAR
METHOD:REQUEST
END:VCALENDAR
--alt--
--rel
Content-Type: image/png
Content-ID: <map@x>
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--rel
Content-Type: image/gif
Content-ID: <logo@x>

GIF89a
--rel--
--out
Content-Type: application/pdf; name="=?utf-8?Q?Potvrzen=C3=AD=2Epdf?="
Content-Disposition: attachment; filename*0*=utf-8''Potvrzen%C3%AD%20;
 filename*1="118.pdf"
Content-Transfer-Encoding: base64

JVBERi0=
--out
Content-Type: message/rfc822

From: a@agent.test
Subject: =?utf-8?q?V=C3=BDlet?=
Content-Type: text/plain

inner text
--out--
epilogue
"""


def test_every_field_of_a_plain_mail() -> None:
    mail = read_mail(SIMPLE)
    assert mail.message_id == "<one@guest.test>"
    assert mail.in_reply_to == ("<a@trip.test>", "<b@trip.test>")
    assert mail.references == ("<0@trip.test>", "<a@trip.test>", "<b@trip.test>")
    assert mail.subject == "Re: Přílet"
    assert mail.sender == Address("Eva Nováková", "eva@guest.test")
    assert [place.address for place in mail.to] == ["info@trip.test", "a@trip.test", "b@trip.test"]
    assert mail.cc == (Address("Karel", "karel@guest.test"),)
    assert mail.reply_to == (Address("", "family@guest.test"),)
    assert mail.delivered_to == ("info+rabc@trip.test", "info@trip.test")
    assert mail.date == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert (mail.text, mail.html, mail.attachments, mail.defects) == ("Ahoj", None, (), ())
    assert mail.header("return-path") == "<eva@guest.test>"


def test_nested_parts_are_flattened_and_nothing_is_lost() -> None:
    mail = read_mail(RICH)
    assert mail.text == "Přijedeme."
    assert mail.html is not None
    assert "Přijedeme. <img" in mail.html
    found = {file.name: file for file in mail.attachments}
    assert list(found) == [
        "invite.ics",
        "image.png",
        "image.gif",
        "Potvrzení 118.pdf",
        "Výlet.eml",
    ]
    assert found["image.png"] == Attachment(
        "image.png", "image/png", "map@x", True, b"\x89PNG\r\n\x1a\n"
    )
    assert (found["image.gif"].inline, found["image.gif"].content_id) == (False, "logo@x")
    assert found["Potvrzení 118.pdf"].content == b"%PDF-"
    inner = read_mail(found["Výlet.eml"].content)
    assert (inner.subject, inner.text) == ("Výlet", "inner text")
    assert "inner" not in mail.text


@pytest.mark.parametrize("raw", [b"", b"\n", b"\r\n\r\n", b"\x00", b"no header at all"])
def test_next_to_nothing_is_a_mail_too(raw: bytes) -> None:
    mail = read_mail(raw)
    assert (mail.message_id, mail.sender, mail.date) == ("", Address("", ""), None)
    assert mail.text == raw.decode().strip("\x00\r\n")


@pytest.mark.parametrize("label", ["punycode", "x*99999999999=a", "utf-16"])
def test_a_body_without_the_empty_line_is_not_decoded_on_the_way(label: str) -> None:
    raw = f"Content-Type: text/plain; charset={label}; {label}\n{CZECH}\n".encode()
    assert b"text/plain" not in read_mail(raw).text.encode()
    fields, rest = open_entity(raw)
    assert (list(fields), rest) == (["content-type"], f"{CZECH}\n".encode())


def test_html_alone_gives_the_text() -> None:
    raw = mail_of(
        "Content-Type: text/html; charset=utf-8", body="<p>Dobrý <b>den</b></p><p>Jan</p>"
    )
    assert read_mail(raw).text == "Dobrý den\n\nJan"


def test_an_empty_plain_part_gives_way_to_the_html() -> None:
    raw = mail_of(
        "Content-Type: multipart/alternative; boundary=b",
        body="--b\nContent-Type: text/plain\n\n \n--b\nContent-Type: text/html\n\n<p>Hi</p>\n--b--",
    )
    assert read_mail(raw).text == "Hi"


def test_apple_mail_cuts_a_body_in_two_around_a_file() -> None:
    raw = mail_of(
        "Content-Type: multipart/mixed; boundary=b",
        body="--b\n\nabove\n--b\nContent-Type: application/pdf\n\nx\n--b\n\nbelow\n--b--",
    )
    mail = read_mail(raw)
    assert mail.text == "above\n\nbelow"
    assert [file.name for file in mail.attachments] == ["attachment.pdf"]


def test_plain_and_html_stretches_are_both_in_the_html() -> None:
    raw = mail_of(
        "Content-Type: multipart/mixed; boundary=b",
        body="--b\nContent-Type: text/html\n\n<p>Hi</p>\n--b\n\nlist <footer>\n--b--",
    )
    mail = read_mail(raw)
    assert mail.html is not None
    assert "<p>Hi</p>" in mail.html
    assert "list &lt;footer&gt;" in mail.html


def test_text_that_is_attached_is_a_file() -> None:
    raw = mail_of(
        "Content-Type: multipart/mixed; boundary=b",
        body="--b\n\nHi\n--b\nContent-Type: text/plain; name=list.txt\n"
        "Content-Disposition: inline\n\nguests\n--b\nContent-Type: text/html\n"
        "Content-Disposition: attachment\n\n<p>page</p>\n--b--",
    )
    mail = read_mail(raw)
    assert mail.text == "Hi"
    assert mail.html is None
    assert [file.name for file in mail.attachments] == ["list.txt", "text.html"]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Content-Type: multipart/mixed\n\n--q1x\n\nHi\n--q1x--\n", "Hi"),
        (b"Content-Type: multipart/mixed; boundary=q\n\nHi", "Hi"),
        (b"Content-Type: multipart/mixed; boundary=q\n\n--q\n\nHi\n", "Hi"),
        (b"Content-Type: text\n\nHi", "Hi"),
        (b"Content-Type: ; name*\n\nHi", "Hi"),
        (b"Subject : x\nHi\n\nthere", "Hi\n\nthere"),
        (b"From VM Wed Mar 21\nSubject: x\n\nHi", "Hi"),
        (b"Subject: x\rFrom: a@b.test\r\rHi", "Hi"),
        (b"Content-Transfer-Encoding: base64\n\nSG\nk", "Hi"),
        (b"Content-Transfer-Encoding: base64\n\nSGk=!!", "Hi"),
        (b"Content-Transfer-Encoding: quoted-printable\n\nH=69=", "Hi"),
        (b"Content-Transfer-Encoding: morse\n\nHi", "Hi"),
    ],
)
def test_broken_mail_is_read_as_it_was_meant(raw: bytes, text: str) -> None:
    assert read_mail(raw).text == text


@pytest.mark.parametrize("charset", ["windows-1250", "iso-8859-2", "utf-8"])
def test_raw_eight_bit_headers_are_repaired(charset: str) -> None:
    raw = mail_of(
        "From: Jiří Dvořák <j@firma.test>",
        f"Subject: {CZECH}",
        f"Content-Type: text/plain; charset={charset}",
        body=CZECH,
        charset=charset,
    )
    mail = read_mail(raw)
    assert (mail.subject, mail.text) == (CZECH, CZECH)
    assert mail.sender.name == "Jiří Dvořák"
    assert mail.header("subject") == CZECH


def test_raw_eight_bit_headers_without_a_charset_are_czech_windows() -> None:
    assert read_mail(mail_of(f"Subject: {CZECH}", charset="cp1250")).subject == CZECH


def test_bounds_on_depth_and_parts() -> None:
    deep = "".join(
        f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n" for level in range(300)
    )
    mail = read_mail((deep + "\nx").encode())
    assert "too_deep" in mail.defects
    assert b"\nx" in mail.attachments[0].content
    many = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 2000
    mail = read_mail(many)
    assert "too_many_parts" in mail.defects
    assert mail.text.count("x") == mime.MAX_PARTS - 1


def test_a_huge_body_is_cut_and_kept_whole_as_a_file() -> None:
    mail = read_mail(b"Content-Type: text/plain\n\n" + b"word " * 300_000)
    assert "body_cut" in mail.defects
    assert len(mail.text) <= mime.MAX_BODY
    assert len(mail.attachments[0].content) == 1_500_000


def strings(value: Any) -> list[str]:
    """Every text that would be stored, however deep it stands."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for text in strings(pair)]
    if isinstance(value, tuple):
        return [text for item in value for text in strings(item)]
    if isinstance(value, Mail | Attachment | Address):
        return [text for field in fields(value) for text in strings(getattr(value, field.name))]
    return []


def check(raw: bytes) -> None:
    mail = read_mail(raw)
    for text in strings(mail):
        assert "\x00" not in text
        text.encode()  # no half surrogate pairs: no store would take them
    assert mail.date is None or mail.date.tzinfo is UTC
    assert all(file.name for file in mail.attachments)
    assert all("@" in place.address for place in (*mail.to, *mail.cc, *mail.reply_to))


@given(st.binary(max_size=2000))
def test_any_bytes_are_a_mail(raw: bytes) -> None:
    check(raw)


SPLICES = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.integers(0, 20),
        st.binary(max_size=6)
        | st.sampled_from(
            [
                *(b"\n\n", b"--out", b"=?utf-8?q?", b"?=", b'"', b"(", b"<", b"\xff", b"\r"),
                *(b"; name*0*=x'y'%", b"charset=utf-7", b"\x00"),
                b"Content-Type: multipart/mixed; boundary=",
            ]
        ),
    ),
    max_size=8,
)


@given(raw=st.sampled_from([SIMPLE, RICH]), splices=SPLICES)
def test_damaged_mail_is_a_mail(raw: bytes, splices: list[tuple[float, int, bytes]]) -> None:
    for place, removed, added in splices:
        position = int(place * len(raw))
        raw = raw[:position] + added + raw[position + removed :]
    check(raw)


def calls(function: Callable[[bytes], object], argument: bytes) -> int:
    """How many calls, Python's and C's, the function makes: time without a clock."""
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


HOSTILE = {
    "header lines": b"a:\n",
    "encoded words": b"Subject: =?utf-8?q?=41?=\n",
    "addresses": b'To: a@b.test, ("<\n',
    "delimiters": b"--b\n\n",
    "nesting": b"--b\nContent-Type: multipart/mixed; boundary=b\n\n",
    "tags": b"<a><div><table>",
    "entities": b"&amp &#1",
    "parameters": b'Content-Type: a/b; x*0*=a; x*1="\n',
    "lines": b"\n",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize(
    "start",
    [b"", b"Content-Type: multipart/mixed; boundary=b\n\n", b"Content-Type: text/html\n\n"],
    ids=["header", "multipart", "html"],
)
def test_hostile_mail_takes_linear_work(start: bytes, unit: bytes) -> None:
    small = calls(read_mail, start + unit * 500)
    assert calls(read_mail, start + unit * 2000) <= 5 * small + 500
