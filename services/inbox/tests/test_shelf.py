"""The shelf of templates: shown filled in, overridden, copied, archived, as they were (A8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.accounts import OrganisationChanged
from contracts.common import Channel
from contracts.contacts import ContactChanged
from contracts.inbox import Draft, MessageKind, Template, ValueSource
from contracts.itineraries import ItineraryChanged
from fairlead.context import Role
from fairlead.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from fairlead.store import Database
from fairlead.store.migrations import migrate
from inbox.domain.sources import source_of
from inbox.domain.templates import built_in_for
from inbox.testing import connection, contact, organisation, service, trip
from inbox.testing.desk import Desk

LISBOA = contact("Lisboa Transfers", "ops@lisboa.test", language="es-MX")
TRANSFER = service(LISBOA)
TRIP = trip(TRANSFER, public_url="https://trips.example/p/abc")
ORDER = built_in_for(MessageKind.PURCHASE_ORDER, "en")


SAYS = {
    MessageKind.ITINERARY_LINK: "https://example.com/p/sample",
    MessageKind.PROPOSAL: "https://example.com/p/proposal",
    MessageKind.PROPOSAL_UPDATE: "https://example.com/p/proposal",
    MessageKind.BOOKING_CONFIRMATION: "200",
    MessageKind.COMMISSION: "240",
}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An inbox that has heard of its organisation alone."""
    folder = tmp_path_factory.mktemp("bare")
    database = Database(f"sqlite:///{folder}/inbox.db", name="inbox")
    migrate(database, "inbox")
    desk = Desk(database)
    ours = organisation(desk.organisation)
    desk.hear("learn_organisation", OrganisationChanged(organisation=ours))
    yield desk
    database.close()


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.hear(
        "learn_organisation", OrganisationChanged(organisation=organisation(desk.organisation))
    )
    desk.hear("learn_connection", connection())
    desk.hear("learn_itinerary", ItineraryChanged(itinerary=TRIP))
    desk.hear("learn_contact", ContactChanged(contact=LISBOA))
    return desk


def save(desk: Desk, **fields: Any) -> Template:
    values: dict[str, Any] = {
        "name": "Order",
        "kind": MessageKind.PURCHASE_ORDER,
        "channel": Channel.EMAIL,
        "language": "en",
        "subject": "Our order {{ itinerary.reference }}",
        "body": "Please deliver.\n\n{{ services_table }}",
    }
    saved: Template = desk.call("save_template", role=Role.SUPERVISOR, **(values | fields))
    return saved


def change(desk: Desk, method: str, **arguments: Any) -> Any:
    return desk.call(method, role=Role.SUPERVISOR, **arguments)


def order_subject(desk: Desk) -> str:
    draft = Draft(kind=MessageKind.PURCHASE_ORDER, itinerary_id=TRIP.id, service_ids=[TRANSFER.id])
    [preview] = desk.call("preview", draft=draft)
    subject: str = preview.subject
    return subject


def test_the_organisations_own_goes_before_the_one_that_ships(desk: Desk) -> None:
    assert order_subject(desk).startswith("Orden de compra")  # es-MX, without its region
    save(desk, standard=True)
    assert order_subject(desk).startswith("Orden de compra")  # English is further off
    spanish = save(desk, language="es", subject="Pedido", standard=True)
    assert order_subject(desk) == "Pedido"
    save(desk, language="es-MX", subject="Pedido de México", standard=True)
    assert order_subject(desk) == "Pedido de México"
    save(desk, language="es", subject="Otro", name="Not the standard")
    assert order_subject(desk) == "Pedido de México"
    archived = change(desk, "archive_template", id=spanish.id, version=1, archived=True)
    assert (archived.archived, archived.standard) == (True, False)


def test_a_language_that_nothing_is_written_in_falls_back_to_ours(desk: Desk) -> None:
    person = contact("Ihaia", "ihaia@guide.test", language="mi")
    desk.hear("learn_contact", ContactChanged(contact=person))
    theirs = service(person)
    desk.hear("learn_itinerary", ItineraryChanged(itinerary=trip(theirs, id=uuid4())))
    draft = Draft(kind=MessageKind.PURCHASE_ORDER, service_ids=[theirs.id])
    [preview] = desk.call("preview", draft=draft)
    assert preview.subject.startswith("Purchase order")
    save(desk, language="mi", subject="He tono", standard=True)
    [preview] = desk.call("preview", draft=draft)
    assert preview.subject == "He tono"


