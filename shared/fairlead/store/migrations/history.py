"""One package's revisions, and how far a database has come with them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

HERE = Path(__file__).parent


@dataclass(frozen=True)
class History:
    """The revisions in `<package>/migrations/versions`."""

    package: str

    @property
    def table(self) -> str:
        """The table that says which revision a database has."""
        return f"{self.package.partition('.')[0]}_version"

    @property
    def metadata(self) -> sa.MetaData:
        """What the package's tables should be."""
        metadata: sa.MetaData = import_module(f"{self.package}.migrations.tables").metadata
        return metadata

    @property
    def scripts(self) -> ScriptDirectory:
        """The revisions; read anew each time, because writing one changes them."""
        module = import_module(self.package)
        assert module.__file__ is not None  # for the type checker: it is no namespace package
        versions = Path(module.__file__).parent / "migrations" / "versions"
        return ScriptDirectory(
            HERE,
            "v%(rev)s_%(slug)s",
            version_locations=[versions],
            messaging_opts={"quiet": True},
        )

    def upgrade(self, connection: Connection, to: str = "head") -> list[str]:
        """Run what is missing, up to the revision `to`; returns what was missing."""
        scripts, missing = self.scripts, self.missing(connection)
        if missing:
            with EnvironmentContext(
                Config(), scripts, fn=lambda current, _: scripts._upgrade_revs(to, current)
            ) as environment:
                environment.configure(connection=connection, version_table=self.table)
                environment.run_migrations()
        return missing

    def missing(self, connection: Connection) -> list[str]:
        """The revisions that the database has not had, in order; none when it is ahead of us."""
        scripts = self.scripts
        revisions = [script.revision for script in scripts.walk_revisions()][::-1]
        current = self.context(connection).get_current_revision()
        if current is None:
            return revisions
        if current not in revisions:
            return []
        return revisions[revisions.index(current) + 1 :]

    def context(self, connection: Connection) -> MigrationContext:
        """Alembic's view of the database, for comparing it with `metadata`."""
        options = {"version_table": self.table, "compare_server_default": True}
        return MigrationContext.configure(connection, opts=options)
