"""Header fields and charsets: what was meant, out of what came; and names safe for files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_gateway.domain.charsets import decode, known_charset
from email_gateway.domain.filenames import MAX_BYTES, safe_name
from email_gateway.domain.headers import (
    read_addresses,
    read_date,
    read_ids,
    read_parameters,
    read_text,
)

CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy"


@pytest.mark.parametrize(
    ("label", "data", "text"),
    [
        ("utf-8", CZECH.encode(), CZECH),
        ("", CZECH.encode(), CZECH),
        ("us-ascii", CZECH.encode(), CZECH),
        ("utf-8", CZECH.encode("cp1250"), CZECH),
        ("x-unknown", CZECH.encode("cp1250"), CZECH),
        ("iso-8859-2", CZECH.encode("cp1250"), CZECH),
        ("iso-8859-1", "“quoted” – €".encode("cp1252"), "“quoted” – €"),
        ("gb2312", "镕".encode("gb18030"), "镕"),
        ("iso-gb2312", "你好".encode("gb2312"), "你好"),
        ("ks_c_5601-1987", "스티해".encode("cp949"), "스티해"),
        ("iso-2022-jp", "すみません。".encode("iso2022_jp"), "すみません。"),
        ("X-SJIS", "日本語".encode("cp932"), "日本語"),
        ("unicode-1-1-utf-7", b"Hi +AOk-", "Hi é"),
    ],
)
def test_charsets(label: str, data: bytes, text: str) -> None:
    assert decode(data, label) == text


def test_a_letter_cut_in_two_does_not_spoil_the_rest() -> None:
    assert decode("kůň ďáb".encode()[:-3], "utf-8").startswith("kůň ď")


def test_half_a_surrogate_pair_is_not_let_in() -> None:
    decode(b"+2AA-", "utf-7").encode()


@pytest.mark.parametrize("label", ["punycode", "idna", "zlib", "unicode_escape", "rot13", "\x00"])
def test_python_codecs_that_are_no_charsets_are_refused(label: str) -> None:
    assert known_charset(label) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?q?P=C5?= =?utf-8?q?=99=C3=AD?=", "Pří"),
        ("=?UTF-8?B?eHB0bw?=", "xpto"),
        ("a =?iso-8859-2?Q?=BElu=BB?= b", "a žluť b"),
        ("=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"),
        ("=?utf-8?Q?Hello=0D=0ABcc:_x?=", "Hello Bcc: x"),
        ("=?utf-8?Q?unfinished", "=?utf-8?Q?unfinished"),
        ("=?x?Q?=E9?=", "é"),
        ("=?utf-8*cs?Q?ano?=", "ano"),
    ],
)
def test_encoded_words(value: str, text: str) -> None:
    assert read_text(value) == text


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ('"Novák, Jan" <a@b.test>', [("Novák, Jan", "a@b.test")]),
        ("=?utf-8?Q?Nov=C3=A1k,_Jan?= <a@b.test>", [("Novák, Jan", "a@b.test")]),
        ("a@b.test (Jan (old) N)", [("Jan old N", "a@b.test")]),
        ("<v@c.test>v@c.test", [("v@c.test", "v@c.test")]),
        ("(c):", []),
        ("undisclosed-recipients: ;", []),
        ('"K" <>', []),
        ("=?UTF-8?Q?=0AMy_self?= <me@b.test>", [("My self", "me@b.test")]),
        ("a@b.test; c@d.test", [("", "a@b.test"), ("", "c@d.test")]),
        ('"open <a@b.test>, c@d.test', [("open", "a@b.test"), ("", "c@d.test")]),
        ("(" * 3000 + ")" * 3000 + " <a@b.test>", [("", "a@b.test")]),
        ("(" * 3000 + " <a@b.test>", [("", "a@b.test")]),
        ("<@r.test,@s.test:a@b.test>", [("", "a@b.test")]),
        ("Jan <mailto:jan@x.test:25>", [("Jan", "jan@x.test")]),
        ("Jan <jan@x.test> <other@y.test>", [("Jan", "other@y.test")]),
        ("Dr\\. <jdöe@mächine.test>", [("Dr\\.", "jdöe@mächine.test")]),
    ],
)
def test_addresses(value: str, found: list[tuple[str, str]]) -> None:
    assert [(place.name, place.address) for place in read_addresses(value)] == found


def test_ids_are_kept_with_brackets_and_once() -> None:
    assert read_ids("<[b3@m.test]>, <a@b> <a@b>") == ("<[b3@m.test]>", "<a@b>")
    assert read_ids("bare@id") == ("<bare@id>",)
    assert read_ids("<>") == read_ids("nothing") == ()


@pytest.mark.parametrize("value", ["", "soon", "Mon, 99 Jan 2024", "1 Jan 2024 00:00 +9999"])
def test_no_date_is_no_date(value: str) -> None:
    assert read_date(value) is None


def test_parameters_of_all_kinds() -> None:
    kind = read_parameters(
        'Text/Plain; CHARSET="utf-8"; name="a;\\"b\\".txt"; x*=utf-8\'cs\'%C5%99'
    )
    assert kind.value == "text/plain"
    assert (kind.get("charset"), kind.get("name"), kind.get("x")) == ("utf-8", 'a;"b".txt', "ř")
    assert kind.get("boundary") == ""


@pytest.mark.parametrize(
    ("name", "kind", "safe"),
    [
        ("../../../tmp/evil .sh", "application/octet-stream", "tmp_evil.sh"),
        ("C:\\Users\\x.pdf", "application/pdf", "C_Users_x.pdf"),
        ("", "image/png", "image.png"),
        ("...", "application/zip", "attachment.zip"),
        ("invoice\x00.exe", "application/pdf", "invoice_.exe"),
        ("gpj\u202eexe.jpg", "image/jpeg", "gpj_exe.jpg"),
        ("con.txt", "text/plain", "_con.txt"),
        ("Potvrzení č. 1.pdf", "application/pdf", "Potvrzení č. 1.pdf"),
        ("ž" * 300 + ".pdf", "application/pdf", "ž" * 88 + ".pdf"),
    ],
)
def test_file_names(name: str, kind: str, safe: str) -> None:
    assert safe_name(name, kind) == safe


@given(name=st.text(), kind=st.sampled_from(["image/png", "text/plain", "x/y", ""]))
def test_any_file_name_becomes_a_safe_one(name: str, kind: str) -> None:
    safe = safe_name(name, kind)
    assert safe.strip(" .")
    assert len(safe.encode()) <= MAX_BYTES
    assert ".." not in safe
    assert not set(safe) & set('/\\:*?"<>|\x00\n\u202e')


@given(st.text(), st.sampled_from(["utf-8", "utf-16", "utf-7", "cp1250", "gb18030", "cp949"]))
def test_any_text_survives_its_charset(text: str, charset: str) -> None:
    written = text.encode(charset, "ignore").decode(charset)
    assert decode(written.encode(charset), charset) == written