def test_there_is_one_standard(desk: Desk) -> None:
    first = save(desk, standard=True)
    save(desk, id=first.id, version=first.version, standard=True)
    with pytest.raises(Conflict) as caught:
        save(desk, name="Another", standard=True)
    assert caught.value.code == "inbox.template_standard_taken"
    save(desk, name="Another", language="es", standard=True)
    with desk.elsewhere():
        save(desk, standard=True)


def test_a_copy_is_ones_own(desk: Desk) -> None:
    copy = change(desk, "copy_template", id=ORDER.id, name="Ours", standard=True)
    assert (copy.subject, copy.body, copy.built_in) == (ORDER.subject, ORDER.body, False)
    assert (copy.standard, copy.version) == (True, 1)
    german = change(desk, "copy_template", id=copy.id, name="Unsere", language="de")
    assert (german.language, german.standard) == ("de", False)
    with desk.elsewhere(), pytest.raises(NotFound):
        change(desk, "copy_template", id=copy.id, name="Theirs")


def test_archived_ones_are_put_away_and_brought_back(desk: Desk) -> None:
    made = save(desk)

    def names(**filters: Any) -> list[str]:
        return [each.name for each in desk.call("list_templates", **filters)]

    gone = change(desk, "archive_template", id=made.id, version=made.version, archived=True)
    assert "Order" not in names()
    assert names(archived=True) == ["Order"]
    assert desk.call("get_template", id=made.id) == gone
    with pytest.raises(Stale):
        change(desk, "archive_template", id=made.id, version=made.version, archived=False)
    change(desk, "archive_template", id=made.id, version=gone.version, archived=False)
    assert "Order" in names()
    with pytest.raises(Conflict):
        change(desk, "archive_template", id=ORDER.id, version=1, archived=True)


def test_lists_are_filtered(desk: Desk) -> None:
    save(desk, language="es-MX")
    of_kind = desk.call("list_templates", kind=MessageKind.PURCHASE_ORDER)
    assert {each.kind for each in of_kind} == {MessageKind.PURCHASE_ORDER}
    assert [each.name for each in desk.call("list_templates", language="es-MX")] == ["Order"]
    by_sms = desk.call("list_templates", channel=Channel.SMS)
    assert len(by_sms) == 2 * len(MessageKind)
    assert {each.channel for each in by_sms} == {Channel.SMS}


def test_what_it_said_before_is_kept(desk: Desk) -> None:
    first = save(desk)
    save(desk, id=first.id, version=first.version, subject="Changed")
    now, then = desk.call("template_history", id=first.id)
    assert (now.template.subject, then.template) == ("Changed", first)
    assert (then.by, then.by_id) == ("Maria Ruiz", desk.user)
    for id in (uuid4(), first.id):
        with desk.elsewhere(), pytest.raises(NotFound):
            desk.call("template_history", id=id)
    change(desk, "remove_template", id=first.id)
    with pytest.raises(NotFound):
        desk.call("template_history", id=first.id)


def test_variables_say_where_their_values_come_from(desk: Desk) -> None:
    body = "{{ recipient.name }} {{ itinerary.url }} {{ code }} {{ recipient.shoe }} {{ message }}"
    made = save(desk, subject="s", body=body)
    assert {each.name: each.source for each in made.uses} == {
        "recipient.name": ValueSource.RECIPIENT,
        "itinerary.url": ValueSource.ITINERARY,
        "code": ValueSource.HAND,
        "recipient.shoe": ValueSource.HAND,
        "message": ValueSource.DRAFT,
    }
    assert source_of("services[0].name") is ValueSource.SERVICES
    for each in desk.call("list_templates"):
        if each.built_in:
            by_hand = {used.name for used in each.uses if used.source is ValueSource.HAND}
            assert by_hand <= {"proposal.url"}  # told once, to who makes the link


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("kind", list(MessageKind))
@pytest.mark.parametrize("language", ["en", "es"])
def test_what_ships_can_be_shown_with_the_sample(
    bare: Desk, kind: MessageKind, channel: Channel, language: str
) -> None:
    shown = bare.call("preview_template", id=built_in_for(kind, language, channel).id)
    assert shown.problems == []
    assert SAYS.get(kind, "Airport transfer") in shown.text
    is_email = channel is Channel.EMAIL
    assert (bool(shown.subject), bool(shown.html)) == (is_email, is_email)


