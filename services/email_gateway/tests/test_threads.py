"""Tokens: ours come back through every door, and nobody else can make one."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_gateway.domain.bounces import Report, ReportKind
from email_gateway.domain.mime import Mail, read_mail
from email_gateway.domain.subjects import is_answer, is_forward
from email_gateway.domain.threads import (
    MAX_REFERENCES,
    How,
    Match,
    Threader,
    candidates,
    normalise_subject,
    reply_references,
    subject_tags,
)

SECRET = b"sixteen bytes or more"
OURS = Threader(SECRET)
THEIRS = Threader(b"another installation")
ID = UUID("0190f5fe-7c00-7a00-8aaa-000000000001")


def answer(*lines: str) -> Mail:
    return read_mail(
        "\n".join(("From: guest@x.test", "To: info@trip.test", *lines, "", "Hi")).encode()
    )


def report(**known: str) -> Report:
    return Report(
        ReportKind.FAILED,
        (),
        known.get("original_message_id", ""),
        known.get("original_envelope_id", ""),
        "It failed.",
    )


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Threader(b"short")


@given(st.uuids())
def test_what_is_made_fits_where_it_goes(dispatch_id: UUID) -> None:
    message_id = OURS.message_id(dispatch_id, "Mail.Trip-Agency.Example")
    assert len(message_id) < 70
    assert message_id == message_id.lower()
    assert OURS.message_of(message_id) == dispatch_id
    for address in (
        OURS.reply_address(dispatch_id, "Reservations.Team@trip.test"),
        OURS.bounce_address(dispatch_id, "bounces@trip.test"),
    ):
        local, _, domain = address.rpartition("@")
        assert len(local) <= 64
        assert domain == "trip.test"
    assert OURS.envelope_id(dispatch_id).isalnum()


@given(st.uuids(), st.sampled_from([str, str.upper, str.title]))
def test_tokens_come_back_in_any_case(dispatch_id: UUID, changed: Callable[[str], str]) -> None:
    reply = changed(OURS.reply_address(dispatch_id, "info@trip.test"))
    assert OURS.match(answer(f"Delivered-To: {reply}")) == Match(dispatch_id, How.ENVELOPE)
    bounce = changed(OURS.bounce_address(dispatch_id, "bounces@trip.test"))
    assert OURS.match(answer(f"X-Original-To: {bounce}")) == Match(dispatch_id, How.BOUNCE)
    message_id = changed(OURS.message_id(dispatch_id, "trip.test"))
    assert OURS.match(answer(f"In-Reply-To: {message_id}")) == Match(dispatch_id, How.MESSAGE_ID)
    back = report(original_envelope_id=changed(OURS.envelope_id(dispatch_id)))
    assert OURS.match(answer(), back) == Match(dispatch_id, How.BOUNCE)


@given(st.uuids(), st.integers(0, 33), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567-é"))
def test_a_changed_token_is_nobody_s(dispatch_id: UUID, position: int, letter: str) -> None:
    token = OURS.envelope_id(dispatch_id)
    changed = token[:position] + letter + token[position + 1 :]
    match = OURS.match(answer(), report(original_envelope_id=changed))
    assert match == (Match(dispatch_id, How.BOUNCE) if changed == token else None)


def test_the_spare_bits_of_the_last_letter_count() -> None:
    token = OURS.envelope_id(ID)
    spellings = {token[:-1] + letter for letter in "abcdefghijklmnopqrstuvwxyz234567"}
    found = [OURS.match(answer(), report(original_envelope_id=each)) for each in spellings]
    assert sum(match is not None for match in found) == 1


@given(st.uuids())
def test_foreign_tokens_do_not_match(dispatch_id: UUID) -> None:
    foreign = THEIRS.message_id(dispatch_id, "trip.test")
    assert OURS.message_of(foreign) is None
    assert OURS.match(answer(f"In-Reply-To: {foreign}", f"References: {foreign}")) is None
    assert OURS.match(answer(f"Cc: {THEIRS.reply_address(dispatch_id, 'info@trip.test')}")) is None


def test_a_token_serves_one_use_only() -> None:
    token = OURS.message_id(ID, "trip.test").strip("<>").partition("@")[0]
    for local in (f"info+r{token}", f"info+b{token}", f"info+{token}"):
        assert OURS.match(answer(f"Delivered-To: {local}@trip.test")) is None
    assert OURS.match(answer(), report(original_envelope_id=token)) is None


@given(st.text())
def test_any_text_is_no_token(text: str) -> None:
    assert OURS.match(answer(), report(original_envelope_id=text)) is None
    assert OURS.match(replace(answer(), in_reply_to=(text,), delivered_to=(text,))) is None


def test_an_address_that_is_too_long_stays_as_it_is() -> None:
    address = "a-mailbox-with-a-rather-long-name@trip.test"
    assert OURS.reply_address(ID, address) == address


def test_the_order_of_the_doors() -> None:
    ids = [uuid4() for _ in range(6)]
    made = [OURS.message_id(each, "trip.test") for each in ids]
    lines = [
        f"To: {OURS.reply_address(ids[0], 'info@trip.test')}",
        f"In-Reply-To: <foreign@x.test> {made[1]}",
        f"References: {made[2]} <foreign@x.test> {made[3]} <last@x.test>",
    ]
    assert OURS.match(answer(*lines)) == Match(ids[0], How.ENVELOPE)
    assert OURS.match(answer(*lines[1:])) == Match(ids[1], How.MESSAGE_ID)
    assert OURS.match(answer(*lines[2:])) == Match(ids[3], How.MESSAGE_ID)
    delivered = f"Delivered-To: {OURS.bounce_address(ids[4], 'b@trip.test')}"
    assert OURS.match(answer(delivered, *lines)) == Match(ids[4], How.BOUNCE)
    both = report(
        original_envelope_id=OURS.envelope_id(ids[5]), original_message_id=made[2].strip("<>")
    )
    assert OURS.match(answer(*lines[1:]), both) == Match(ids[5], How.BOUNCE)
    assert OURS.match(answer(), report(original_message_id=made[2])) == Match(ids[2], How.BOUNCE)


def test_the_id_is_found_under_another_domain() -> None:
    moved = OURS.message_id(ID, "trip.test").replace("trip.test", "relay.test")
    assert OURS.match(answer(f"References: {moved}")) == Match(ID, How.MESSAGE_ID)


def test_candidates_are_what_the_store_looks_up() -> None:
    mail = answer("In-Reply-To: <b@eu-west-1.amazonses.com> <c@x>", "References: <a@x> <d@x> <c@x>")
    returned = report(original_message_id="<z@outlook.com>")
    assert candidates(mail) == ("<b@eu-west-1.amazonses.com>", "<c@x>", "<d@x>", "<a@x>")
    assert candidates(mail, returned)[-1] == "<z@outlook.com>"
    assert candidates(answer()) == ()


@pytest.mark.parametrize(
    "subject",
    [
        "Potvrzení 118",
        "Re: Potvrzení 118",
        "RE: Re: AW: FW: Odp: Potvrzení 118",
        "Re[2]: Potvrzení  118",
        "RE(3): Potvrzení 118",
        "Odp.: Potvrzení 118",
        "ODPOVĚĎ: Potvrzení 118",
        "Předmět: Re: Předmět: potvrzení 118",
        "WG: SV: Fwd:Potvrzení 118",
        "回复：Potvrzení 118",
        "Re : Potvrzení 118",
        "[#2026-118] Re: Potvrzení 118",
        "Re: [#2026-118] Potvrzení 118",
        "[EXTERNAL] Re: Potvrzení 118",
    ],
)
def test_one_thread_has_one_subject(subject: str) -> None:
    assert normalise_subject(subject) == "potvrzení 118"


@pytest.mark.parametrize("subject", ["Rezervace: Praha", "Transfer: 10:15", "Reklamace", "118: x"])
def test_words_before_a_colon_stay(subject: str) -> None:
    assert normalise_subject(subject) == subject.casefold()


@given(st.text(max_size=200))
def test_normalising_takes_any_subject_and_settles(subject: str) -> None:
    once = normalise_subject(subject)
    assert normalise_subject(f"Re: {subject}") == once


def test_what_the_first_prefix_says() -> None:
    assert is_answer("Odp: x")
    assert not is_answer("Fwd: Re: x")
    assert is_forward("[#1] WG: x")
    assert not is_forward("Výlet: x")


def test_tags() -> None:
    assert subject_tags("Re: [#2026-118] a [#2026-118] [# X/1]") == ("2026-118", "X/1")
    assert subject_tags("[#] [#a b] #5") == ()


IDS = st.lists(st.integers(1, 300).map(lambda size: f"<{'x' * size}@y>"), max_size=40)


@given(IDS, st.integers(1, 300).map(lambda size: f"<{'p' * size}@y>"))
def test_references_are_bounded_and_end_with_the_parent(references: list[str], parent: str) -> None:
    made = reply_references(references, parent)
    assert made[-1] == parent
    assert len(" ".join(made)) <= MAX_REFERENCES
    assert [one for one in dict.fromkeys(references) if one in made] == list(made[:-1])
    if references and len(references[0]) + len(parent) < MAX_REFERENCES:
        assert made[0] == references[0]


def test_references_of_a_first_answer() -> None:
    assert reply_references((), "<a@x>") == ("<a@x>",)
    assert reply_references(("<a@x>", "<b@x>"), "<b@x>") == ("<a@x>", "<b@x>")
    assert reply_references(("<a@x>",), "") == ("<a@x>",)
    long = [f"<{number}.{'x' * 30}@mail.test>" for number in range(600)]
    made = reply_references(long, "<p@x>")
    assert (made[0], made[-2]) == (long[0], long[-1])
