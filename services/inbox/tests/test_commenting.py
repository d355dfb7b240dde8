"""Private comments: for the team alone, with a trace of what happened to them."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from contracts.channels import EmailQueued
from contracts.common import FileRef
from contracts.inbox import Comment, CommentChanged, ConversationChanged, Draft
from contracts.notifications import NotificationKind, NotificationRaised
from fairlead.context import Role
from fairlead.errors import Conflict, Forbidden, Invalid, NotFound, Stale, Unauthenticated
from fairlead.recorded import AuditRecorded
from inbox.testing.team import Team

SECRET = "xyzzy: she haggles, do not go below 400"


def comment(team: Team, to: UUID, text: str = SECRET, **fields: Any) -> Comment:
    made: Comment = team.desk.call("add_comment", conversation_id=to, text=text, **fields)
    return made


def edit(team: Team, made: Comment, text: str, **fields: Any) -> Comment:
    values: dict[str, Any] = {"id": made.id, "text": text, "version": made.version} | fields
    changed: Comment = team.desk.call("edit_comment", **values)
    return changed


def file(team: Team, name: str = "offer.pdf") -> UUID:
    key = f"{team.desk.organisation}/{name}"
    ref = FileRef(key=key, name=name, content_type="application/pdf", size=10)
    added: UUID = team.desk.call("add_file", file=ref).id
    return added


def mentioned(team: Team) -> list[NotificationRaised]:
    told = team.desk.told(NotificationRaised)
    return [each for each in told if each.kind is NotificationKind.MENTIONED]


def test_a_comment_stands_in_the_stream_between_the_messages(team: Team) -> None:
    first = team.take()
    id = first.conversation_id
    made = comment(team, id, attachments=[file(team)])
    assert (made.author_id, made.author_name) == (team.desk.user, "Maria Ruiz")
    assert [each.name for each in made.attachments] == ["offer.pdf"]
    sent = team.answer(first)
    items = team.desk.call("conversation_stream", id=id).items
    assert [item.message or item.comment for item in items] == [sent, made, first]
    assert team.desk.call("list_comments", conversation_id=id).comments == [made]
    assert [each.comment for each in team.desk.told(CommentChanged)] == [made]
    assert team.changes()[1:2] == ["commented"]
    assert team.trail(id) == ["commented"]


def test_the_stream_is_paged(team: Team) -> None:
    first = team.take()
    said = [first.id]
    for number in range(4):
        made = comment(team, first.conversation_id, f"note {number}")
        said += [made.id, team.answer(first).id]
    seen: list[UUID] = []
    cursor = None
    while True:
        page = team.desk.call(
            "conversation_stream", id=first.conversation_id, cursor=cursor, limit=2
        )
        both = [item.message or item.comment for item in page.items]
        seen += [each.id for each in both]
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == said[::-1]
    with pytest.raises(Invalid):
        team.desk.call("conversation_stream", id=first.conversation_id, cursor="nonsense")


def test_nobody_outside_ever_gets_it(team: Team) -> None:
    message = team.take()
    id = message.conversation_id
    made = comment(team, id, attachments=[file(team)])
    edit(team, made, SECRET + " or 350")
    team.answer(message)
    team.answer(message, role=Role.SERVICE)
    preview = team.desk.call("preview", draft=Draft(in_reply_to=message.id, text="ok"))
    everything = [
        *team.desk.told(EmailQueued),
        *team.desk.told(ConversationChanged),
        *team.desk.told(AuditRecorded),
        *preview,
        team.desk.call("conversation_messages", id=id),
        team.desk.call("contact_timeline", contact_id=message.contact_id),
        team.desk.call("list_conversations"),
        team.desk.call("conversation_history", id=id),
    ]
    said = msgspec.json.encode(everything)
    assert b"Yes" in said
    for secret in (b"xyzzy", b"offer.pdf"):
        assert secret not in said


def test_who_is_mentioned_is_told_once(team: Team) -> None:
    id, rui, ana = team.take().conversation_id, team.employ(), team.employ(name="Ana Silva")
    made = comment(team, id, "@Rui look", mentions=[rui, rui])
    assert made.mentions == [rui]
    changed = edit(team, made, "@Rui @Ana look", mentions=[rui, ana])
    one, other = mentioned(team)
    assert (one.to.users, one.to.but) == ([rui], team.desk.user)
    assert other.to.users == [rui, ana]
    assert one.dedupe_key == other.dedupe_key == f"mentioned:{changed.id}"
    assert one.title == "Maria Ruiz mentions you at Lisboa Transfers"


def test_only_who_is_there_is_mentioned_and_only_own_files_are_attached(team: Team) -> None:
    id = team.take().conversation_id
    gone = team.employ(active=False)
    with team.desk.elsewhere():
        foreign_user, foreign_file = team.employ(), file(team)
    with pytest.raises(Invalid) as caught:
        comment(
            team,
            id,
            mentions=[team.desk.user, gone, foreign_user],
            attachments=[foreign_file, uuid4()],
        )
    assert [error["field"] for error in caught.value.details["errors"]] == [
        "mentions[1]", "mentions[2]", "attachments[0]", "attachments[1]",
    ]  # fmt: skip
    for text in ("", "\x00 \n", "x" * 20_001):
        with pytest.raises(Invalid):
            comment(team, id, text)
    assert team.desk.call("list_comments", conversation_id=id).comments == []


def test_an_edit_leaves_a_trace(team: Team) -> None:
    id = team.take().conversation_id
    made = comment(team, id, "400")
    changed = edit(team, made, "450")
    again = edit(team, changed, "500")
    assert (again.text, [each.text for each in again.earlier]) == ("500", ["400", "450"])
    assert again.edited_at is not None
    assert again.at == made.at
    with pytest.raises(Stale):
        edit(team, made, "300")
    assert team.trail(id) == ["commented", "comment_edited", "comment_edited"]


def test_what_is_taken_back_is_gone_but_for_the_trace(team: Team) -> None:
    id = team.take().conversation_id
    made = edit(team, comment(team, id, attachments=[file(team)]), "nothing")
    with pytest.raises(Stale):
        team.desk.call("remove_comment", id=made.id, version=made.version - 1)
    gone = team.desk.call("remove_comment", id=made.id, version=made.version)
    assert (gone.text, gone.mentions, gone.attachments, gone.earlier) == ("", [], [], [])
    assert gone.removed_at is not None
    assert team.desk.call("list_comments", conversation_id=id).comments == [gone]
    with pytest.raises(Conflict) as caught:
        edit(team, gone, "again")
    assert caught.value.code == "inbox.comment_removed"
    assert team.trail(id)[-1] == "comment_removed"


def test_only_its_author_changes_a_comment(team: Team) -> None:
    made = comment(team, team.take().conversation_id)
    team.desk.user = team.employ()
    for method, more in (("edit_comment", {"text": "mine"}), ("remove_comment", {})):
        with pytest.raises(Forbidden) as caught:
            team.desk.call(method, role=Role.OWNER, id=made.id, version=made.version, **more)
        assert caught.value.code == "inbox.not_your_comment"


def test_strangers_and_unknown_ids(team: Team) -> None:
    id = team.take().conversation_id
    made = comment(team, id)
    doors: list[tuple[str, str, UUID, dict[str, Any]]] = [
        ("add_comment", "conversation_id", id, {"text": "x"}),
        ("list_comments", "conversation_id", id, {}),
        ("conversation_stream", "id", id, {}),
        ("edit_comment", "id", made.id, {"text": "x", "version": 1}),
        ("remove_comment", "id", made.id, {"version": 1}),
    ]
    for method, name, own, more in doors:
        ours: dict[str, Any] = {name: own, **more}
        with pytest.raises(NotFound):
            team.desk.call(method, **ours | {name: uuid4()})
        with team.desk.elsewhere(), pytest.raises(NotFound):
            team.desk.call(method, **ours)
        with pytest.raises(Unauthenticated):
            team.desk.call(method, role=Role.NOBODY, **ours)
    assert team.desk.call("list_comments", conversation_id=id).comments == [made]


def test_the_same_id_comments_once(team: Team) -> None:
    id = team.take().conversation_id
    made = comment(team, id, id=UUID(int=77))
    assert made.id == UUID(int=77)
    assert comment(team, id, "something else", id=made.id) == made
    assert team.desk.call("list_comments", conversation_id=id).comments == [made]
    assert team.trail(id) == ["commented"]
    elsewhere = team.take(sender="else@where.test").conversation_id
    with pytest.raises(Conflict) as caught:
        comment(team, elsewhere, id=made.id)
    assert caught.value.code == "inbox.comment_elsewhere"
