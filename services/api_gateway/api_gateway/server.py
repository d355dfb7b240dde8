"""The gateway's HTTP server: the Flask app on eventlet, so that a thousand open streams cost
little."""

from __future__ import annotations

from typing import Any

import eventlet
import eventlet.wsgi
import structlog
from nameko.extensions import DependencyProvider

from fairlead.runtime import runtime_of

from .app import create_app
from .gateway import make_gateway
from .live import Live
from .settings import GatewaySettings

log = structlog.get_logger(__name__)

GREENLETS = 2000  # open connections, streams among them
LINE_SECONDS = 60  # for a client to send its request


class _Quiet:
    """eventlet's access log goes nowhere: requests are logged with their ids by the app."""

    def debug(self, message: str, *arguments: object) -> None:
        """Nothing."""

    info = debug
    error = debug


class HttpServer(DependencyProvider):
    """Serves HTTP while the service runs. `.live` has the open streams."""

    def setup(self) -> None:
        runtime = runtime_of(self.container)
        name = self.container.service_name
        self._settings = GatewaySettings.read(name)
        database = runtime.database(name)
        parts = make_gateway(runtime.caller, runtime.files, database, self._settings)
        self._live = parts.live
        self._app = create_app(parts)
        self._socket: Any = None

    def start(self) -> None:
        self._socket = eventlet.listen((self._settings.host, self._settings.port), reuse_port=False)
        self.container.spawn_managed_thread(self._live.run, identifier="live")
        self.container.spawn_managed_thread(self._serve, identifier="http")
        log.info("listening", port=self._socket.getsockname()[1])

    def _serve(self) -> None:
        eventlet.wsgi.server(
            self._socket,
            self._app,
            log=_Quiet(),
            log_output=False,
            max_size=GREENLETS,
            socket_timeout=LINE_SECONDS,
            keepalive=True,
            debug=False,
        )

    def stop(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def get_dependency(self, worker_ctx: object) -> Live:
        return self._live
