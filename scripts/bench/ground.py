"""The servers that everything is measured on, each started when it is first wanted."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from fairlead.secrets import new_key
from scripts.servers.mail import MailServer
from scripts.servers.postgresql import PostgreSQL
from scripts.servers.rabbitmq import RabbitMQ


class Ground:
    """A RabbitMQ, a PostgreSQL and a Postfix of our own, or servers that run already.

    The database server's folder is in `folder` and stays: what took long to load is there the
    next time. The other two are new each time.
    """

    def __init__(
        self,
        folder: Path,
        *,
        rabbitmq: RabbitMQ | None = None,
        postgresql: PostgreSQL | None = None,
    ) -> None:
        self.folder = folder
        self._given = rabbitmq, postgresql
        self._keys = new_key()
        self._stack = ExitStack()

    @cached_property
    def rabbitmq(self) -> RabbitMQ:
        """The broker."""
        return self._given[0] or self._stack.enter_context(RabbitMQ())

    @cached_property
    def postgresql(self) -> PostgreSQL:
        """The database server, as durable as one in production: each commit is on disk."""
        given = self._given[1]
        return given or self._stack.enter_context(PostgreSQL(self.folder / "postgresql"))

    @cached_property
    def mail(self) -> MailServer:
        """The mail server."""
        return self._stack.enter_context(MailServer())

    def vhost(self) -> str:
        """The AMQP URI of an empty vhost."""
        return self.rabbitmq.create_vhost()

    def database(self, name: str) -> str:
        """The URL of an empty database; it is dropped in the end."""
        url = self.postgresql.create_database(f"bench_{name}")
        self._stack.callback(self.postgresql.drop_database, url)
        return url

    def environment(self, uri: str, url: str) -> dict[str, str]:
        """What a process of ours reads, with this broker and this database."""
        return {
            "FAIRLEAD_AMQP_URI": uri,
            "FAIRLEAD_DATABASE_URL": url,
            "FAIRLEAD_FILES": str(self.folder / "files"),
            "FAIRLEAD_SECRET_KEYS": self._keys,
            "FAIRLEAD_ADMIN_TOKEN": "nobody asks these processes",
            "FAIRLEAD_ADMIN_PORT": "0",
        }

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()
