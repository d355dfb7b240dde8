"""The command line of the migrations.

python -m fairlead.store.migrations new <package> "what changes"    write the next revision
python -m fairlead.store.migrations up <package>                    bring a database to the newest

Services migrate when they start; `up` is for doing it before, so that a migration that fails
replaces no process. It needs FAIRLEAD_DATABASE_URL and no other setting.
"""

from __future__ import annotations

import argparse
import os
import sys

from ... import logs
from ...settings import Common
from ..database import Database
from . import migrate
from .authoring import write_revision


def _new(options: argparse.Namespace) -> None:
    sys.stdout.write(f"{write_revision(options.package, options.message)}\n")


def _up(options: argparse.Namespace) -> None:
    url = Common.database_url.value(options.package, os.environ)
    logs.configure(options.package)
    database = Database(url.reveal(), name=options.package)
    try:
        migrate(database, options.package)
    finally:
        database.close()


def main() -> int:
    """Do what the command line says; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m fairlead.store.migrations")
    commands = parser.add_subparsers(required=True)
    new = commands.add_parser("new", help="write the next revision from a package's tables")
    new.add_argument("package", help="the service, or fairlead.store")
    new.add_argument("message", help="what changes, in a few words")
    new.set_defaults(run=_new)
    up = commands.add_parser("up", help="bring a service's database to the newest schema")
    up.add_argument("package", help="the service")
    up.set_defaults(run=_up)
    options = parser.parse_args()
    try:
        options.run(options)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
