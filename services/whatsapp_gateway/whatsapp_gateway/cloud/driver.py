"""Meta's Cloud API as a driver."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import structlog

from contracts.channels import Amending, WhatsAppAmendmentQueued, WhatsAppAttended
from fairlead.errors import Failure
from fairlead.files import FileStore
from fairlead.outbound import Outbound, Unreached
from fairlead.secrets import Vault

from ..domain.heard import Media
from ..domain.pieces import Piece
from ..drivers import (
    Again,
    Doubtful,
    GroupTask,
    NotFetched,
    Outcome,
    Parcel,
    Refused,
    Taken,
    Undone,
)
from ..secret import secrets_of
from ..store.tables import ConnectionRow
from . import payloads, verdicts
from .client import Graph, GraphError, NoAnswer

log = structlog.get_logger(__name__)


class CloudDrivers:
    """Numbers at Meta. Nothing is kept: every process may send by every one."""

    def __init__(self, base: str, outbound: Outbound, vault: Vault, files: FileStore) -> None:
        self._base = base.rstrip("/")
        self._outbound = outbound
        self._vault = vault
        self._files = files

    def ready(self, id: UUID) -> bool:
        """As `Drivers.ready`."""
        return True

    def reaches(self, id: UUID) -> bool:
        """As `Drivers.reaches`."""
        return True

    def of(self, connection: ConnectionRow) -> CloudDriver:
        """As `Drivers.of`."""
        return CloudDriver(self.graph(connection), self._files)

    def graph(self, connection: ConnectionRow) -> Graph:
        """The account of a number there."""
        cloud = connection.details.cloud
        assert cloud is not None  # its kind has it
        return Graph(
            base=self._base,
            token=secrets_of(self._vault, connection).access_token,
            phone_number_id=cloud.phone_number_id,
            business_account_id=cloud.business_account_id,
            outbound=self._outbound,
        )

    def stop(self) -> None:
        """Nothing is open."""


class CloudDriver:
    """One number."""

    remembers = False

    def __init__(self, graph: Graph, files: FileStore) -> None:
        self._graph = graph
        self._files = files

    def send(self, parcel: Parcel) -> Outcome:
        """As `Driver.send`: a file goes first, and is not sent twice where its message has to be
        tried again."""
        media_id = parcel.media_id
        if parcel.piece.file is not None and media_id is None:
            uploaded = self._upload(parcel.organisation, parcel.piece)
            if not isinstance(uploaded, str):
                return uploaded
            media_id = uploaded
        body = payloads.message(parcel.address, parcel.piece, parcel.ours, media_id)
        try:
            answer = self._graph.send(body)
        except GraphError as error:
            return _refusal(error, media_id)
        except NoAnswer as error:
            if not error.begun:
                said = f"Meta cannot be reached: {error.said}"
                return Again(said, media_id=media_id, away=True)
            return Doubtful(f"Meta did not answer ({error.said}); it may have left", media_id)
        return _taken(answer, parcel.address, media_id)

    def amend(self, organisation: UUID, amendment: WhatsAppAmendmentQueued) -> Outcome:
        """As `Driver.amend`. To react twice alike changes nothing, so it may be tried again."""
        if amendment.kind is not Amending.REACTED:
            return Refused("Meta lets a business change or delete nothing that it sent")
        try:
            answer = self._graph.send(payloads.reaction(amendment))
        except GraphError as error:
            return _refusal(error, None)
        except NoAnswer as error:
            return Again(f"Meta cannot be reached: {error.said}", away=True)
        return _taken(answer, amendment.address, None)

    def group(self, task: GroupTask) -> Undone:
        """As `Driver.group`: Meta adds nobody to a group, which is not offered."""
        return Refused("Meta's Cloud API cannot put people into groups")

    def attend(self, organisation: UUID, attended: WhatsAppAttended) -> None:
        """As `Driver.attend`."""
        if attended.last_id is None:
            return
        try:
            self._graph.send(payloads.read(attended.last_id, typing=attended.typing))
        except (GraphError, NoAnswer) as error:
            log.info("read mark not sent", error=error.said)

    def fetch(self, media: Media) -> Iterable[bytes]:
        """As `Driver.fetch`: Meta first names an address, good for five minutes."""
        return self._fetch(media)

    def _fetch(self, media: Media) -> Iterator[bytes]:
        try:
            found = self._graph.media_url(media.source.get("id", ""))
            url = found.get("url")
            if not isinstance(url, str) or not url:
                raise NotFetched("Meta names no address for it")
            with self._graph.download(url) as answer:
                if answer.status in (404, 410):
                    raise NotFetched("Meta has it no more")
                if answer.status != 200:
                    raise NotFetched(f"Meta answered {answer.status}")
                yield from answer.chunks
        except GraphError as error:
            gone = error.status == 404 or 100 in error.codes
            raise NotFetched(error.said, final=gone) from None
        except NoAnswer as error:
            raise NotFetched(error.said) from None
        except Unreached as error:
            raise NotFetched(error.text) from None

    def _upload(self, organisation: UUID, piece: Piece) -> str | Outcome:
        file = piece.file
        assert file is not None  # who asks has looked
        try:
            with self._files.open(organisation, file.key) as content:
                return self._graph.upload(content, file.size, file.content_type, file.name)
        except Failure as error:
            if error.retryable:
                return Again(error.message, away=True)
            return Refused("The file is no longer there")
        except GraphError as error:
            return _refusal(error, None)
        except NoAnswer as error:  # a file that nobody refers to harms nobody
            return Again(f"Meta did not take the file: {error.said}", away=not error.begun)


def _refusal(error: GraphError, media_id: str | None) -> Outcome:
    if not error.codes and error.status >= 500:
        return Again(error.said, media_id=media_id, away=True)
    outcome = verdicts.of(error.codes, error.said)
    if isinstance(outcome, Again):
        keeps = outcome.most is None  # a fault with the file wants it to be uploaded anew
        return Again(
            outcome.reason,
            outcome.seconds,
            outcome.scope,
            outcome.code,
            media_id if keeps else None,
            outcome.most,
            outcome.away,
        )
    return outcome


def _taken(answer: dict[str, Any], address: str, media_id: str | None) -> Outcome:
    messages, contacts = answer.get("messages"), answer.get("contacts")
    first = messages[0] if isinstance(messages, list) and messages else {}
    id = first.get("id") if isinstance(first, dict) else None
    if not isinstance(id, str) or not id:
        return Doubtful("Meta took it without naming it")
    known = contacts[0] if isinstance(contacts, list) and contacts else {}
    named = [known.get(name) for name in ("wa_id", "user_id")] if isinstance(known, dict) else []
    also = tuple(each for each in named if isinstance(each, str) and each and each != address)
    return Taken(id, also, media_id)