def test_a_cleared_subject_or_body_is_shown_cleared(desk: Desk) -> None:
    made = save(desk)
    shown = desk.call("preview_template", id=made.id, subject="")
    assert (shown.subject, [each.field for each in shown.problems]) == ("", ["subject"])
    shown = desk.call("preview_template", id=made.id, body="")
    assert (shown.text, [each.field for each in shown.problems]) == ("", ["text"])


def test_a_real_trip_and_person_are_shown(desk: Desk) -> None:
    body = "Dear {{ recipient.name }}, {{ itinerary.title }}: {{ code }}"
    shown = desk.call(
        "preview_template",
        subject="Hi",
        body=body,
        itinerary_id=TRIP.id,
        contact_id=LISBOA.id,
        variables={"code": "1234"},
    )
    assert shown.text == "Dear Lisboa Transfers, Family Novák in Lisbon: 1234"
    assert shown.problems == []


def test_what_is_missing_is_named_and_never_blank(desk: Desk) -> None:
    shown = desk.call("preview_template", subject="Hi", body="one\n{{ code }}")
    assert [(each.field, "line 2" in each.reason) for each in shown.problems] == [
        ("variables.code", True)
    ]


def test_an_unsaved_change_is_shown(desk: Desk) -> None:
    made = save(desk)
    shown = desk.call("preview_template", id=made.id, subject="Other words")
    assert shown.subject == "Other words"
    assert desk.call("get_template", id=made.id) == made


def test_an_error_is_told_by_its_line_and_column(desk: Desk) -> None:
    wrong: dict[str, Any] = {"subject": "s", "body": "one\n  {% nope %}"}
    for ask in (lambda: save(desk, **wrong), lambda: desk.call("preview_template", **wrong)):
        with pytest.raises(Invalid) as caught:
            ask()
        [error] = caught.value.details["errors"]
        assert error["field"] == "body"
        assert error["reason"].startswith("line 2, column 3: unknown tag")


@pytest.mark.parametrize(
    "arguments",
    [{"id": uuid4()}, {"body": "b", "itinerary_id": uuid4()}, {"body": "b", "contact_id": uuid4()}],
)
def test_what_is_not_there_is_not_shown(desk: Desk, arguments: dict[str, Any]) -> None:
    with pytest.raises(NotFound):
        desk.call("preview_template", **arguments)
    with pytest.raises(Invalid):
        desk.call("preview_template")


def test_another_organisations_is_not_shown(desk: Desk) -> None:
    made = save(desk)
    with desk.elsewhere():
        for arguments in (
            {"id": made.id},
            {"body": "b", "itinerary_id": TRIP.id},
            {"body": "b", "contact_id": LISBOA.id},
        ):
            with pytest.raises(NotFound):
                desk.call("preview_template", **arguments)
        with pytest.raises(NotFound):
            desk.call("get_template", id=made.id)


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("copy_template", {"name": "Mine"}),
        ("archive_template", {"version": 1, "archived": True}),
    ],
)
def test_users_do_not_write_templates(desk: Desk, method: str, arguments: dict[str, Any]) -> None:
    made = save(desk)
    with pytest.raises(Forbidden):
        desk.call(method, id=made.id, **arguments)


def test_the_same_id_makes_one_template(desk: Desk) -> None:
    made = save(desk, id=UUID(int=77))
    assert made.id == UUID(int=77)
    assert save(desk, id=made.id, name="Another") == made
    assert desk.call("list_templates", archived=False).count(made) == 1
