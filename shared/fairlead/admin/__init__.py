"""The admin server of a process, and what services register with it."""

from .events import DeadEvent, DeadEvents, DeadPage
from .http import Request, Response
from .server import AdminServer

__all__ = ["AdminServer", "DeadEvent", "DeadEvents", "DeadPage", "Request", "Response"]
