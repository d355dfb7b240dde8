"""Numbers at Meta's Cloud API, on both transports and stores, with a stand-in for it."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from contracts.channels import (
    AddressesJoined,
    Amending,
    ApprovedTemplate,
    ConnectionState,
    ConsentWithdrawn,
    DeliveryStatus,
    MessageReceived,
    WhatsAppAmendmentQueued,
    WhatsAppAttended,
)
from contracts.common import FileRef
from contracts.notifications import NotificationRaised
from contracts.whatsapp_gateway import (
    CloudAccount,
    TemplateState,
    WhatsAppConnectionDetails,
    WhatsAppConnectionKind,
    WhatsAppGateway,
)
from fairlead.context import Context
from fairlead.errors import Forbidden, Invalid, NotFound, Stale
from fairlead.store import new_id
from fairlead.testing.bus import Home
from fairlead.testing.services import World
from scripts.servers.graph import (
    ACCOUNT_ID,
    NUMBER_ID,
    SECRET,
    TOKEN,
    VERIFY,
    Graph,
    body,
    error,
    graph,
    signed,
    status,
    text,
    value,
)
from whatsapp_gateway import media
from whatsapp_gateway.cloud import verdicts
from whatsapp_gateway.store.tables import MessageRow

from .running import (
    OTHER,
    OURS,
    PHONE,
    STRANGER,
    amended,
    queue,
    reached,
    received,
    running,
    updates,
)

pytestmark = pytest.mark.green

NOBODY = Context()
PHOTO = b"\xff\xd8\xff\xe0 a picture of a gate"


def details(**changes: Any) -> WhatsAppConnectionDetails:
    account = CloudAccount(
        phone_number_id=NUMBER_ID,
        business_account_id=ACCOUNT_ID,
        access_token=TOKEN,
        app_secret=SECRET,
        verify_token=VERIFY,
    )
    made = WhatsAppConnectionDetails(
        label="Operations", kind=WhatsAppConnectionKind.CLOUD, number="+351210000000", cloud=account
    )
    return msgspec.structs.replace(made, **changes)


class Desk:
    """A number at Meta, as a test sees it."""

    def __init__(self, meta: Graph, world: World, gateway: Any) -> None:
        self.meta, self.world, self.gateway = meta, world, gateway
        self.connection = gateway.create_whatsapp_connection(details=details())
        self.meta_side = world.client(WhatsAppGateway, NOBODY)

    def hook(self, content: bytes, **changes: Any) -> None:
        """Meta sends this."""
        asked = {
            "connection": self.connection.id,
            "body": content,
            "signature": signed(content),
        }
        self.meta_side.take_hook(**(asked | changes))

    def written_to(self, sender: str = PHONE, id: str = "wamid.in", ago: int = 0) -> None:
        """Somebody wrote, which opens the window."""
        before = len(self.world.events(MessageReceived, OURS))
        self.hook(body(value(text(sender, id, "Hello", ago))))
        received(self.world, before + 1)


@contextmanager
def desk(home: Home) -> Iterator[Desk]:
    with graph() as meta:
        wanted = {"FAIRLEAD_WHATSAPP_GRAPH_URL": meta.url, "FAIRLEAD_OUTBOUND_PRIVATE_HOSTS": "yes"}
        with running(home, **wanted) as (world, gateway):
            yield Desk(meta, world, gateway)


def test_a_message_leaves_and_its_statuses_come_in_any_order(home: Home) -> None:
    with desk(home) as here:
        here.written_to()
        queued = queue(here.world, "The guests wait", quotes="wamid.in")
        sent = reached(here.world, queued, DeliveryStatus.SENT)
        [message] = here.meta.messages("text")
        assert message["to"] == PHONE
        assert message["text"] == {"body": "The guests wait", "preview_url": False}
        assert message["context"] == {"message_id": "wamid.in"}
        ours = message["biz_opaque_callback_data"]
        assert ours == f"{queued.delivery_id}:1"
        assert sent.provider_id == "wamid.1"
        words = ["sent", "delivered", "read", "played", "sent", "delivered"]
        statuses = [status("wamid.1", word, PHONE, biz_opaque_callback_data=ours) for word in words]
        random.Random(7).shuffle(statuses)
        for each in statuses:
            here.hook(body(value(statuses=(each,))))
        here.hook(body(value(statuses=(status("wamid.else", "read", PHONE),))))  # never ours
        reached(here.world, queued, DeliveryStatus.READ)
        told = [each.status for each in updates(here.world, queued)]
        ranks = [list(DeliveryStatus).index(each) for each in told]
        assert ranks == sorted(ranks), "a status went back"


def test_what_the_line_swallowed_is_uncertain_until_a_status_tells(home: Home) -> None:
    with desk(home) as here:
        here.written_to()
        here.meta.refuse = lambda body: (0, None)
        queued = queue(here.world)
        reached(here.world, queued, DeliveryStatus.UNCERTAIN)
        [taken] = here.meta.messages("text")
        assert len(here.meta.sent) == 1, "it was sent a second time"
        more = {"biz_opaque_callback_data": taken["biz_opaque_callback_data"]}
        here.hook(body(value(statuses=(status("wamid.late", "delivered", PHONE, **more),))))
        told = reached(here.world, queued, DeliveryStatus.DELIVERED)
        assert told.provider_id == "wamid.late"


def test_a_status_may_come_before_the_answer(home: Home) -> None:
    with desk(home) as here:
        here.written_to()

        def early(sent: dict[str, Any]) -> None:
            found = status("wamid.1", "delivered", PHONE)  # without our own word for it
            here.hook(body(value(statuses=(found,))))

        here.meta.refuse = early
        reached(here.world, queue(here.world), DeliveryStatus.DELIVERED)


def test_files_go_up_once_and_come_down_whole(home: Home) -> None:
    with desk(home) as here:
        here.written_to()
        files = here.world.runtime.files
        stored = files.put(OURS, PHOTO)
        photo = FileRef(
            key=stored.key, name="gäte.jpg", content_type="image/jpeg", size=stored.size
        )
        failures = [error(1, 500)]
        here.meta.refuse = lambda body: failures.pop() if failures else None
        queued = queue(here.world, "At the gate", attachments=[photo])
        reached(here.world, queued, DeliveryStatus.SENT)
        [message] = here.meta.messages("image")
        assert message["image"] == {"id": "media-1", "caption": "At the gate"}
        [upload] = here.meta.uploads
        assert PHOTO in upload
        here.meta.media["77"] = PHOTO
        image = {"mime_type": "image/jpeg", "sha256": "x", "id": "77", "caption": "Mine"}
        shown = {**text(PHONE, "wamid.photo", ""), "type": "image", "image": image}
        here.hook(body(value(shown)))
        message_in = received(here.world, 2)[1]
        assert (message_in.text, message_in.attachments) == ("Mine", [])
        assert [each.name for each in message_in.awaited] == ["image"]
        [came] = amended(here.world)
        assert (came.provider_id, came.awaited) == ("wamid.photo", [])
        file = came.files[0]
        assert (file.name, file.content_type) == ("image.jpg", "image/jpeg")
        assert files.read(OURS, file.key) == PHOTO
        assert file.key == stored.key, "equal contents are stored twice"


def test_a_large_file_goes_up_in_pieces_and_one_that_is_too_large_is_refused(home: Home) -> None:
    with desk(home) as here:
        here.written_to()
        content = b"%PDF-1.7 " + bytes(3 * 1024 * 1024)
        stored = here.world.runtime.files.put(OURS, content)
        plan = FileRef(
            key=stored.key, name="plan.pdf", content_type="application/pdf", size=stored.size
        )
        reached(here.world, queue(here.world, attachments=[plan]), DeliveryStatus.SENT)
        [upload] = here.meta.uploads
        assert content in upload
        huge = msgspec.structs.replace(plan, size=100 * 1024 * 1024 + 1)
        refused = reached(here.world, queue(here.world, attachments=[huge]), DeliveryStatus.FAILED)
        assert "larger than 100 MB" in (refused.reason or "")
        assert len(here.meta.uploads) == 1


def test_a_file_whose_size_is_not_what_is_known_never_arrives_cut(home: Home) -> None:
    """Meta would take what came for the whole."""
    with desk(home) as here:
        here.written_to()
        stored = here.world.runtime.files.put(OURS, PHOTO)
        short = FileRef(
            key=stored.key, name="a.jpg", content_type="image/jpeg", size=stored.size + 1
        )
        queued = queue(here.world, attachments=[short])

        def failed() -> str | None:
            with here.world.database("whatsapp_gateway").reading(OURS) as session:
                row = session.get(MessageRow, queued.delivery_id)
                return row.last_error if row is not None else None

        assert "did not take the file" in (here.world.wait_for(failed) or "")
        assert here.meta.messages("image") == []


def test_what_comes_and_is_too_large_is_shown_as_missing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "LARGEST_FILE", 1000)
    with desk(home) as here:
        here.meta.media["77"] = bytes(1001)
        shown = {**text(PHONE, "wamid.1", ""), "type": "document", "document": {"id": "77"}}
        here.hook(body(value(shown)))
        [told] = amended(here.world)
        [missing] = told.awaited or []
        assert "bytes" in (missing.reason or "")
        assert told.files == {}


def test_a_file_that_does_not_come_is_tried_again_and_then_missing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(media, "LONGEST_WAIT", 0.02)
    with desk(home) as here:
        here.meta.media["77"] = PHOTO
        here.meta.no_media = [(500, b""), (404, b"")]
        shown = {
            **text(PHONE, "wamid.1", ""),
            "type": "audio",
            "audio": {"id": "77", "voice": True},
        }
        lost = {**text(PHONE, "wamid.2", ""), "type": "image", "image": {"id": "gone"}}
        here.hook(body(value(shown, lost)))
        said = {each.provider_id: each for each in amended(here.world, 2)}
        assert list(said["wamid.1"].files) == [0]
        [missing] = said["wamid.2"].awaited or []
        assert (missing.number, missing.reason) == (0, "Unsupported request")


def test_a_file_that_lies_about_its_type_is_called_what_it_is(home: Home) -> None:
    with desk(home) as here:
        here.meta.media["77"] = b"%PDF-1.7 not a picture"
        image = {"mime_type": "image/jpeg", "id": "77"}
        shown = {**text(PHONE, "wamid.1", ""), "type": "image", "image": image}
        here.hook(body(value(shown)))
        [came] = amended(here.world)
        assert (came.files[0].content_type, came.files[0].name) == ("application/pdf", "image.pdf")


def test_the_window_is_kept_for_each_chat_and_templates_pass(home: Home) -> None:
    with desk(home) as here:
        here.written_to(ago=24 * 3600 + 5)
        late = reached(here.world, queue(here.world), DeliveryStatus.FAILED)
        assert late.code == "window_closed"
        cold = reached(here.world, queue(here.world, address=OTHER), DeliveryStatus.FAILED)
        assert "24 hours" in (cold.reason or "")
        assert here.meta.sent == []
        template = ApprovedTemplate(
            name="pickup", language="en_US", parameters=["Tuesday"], buttons=["", "trip/1"]
        )
        queued = queue(here.world, "You are picked up on Tuesday", template=template)
        reached(here.world, queued, DeliveryStatus.SENT)
        [sent] = here.meta.messages("template")
        assert sent["template"] == {
            "name": "pickup",
            "language": {"policy": "deterministic", "code": "en_US"},
            "components": [
                {"type": "body", "parameters": [{"type": "text", "text": "Tuesday"}]},
                {"type": "button", "sub_type": "url", "index": "1",
                 "parameters": [{"type": "text", "text": "trip/1"}]},
            ],
        }  # fmt: skip
        here.written_to(id="wamid.again")
        reached(here.world, queue(here.world), DeliveryStatus.SENT)


@pytest.mark.parametrize("code", [190, 131031, 200])
def test_a_fault_of_the_account_stops_the_number_and_alerts(home: Home, code: int) -> None:
    with desk(home) as here:
        here.written_to()
        here.meta.refuse = lambda body: error(code, 401)
        queued = queue(here.world)
        stopped = here.world.wait_for(
            lambda: next(
                (
                    each
                    for each in here.gateway.list_whatsapp_connections()
                    if each.state is ConnectionState.FAILING
                ),
                None,
            )
        )
        assert stopped is not None
        assert stopped.reason
        here.world.wait_for(lambda: here.world.events(NotificationRaised, OURS))
        assert not [each for each in updates(here.world, queued) if each.status.value == "failed"]
        here.meta.refuse = lambda body: None
        here.gateway.update_whatsapp_connection(
            id=stopped.id, version=stopped.version, details=stopped.details
        )
        reached(here.world, queued, DeliveryStatus.SENT)  # it waited
        assert len(here.meta.messages("text")) == 1


def test_one_recipient_waits_while_others_go_on(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdicts, "PAIR_RATE", 0.2)
    with desk(home) as here:
        here.written_to()
        here.written_to(OTHER, "wamid.other")
        tries: list[str] = []

        def refuse(sent: dict[str, Any]) -> tuple[int, Any] | None:
            tries.append(sent["to"])
            return error(131056) if tries.count(PHONE) == 1 and sent["to"] == PHONE else None

        here.meta.refuse = refuse
        slow, fast = queue(here.world, "one"), queue(here.world, "two", address=OTHER)
        reached(here.world, fast, DeliveryStatus.SENT)
        reached(here.world, slow, DeliveryStatus.SENT)
        assert tries.count(PHONE) == 2


@pytest.mark.parametrize(
    ("code", "permanent", "consent"), [(131026, True, 0), (131049, False, 0), (131050, False, 1)]
)
def test_what_is_final_is_told_with_its_reason(
    home: Home, code: int, permanent: bool, consent: int
) -> None:
    with desk(home) as here:
        here.written_to()
        queued = queue(here.world)
        reached(here.world, queued, DeliveryStatus.SENT)
        errors = [{"code": code, "title": "Refused by Meta"}]
        here.hook(body(value(statuses=(status("wamid.1", "failed", PHONE, errors=errors),))))
        failed = reached(here.world, queued, DeliveryStatus.FAILED)
        assert (failed.code, failed.permanent) == (str(code), permanent)
        assert len(here.world.events(ConsentWithdrawn, OURS)) == consent
        # Meta sometimes says so and delivers it all the same.
        here.hook(body(value(statuses=(status("wamid.1", "delivered", PHONE),))))
        reached(here.world, queued, DeliveryStatus.DELIVERED)


def test_a_number_that_meta_limits_answers_and_begins_nothing(home: Home) -> None:
    with desk(home) as here:
        here.written_to()
        ends = int((dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)).timestamp())
        limited = {
            "event": "ACCOUNT_RESTRICTION",
            "restriction_info": [
                {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": ends}
            ],
        }
        here.hook(body(limited, field="account_update"))
        here.world.wait_for(
            lambda: here.gateway.get_whatsapp_connection(id=here.connection.id).paused_until
        )
        template = ApprovedTemplate(name="hello", language="en")
        first = queue(here.world, "Hello", address=OTHER, template=template)
        reached(here.world, queue(here.world, "An answer"), DeliveryStatus.SENT)
        waits = here.world.wait_for(
            lambda: [each for each in updates(here.world, first) if each.reason]
        )
        assert "nobody first" in (waits[0].reason or "")
        assert here.meta.messages("template") == []


def test_every_message_once_however_often_and_in_whatever_order(home: Home) -> None:
    with desk(home) as here:
        contents = [
            body(value(text(PHONE, f"wamid.{n}", f"{n}"), text(OTHER, f"wamid.b{n}", f"b{n}")))
            for n in range(6)
        ]
        replayed = contents * 3
        random.Random(3).shuffle(replayed)
        for content in replayed:
            here.hook(content)
        said = received(here.world, 12)
        ids = {f"wamid.{n}" for n in range(6)} | {f"wamid.b{n}" for n in range(6)}
        assert {each.provider_id for each in said} == ids
        here.hook(body(value(text(PHONE, "wamid.last", "last"))))
        here.world.wait_for(
            lambda: any(each.provider_id == "wamid.last" for each in received(here.world, 13))
        )
        assert len(received(here.world, 13)) == 13


def test_who_is_not_meta_is_refused(home: Home) -> None:
    with desk(home) as here:
        content = body(value(text(PHONE, "wamid.1", "one")))
        for given in ("", "sha256=", signed(content, "another-secret"), signed(content + b" ")):
            with pytest.raises(Forbidden):
                here.hook(content, signature=given)
        with pytest.raises(NotFound):
            here.hook(content, connection=new_id())
        meta = here.meta_side
        asked = {"connection": here.connection.id, "challenge": "1158201444"}
        assert meta.challenge_hook(token=VERIFY, **asked) == "1158201444"
        with pytest.raises(Forbidden):
            meta.challenge_hook(token="guessed", **asked)
        here.gateway.remove_whatsapp_connection(id=here.connection.id)
        with pytest.raises(NotFound):
            here.hook(content)


def test_what_cannot_be_read_is_kept_and_stops_nothing(home: Home) -> None:
    with desk(home) as here:
        here.hook(b"this is no JSON")
        here.hook(body({"event": "something new"}, field="flows"))
        here.hook(body(value(text(PHONE, "wamid.1", "one"))))
        received(here.world)
        _, shown = here.world.admin("GET", "/admin/whatsapp_gateway/overview")
        assert shown is not None


def test_identities_are_learnt_from_answers_and_from_news(home: Home) -> None:
    with desk(home) as here:
        scoped = "US.13491208655302741918"
        contacts = [{"profile": {"name": "Rui"}, "wa_id": PHONE, "user_id": scoped}]
        here.hook(body(value(text(PHONE, "wamid.1", "one"), contacts=contacts)))
        [message] = received(here.world)
        assert message.also == [scoped]
        # Without a number, by that id alone: it is the same chat, whose window is open.
        queued = queue(here.world, address=scoped)
        reached(here.world, queued, DeliveryStatus.SENT)
        assert here.meta.messages("text")[0]["recipient"] == scoped
        here.meta.user_id = "PT.999"
        reached(here.world, queue(here.world), DeliveryStatus.SENT)
        joined = here.world.wait_for(lambda: here.world.events(AddressesJoined, OURS))
        assert set(joined[0].addresses) == {PHONE, "PT.999"}
        system = {"type": "user_changed_number", "wa_id": OTHER, "body": "changed"}
        news = {**text(PHONE, "wamid.s", ""), "type": "system", "system": system}
        here.hook(body(value(news)))
        changed = here.world.wait_for(
            lambda: [each for each in here.world.events(AddressesJoined, OURS) if each.gone]
        )
        assert changed[0].addresses == [PHONE, OTHER]


def test_reactions_read_marks_and_typing_go_as_meta_takes_them(home: Home) -> None:
    with desk(home) as here:
        here.written_to()
        now = dt.datetime.now(dt.UTC)
        common = {"connection_id": here.connection.id, "address": PHONE}
        amendment = WhatsAppAmendmentQueued(
            id=new_id(), message_id=new_id(), target="wamid.in", by_us=False,
            kind=Amending.REACTED, text="👍", queued_at=now, **common,
        )  # fmt: skip
        here.world.publish(amendment, organisation=OURS)
        assert amended(here.world)[0].by_us
        assert here.meta.messages("reaction")[0]["reaction"] == {
            "message_id": "wamid.in", "emoji": "👍",
        }  # fmt: skip
        attended = WhatsAppAttended(last_id="wamid.in", typing=True, at=now, **common)
        here.world.publish(attended, organisation=OURS)
        marks = here.world.wait_for(lambda: [each for each in here.meta.sent if "status" in each])
        assert marks[0]["message_id"] == "wamid.in"
        assert marks[0]["typing_indicator"] == {"type": "text"}
        edit = msgspec.structs.replace(amendment, id=new_id(), kind=Amending.EDITED, text="No")
        here.world.publish(edit, organisation=OURS)
        here.world.wait_for(lambda: here.world.events(NotificationRaised, OURS))


def test_templates_are_fetched_and_filled(home: Home) -> None:
    with desk(home) as here:
        here.meta.templates = [
            {"name": "pickup", "language": "en", "status": "APPROVED", "category": "UTILITY",
             "components": [
                 {"type": "HEADER", "format": "TEXT", "text": "Trip {{1}}"},
                 {"type": "BODY", "text": "Picked up on {{1}} at {{2}}."},
                 {"type": "FOOTER", "text": "Atlas"},
                 {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Open", "url": "https://x/{{1}}"}]}]},
            {"name": "waiting", "language": "en", "status": "PENDING", "components": []},
            {"name": 7},
        ]  # fmt: skip
        found = here.gateway.fetch_network_templates(id=here.connection.id)
        assert [(each.name, each.state) for each in found] == [
            ("pickup", TemplateState.APPROVED), ("waiting", TemplateState.PENDING),
        ]  # fmt: skip
        fill = here.gateway.fill_network_template
        wanted = ApprovedTemplate(
            name="pickup", language="en", parameters=["Tuesday", "9:30"], heading=["12"],
            buttons=["trip/12"],
        )  # fmt: skip
        filled = fill(connection_id=here.connection.id, template=wanted)
        assert filled.text == "Trip 12\n\nPicked up on Tuesday at 9:30.\n\nAtlas"
        assert filled.problem is None
        short = msgspec.structs.replace(wanted, parameters=["Tuesday"])
        assert "2 places and 1 values" in fill(connection_id=None, template=short).problem
        other = msgspec.structs.replace(wanted, name="waiting", parameters=[], heading=[])
        assert "not approved" in fill(connection_id=None, template=other).problem
        unknown = msgspec.structs.replace(wanted, language="pt")
        assert "no such template" in fill(connection_id=None, template=unknown).problem
        event = {"event": "PAUSED", "message_template_name": "pickup",
                 "message_template_language": "en", "reason": "NONE"}  # fmt: skip
        here.hook(body(event, field="message_template_status_update"))
        here.world.wait_for(
            lambda: fill(connection_id=None, template=wanted).problem == "it is paused"
        )


def test_secrets_are_wanted_kept_and_never_shown(home: Home) -> None:
    with desk(home) as here:
        shown = here.connection.details.cloud
        assert (shown.access_token, shown.app_secret, shown.verify_token) == (None, None, None)
        assert here.connection.hook.endswith(f"/api/v1/hooks/whatsapp/{here.connection.id}")
        bare = CloudAccount(phone_number_id="1", business_account_id="2")
        with pytest.raises(Invalid) as refused:
            here.gateway.create_whatsapp_connection(
                details=details(number="+351210000001", cloud=bare)
            )
        fields = {each["field"] for each in refused.value.details["errors"]}
        assert fields == {
            "details.cloud.access_token", "details.cloud.app_secret", "details.cloud.verify_token",
        }  # fmt: skip
        renamed = msgspec.structs.replace(here.connection.details, label="Desk")
        changed = here.gateway.update_whatsapp_connection(
            id=here.connection.id, version=here.connection.version, details=renamed
        )
        assert changed.details.label == "Desk"
        with pytest.raises(Stale):
            here.gateway.update_whatsapp_connection(
                id=here.connection.id, version=here.connection.version, details=renamed
            )
        here.written_to()
        reached(here.world, queue(here.world), DeliveryStatus.SENT)  # by the token that stayed
        stranger = here.world.client(WhatsAppGateway, STRANGER)
        with pytest.raises(NotFound):
            stranger.fetch_network_templates(id=here.connection.id)
        assert stranger.list_network_templates() == []


def test_two_to_one_chat_never_overtake(home: Home) -> None:
    with desk(home) as here:
        here.written_to()
        failures = [error(2, 503)]
        here.meta.refuse = lambda body: failures.pop() if failures else None
        last = [queue(here.world, f"{n}") for n in range(5)][-1]
        reached(here.world, last, DeliveryStatus.SENT)
        assert [each["text"]["body"] for each in here.meta.messages("text")] == list("01234")


def test_the_templates_of_a_new_number_are_fetched_by_themselves(home: Home) -> None:
    with graph() as meta:
        meta.templates = [
            {"name": "pickup", "language": "en", "status": "APPROVED", "components": []}
        ]
        wanted = {"FAIRLEAD_WHATSAPP_GRAPH_URL": meta.url, "FAIRLEAD_OUTBOUND_PRIVATE_HOSTS": "yes"}
        with running(home, **wanted) as (world, gateway):
            gateway.create_whatsapp_connection(details=details())
            world.wait_for(
                lambda: [each.name for each in gateway.list_network_templates()] == ["pickup"]
            )
