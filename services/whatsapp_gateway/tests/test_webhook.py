"""What stands in Meta's webhooks: its own examples, and whatever else may be sent."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.channels import Amending, DeliveryStatus
from contracts.whatsapp_gateway import TemplateState
from scripts.servers.graph import NUMBER_ID, body, status, text, value
from whatsapp_gateway.domain import signature, webhook
from whatsapp_gateway.domain.heard import (
    Amended,
    Fared,
    Heard,
    Joined,
    NumberFared,
    Said,
    Strange,
    TemplateFared,
    decoded,
    encoded,
)

# Meta's own, by way of pywa's tests (MIT).
EXAMPLES: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "webhooks.json").read_text(encoding="utf-8")
)
NOW = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)
ID = "US.13491208655302741918"


def read(content: bytes, own: str = NUMBER_ID) -> list[Heard]:
    return webhook.read(content, own, NOW)


def example(name: str) -> Heard:
    [found] = read(json.dumps(EXAMPLES[name]).encode(), "")
    return found


def said(name: str) -> Said:
    found = example(name)
    assert isinstance(found, Said)
    return found


def test_a_text_with_all_names_of_its_writer() -> None:
    message = said("message.text")
    assert (message.id, message.text, message.who.name) == (
        "wamid.xyzxyz",
        "Body Text",
        "Test Name",
    )
    assert message.chat == message.who.address == "972987654321"
    assert message.who.also == [ID, "US.ENT.11815799212886844830"]
    assert message.at == dt.datetime(2023, 10, 11, 16, 53, 43, tzinfo=dt.UTC)


def test_files_with_their_captions() -> None:
    document = said("message.document")
    assert (document.text, document.media[0].name) == ("caption", "filename.pdf")
    assert document.media[0].source["id"] == "1234567890987654321"
    voice, audio = said("message.voice"), said("message.audio")
    assert (voice.media[0].name, audio.media[0].name) == ("voice", "audio")
    assert voice.media[0].content_type == "audio/ogg; codecs=opus"
    assert said("message.animated_sticker").media[0].content_type == "image/webp"
    assert said("message.image").text == ""


def test_places_cards_answers_and_orders() -> None:
    place = said("message.chosen_location").place
    assert place is not None
    assert (place.name, place.address) == ("Facebook HQ", "1 Hacker Way, Menlo Park, CA 94025")
    cards = said("message.contacts").cards
    assert [each.name for each in cards] == ["Chandler Bing", "Monica", "Rachel Green"]
    assert cards[0].phones == ["+1 555-555-5555"]
    assert said("message.reply").quotes == "wamid.xyzxyz=="
    assert said("message.forwarded").quotes is None
    assert "3 × HAMBURGER: 30 ILS" in said("message.order").text
    assert said("callback_button.button").text == "title"
    assert said("callback_button.quick_reply").text == "title"


def test_what_cannot_be_shown_is_said() -> None:
    message = said("message.unsupported_with_type")
    assert message.text == ""
    assert message.defects[-1].startswith("A message of the kind “pool”")


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [("message.reaction", Amending.REACTED, "😮"),
     ("message.unreaction_empty", Amending.REACTED, ""),
     ("message.unreaction_no_emoji", Amending.REACTED, ""),
     ("edited_message.image", Amending.EDITED, "Updated image caption"),
     ("deleted_message.revoke", Amending.DELETED, "")],
)  # fmt: skip
def test_amendments(name: str, kind: Amending, words: str) -> None:
    found = example(name)
    assert isinstance(found, Amended)
    assert (found.kind, found.text) == (kind, words)
    assert found.target


def test_somebody_else_has_another_number_now() -> None:
    found = example("system.phone_number_change")
    assert isinstance(found, Joined)
    assert found.addresses == ["972987654321", "972912345678"]
    assert found.gone


def test_news_of_the_account_and_of_templates() -> None:
    deleted = example("account_update.account_deleted")
    assert isinstance(deleted, NumberFared)
    assert deleted.stopped
    limited = example("account_update.account_restriction")
    assert isinstance(limited, NumberFared)
    assert limited.paused_until == dt.datetime(2022, 1, 4, 21, 8, 18, tzinfo=dt.UTC)
    violation = example("account_update.account_violation")
    assert isinstance(violation, NumberFared)
    assert violation.reason.endswith("(adult)")
    approved = example("template_status_update.approved")
    assert isinstance(approved, TemplateFared)
    assert (approved.name, approved.state) == ("order_confirmation", TemplateState.APPROVED)
    rejected = example("template_status_update.rejected")
    assert isinstance(rejected, TemplateFared)
    assert "next to each other" in (rejected.reason or "")


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_example_is_read(name: str) -> None:
    found = read(json.dumps(EXAMPLES[name]).encode(), "")
    assert found or name == "system.identity_change"  # which changes nobody's addresses
    assert decoded(encoded(found)) == found


def test_each_of_a_batch_is_taken_and_nothing_of_another_number() -> None:
    theirs = value(text("351910000001", "wamid.3", "three"))
    theirs["metadata"]["phone_number_id"] = "9"
    statuses = (status("wamid.x", "sent", "351910000001"), status("wamid.x", "read", "1"))
    content = body(
        value(text("351910000001", "wamid.1", "one"), text("351910000001", "wamid.2", "two")),
        theirs,
        value(statuses=statuses),
    )
    found = read(content)
    assert [each.id for each in found if isinstance(each, Said)] == ["wamid.1", "wamid.2"]
    assert [each.status for each in found if isinstance(each, Fared)] == [
        DeliveryStatus.SENT, DeliveryStatus.READ,
    ]  # fmt: skip


def test_one_that_is_broken_keeps_none_from_being_read() -> None:
    broken = {"from": "351910000001", "type": "text", "text": {"body": "no id"}}
    nameless = {"id": "wamid.n", "type": "text", "timestamp": "1", "text": {"body": "from nobody"}}
    odd = status("wamid.x", "teleported", "1")
    good = text("351910000001", "wamid.1", "one")
    found = read(body({**value(broken, nameless, good, statuses=(odd,)), "contacts": []}))
    assert [type(each) for each in found] == [Strange, Strange, Said, Strange]
    assert "no id" in found[0].what  # type: ignore[union-attr]


def test_a_failure_has_its_codes_and_words() -> None:
    errors = [
        {"code": 131047, "title": "Re-engagement message",
         "error_data": {"details": "More than 24 hours have passed"}}
    ]  # fmt: skip
    [found] = read(body(value(statuses=(status("wamid.x", "failed", "1", errors=errors),))))
    assert isinstance(found, Fared)
    assert (found.errors, found.code) == ([131047], "131047")
    assert found.reason == "More than 24 hours have passed"


def test_a_group_tells_who_got_it() -> None:
    more = {"recipient_type": "group", "recipient_participant_id": "351910000001"}
    [found] = read(body(value(statuses=(status("wamid.x", "read", "g1@g.us", **more),))))
    assert isinstance(found, Fared)
    assert (found.participant, found.also) == ("351910000001", [])


def test_moments_that_cannot_be_are_those_at_which_it_came() -> None:
    for moment in ("99999999999999999999", "-1", "yesterday", None, "1e9", 4_000_000_000, True):
        message = text("351910000001", "wamid.1", "one") | {"timestamp": moment}
        [found] = read(body(value(message)))
        assert isinstance(found, Said)
        assert found.at == NOW


@pytest.mark.parametrize(
    "content", [b"", b"null", b"[]", b"\xff\xfe", b'{"entry":', b"[" * 100_000]
)
def test_what_is_no_json_object_is_said(content: bytes) -> None:
    with pytest.raises(ValueError, match="JSON"):
        read(content)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
_NAMES = st.sampled_from(
    ["id", "from", "type", "timestamp", "text", "body", "image", "caption", "mime_type", "location",
     "latitude", "longitude", "contacts", "name", "phones", "reaction", "message_id", "emoji",
     "edit", "original_message_id", "message", "revoke", "system", "wa_id", "errors", "context",
     "interactive", "order", "product_items", "group_id", "from_user_id", "profile"]
)  # fmt: skip
_KINDS = st.sampled_from(
    ["text", "image", "location", "contacts", "reaction", "edit", "revoke", "system", "interactive",
     "button", "order", "unsupported", "video"]
)  # fmt: skip
_MESSAGES = st.fixed_dictionaries(
    {
        "id": st.text(max_size=5) | _JSON,
        "from": st.text(max_size=5) | _JSON,
        "type": _KINDS | _JSON,
    },
    optional={"timestamp": _JSON},
).flatmap(
    lambda fixed: st.dictionaries(_NAMES, _JSON, max_size=6).map(lambda more: {**more, **fixed})
)


@settings(max_examples=150, derandomize=True)
@given(
    messages=st.lists(_MESSAGES, max_size=3),
    statuses=st.lists(st.dictionaries(_NAMES, _JSON, max_size=5), max_size=2),
    contacts=_JSON,
    field=st.sampled_from(["messages", "account_update", "message_template_status_update", "x"]),
)
def test_whatever_stands_in_it_is_read_or_strange(
    messages: Any, statuses: Any, contacts: Any, field: str
) -> None:
    content = {
        "metadata": {"phone_number_id": NUMBER_ID},
        "messages": messages,
        "statuses": statuses,
        "contacts": contacts,
    }
    found = read(body(content, field=field))
    assert decoded(encoded(found)) == found  # it can be kept, and is the same again
    for each in found:
        assert "\0" not in repr(each)


@settings(max_examples=60, derandomize=True)
@given(whole=_JSON)
def test_any_json_is_read_or_refused(whole: Any) -> None:
    content = json.dumps(whole).encode()
    if isinstance(whole, dict):
        read(content)
    else:
        with pytest.raises(ValueError, match="JSON"):
            read(content)


def test_a_signature_is_over_the_bytes_as_they_came() -> None:
    content = body(value(text("1", "wamid.1", "مرحبا")))
    made = signature.of("secret", content)
    assert signature.fits("secret", content, made)
    assert signature.fits("secret", content, f" {made}\n")
    again = json.dumps(json.loads(content), ensure_ascii=False).encode()
    for secret, sent, given_ in (
        ("other", content, made), ("secret", again, made), ("secret", content, ""),
        ("secret", content, made.removeprefix("sha256=")), ("secret", content, made[:-1] + "é"),
    ):  # fmt: skip
        assert not signature.fits(secret, sent, given_)
