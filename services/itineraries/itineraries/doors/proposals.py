"""Proposals and their answers."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from msgspec.structs import replace

from contracts.itineraries import (
    Proposal,
    ProposalLink,
    ProposalOffer,
    ProposalVersion,
    PublicProposal,
)
from fairlead.context import acting, current
from fairlead.service import EVERYWHERE, rpc

from .. import answering, finding, proposing
from ..answering import Said
from ..domain import proposals as rules
from ..domain import public
from ..store import proposals as store
from .changing import Changing, again


class Proposals(Changing):
    """Proposals and their answers."""

    @rpc
    def list_proposals(self, *, itinerary_id: UUID) -> list[Proposal]:
        """The proposals of a trip, the latest first."""
        with self.store.reading() as session:
            trip = finding.trip(session, itinerary_id)
            rows = store.of_trip(session, trip.id)
            return [proposing.view(session, trip, row) for row in rows]

    @rpc
    def create_proposal(
        self, *, itinerary_id: UUID, offer: ProposalOffer, id: UUID | None
    ) -> Proposal:
        """A new proposal in its first version."""

        def once() -> Proposal:
            with self.store.transaction() as session:
                return proposing.create(session, itinerary_id, id, offer)

        return again(once)

    @rpc
    def get_proposal(self, *, id: UUID) -> Proposal:
        """One proposal."""
        with self.store.reading() as session:
            return proposing.view(session, *proposing.found(session, id))

    @rpc
    def list_proposal_versions(self, *, id: UUID) -> list[ProposalVersion]:
        """Every version, the latest first."""
        with self.store.reading() as session:
            _, row = proposing.found(session, id)
            return proposing.version_views(store.versions(session, row.id))

    @rpc
    def revise_proposal(self, *, id: UUID, version: int, offer: ProposalOffer) -> Proposal:
        """A new version, which the link shows from now on."""

        def once() -> Proposal:
            with self.store.transaction() as session:
                return proposing.revise(session, id, version, offer)

        return again(once)

    @rpc
    def link_proposal(
        self, *, id: UUID, version: int, expires_at: dt.datetime | None
    ) -> ProposalLink:
        """Make a link; an earlier one is good no more."""
        token = rules.new_token()

        def once() -> Proposal:
            with self.store.transaction() as session:
                trip, proposal, changed = proposing.link(session, id, version, expires_at, token)
                if changed:
                    self._tell(session, trip)
                return proposal

        proposal = again(once)
        url = public.url(self.config.public_url.reveal(), token)
        return ProposalLink(proposal=proposal, url=url or "")

    @rpc
    def unlink_proposal(self, *, id: UUID) -> Proposal:
        """Withdraw the link."""

        def once() -> Proposal:
            with self.store.transaction() as session:
                return proposing.unlink(session, id)

        return again(once)

    @rpc
    def withdraw_proposal(self, *, id: UUID, version: int) -> Proposal:
        """Offer it no longer."""

        def once() -> Proposal:
            with self.store.transaction() as session:
                return proposing.withdraw(session, id, version)

        return again(once)

    @rpc
    def public_proposal(self, *, token: str) -> PublicProposal:
        """The page under a link, whose version counts as read from now on."""

        def once() -> PublicProposal:
            with self.store.transaction() as session:
                return answering.read(session, token)

        with acting(replace(current(), organisation=self._whose(token))):
            return again(once)

    @rpc
    def answer_proposal(
        self,
        *,
        token: str,
        number: int,
        form: str,
        accepted: bool,
        name: str,
        comment: str,
        user_agent: str,
    ) -> PublicProposal:
        """Accept or decline a version."""
        said = Said(
            number=number, accepted=accepted, name=name, comment=comment, user_agent=user_agent
        )

        def once() -> PublicProposal:
            with self.store.transaction() as session:
                trip, page, changed = answering.answer(session, token, said)
                if changed:
                    self._tell(session, trip)
                return page

        with acting(replace(current(), organisation=self._whose(token))):
            rules.check_form(token, number, form)
            return again(once)

    def _whose(self, token: str) -> UUID:
        with self.store.reading(EVERYWHERE) as session:
            return answering.whose(session, token)
