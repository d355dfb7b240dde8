"""People and companies that the organisation talks to: a contract of parts, one for a subject."""

from __future__ import annotations

from typing import ClassVar, Protocol

from fairlead.contract import Interface

from ..importing import ImportColumn, ImportGuess, ImportPolicy
from ..jobs import Jobs
from ..persons import PersonHolder
from .copying import ContactCopies, Copying, MergeCopies
from .exchanging import Exchanging, ImportPlan
from .fields import FieldDefinition, FieldKey, FieldType, FieldValue, OwnFields
from .meeting import Meeting, Met, Somebody
from .merging import (
    ContactMerged,
    ContactUnmerged,
    Duplicate,
    DuplicatePage,
    DuplicateReason,
    FieldOutcome,
    Merge,
    MergeEntry,
    MergePreview,
    Merging,
    Side,
)
from .people import (
    Clearable,
    Contact,
    ContactChanged,
    ContactKind,
    ContactPage,
    ContactSort,
    Identity,
    IdentityValue,
    NewIdentity,
    People,
    Reachability,
    Scheme,
    TagCount,
)
from .personal_data import ContactErased, PersonalData
from .remarks import ConsentRecord, Note, NoteChanged, NotePage, Remarks

__all__ = [
    "Clearable",
    "ConsentRecord",
    "Contact",
    "ContactChanged",
    "ContactCopies",
    "ContactErased",
    "ContactKind",
    "ContactMerged",
    "ContactPage",
    "ContactSort",
    "ContactUnmerged",
    "Contacts",
    "Duplicate",
    "DuplicatePage",
    "DuplicateReason",
    "FieldDefinition",
    "FieldKey",
    "FieldOutcome",
    "FieldType",
    "FieldValue",
    "Identity",
    "IdentityValue",
    "ImportColumn",
    "ImportGuess",
    "ImportPlan",
    "ImportPolicy",
    "Meeting",
    "Merge",
    "MergeCopies",
    "MergeEntry",
    "MergePreview",
    "Met",
    "NewIdentity",
    "Note",
    "NoteChanged",
    "NotePage",
    "PersonalData",
    "Reachability",
    "Scheme",
    "Side",
    "Somebody",
    "TagCount",
]


class Contacts(
    People,
    Meeting,
    Remarks,
    OwnFields,
    Merging,
    Exchanging,
    Copying,
    PersonalData,
    Jobs,
    PersonHolder,
    Interface,
    Protocol,
):
    """Who the organisation talks to."""

    service: ClassVar[str] = "contacts"
