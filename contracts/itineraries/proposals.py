"""Proposals: what is offered to a guest or an agent, its versions, and the answer."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Event, Interface, Message, call, event

from .. import rights
from ..common import Language, Line, Moment, Money, Name, Text, Zone
from .planning import ServiceKind

PROPOSAL_TOKENS = "pr_"  # what the tokens of their links begin with; those of trips never do


class ProposalState(enum.Enum):
    """Where a proposal stands. A declined one that is revised is open again."""

    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class ProposalLine(Message):
    """What is offered: a service as it was when the version was made."""

    service_id: UUID
    kind: ServiceKind
    name: Name
    date: dt.date
    zone: Zone
    time: dt.time | None
    starts_at: dt.datetime
    duration: int | None
    pax: int
    place: Line
    text: Text
    price: Money | None


class ProposalContent(Message):
    """All that the reader sees of a version. `total` is the price of everything together."""

    title: Name
    start: dt.date
    end: dt.date
    introduction: Text
    terms: Text
    language: Language | None
    lines: list[ProposalLine]
    total: Money | None


class ProposalItem(Message):
    """A service of the trip to be offered; `text` in place of its description."""

    service_id: UUID
    price: Money | None = None
    text: Text | None = None


Items = Annotated[list[ProposalItem], Meta(max_length=200)]


class ProposalOffer(Message):
    """What a version is made from.

    Without `items` all services of the trip are offered that are not declined or cancelled.
    Without a `total` it is the sum of the items' prices, or the trip's price where none has one.
    """

    items: Items = []
    title: Line = ""
    introduction: Text = ""
    terms: Text = ""
    total: Money | None = None


class ChangeKind(enum.Enum):
    """What became of a line."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class LineChange(Message):
    """A line that differs; `fields` are the names of those that do."""

    kind: ChangeKind
    before: ProposalLine | None
    after: ProposalLine | None
    fields: list[str]


class ProposalChanges(Message):
    """What differs between the version `since` and a later one: fields of all, and lines."""

    since: int
    fields: list[str]
    lines: list[LineChange]
    total_before: Money | None
    total_after: Money | None


class ProposalAnswer(Message):
    """What the reader answered to version `number`, and from where."""

    accepted: bool
    number: int
    at: dt.datetime
    name: str
    comment: str
    remote: str | None
    user_agent: str


class Proposal(Message):
    """A proposal with its latest version, the `number`th; `seen` is the latest that was read.

    `linked` says whether a link is good; the link itself is told once, when it is made.
    """

    id: UUID
    itinerary_id: UUID
    reference: str
    state: ProposalState
    number: int
    content: ProposalContent
    seen: int | None
    linked: bool
    expires_at: dt.datetime | None
    sent_at: dt.datetime | None
    answer: ProposalAnswer | None
    version: int
    created_at: dt.datetime
    created_by_name: str


class ProposalVersion(Message):
    """One version of a proposal, with what changed against the one before it."""

    number: int
    content: ProposalContent
    changes: ProposalChanges | None
    created_at: dt.datetime
    created_by_name: str
    seen_at: dt.datetime | None


class ProposalLink(Message):
    """A new link. Its `url` is told this once; only its hash is kept."""

    proposal: Proposal
    url: str


class Standing(enum.Enum):
    """Whether a proposal can still be answered, and if not, why."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    CLOSED = "closed"  # withdrawn, or the trip is over or cancelled


class PublicProposal(Message):
    """What the reader of a link sees. `changes` are against the last version read before.

    `form` proves that an answer comes from this page and this version. `cover` is the file that the
    listing of the trip is shown by.
    """

    organisation_id: UUID
    reference: str
    standing: Standing
    number: int
    content: ProposalContent
    changes: ProposalChanges | None
    expires_at: dt.datetime | None
    answered_at: dt.datetime | None
    answered_by: str
    form: str
    cover: UUID | None = None


class Proposals(Interface, Protocol):
    """Proposals and their answers."""

    @call(rights.READ)
    def list_proposals(self, *, itinerary_id: UUID) -> list[Proposal]:
        """The proposals of a trip, the latest first. NotFound `itineraries.not_found`."""
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def create_proposal(
        self, *, itinerary_id: UUID, offer: ProposalOffer, id: UUID | None = None
    ) -> Proposal:
        """A new proposal in its first version. With an `id` that exists already nothing changes.

        Invalid for a service that is none of the trip's, and for prices in two currencies.
        """
        ...

    @call(rights.READ)
    def get_proposal(self, *, id: UUID) -> Proposal:
        """One proposal. NotFound `itineraries.proposal_not_found`."""
        ...

    @call(rights.READ)
    def list_proposal_versions(self, *, id: UUID) -> list[ProposalVersion]:
        """Every version, the latest first."""
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def revise_proposal(self, *, id: UUID, version: int, offer: ProposalOffer) -> Proposal:
        """A new version, which the link shows from now on; one like the last changes nothing.

        Conflict `itineraries.proposal_closed` once it is accepted or withdrawn.
        """
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def link_proposal(
        self, *, id: UUID, version: int, expires_at: Moment | None = None
    ) -> ProposalLink:
        """Make a link, good until `expires_at`; an earlier one is good no more.

        A trip that was an inquiry is proposed now.
        """
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def unlink_proposal(self, *, id: UUID) -> Proposal:
        """Withdraw the link: its token is never good again."""
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def withdraw_proposal(self, *, id: UUID, version: int) -> Proposal:
        """Offer it no longer; its page says so. Conflict once it is accepted."""
        ...

    @call(rights.PUBLIC, mutates=True)
    def public_proposal(self, *, token: Line) -> PublicProposal:
        """The page under a link, whose version counts as read from now on.

        NotFound `itineraries.link_unknown` for any other token.
        """
        ...

    @call(rights.PUBLIC, mutates=True)
    def answer_proposal(
        self,
        *,
        token: Line,
        number: int,
        form: Line,
        accepted: bool,
        name: Line = "",
        comment: Annotated[str, Meta(max_length=2000)] = "",
        user_agent: Line = "",
    ) -> PublicProposal:
        """Accept or decline version `number`; the same answer again changes nothing.

        Conflict `itineraries.proposal_changed` where there is a later version by now,
        `itineraries.proposal_closed` where it can no longer be answered so; Forbidden
        `itineraries.form` for a form that this page did not show. Accepting confirms the trip, at
        the price of the proposal, and withdraws its other proposals.
        """
        ...


class ProposalStep(enum.Enum):
    """What a change of a proposal was, where that is told by itself."""

    CREATED = "created"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    OTHER = "other"


@event("proposal.changed", source="itineraries")
class ProposalChanged(Event):
    """A proposal, whole, after a change. An older `proposal.version` is to be ignored."""

    proposal: Proposal
    step: ProposalStep = ProposalStep.OTHER
