"""When a mail leaves, what it says, and who chose what."""

from __future__ import annotations

import datetime as dt
import html
import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.domain.choosing import ALWAYS, check, default, whole
from accounts.domain.gathering import APART, FIRST, MOST, Item, due, letter
from accounts.domain.letters import Link, Paragraph, compose
from contracts.accounts import NotificationChoice
from contracts.notifications import NotificationKind
from fairlead.errors import Invalid

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
pauses = st.lists(st.integers(0, 1200), min_size=1, max_size=200)


@given(pauses)
def test_a_burst_is_few_mails_and_nothing_waits_for_long(pauses: list[int]) -> None:
    """The recipient's round, as the store keeps it, with mails leaving the moment they are due."""
    now, mailed_at, waiting = NOON, None, None
    since: dt.datetime | None = None
    mails = []
    for pause in pauses:
        now += dt.timedelta(seconds=pause)
        while waiting is not None and waiting <= now:
            assert since is not None
            assert waiting - since <= FIRST + APART
            mails.append(waiting)
            mailed_at, waiting, since = waiting, None, None
        since = since or now
        waiting = due(now, mailed_at, waiting, urgent=False)
    for earlier, later in itertools.pairwise(mails):
        assert later - earlier >= APART
    assert len(mails) <= (now - NOON) / APART + 1


@pytest.mark.parametrize("mailed_at", [None, NOON, NOON - APART])
@pytest.mark.parametrize("waiting", [None, NOON + FIRST])
def test_what_guards_the_account_leaves_at_once(
    mailed_at: dt.datetime | None, waiting: dt.datetime | None
) -> None:
    assert due(NOON, mailed_at, waiting, urgent=True) == NOON


@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=80)), min_size=1, max_size=70))
def test_a_letter_tells_all_and_runs_nothing(told: list[tuple[str, str]]) -> None:
    made = letter([Item(f"T{title}", text) for title, text in told], "https://hub.test")
    assert 0 < len(made.subject) <= 200
    assert not re.search(r"[\x00-\x1f\x7f]", made.subject)
    assert set(re.findall(r"</?(\w+)", made.html)) <= {"p", "br", "strong", "a"}
    assert made.html.count("<strong>") == min(len(told), MOST)
    if len(told) > MOST:
        assert f"And {len(told) - MOST} more" in made.text


def test_what_a_guest_wrote_stays_text() -> None:
    made = compose(
        "Hi\r\nBcc: x@y.test", [Paragraph("<script>x</script>", "<b>", Link("Open", 'a"b'))]
    )
    assert made.subject == "Hi Bcc: x@y.test"
    assert "<script>" not in made.html
    assert html.escape("<script>x</script>") in made.html
    assert 'href="a&quot;b"' in made.html


def test_one_item_is_the_subject_and_links_to_its_target() -> None:
    item = Item("Rui wrote", "Hello", "conversation", None)
    assert letter([item], "https://hub.test").subject == "Rui wrote"
    assert "href" not in letter([item], "https://hub.test").html


kinds = st.sampled_from(NotificationKind)
choices = st.builds(NotificationChoice, kind=kinds, profile=st.booleans(), mail=st.booleans())


@given(st.lists(choices))
def test_choices_are_whole_and_what_guards_stays_on(chosen: list[NotificationChoice]) -> None:
    try:
        kept = check(chosen)
    except Invalid:
        kinds = [each.kind for each in chosen]
        off = [c for c in chosen if c.kind in ALWAYS and not (c.profile and c.mail)]
        assert off or len(set(kinds)) < len(kinds)
        return
    made = whole(kept)
    assert set(made) == set(NotificationKind)
    for kind in NotificationKind:
        [expected] = [each for each in kept if each.kind is kind] or [default(kind)]
        assert made[kind] == expected
    for kind in ALWAYS:
        assert made[kind].mail
        assert made[kind].profile
