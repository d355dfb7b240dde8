"""The service that is asked, and what is said."""

from __future__ import annotations

from typing import ClassVar, Protocol

from fairlead.context import Role
from fairlead.contract import Interface, Right, call
from fairlead.service import rpc

TEXT = "x" * 100
ECHO = Right("echo", frozenset({Role.NOBODY}))


class Echo(Interface, Protocol):
    """Says what it is told."""

    service: ClassVar[str] = "echo"

    @call(ECHO)
    def echo(self, *, text: str) -> str:
        """The same text."""
        ...


class EchoService:
    """Implements Echo."""

    name = "echo"
    implements = Echo

    @rpc
    def echo(self, *, text: str) -> str:
        return text
