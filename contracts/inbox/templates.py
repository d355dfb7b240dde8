"""Reusable messages."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Protocol
from uuid import UUID

from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import Channel, Language, Line, Name, Text
from ..consents import ConsentKind
from .composing import Problem
from .messages import MessageKind


class ValueSource(enum.Enum):
    """Where the value of a variable comes from."""

    RECIPIENT = "recipient"
    ITINERARY = "itinerary"
    PROPOSAL = "proposal"  # the latest one of the itinerary that is not withdrawn
    SERVICES = "services"
    ORGANISATION = "organisation"
    SENDER = "sender"
    DRAFT = "draft"  # what is written beside the template
    HAND = "hand"  # nothing is known under this name: it is said when the message is sent


class TemplateVariable(Message):
    """A dotted name that a template uses, and where its value comes from."""

    name: str
    source: ValueSource


class Template(Message):
    """A reusable message. `variables` are those it uses; `built_in` ones cannot be changed.

    Those of one name, kind and channel are one message in several languages.

    A `standard` one takes the place of the built-in template of its kind, channel and language. An
    `archived` one is not offered any more; what names it already still leaves with it. `purpose` is
    the kind of communication that messages made with it are, and that somebody can have blocked.
    """

    id: UUID
    name: Name
    kind: MessageKind
    channel: Channel
    language: Language
    subject: Line
    body: Text
    variables: list[str]
    built_in: bool
    version: int
    uses: list[TemplateVariable] = []
    standard: bool = False
    archived: bool = False
    purpose: ConsentKind = ConsentKind.SERVICE


class TemplateVersion(Message):
    """A template as it was saved once, by whom, and when."""

    template: Template
    at: datetime
    by: str
    by_id: UUID | None


class TemplatePreview(Message):
    """A template filled in. `problems` are what a message made with it would lack."""

    subject: str
    html: str
    text: str
    problems: list[Problem]


class Templates(Interface, Protocol):
    """The shelf of reusable messages (mission A8)."""

    @call(rights.READ)
    def list_templates(
        self,
        *,
        kind: MessageKind | None = None,
        channel: Channel | None = None,
        language: Language | None = None,
        archived: bool = False,
    ) -> list[Template]:
        """Templates by name, the built-in ones among them; or the archived ones."""
        ...

    @call(rights.READ)
    def get_template(self, *, id: UUID) -> Template:
        """One template, archived or not. NotFound `inbox.template_not_found`."""
        ...

    @call(rights.READ)
    def template_history(self, *, id: UUID) -> list[TemplateVersion]:
        """What the organisation's template said before, the latest first; at most 100."""
        ...

    @call(rights.READ)
    def preview_template(
        self,
        *,
        id: UUID | None = None,
        subject: Line | None = None,
        body: Text | None = None,
        language: Language | None = None,
        itinerary_id: UUID | None = None,
        contact_id: UUID | None = None,
        variables: dict[Name, Line] = {},
    ) -> TemplatePreview:
        """A saved template, or words that are not saved yet, filled in from a trip and a contact;
        from a sample of either that is not given.

        Invalid names the line and column of a Liquid error; NotFound
        `inbox.template_not_found`.
        """
        ...

    @call(rights.WRITE_TEMPLATES, mutates=True)
    def save_template(
        self,
        *,
        name: Name,
        kind: MessageKind,
        channel: Channel,
        language: Language,
        subject: Line,
        body: Text,
        id: UUID | None = None,
        version: int | None = None,
        standard: bool = False,
        purpose: ConsentKind | None = None,
    ) -> Template:
        """Write a template; without a `purpose` it keeps its own, and a new one is SERVICE. With an
        `id` and no `version` one is made under that id, and once made it is answered as it is.
        Invalid names the line and column of a Liquid error; Stale
        `inbox.template_changed`; Conflict `inbox.template_standard_taken` where another one is
        the standard of its kind, channel and language."""
        ...

    @call(rights.WRITE_TEMPLATES, mutates=True)
    def copy_template(
        self, *, id: UUID, name: Name, language: Language | None = None, standard: bool = False
    ) -> Template:
        """A template of one's own that says what this one says, to be changed from there."""
        ...

    @call(rights.WRITE_TEMPLATES, mutates=True)
    def archive_template(self, *, id: UUID, version: int, archived: bool) -> Template:
        """Offer a template no longer, or again. Stale `inbox.template_changed`."""
        ...

    @call(rights.WRITE_TEMPLATES, mutates=True)
    def remove_template(self, *, id: UUID) -> None:
        """Remove a template. Conflict `inbox.template_built_in`."""
        ...
