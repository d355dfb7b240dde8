"""What we write arrives as it was meant, and what cannot be written is refused by name."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, datetime, timedelta, timezone
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_gateway.domain.letter import (
    SIZE_LIMIT,
    Address,
    Attachment,
    Letter,
    LetterRefused,
    Unsubscribe,
    build,
    check_address,
    recipients,
)

NOW = datetime(2026, 11, 22, 10, 15, tzinfo=timezone(timedelta(hours=1)))
LONG_ID = "<" + "AM0PR04MB" * 9 + "@eurprd04.prod.outlook.com>"


def letter(**more: Any) -> Letter:
    known: dict[str, Any] = {
        "message_id": "<m.7f3a.0a1b2c3d@aurelia.example>",
        "sender": Address("Aurelia Journeys", "info@aurelia.example"),
        "to": [Address("Hotel Roma", "desk@roma.example")],
        "subject": "Purchase order",
        "date": NOW,
        "text": "Hello",
        "html": "<p>Hello</p>",
    }
    return Letter(**{**known, **more})


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not [defect for part in message.walk() for defect in part.defects]
    return message


def raw_field(data: bytes, name: str) -> str:
    head = data.split(b"\r\n\r\n", 1)[0].decode("ascii")
    found = re.search(rf"(?ms)^{name}: (.*?)(?=\r\n\S|\Z)", head)
    assert found is not None, name
    return found[1]


def assert_fit_for_the_wire(data: bytes) -> None:
    assert data.isascii()
    assert data.count(b"\r") == data.count(b"\n") == data.count(b"\r\n")
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert b"\x00" not in data


# -- structure ------------------------------------------------------------------------------------


def shape(message: EmailMessage) -> str:
    if not message.is_multipart():
        return message.get_content_subtype()
    parts = ", ".join(
        shape(part) for part in message.iter_parts() if isinstance(part, EmailMessage)
    )
    return f"{message.get_content_subtype()}({parts})"


IMAGE = Attachment("logo.png", "image/png", b"\x89PNG", "logo@x")
FILE = Attachment("a.pdf", "application/pdf", b"%PDF")
WITH_IMAGE = "<img src='cid:logo@x'>"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"html": None}, "plain"),
        ({"text": None}, "html"),
        ({}, "alternative(plain, html)"),
        ({"attachments": [FILE]}, "mixed(alternative(plain, html), pdf)"),
        (
            {"html": WITH_IMAGE, "attachments": [IMAGE]},
            "related(alternative(plain, html), png)",
        ),
        (
            {"html": WITH_IMAGE, "attachments": [FILE, IMAGE]},
            "mixed(related(alternative(plain, html), png), pdf)",
        ),
        ({"attachments": [IMAGE]}, "mixed(alternative(plain, html), png)"),
        ({"html": None, "attachments": [IMAGE]}, "mixed(plain, png)"),
    ],
)
def test_parts_as_needed(more: dict[str, Any], expected: str) -> None:
    assert shape(read(build(letter(**more)))) == expected


def test_inline_image_and_file_names() -> None:
    name = "Nabídka žluťoučkého koně, poslední verze pro ubytování v Římě (2026).pdf"
    files = [
        IMAGE,
        Attachment(name, "application/pdf", b"x" * 9_000),
        Attachment("mail.eml", "message/rfc822", b"Subject: x\n\nbare\r\rends"),
        Attachment('quo"te/\\.txt', "text/plain", b"caf\xe9\r\n.\n"),
    ]
    data = build(letter(html=WITH_IMAGE, attachments=files))
    assert_fit_for_the_wire(data)
    parts = {part.get_filename(): part for part in read(data).walk() if part.get_filename()}
    assert parts["logo.png"]["Content-ID"] == "<logo@x>"
    assert parts["logo.png"].get_content_disposition() == "inline"
    assert parts[name].get_payload(decode=True) == b"x" * 9_000
    assert parts["mail.eml"].get_content_type() == "application/octet-stream"
    assert parts["mail.eml"].get_payload(decode=True) == b"Subject: x\n\nbare\r\rends"
    assert parts['quo"te__.txt'].get_payload(decode=True) == b"caf\xe9\r\n.\n"


# -- header fields --------------------------------------------------------------------------------


def test_ids_are_never_encoded() -> None:
    data = build(
        letter(
            in_reply_to=LONG_ID,
            references=[LONG_ID, LONG_ID.replace("AM0", "BM1")],
            unsubscribe=Unsubscribe("https://x.example/u/" + "t" * 90, "mailto:u@x.example"),
            reply_to=Address("", f"reply+{'a' * 50}@{'b' * 60}.example"),
            to=[Address("Ž" * 60, f"{'c' * 60}@{'d' * 60}.example")],
        )
    )
    assert_fit_for_the_wire(data)
    assert raw_field(data, "In-Reply-To") == LONG_ID
    assert raw_field(data, "References").split() == [LONG_ID, LONG_ID.replace("AM0", "BM1")]
    assert raw_field(data, "List-Unsubscribe").split() == [
        "<https://x.example/u/" + "t" * 90 + ">,",
        "<mailto:u@x.example>",
    ]
    assert raw_field(data, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert raw_field(data, "Precedence") == "bulk"
    by_mail = build(letter(unsubscribe=Unsubscribe(None, "mailto:u@x.example")))
    assert raw_field(by_mail, "List-Unsubscribe") == "<mailto:u@x.example>"
    assert b"List-Unsubscribe-Post" not in by_mail
    by_click = build(letter(unsubscribe=Unsubscribe("https://x.example/u", None)))
    assert raw_field(by_click, "List-Unsubscribe") == "<https://x.example/u>"
    assert b"\r\nList-Unsubscribe-Post: " in by_click
    assert raw_field(data, "Reply-To") == f"reply+{'a' * 50}@{'b' * 60}.example"
    assert f"<{'c' * 60}@{'d' * 60}.example>" in raw_field(data, "To")


def people_in(field: str) -> list[tuple[str, str]]:
    # The new parser of Python 3.11 puts blanks between encoded words of a name (gone in 3.13).
    return [
        (str(make_header(decode_header(name.replace("\r\n", "")))), address)
        for name, address in getaddresses([field])
    ]


def test_people_come_back_as_they_were_named() -> None:
    people = [
        Address("Doe, John", "john@x.example"),
        Address('Ann "Annie" \\ O\'Neil', "ann@x.example"),
        Address("Čedok, s.r.o.", "čedok@x.example".replace("č", "c")),
        Address("=?utf-8?q?boss?=", "trick@x.example"),
        Address("", "bare@x.example"),
        Address("李小龙 🐉", "li@x.example"),
        Address("Ž" * 200, "long@x.example"),
    ]
    data = build(letter(to=people, cc=people[:1], bcc=[Address("Secret", "secret@x.example")]))
    assert people_in(raw_field(data, "To")) == [(each.name, each.address) for each in people]
    assert b"secret" not in data.lower()
    assert_fit_for_the_wire(data)


def test_envelope_recipients_are_all_of_them_once() -> None:
    whole = letter(
        to=[Address("", "a@x.example"), Address("", "A@X.example")],
        cc=[Address("", "info@bücher.example")],
        bcc=[Address("", "secret@x.example")],
    )
    assert recipients(whole) == ["a@x.example", "info@xn--bcher-kva.example", "secret@x.example"]
    hidden = letter(to=[], bcc=[Address("", "secret@x.example")])
    assert raw_field(build(hidden), "To") == "undisclosed-recipients:;"


def test_automatic_mail_says_so() -> None:
    data = build(letter(auto_submitted="auto-replied", extra=[("X-Loop", "fairlead")]))
    assert raw_field(data, "Auto-Submitted") == "auto-replied"
    assert raw_field(data, "X-Auto-Response-Suppress") == "All"
    assert raw_field(data, "X-Loop") == "fairlead"
    assert b"Auto-Submitted" not in build(letter())
    assert b"Precedence" not in data


def test_foreign_ids_that_cannot_be_written_are_left_out() -> None:
    data = build(letter(in_reply_to="<žid@x>", references=["<žid@x>", "<ok@x>", "<a b@x>", "no"]))
    assert raw_field(data, "References") == "<ok@x>"
    assert b"In-Reply-To" not in data


def test_date_keeps_its_zone() -> None:
    assert raw_field(build(letter()), "Date") == "Sun, 22 Nov 2026 10:15:00 +0100"
    utc = letter(date=datetime(2026, 1, 1, tzinfo=UTC))
    assert raw_field(build(utc), "Date") == "Thu, 01 Jan 2026 00:00:00 +0000"


# -- refusals -------------------------------------------------------------------------------------

INJECTION = "x\r\nBcc: evil@x.example"


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("subject", {"subject": INJECTION}),
        ("subject", {"subject": "a\nb"}),
        ("subject", {"subject": "a\x00b"}),
        ("subject", {"subject": "a\u2028b"}),
        ("subject", {"subject": "\ud800"}),
        ("subject", {"subject": "x" * 501}),
        ("from.name", {"sender": Address(INJECTION, "a@x.example")}),
        ("from", {"sender": Address("", "a@x.example\r\nBcc: b@x.example")}),
        ("from", {"sender": Address("", "nobody")}),
        ("reply_to", {"reply_to": Address("", "žofie@x.example")}),
        ("to[1].name", {"to": [Address("", "a@x.example"), Address("a\rb", "b@x.example")]}),
        ("to[0].name", {"to": [Address("x" * 201, "a@x.example")]}),
        ("cc[0]", {"cc": [Address("", "a@b@x.example")]}),
        ("bcc[0]", {"bcc": [Address("", "")]}),
        ("to", {"to": []}),
        ("to", {"to": [Address("", f"p{number}@x.example") for number in range(101)]}),
        ("message_id", {"message_id": "<a@b>\r\nX: y"}),
        ("message_id", {"message_id": "a@b"}),
        ("message_id", {"message_id": "<" + "a" * 1_000 + "@b>"}),
        ("in_reply_to", {"in_reply_to": "<a@b>\r\nX: y"}),
        ("references", {"references": ["<a@b>\nX: y"]}),
        ("unsubscribe.url", {"unsubscribe": Unsubscribe("http://x.example", "mailto:a@x.example")}),
        ("unsubscribe.url", {"unsubscribe": Unsubscribe("https://x>\r\nX: y", "mailto:a@b.cz")}),
        ("unsubscribe.mailto", {"unsubscribe": Unsubscribe("https://x.example", "a@x.example")}),
        ("auto_submitted", {"auto_submitted": "no\r\nX: y"}),
        ("extra", {"extra": [("Bcc", "evil@x.example")]}),
        ("extra", {"extra": [("X-A: b\r\nBcc", "evil@x.example")]}),
        ("extra", {"extra": [("X-A B", "c")]}),
        ("extra.X-A", {"extra": [("X-A", INJECTION)]}),
        ("date", {"date": NOW.replace(tzinfo=None)}),
        ("text", {"text": None, "html": None}),
        ("html", {"html": "\udfff"}),
        ("attachments", {"attachments": [FILE] * 51}),
        ("attachments[0].name", {"attachments": [Attachment("a\r\nb", "a/b", b"")]}),
        ("attachments[0].name", {"attachments": [Attachment(" ", "a/b", b"")]}),
        ("attachments[0].content_type", {"attachments": [Attachment("a", "a/b; x\r\ny", b"")]}),
        ("attachments[0].content_id", {"attachments": [Attachment("a", "a/b", b"", "x>\r\n")]}),
        ("attachments[1].content_id", {"html": WITH_IMAGE, "attachments": [IMAGE, IMAGE]}),
    ],
)
def test_refused_by_the_name_of_the_field(field: str, more: dict[str, Any]) -> None:
    with pytest.raises(LetterRefused) as refusal:
        build(letter(**more))
    assert refusal.value.field == field
    assert refusal.value.reason
    assert "evil" not in str(refusal.value)


def test_size_is_limited_before_and_after_encoding() -> None:
    with pytest.raises(LetterRefused, match="attachments"):
        build(letter(attachments=[Attachment("a", "a/b", b"x" * 800)]), size_limit=1_000)
    with pytest.raises(LetterRefused, match="size"):
        build(letter(text="x" * 1_000), size_limit=1_000)
    assert len(build(letter(), size_limit=2_000)) < 2_000


# -- addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_address", "wire"),
    [
        ("Jana.Nova@Example.COM", "Jana.Nova@example.com"),
        ("a+b_c'd@x-y.example", "a+b_c'd@x-y.example"),
        ("info@žluťoučký.cz", "info@xn--luouk-uva4it5a4g.cz"),
        ("info@bücher.example", "info@xn--bcher-kva.example"),
    ],
)
def test_address_in_its_form_for_the_wire(given_address: str, wire: str) -> None:
    assert check_address(given_address) == wire


@pytest.mark.parametrize(
    "wrong",
    [
        *("", "a", "a@", "@b.cz", "a@b", "a b@c.cz", "a@b..cz", "a@-b.cz", "a@[127.0.0.1]"),
        *("a@b.cz\r\nX: y", "a@b.test", "x" * 65 + "@b.cz", "a@" + "b" * 64 + ".cz"),
        *("a@" + "b." * 130 + "cz", "Jana <a@b.cz>", "a@b.cz, c@d.cz"),
    ],
)
def test_wrong_addresses(wrong: str) -> None:
    with pytest.raises(LetterRefused):
        check_address(wrong)


def test_test_domains_and_foreign_letters() -> None:
    assert check_address("a@b.test", test_domains=True) == "a@b.test"
    assert recipients(letter(to=[Address("", "a@b.test")], test_domains=True)) == ["a@b.test"]
    with pytest.raises(LetterRefused, match="SMTPUTF8"):
        check_address("žofie@example.com")


@given(st.text(max_size=60))
def test_any_text_as_an_address(value: str) -> None:
    try:
        wire = check_address(value)
    except LetterRefused:
        return
    assert wire.isascii()
    assert wire.isprintable()
    assert " " not in wire


# -- any text -------------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=200)


@given(subject=LINE, name=LINE)
def test_any_line_comes_back(subject: str, name: str) -> None:
    data = build(letter(subject=subject, sender=Address(name, "a@x.example")))
    assert_fit_for_the_wire(data)
    head = data.split(b"\r\n\r\n", 1)[0]
    assert all(len(word) <= 75 for word in re.findall(rb"=\?utf-8\?\S+", head))
    message = read(data)
    assert message["Subject"].split() == subject.split()
    ((said, address),) = people_in(raw_field(data, "From"))
    assert (said.split(), address) == (name.split(), "a@x.example")


@given(text=TEXT, html=TEXT)
def test_any_text_comes_back(text: str, html: str) -> None:
    data = build(letter(text=text, html=html))
    assert_fit_for_the_wire(data)
    message = read(data)
    for kind, value in (("plain", text), ("html", html)):
        part = message.get_body((kind,))
        assert part is not None
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        expected = value.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
        assert payload.decode().replace("\r\n", "\n").rstrip("\n") == expected


def test_encodings_keep_lines_short_and_text_readable() -> None:
    czech = "Dobrý den, prosíme o potvrzení objednávky služeb pro naše hosty. " * 100
    for text, encoding in [
        ("plain\n" * 10, "7bit"),
        ("x" * 2_000, "quoted-printable"),
        ("nul\x00 and \x1b", "quoted-printable"),
        (czech, "quoted-printable"),
        ("Всем привет, как дела? " * 50, "base64"),
    ]:
        data = build(letter(text=text, html=None))
        assert raw_field(data, "Content-Transfer-Encoding") == encoding
        assert encoding == "7bit" or max(map(len, data.split(b"\r\n"))) <= 78
        assert_fit_for_the_wire(data)


def test_all_the_files_that_a_mail_may_have_fit_into_it() -> None:
    files = [Attachment("a.bin", "application/octet-stream", bytes(5 * 1024 * 1024))] * 5
    assert len(build(letter(attachments=files))) <= SIZE_LIMIT
