"""The inbox's own admin endpoints and gauges: files that wait, and those in quarantine."""

from __future__ import annotations

import datetime as dt
from typing import Any

from fairlead import metrics
from fairlead.admin.http import Request
from fairlead.runtime import Runtime
from fairlead.service import EVERYWHERE

from .checking import WAITED, WAITING
from .store import files

SHOWN = 200


def register(runtime: Runtime) -> None:
    """Add them to the process's admin server and metrics."""
    database = runtime.database("inbox")

    def waiting() -> tuple[int, float]:
        with database.reading(EVERYWHERE) as session:
            count, since = files.waiting(session)
        now = dt.datetime.now(dt.UTC)
        return count, (now - since).total_seconds() if since else 0.0

    def shown(request: Request) -> dict[str, Any]:
        with database.reading(EVERYWHERE) as session:
            held = [
                {
                    "id": str(row.id),
                    "organisation": str(row.organisation_id),
                    "name": row.document.name,
                    "state": row.state.value,
                    "reason": row.reason,
                    "at": row.at.isoformat(),
                }
                for row in files.quarantined(session, SHOWN)
            ]
        count, seconds = waiting()
        return {"waiting": count, "waiting_seconds": round(seconds, 1), "quarantined": held}

    metrics.watch(WAITING, lambda: waiting()[0], service="inbox")
    metrics.watch(WAITED, lambda: waiting()[1], service="inbox")
    runtime.admin.route("inbox", "GET", "/files")(shown)
