"""The loop and the admin endpoints of a service that has read models."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

from ..admin import Request
from ..errors import Invalid, NotFound
from ..runtime import Runtime
from ..service import EVERYWHERE, Parts, loop
from . import rows
from .models import ReadModels
from .rows import ProjectionRow
from .work import Projector


class ProjectionDoors:
    """To be inherited by a service, which says `projector = projecting(READ_MODELS)`."""

    projector: Any

    @loop(every=2.0)
    def make_read_models_anew(self) -> bool:
        """Take what an operator has begun some steps further."""
        going: bool = self.projector.step()
        return going


def projecting(models: ReadModels) -> Parts[Projector]:
    """What makes a service's read models anew."""
    return Parts(
        lambda store, runtime: Projector(
            store,
            lambda interface: runtime.caller.client(interface, asker=models.service),
            models,
        )
    )


def offer(models: ReadModels) -> Callable[[Runtime], None]:
    """What registers the service's endpoints, for `AdminRoutes`.

    `GET /admin/{service}/projections` lists its read models and the latest time that each was made
    anew, with its progress. `POST …/{name}` begins one, of all organisations or of the one that
    `?organisation=` names; `DELETE …/{name}` ends it where it is.
    """
    service = models.service

    def chosen(request: Request) -> str:
        name = request.parameters["name"]
        if name not in models.by_name:
            known = ", ".join(sorted(models.by_name))
            raise NotFound("projections.no_such_read_model", f"There is {known}")
        return name

    def register(runtime: Runtime) -> None:
        database = runtime.database(service)

        @runtime.admin.route(service, "GET", "/projections")
        def listed(request: Request) -> Any:
            with database.reading(EVERYWHERE) as session:
                known = rows.known(session)
            return {
                "projections": [
                    {
                        "name": model.name,
                        "source": model.source.interface.service,
                        **_shown(known.get(model.name)),
                    }
                    for model in models.by_name.values()
                ]
            }

        @runtime.admin.route(service, "POST", "/projections/{name}")
        def start(request: Request) -> Any:
            name, only = chosen(request), _organisation(request)
            with database.transaction(EVERYWHERE) as session:
                rows.start(session, name, only, dt.datetime.now(dt.UTC))
            return {"started": name}

        @runtime.admin.route(service, "DELETE", "/projections/{name}")
        def stop(request: Request) -> Any:
            name = chosen(request)
            with database.transaction(EVERYWHERE) as session:
                return {"stopped": rows.stop(session, name, dt.datetime.now(dt.UTC))}

    return register


def _organisation(request: Request) -> UUID | None:
    raw = request.query.get("organisation")
    if raw is None:
        return None
    try:
        return UUID(raw)
    except ValueError:
        raise Invalid.field("admin.invalid", "organisation", "is no UUID") from None


def _shown(row: ProjectionRow | None) -> dict[str, Any]:
    if row is None:
        return {"state": "never"}
    return {
        "state": row.state,
        "only": row.only,
        "organisation": row.organisation,
        "done": row.done,
        "removed": row.removed,
        "total": row.total,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "error": row.error,
    }
