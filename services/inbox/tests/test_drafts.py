"""What users are writing: kept, told between windows, ended when sent, back when undone."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.accounts import OrganisationChanged
from contracts.contacts import ContactChanged
from contracts.inbox import Draft, DraftChanged, Recipient, SavedDraft, SendAt
from fairlead.context import Role
from fairlead.errors import Conflict, Forbidden, NotFound, Stale, Unauthenticated
from inbox import drafting
from inbox.testing import connection, contact, organisation, received
from inbox.testing.desk import Desk

OPS = connection()
LISBOA = contact("Lisboa Transfers", "ops@lisboa.test")


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.hear(
        "learn_organisation", OrganisationChanged(organisation=organisation(desk.organisation))
    )
    desk.hear("learn_connection", OPS)
    desk.hear("learn_contact", ContactChanged(contact=LISBOA))
    return desk


def conversation(desk: Desk) -> UUID:
    event = received(OPS.connection_id, "ops@lisboa.test")
    desk.hear("take_message", event)
    found: UUID = desk.call("get_message", id=event.id).conversation_id
    return found


def mail(**fields: Any) -> Draft:
    values: dict[str, Any] = {
        "to": [Recipient(contact_id=LISBOA.id)],
        "subject": "Hello",
        "text": "Good morning",
    }
    return Draft(**(values | fields))


def save(desk: Desk, draft: Draft, id: UUID, version: int = 0, **fields: Any) -> SavedDraft:
    saved: SavedDraft = desk.call("save_draft", id=id, version=version, draft=draft, **fields)
    return saved


def ids(desk: Desk, **filters: Any) -> list[UUID]:
    return [each.id for each in desk.call("list_drafts", **filters).drafts]


def test_what_is_half_written_survives(desk: Desk) -> None:
    here, trip = conversation(desk), uuid4()
    answer, letter = uuid4(), uuid4()
    made = save(desk, Draft(text="Dear"), answer, conversation_id=here)
    save(desk, Draft(itinerary_id=trip, attachments=[uuid4()]), letter)
    more = save(desk, Draft(text="Dear Rui"), answer, made.version, conversation_id=here)
    assert (made.version, more.version) == (1, 2)
    assert desk.call("get_draft", id=answer) == more
    assert ids(desk) == [answer, letter]
    assert ids(desk, conversation_id=here) == [answer]
    assert ids(desk, itinerary_id=trip) == [letter]
    first = desk.call("list_drafts", limit=1)
    assert ids(desk, limit=1, cursor=first.cursor) == [letter]
    told = desk.told(DraftChanged)
    assert [(each.saved.id, each.saved.version, each.ended) for each in told] == [
        (answer, 1, False),
        (letter, 1, False),
        (answer, 2, False),
    ]
    assert {each.user_id for each in told} == {desk.user}


def test_who_writes_in_two_windows_is_told(desk: Desk) -> None:
    id = uuid4()
    save(desk, mail(), id)
    save(desk, mail(text="Here"), id, 1)
    with pytest.raises(Stale) as caught:
        save(desk, mail(text="There"), id, 1)
    assert caught.value.code == "inbox.draft_changed"
    with pytest.raises(Stale):
        save(desk, mail(text="There"), id, 0)
    assert desk.call("get_draft", id=id).draft.text == "Here"


def test_a_conversation_has_one_draft_of_each_user(desk: Desk) -> None:
    here, mine, theirs = conversation(desk), uuid4(), uuid4()
    save(desk, mail(), mine, conversation_id=here)
    with pytest.raises(Conflict) as caught:
        save(desk, mail(), uuid4(), conversation_id=here)
    assert caught.value.code == "inbox.draft_exists"
    assert caught.value.details["id"] == str(mine)
    me, desk.user = desk.user, uuid4()
    save(desk, mail(), theirs, conversation_id=here)
    assert ids(desk) == [theirs]
    desk.user = me
    assert ids(desk) == [mine]


def test_a_draft_is_its_authors_alone(desk: Desk) -> None:
    id = uuid4()
    save(desk, mail(), id)
    me, desk.user = desk.user, uuid4()
    for method in ("get_draft", "discard_draft"):
        with pytest.raises(NotFound) as caught:
            desk.call(method, id=id)
        assert caught.value.code == "inbox.draft_not_found"
    with pytest.raises(NotFound):
        save(desk, mail(text="Mine now"), id, 1)
    with pytest.raises(Conflict):
        save(desk, mail(text="Mine now"), id)
    assert ids(desk) == []
    desk.user = me
    with desk.elsewhere():
        assert ids(desk) == []
        with pytest.raises(NotFound):
            desk.call("get_draft", id=id)
        with pytest.raises(Conflict):
            save(desk, mail(text="Mine now"), id)
    assert desk.call("get_draft", id=id).draft == mail()


@pytest.mark.parametrize("method", ["get_draft", "discard_draft"])
def test_an_unknown_one_is_not_found(desk: Desk, method: str) -> None:
    with pytest.raises(NotFound):
        desk.call(method, id=uuid4())
    with pytest.raises(Unauthenticated):
        desk.call(method, role=Role.NOBODY, id=uuid4())
    with pytest.raises(Forbidden):
        desk.call(method, role=Role.SERVICE, id=uuid4())


def test_it_stands_in_a_conversation_that_there_is(desk: Desk) -> None:
    with pytest.raises(NotFound) as caught:
        save(desk, mail(), uuid4(), conversation_id=uuid4())
    assert caught.value.code == "inbox.conversation_not_found"
    with pytest.raises(NotFound):
        save(desk, mail(), uuid4(), 4)


def test_sent_it_is_none_any_more_however_late_it_is_saved(desk: Desk) -> None:
    id = uuid4()
    save(desk, mail(), id)
    desk.call("send", draft=mail(saved_as=id), request_id="r")
    assert ids(desk) == []
    assert desk.told(DraftChanged)[-1].ended
    for version in (0, 1, 2):
        with pytest.raises(Conflict) as caught:
            save(desk, mail(), id, version)
        assert caught.value.code == "inbox.draft_sent"


def test_anothers_draft_does_not_end_with_a_message(desk: Desk) -> None:
    id = uuid4()
    save(desk, mail(), id)
    me, desk.user = desk.user, uuid4()
    desk.call("send", draft=mail(saved_as=id), request_id="r")
    desk.user = me
    assert ids(desk) == [id]


def test_undone_it_is_a_draft_again(desk: Desk) -> None:
    here, id = conversation(desk), uuid4()
    save(desk, mail(), id, conversation_id=here)
    sent = mail(text="Good evening", undo=True, saved_as=id)
    made = desk.call("schedule", draft=sent, request_id="r")
    assert ids(desk) == []
    desk.call("withdraw_scheduled", id=made.id, version=made.version)
    back = desk.call("get_draft", id=id)
    assert back.draft == sent
    assert back.conversation_id == here
    save(desk, mail(), id, back.version, conversation_id=here)


def test_undone_beside_a_new_answer_it_comes_back_on_its_own(desk: Desk) -> None:
    here, id, other = conversation(desk), uuid4(), uuid4()
    save(desk, mail(), id, conversation_id=here)
    later = SendAt(at=dt.datetime.now(dt.UTC) + dt.timedelta(hours=5))
    made = desk.call("schedule", draft=mail(send_at=later, saved_as=id), request_id="r")
    save(desk, mail(), other, conversation_id=here)
    desk.call("withdraw_scheduled", id=made.id, version=made.version)
    assert set(ids(desk)) == {id, other}
    assert desk.call("get_draft", id=id).conversation_id is None


def test_discarded_it_is_gone_and_that_may_be_said_twice(desk: Desk) -> None:
    here, id = conversation(desk), uuid4()
    save(desk, mail(), id, conversation_id=here)
    desk.call("discard_draft", id=id)
    desk.call("discard_draft", id=id)
    assert ids(desk) == []
    assert [each.ended for each in desk.told(DraftChanged)] == [False, True]
    assert desk.told(DraftChanged)[-1].saved.draft == Draft()
    save(desk, mail(), uuid4(), conversation_id=here)


def test_there_is_a_bound(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafting, "MOST", 2)
    for _ in range(2):
        save(desk, mail(), uuid4())
    with pytest.raises(Conflict) as caught:
        save(desk, mail(), uuid4())
    assert caught.value.code == "inbox.too_many_drafts"
