"""Writing the next revision of a package's history from what its tables should be."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import sqlalchemy as sa
from alembic.autogenerate import produce_migrations, render_python_code, renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

from ..columns import JSON, Json, UTCDateTime, ZoneName
from ..database import Database
from ..scoping import COLUMN, OrganisationId
from .history import History


class EnableRowSecurity(ops.MigrateOperation):
    """Stands in a revision for the call of `enable_row_security`."""

    def __init__(self, table: str) -> None:
        self.table = table


@renderers.dispatch_for(EnableRowSecurity)
def _row_security(context: AutogenContext, op: EnableRowSecurity) -> str:
    return f"store.enable_row_security(op, {op.table!r})"


def write_revision(package: str, message: str) -> Path:
    """Write the revision that brings `package`'s history to its metadata; returns the file.

    It is a draft to be read and mended: renamed things look like one gone and one come. Raises
    ValueError when there is nothing to change.
    """
    history = History(package)
    changes = _changes(history)
    if changes.is_empty():
        raise ValueError(f"the tables of {package} are what its history makes them")
    scripts = history.scripts
    number = len(list(scripts.walk_revisions())) + 1
    script = scripts.generate_revision(
        f"{number:04d}", message, upgrades=_code(_with_row_security(changes))
    )
    assert script is not None  # for the type checker: the file was written just now
    return Path(script.path)


def _changes(history: History) -> ops.UpgradeOps:
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/draft.db", name="draft")
        with database.exclusive() as connection:
            history.upgrade(connection)
            produced = produce_migrations(history.context(connection), history.metadata)
        database.close()
    assert produced.upgrade_ops is not None  # for the type checker: there is always one
    return produced.upgrade_ops


def _with_row_security(changes: ops.UpgradeOps) -> ops.UpgradeOps:
    created = [op for op in changes.ops if isinstance(op, ops.CreateTableOp)]
    scoped = [op for op in created if any(getattr(c, "name", "") == COLUMN for c in op.columns)]
    return ops.UpgradeOps([*changes.ops, *(EnableRowSecurity(op.table_name) for op in scoped)])


def _code(changes: ops.UpgradeOps) -> str:
    code = render_python_code(changes, render_as_batch=True, render_item=_column_type)
    lines = [line for line in code.splitlines() if not line.lstrip().startswith("# ###")]
    return "\n".join(lines).strip()


def _column_type(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """A type as a revision says it: without what belongs to the code of one day."""
    if kind != "type":
        return False
    if item is JSON or isinstance(item, Json):
        return "store.JSON"
    if isinstance(item, OrganisationId):
        return "sa.Uuid()"
    if isinstance(item, UTCDateTime | ZoneName):
        return f"store.{type(item).__name__}()"
    if isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    return False
