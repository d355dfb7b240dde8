"""Trips on paper."""

from __future__ import annotations

from uuid import UUID

from eventlet import tpool

from contracts.accounts import Accounts
from contracts.common import FileRef
from contracts.itineraries import Itinerary, PaperKind, PublicPaper
from fairlead.context import acting, current, service_context
from fairlead.service import EVERYWHERE, Provided, Remote, rpc

from .. import drawing, finding
from ..domain import papers, public
from ..store import trips as store
from .changing import Changing


class Papers(Changing):
    """Trips on paper."""

    accounts = Remote(Accounts)
    files = Provided(lambda runtime: runtime.files)

    @rpc
    def draw_paper(self, *, id: UUID, kind: PaperKind, language: str | None) -> FileRef:
        """The trip as a PDF in the file store."""
        with self.store.reading() as session:
            trip = self._told(session, finding.trip(session, id))
        papers.check_state(kind, trip.state)
        return self._drawn(current().need_organisation(), trip, kind, language)

    @rpc
    def public_paper(self, *, token: str) -> PublicPaper:
        """The itinerary under a link, as a PDF."""
        with self.store.reading(EVERYWHERE) as session:
            row = store.find_by_token(session, token) if public.is_token(token) else None
            if row is None:
                raise public.link_unknown()
            organisation, trip = row.organisation_id, self._told(session, row)
        with acting(service_context(organisation, request=current().request)):
            file = self._drawn(organisation, trip, PaperKind.ITINERARY, None)
        return PublicPaper(organisation_id=organisation, file=file)

    def _drawn(
        self, organisation: UUID, trip: Itinerary, kind: PaperKind, language: str | None
    ) -> FileRef:
        settings = self.accounts.get_organisation().settings
        paper = papers.paper(trip, kind, language, settings.branding, settings.footer)
        content = tpool.execute(drawing.draw, paper)
        stored = self.files.put(organisation, content)
        return FileRef(
            key=stored.key,
            name=paper.file_name,
            content_type="application/pdf",
            size=stored.size,
        )
