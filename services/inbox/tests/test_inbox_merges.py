"""Two contacts become one and two again: so do their timelines."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import pytest

from contracts.contacts import ContactChanged, ContactMerged, ContactUnmerged
from contracts.inbox import Draft, Recipient, SearchKind
from fairlead.store import new_id
from inbox.testing import contact
from inbox.testing.team import Team

ANA = contact("Ana Luz", "ana@mail.test")
LUZ = contact("A. Luz", "luz@mail.test")
BOTH = msgspec.structs.replace(ANA, version=2, identities=[*ANA.identities, *LUZ.identities])
GONE = msgspec.structs.replace(LUZ, version=2, identities=[])
MERGE = new_id()
MERGED = ContactMerged(merge_id=MERGE, merged_id=LUZ.id, contact=BOTH)
UNMERGED = ContactUnmerged(
    merge_id=MERGE,
    contact=msgspec.structs.replace(ANA, version=3),
    merged=msgspec.structs.replace(LUZ, version=3),
)


@pytest.fixture
def team(team: Team) -> Team:
    """Both have written, and one message went to both."""
    for each in (ANA, LUZ):
        team.desk.hear("learn_contact", ContactChanged(contact=each))
    team.take("ana@mail.test", 1, subject="From Ana")
    team.take("luz@mail.test", 2, subject="From Luz")
    draft = Draft(
        to=[Recipient(contact_id=ANA.id), Recipient(contact_id=LUZ.id)], subject="B", text="Both"
    )
    team.desk.call("send", draft=draft, request_id="a-message-to-both")
    return team


def timeline(team: Team, id: UUID) -> list[UUID]:
    return [each.id for each in team.desk.call("contact_timeline", contact_id=id).messages]


def talks(team: Team, id: UUID) -> list[tuple[UUID, str]]:
    page = team.desk.call("list_conversations", contact_id=id)
    return sorted((each.id, each.contact_name) for each in page.conversations)


def found(team: Team, id: UUID) -> set[UUID]:
    pages = (
        team.desk.call("search", kind=SearchKind.MESSAGES, q=word, contact_id=id)
        for word in ("ana", "luz", "both")
    )
    return {hit.id for page in pages for hit in page.hits}


def seen(team: Team) -> Any:
    return [
        (timeline(team, each.id), talks(team, each.id), found(team, each.id)) for each in (ANA, LUZ)
    ]


def merge(team: Team) -> None:
    team.desk.hear("learn_contact", ContactChanged(contact=BOTH))
    team.desk.hear("learn_contact", ContactChanged(contact=GONE))
    team.desk.hear("join_contacts", MERGED)


def test_what_was_of_one_shows_under_the_survivor(team: Team) -> None:
    before = {*timeline(team, ANA.id), *timeline(team, LUZ.id)}
    merge(team)
    assert set(timeline(team, ANA.id)) == before
    assert timeline(team, LUZ.id) == []
    assert found(team, ANA.id) == before
    assert {name for _, name in talks(team, ANA.id)} == {"Ana Luz"}
    assert len(talks(team, ANA.id)) == 2
    team.desk.hear("join_contacts", MERGED)  # told twice
    assert set(timeline(team, ANA.id)) == before


def test_undoing_gives_each_what_was_his(team: Team) -> None:
    before = seen(team)
    merge(team)
    team.desk.hear("part_contacts", UNMERGED)
    assert seen(team) == before
    team.desk.hear("part_contacts", UNMERGED)
    assert seen(team) == before


def test_the_undoing_may_be_heard_first(team: Team) -> None:
    before = seen(team)
    team.desk.hear("part_contacts", UNMERGED)
    team.desk.hear("join_contacts", MERGED)
    assert [each[0] for each in seen(team)] == [each[0] for each in before]


def test_a_message_to_the_merged_one_goes_to_the_survivor(team: Team) -> None:
    merge(team)
    draft = Draft(to=[Recipient(contact_id=LUZ.id)], subject="Hi", text="Hi")
    [preview] = team.desk.call("preview", draft=draft)
    assert preview.contact_id == ANA.id
    assert preview.problems == []


def test_another_organisations_contacts_stay_apart(team: Team) -> None:
    before = seen(team)
    with team.desk.elsewhere():
        team.settle()
        merge(team)
    assert seen(team) == before


def test_new_messages_join_the_survivors_conversation(team: Team) -> None:
    merge(team)
    fresh = team.take("luz@mail.test", 9, subject="Later")
    assert fresh.id in timeline(team, ANA.id)
    team.desk.hear("part_contacts", UNMERGED)
    again = team.take("luz@mail.test", 10, subject="Apart")
    assert again.id in timeline(team, LUZ.id)


def test_merged_again_before_the_undoing_is_heard(team: Team) -> None:
    before = {*timeline(team, ANA.id), *timeline(team, LUZ.id)}
    merge(team)
    again = msgspec.structs.replace(BOTH, version=4)
    team.desk.hear(
        "join_contacts", msgspec.structs.replace(MERGED, merge_id=new_id(), contact=again)
    )
    team.desk.hear("part_contacts", UNMERGED)
    assert (set(timeline(team, ANA.id)), timeline(team, LUZ.id)) == (before, [])
    assert len(talks(team, ANA.id)) == 2


def test_a_chain_of_merges_may_be_heard_from_its_end(team: Team) -> None:
    before = seen(team)
    eva = contact("Eva Luz", "eva@mail.test")
    later = ContactMerged(merge_id=new_id(), merged_id=ANA.id, contact=eva)
    team.desk.hear("join_contacts", later)
    team.desk.hear("join_contacts", MERGED)
    whole = {id for timeline, *_ in before for id in timeline}
    assert set(timeline(team, eva.id)) == whole
    assert (timeline(team, ANA.id), timeline(team, LUZ.id)) == ([], [])
    # The first merge was undone last, and is heard of first.
    team.desk.hear("part_contacts", UNMERGED)
    apart = ContactUnmerged(
        merge_id=later.merge_id,
        contact=msgspec.structs.replace(eva, version=2),
        merged=msgspec.structs.replace(ANA, version=2),
    )
    team.desk.hear("part_contacts", apart)
    assert [timeline for timeline, *_ in seen(team)] == [timeline for timeline, *_ in before]
