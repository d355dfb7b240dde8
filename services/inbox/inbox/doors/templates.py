"""Reusable messages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from eventlet import tpool

from contracts.common import Channel
from contracts.consents import ConsentKind
from contracts.inbox import MessageKind, Template, TemplatePreview, TemplateVersion
from fairlead.context import current
from fairlead.service import Store, rpc
from fairlead.store import StaleVersion, is_duplicate

from .. import shelf, showing
from ..clock import utc_now


class Templates:
    """Reusable messages."""

    store = Store()
    clock = staticmethod(utc_now)

    @rpc
    def list_templates(
        self,
        *,
        kind: MessageKind | None,
        channel: Channel | None,
        language: str | None,
        archived: bool,
    ) -> list[Template]:
        """Templates by name."""
        with self.store.reading() as session:
            return shelf.listed(
                session, kind=kind, channel=channel, language=language, archived=archived
            )

    @rpc
    def get_template(self, *, id: UUID) -> Template:
        """One template."""
        with self.store.reading() as session:
            return shelf.get(session, id)

    @rpc
    def template_history(self, *, id: UUID) -> list[TemplateVersion]:
        """What a template said before."""
        with self.store.reading() as session:
            return shelf.history(session, id)

    @rpc
    def preview_template(
        self,
        *,
        id: UUID | None,
        subject: str | None,
        body: str | None,
        language: str | None,
        itinerary_id: UUID | None,
        contact_id: UUID | None,
        variables: dict[str, str],
    ) -> TemplatePreview:
        """A template filled in."""
        with self.store.reading() as session:
            shown = showing.gather(
                session,
                id=id,
                subject=subject,
                body=body,
                language=language,
                itinerary_id=itinerary_id,
                contact_id=contact_id,
                variables=variables,
                context=current(),
                now=self.clock(),
            )
        # Rendering is up to some tenths of a second for what a hostile template makes.
        preview: TemplatePreview = tpool.execute(showing.show, *shown)
        return preview

    @rpc
    def save_template(
        self,
        *,
        name: str,
        kind: MessageKind,
        channel: Channel,
        language: str,
        subject: str,
        body: str,
        id: UUID | None,
        version: int | None,
        standard: bool,
        purpose: ConsentKind | None,
    ) -> Template:
        """Write a template."""
        with _told_of_others(), self.store.transaction() as session:
            return shelf.save(
                session,
                id=id,
                version=version,
                name=name,
                kind=kind,
                channel=channel,
                language=language,
                subject=subject,
                body=body,
                standard=standard,
                purpose=purpose,
            )

    @rpc
    def copy_template(
        self, *, id: UUID, name: str, language: str | None, standard: bool
    ) -> Template:
        """A template of one's own that says what this one says."""
        with _told_of_others(), self.store.transaction() as session:
            return shelf.copy(session, id, name=name, language=language, standard=standard)

    @rpc
    def archive_template(self, *, id: UUID, version: int, archived: bool) -> Template:
        """Offer a template no longer, or again."""
        with _told_of_others(), self.store.transaction() as session:
            return shelf.archive(session, id, version, archived=archived)

    @rpc
    def remove_template(self, *, id: UUID) -> None:
        """Remove a template."""
        with self.store.transaction() as session:
            shelf.remove(session, id)


@contextmanager
def _told_of_others() -> Iterator[None]:
    """Somebody else changed the same template, or made another the standard, in this moment."""
    try:
        yield
    except StaleVersion:
        raise shelf.stale() from None
    except Exception as error:
        if is_duplicate(error):
            raise shelf.standard_taken() from None
        raise
