"""What itineraries keeps of others: which contacts are one."""

from __future__ import annotations

from sqlalchemy.orm import Session

from contracts.accounts import Accounts, Organisation
from contracts.contacts import Contacts, MergeEntry
from fairlead.projections.models import ReadModel, ReadModels, Source

from .store import merges
from .store.merges import ContactMergeRow


def _learn_merge(session: Session, merge: MergeEntry) -> None:
    undone = merge.undone_at is not None
    merges.hear(session, merge.id, merge.merged_id, merge.survivor_id, undone=undone)


_ORGANISATIONS: Source[Accounts, Organisation] = Source(
    Accounts,
    lambda accounts, after, limit: accounts.organisations_page(after=after, limit=limit),
    lambda organisation: organisation.id,
)
_MERGES: Source[Contacts, MergeEntry] = Source(
    Contacts,
    lambda contacts, after, limit: contacts.merges_page(after=after, limit=limit),
    lambda merge: merge.id,
)
READ_MODELS = ReadModels(
    "itineraries",
    _ORGANISATIONS,
    [ReadModel("merges", _MERGES, ContactMergeRow.id, _learn_merge, merges.forget)],
)
