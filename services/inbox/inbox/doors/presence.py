"""Who else is in a conversation right now."""

from __future__ import annotations

from uuid import UUID

from contracts.inbox import Doing, Present
from fairlead.service import EVERYWHERE, Store, loop, rpc

from .. import present


class Presence:
    """Who else is in a conversation right now."""

    store = Store()

    @rpc
    def set_presence(self, *, id: UUID, doing: Doing | None) -> list[Present]:
        """The caller is in a conversation, or left it."""
        with self.store.transaction() as session:
            return present.say(session, id, doing)

    @rpc
    def get_presence(self, *, id: UUID) -> list[Present]:
        """Who is in a conversation."""
        with self.store.reading() as session:
            return present.of(session, id)

    @loop(every=3.0)
    def end_presence(self) -> bool:
        """Tell of those who left without saying so."""
        with self.store.transaction(EVERYWHERE) as session:
            left = present.over(session)
        for organisation, id in left:
            with self.store.transaction(organisation) as session:
                present.tell(session, organisation, id)
        return bool(left)
