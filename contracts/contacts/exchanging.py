"""Contacts from and to CSV files."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import Channel, Language, Line, Moment
from ..consents import ConsentKind
from ..importing import Delimiter, Encoding, ImportGuess, ImportPolicy, Targets
from ..jobs import Job
from .fields import FieldKey
from .people import ContactKind, Tag, Tags


class ImportPlan(Message):
    """How to read a file. `targets` has one for each column, null for one to be left out.

    `kind` and `tags` are given to new contacts. One that there is already is found by external
    id, mail or phone, a company of which no more is known by its name as well.

    `company` is a text; `in_company` is what the company is called that the person is in, which is
    found by that name, or made. `consent.KIND` and `consent.all` have `yes` or `no`, with a channel
    before it and a moment after it if there is one, several apart by semicolons, as
    `no; sms yes 2026-05-12T08:30:00Z`. What does not say when it was allowed lifts no block.
    """

    targets: Targets
    encoding: Encoding = "utf-8"
    delimiter: Delimiter = ","
    header: bool = True
    kind: ContactKind = ContactKind.TRAVELLER
    tags: Tags = []
    policy: ImportPolicy = ImportPolicy.FILL


class Exchanging(Interface, Protocol):
    """Import and export."""

    @call(rights.EDIT_CONTACTS, deadline=20.0)
    def inspect_import(self, *, file_id: UUID) -> ImportGuess:
        """Look at an uploaded file. The mapping of the last import with the same headings is
        suggested again. NotFound `inbox.file_not_found`, Invalid `contacts.import_unreadable`,
        Conflict `files.waiting` until the virus check has spoken, `files.infected` or
        `files.blocked` where it let the file not pass."""
        ...

    @call(rights.EDIT_CONTACTS, mutates=True, deadline=20.0)
    def start_import(
        self, *, file_id: UUID, plan: ImportPlan, dry_run: bool = False, id: UUID | None = None
    ) -> Job:
        """Import a file as a job (kind `import`), or only say what that would do.

        `counts` of the job: created, updated, unchanged, and `companies` where some were made. What
        is refused stands in its file of refusals with line, column and reason, and can be mended
        there and given in again: whoever is there already is found and not doubled. Raises what
        `inspect_import` does.
        """
        ...

    @call(rights.EXPORT_CONTACTS, mutates=True)
    def start_export(
        self,
        *,
        kind: ContactKind | None = None,
        q: Line | None = None,
        tag: Tag | None = None,
        company_id: UUID | None = None,
        is_company: bool | None = None,
        channel: Channel | None = None,
        language: Language | None = None,
        blocked: ConsentKind | None = None,
        has_trips: bool | None = None,
        field: FieldKey | None = None,
        value: Line | None = None,
        created_from: Moment | None = None,
        created_before: Moment | None = None,
        updated_from: Moment | None = None,
        updated_before: Moment | None = None,
        id: UUID | None = None,
    ) -> Job:
        """Write the contacts that fit, as `list_contacts` has them, into a CSV file, as a job (kind
        `export`). Its columns are called as what they are imported as, so that it can be read in
        again, here or elsewhere, and nothing is lost but how a consent reached us. With `q` its
        `total` is known at the end."""
        ...
