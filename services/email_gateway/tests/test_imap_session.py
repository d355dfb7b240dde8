"""Servers that break the rules: none of it may lose a mail, stop the others, or fill the memory."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from email_gateway import imap_fetch
from email_gateway.imap import Cursor, Fetched, ImapError, ImapMailbox, try_mailbox
from email_gateway.imap_fetch import _Facts, grouped
from tests.servers.scripted_imap import HANG_UP, asked_for, body, facts, fetched, serving

START = Cursor(0, 0)


def read_at_last(mailbox: ImapMailbox, rounds: int = 10) -> list[Fetched]:
    """What a service has read when it began anew after each error, from where it was."""
    mails: list[Fetched] = []
    for _ in range(rounds):
        try:
            for mail in mailbox.fetch_new(mails[-1].cursor if mails else START):
                mails.append(mail)
        except ImapError:
            continue
        return mails
    raise AssertionError("never read to the end")


def outcome(mails: list[Fetched]) -> list[tuple[int, bytes | None, bool]]:
    return [(mail.uid, mail.raw, mail.error is not None) for mail in mails]


ALL = [(1, b"x\r\n", False), (2, b"x\r\n", False), (3, b"x\r\n", False)]
WITHOUT_THE_SECOND = [(1, b"x\r\n", False), (2, None, True), (3, b"x\r\n", False)]


def test_the_script_is_a_server() -> None:
    with serving() as (mailbox, _):
        assert outcome(read_at_last(mailbox)) == ALL


# -- news -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "idling",
    ["+ idling\r\n* 4 EXISTS\r\n", "* 4 EXISTS\r\n+ idling\r\n", "+ idling\r\n* 3 EXISTS\r\n"],
)
def test_news_in_one_packet_with_the_answer_to_idle_is_heard(idling: str) -> None:
    with serving(IDLE=idling) as (mailbox, _):
        mailbox.wait(0)
        began = time.monotonic()
        assert mailbox.wait(30)
        assert time.monotonic() - began < 5


def test_news_told_while_reading_need_no_idle() -> None:
    with serving(UID_SEARCH="* SEARCH 1\r\n* 4 EXISTS\r\n{tag} OK done\r\n") as (mailbox, server):
        list(mailbox.fetch_new(START))
        assert mailbox.wait(30)
        assert not any(line.endswith("IDLE") for line in server.heard)


def test_other_changes_and_keepalives_are_no_news() -> None:
    noise = "+ idling\r\n* OK Still here\r\n* 2 EXPUNGE\r\n* 1 FETCH (FLAGS (\\Seen))\r\n"
    with serving(IDLE=noise) as (mailbox, _):
        mailbox.wait(0)
        assert not mailbox.wait(0.5)


@pytest.mark.parametrize("last_words", ["", "* BYE going down\r\n", "* OK Sti"])
def test_the_end_of_the_stream_is_no_silence(last_words: str) -> None:
    with serving(IDLE="+ idling\r\n" + last_words + HANG_UP) as (mailbox, _):
        mailbox.wait(0)
        began = time.monotonic()
        with pytest.raises(ImapError, match=r"^idle: ") as raised:
            mailbox.wait(30)
        assert time.monotonic() - began < 5
        assert not raised.value.refused
        assert mailbox.wait(30)  # on a new connection


def test_a_refused_idle_is_told() -> None:
    with serving(IDLE="{tag} NO [LIMIT] not now\r\n") as (mailbox, _):
        mailbox.wait(0)
        with pytest.raises(ImapError, match=r"^idle: \[LIMIT\] not now$") as raised:
            mailbox.wait(30)
        assert raised.value.refused


# -- mails that cannot be had ---------------------------------------------------------------------


def refuse_second(tag: str, command: str) -> str:
    if 2 in asked_for(command):
        return f"{tag} NO [SERVERBUG] Internal error\r\n"
    return fetched(tag, command)


def hang_up_on_second(tag: str, command: str) -> str | None:
    if "BODY" in command and 2 in asked_for(command):
        return None
    return fetched(tag, command)


def leave_out_second(tag: str, command: str) -> str:
    return "".join(
        line + "\r\n" for line in fetched(tag, command).split("\r\n")[:-1] if " 2 FETCH" not in line
    )


def flood_with_second(tag: str, command: str) -> str:
    if "BODY" in command and 2 in asked_for(command):
        return body(1) + "* 2 FETCH (UID 2 BODY[] {99999999999}\r\n" + "x" * 10_000
    return fetched(tag, command)


def nest_second(tag: str, command: str) -> str:
    told = fetched(tag, command)
    return told.replace("UID 2 BODY[]", "UID 2 X " + "(" * 5_000 + ")" * 5_000 + " BODY[]")


@pytest.mark.parametrize(
    "misbehave",
    [refuse_second, hang_up_on_second, leave_out_second, flood_with_second, nest_second],
)
def test_a_mail_that_cannot_be_had_stops_no_other_and_is_not_lost(
    misbehave: Callable[[str, str], str | None],
) -> None:
    with serving(UID_FETCH=misbehave) as (mailbox, _):
        assert outcome(read_at_last(mailbox)) == WITHOUT_THE_SECOND


def test_a_mail_is_not_given_up_for_a_passing_trouble() -> None:
    troubles = iter(range(2))

    def sometimes(tag: str, command: str) -> str:
        if asked_for(command) == [2] and next(troubles, None) is None:
            return fetched(tag, command)
        return refuse_second(tag, command)

    with serving(UID_FETCH=sometimes) as (mailbox, _):
        assert outcome(read_at_last(mailbox)) == ALL


def test_a_mail_that_is_gone_is_no_failure() -> None:
    def searched(tag: str, command: str) -> str:
        listed = "1 3" if command == "UID SEARCH UID 2" else "1 2 3"
        return f"* SEARCH {listed}\r\n{tag} OK done\r\n"

    with serving(UID_SEARCH=searched, UID_FETCH=leave_out_second) as (mailbox, _):
        assert outcome(read_at_last(mailbox)) == [ALL[0], ALL[2]]


def test_a_date_that_cannot_be_read_costs_nothing_but_the_date() -> None:
    def undated(tag: str, command: str) -> str:
        told = fetched(tag, command)
        return told.replace(facts(2), facts(2, date="31-Feb-2026 99:00:00 +0000"))

    with serving(UID_FETCH=undated) as (mailbox, _):
        mails = read_at_last(mailbox)
    assert outcome(mails) == ALL
    assert [mail.internal_date is None for mail in mails] == [False, True, False]


def test_a_size_that_was_a_lie_does_not_pass_the_limit() -> None:
    def larger(tag: str, command: str) -> str:
        return fetched(tag, command).replace(
            "{3}\r\nx\r\n", "{29}\r\nSubject: long\r\n\r\n0123456789\r\n"
        )

    with serving(changes={"size_limit": 20}, UID_FETCH=larger) as (mailbox, _):
        mails = read_at_last(mailbox)
    assert [(mail.raw, mail.header) for mail in mails] == [(None, b"Subject: long")] * 3


def test_reading_on_in_a_connection_that_was_closed_blames_no_mail(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(imap_fetch, "_CHUNK", 1)
    with serving() as (mailbox, _):
        for _ in range(imap_fetch._STRIKES):
            reading = mailbox.fetch_new(START)
            next(reading)
            mailbox.close()
            with pytest.raises(ImapError, match=r"^fetch: the connection was closed$"):
                next(reading)
        assert outcome(list(mailbox.fetch_new(START))) == ALL


# -- too much, or nothing we know -----------------------------------------------------------------


def test_an_endless_answer_is_cut() -> None:
    flood = "* OK and on and on\r\n" * 200_000
    with serving(UID_SEARCH=flood) as (mailbox, _), pytest.raises(ImapError) as raised:
        list(mailbox.fetch_new(START))
    assert raised.value.text == "the server sent more than was asked for"


def test_a_line_without_an_end_is_cut() -> None:
    with serving(greeting="* OK " + "x" * 3_000_000) as (mailbox, _):
        assert [step.name for step in try_mailbox(mailbox.settings) if not step.ok] == ["greeting"]


@pytest.mark.parametrize(
    ("greeting", "text"),
    [
        ("* BYE too many connections\r\n", r"\* BYE too many connections"),
        ("220 mx.example ESMTP\r\n", "220 mx.example ESMTP"),
        ("HTTP/1.1 400 Bad Request\r\n", "400 Bad Request"),
        (None, "EOF|reset"),
    ],
)
def test_what_greets_otherwise_is_told_in_its_words(greeting: str | None, text: str) -> None:
    with serving(greeting=greeting) as (mailbox, _), pytest.raises(ImapError) as raised:
        mailbox.wait(1)
    assert raised.value.phase == "greeting"
    assert re.search(text, raised.value.text)


def test_a_password_that_the_server_repeats_is_not_told() -> None:
    with serving(
        changes={"password": 'correct "horse'},
        CAPABILITY="* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n",
        LOGIN=lambda tag, command: f"{tag} BAD what is {command}\r\n",
    ) as (mailbox, server):
        with pytest.raises(ImapError) as raised:
            mailbox.wait(1)
        assert any('"correct \\"horse"' in line for line in server.heard)
    assert raised.value.text == 'BAD what is LOGIN a@agency.test "***"'


@pytest.mark.parametrize("token", [None, "t0ken" * 40])
def test_a_secret_that_the_server_repeats_encoded_is_not_told(token: str | None) -> None:
    def repeat(tag: str, command: str) -> str:
        said = re.split("[\0\1 ]", base64.b64decode(command).decode())
        return f"{tag} BAD what is {command} ({' '.join(said)})\r\n"

    changes = {"token": None if token is None else lambda: token}
    with (
        serving(changes=changes, AGFAYWdl=repeat, dXNlcj1h=repeat) as (mailbox, _),
        pytest.raises(ImapError, match=r"^login: BAD what is \*\*\* \(.* \*\*\* *\)") as raised,
    ):
        mailbox.wait(1)
    assert (token or "correct horse") not in str(raised.value)


def test_letters_of_all_languages_sign_in_without_authenticate() -> None:
    with serving(
        changes={"username": "kůň", "password": 'ž"\\'},
        CAPABILITY="* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n",
    ) as (mailbox, server):
        mailbox.wait(0)
        assert any(line.endswith('LOGIN kůň "ž\\"\\\\"') for line in server.heard)


@pytest.mark.parametrize("greeting", ["* OK hello\r\n", "* PREAUTH welcome\r\n"])
def test_nobody_is_signed_in_before_the_line_is_secure(greeting: str) -> None:
    with serving(
        greeting=greeting,
        changes={"security": "starttls"},
        CAPABILITY="* CAPABILITY IMAP4rev1 STARTTLS\r\n{tag} OK done\r\n",
        STARTTLS="{tag} NO not today\r\n",
    ) as (mailbox, server):
        with pytest.raises(ImapError, match=r"^tls: "):
            mailbox.wait(1)
        assert not any("LOGIN" in line or "AUTHENTICATE" in line for line in server.heard)


_lines = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "* SEARCH 1 2 99999999999999999999",
                "* SEARCH x",
                "* 1 FETCH (UID 1 RFC822.SIZE 3",
                "* 1 FETCH (UID 1 BODY[] NIL)",
                "* 1 FETCH (UID 1 BODY[] {3}\r\nx\r\n)",
                "* 1 FETCH (RFC822.SIZE -5 UID 1 INTERNALDATE NIL)",
                "* 1 FETCH (UID one RFC822.SIZE two)",
                "* 1 FETCH ()",
                "* 4294967295 EXISTS",
                "* -1 EXISTS",
                "* OK [UIDVALIDITY x] y",
                "+",
                "{tag} OK",
                "{tag} NO no",
                "{tag} BAD bad",
                "* BYE",
            ]
        ),
        st.text(st.characters(codec="latin-1"), max_size=40),
    ),
    max_size=6,
)


@given(select=_lines, search=_lines, fetch=_lines)
@hypothesis_settings(max_examples=60)
def test_whatever_a_server_says_only_our_error_comes_of_it(
    select: list[str], search: list[str], fetch: list[str]
) -> None:
    def said(lines: list[str]) -> str:
        return "".join(f"{line}\r\n" for line in lines) + "{tag} OK done\r\n"

    with serving(
        changes={"timeout": 0.2},
        EXAMINE="* 3 EXISTS\r\n* OK [UIDVALIDITY 9] x\r\n" + said(select),
        UID_SEARCH=said(["* SEARCH 1 2 3", *search]),
        UID_FETCH=said([facts(1).rstrip(), body(1).rstrip(), *fetch]),
    ) as (mailbox, _):
        for _ in range(2):
            with suppress(ImapError):
                assert all(isinstance(mail, Fetched) for mail in mailbox.fetch_new(START))


@given(sizes=st.lists(st.integers(0, 9_000_000) | st.none(), max_size=80))
def test_groups_hold_every_mail_once_in_order_and_not_too_much(sizes: list[int | None]) -> None:
    known = {uid: _Facts(size, None) for uid, size in enumerate(sizes) if size is not None}
    groups = list(grouped(list(range(len(sizes))), known, 5_000_000))
    assert [uid for group in groups for uid in group] == list(range(len(sizes)))
    for group in groups:
        if len(group) > 1:
            together = [known[uid].size for uid in group]
            assert max(together) <= 5_000_000
            assert sum(together) <= 4 * 1024 * 1024
