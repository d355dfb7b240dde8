"""How a contact is changed: in one transaction with what is told of it, and again where another
was faster."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from sqlalchemy.orm import Session

from contracts.contacts import Contact, ContactChanged
from fairlead.errors import Unavailable
from fairlead.service import Store, publish
from fairlead.store import StaleVersion, is_duplicate, is_serialization

from . import book
from .book import Changed
from .store.tables import ContactRow
from .views import contact_of

T = TypeVar("T")

# The second attempt finds what stopped the first; more are needed only where it is gone again.
ATTEMPTS = 5


class Changing:
    """For doors that change contacts."""

    store = Store()

    def change(self, change: Callable[[Session], Changed]) -> Contact:
        """Make a change, and tell it."""

        def make(session: Session) -> Contact:
            row, changed = change(session)
            session.flush()
            contact = contact_of(row)
            if changed:
                book.set_marks(session, row)
                publish(session, ContactChanged(contact=contact))
            return contact

        return self.attempt(make)

    def tell(self, session: Session, rows: Iterable[ContactRow]) -> None:
        """Tell what contacts are now."""
        for row in rows:
            publish(session, ContactChanged(contact=contact_of(row)))

    def attempt(self, work: Callable[[Session], T]) -> T:
        """Do `work` in a transaction; once more where another transaction was faster."""
        for _ in range(ATTEMPTS):
            try:
                with self.store.transaction() as session:
                    return work(session)
            except Exception as error:
                if not _was_overtaken(error):
                    raise
        raise Unavailable("contacts.busy", "The contact is being changed by many at once")


def _was_overtaken(error: Exception) -> bool:
    return isinstance(error, StaleVersion) or is_duplicate(error) or is_serialization(error)
