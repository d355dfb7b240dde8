"""The message bus: calls between services, and events that each have their effect once.

    rpc, Remote      a method that answers; another service to ask
    on, publish      a handler of an event; let an event leave with the transaction
    Caller           asks from outside a service, as the gateway does

Two transports carry it: `embedded` inside one process, `rabbitmq` between processes.
"""

from .broker import Broker
from .events import on
from .inbox import AlreadyDone
from .outbox import publish
from .rpc import Caller, Remote, rpc

__all__ = ["AlreadyDone", "Broker", "Caller", "Remote", "connect", "on", "publish", "rpc"]


def connect(uri: str) -> Broker:
    """The transport at `uri`: `embedded://`, or an AMQP address."""
    if uri.startswith("embedded"):
        from .embedded import EmbeddedBroker

        return EmbeddedBroker()
    from .rabbitmq import RabbitMQ

    return RabbitMQ(uri)
