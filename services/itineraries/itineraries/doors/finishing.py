"""Trips that are over."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import structlog

from fairlead.context import acting, service_context
from fairlead.service import EVERYWHERE, loop
from fairlead.store import is_away

from .. import trips
from ..store import trips as store
from .changing import Changing

log = structlog.get_logger(__name__)

AT_ONCE = 100


class Finishing(Changing):
    """Trips that are over."""

    @loop(every=60.0)
    def finish_what_is_over(self) -> bool:
        """Finish trips whose last day has ended where they are, so that their nights are free."""
        now = dt.datetime.now(dt.UTC)
        with self.store.reading(EVERYWHERE) as session:
            over = store.over(session, now, AT_ONCE)
        finished = [self._finish(organisation, id, now) for organisation, id in over]
        return any(finished) and len(over) == AT_ONCE

    def _finish(self, organisation: UUID, id: UUID, now: dt.datetime) -> bool:
        """Whether it is finished now; one that cannot be does not keep the others waiting."""
        with acting(service_context(organisation)):
            try:
                self._change(lambda session: trips.finish(session, id, now))
            except Exception as error:
                if is_away(error):
                    raise
                log.error("a trip cannot be finished", itinerary=str(id), exc_info=error)
                return False
            return True
