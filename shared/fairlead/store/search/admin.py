"""Making a service's words index anew, at its admin endpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...admin import Request
from ...errors import NotFound
from ...runtime import Runtime
from ..scoping import EVERYWHERE
from . import catching_up
from .catching_up import PassRow
from .writing import Searched


def offer(service: str, models: Sequence[type[Searched]]) -> Callable[[Runtime], None]:
    """What registers the service's endpoints, for `AdminRoutes`.

    `GET /admin/{service}/search` lists the latest pass over each table with its progress, `POST
    …/{table}` begins one, whose steps the service's loop does within a minute, and `DELETE
    …/{table}` ends it where it is. Searches are answered meanwhile.
    """
    by_name = {model.__tablename__: model for model in models}
    names = {model.search_index.kind: name for name, model in by_name.items()}

    def chosen(request: Request) -> type[Searched]:
        found = by_name.get(request.parameters["table"])
        if found is None:
            raise NotFound("search.no_such_table", f"There is {', '.join(sorted(by_name))}")
        return found

    def register(runtime: Runtime) -> None:
        database = runtime.database(service)

        @runtime.admin.route(service, "GET", "/search")
        def passes(request: Request) -> Any:
            with database.reading(EVERYWHERE) as session:
                known = catching_up.passes(session)
                return {"passes": [_shown(names, each) for each in known if each.kind in names]}

        @runtime.admin.route(service, "POST", "/search/{table}")
        def start(request: Request) -> Any:
            model = chosen(request)
            with database.transaction(EVERYWHERE) as session:
                catching_up.start(session, model)
            return {"started": model.__tablename__}

        @runtime.admin.route(service, "DELETE", "/search/{table}")
        def cancel(request: Request) -> Any:
            model = chosen(request)
            with database.transaction(EVERYWHERE) as session:
                return {"cancelled": catching_up.cancel(session, model)}

    return register


def _shown(names: dict[str, str], row: PassRow) -> dict[str, Any]:
    return {
        "table": names[row.kind],
        "done": row.done,
        "total": row.total,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "cancelled": row.cancelled,
    }
