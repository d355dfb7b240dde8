"""What one process gives to the services that run in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from .admin import AdminServer
    from .bus.broker import Broker
    from .bus.rpc import Caller
    from .files import FileStore
    from .secrets import Vault
    from .settings import Settings
    from .store import Database


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything a service needs from outside, made once when the process starts."""

    settings: Settings
    broker: Broker
    caller: Caller
    database: Callable[[str], Database]  # by the service's name
    files: FileStore
    vault: Vault
    admin: AdminServer


def runtime_of(container: Any) -> Runtime:
    """The runtime that `container` was made with."""
    return cast("Runtime", container.config["runtime"])
