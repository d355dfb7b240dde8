"""Messages of the past."""

from __future__ import annotations

import datetime as dt

from contracts.inbox import ImportedMessage
from fairlead.context import current
from fairlead.service import Config, Provided, Store, rpc
from fairlead.store import is_duplicate

from .. import history, organising
from ..settings import InboxSettings
from ..storable import storable

ATTEMPTS = 3  # the second finds what another call was faster with


class History:
    """Messages of the past."""

    store = Store()
    files = Provided(lambda runtime: runtime.files)
    config = Config(InboxSettings)

    @rpc
    def import_messages(self, *, messages: list[ImportedMessage]) -> None:
        """Take messages of the past in."""
        messages = [storable(each) for each in messages]
        history.check(messages, dt.datetime.now(dt.UTC))
        for each in messages:
            for file in each.attachments:
                organising.check_file(self.files, current().need_organisation(), file)
        for _ in range(ATTEMPTS):
            try:
                with self.store.transaction() as session:
                    return history.take(session, messages, self.config.first_state)
            except Exception as error:
                if not is_duplicate(error):
                    raise
        raise history.id_taken()
