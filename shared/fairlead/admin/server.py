"""The admin server: one for the process, for all services that run in it.

GET /healthz    200, or 503 when the event loop is stuck
GET /readyz     every check with its result; 503 unless all are good
GET /metrics    Prometheus' text format
…   /admin/…    for who has the admin token
"""

from __future__ import annotations

import hmac
import socket
import threading
import time
from collections.abc import Callable, Iterable
from socketserver import TCPServer, ThreadingMixIn
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from .. import logs, metrics
from ..errors import Unauthenticated
from ..settings import BadSettings, Common
from ..store.waiting import Waiting
from . import events
from .health import Pulse, Readiness
from .http import BODY_LIMIT, Handler, Request, Response, Routes, answer, body_of, query_of, refusal
from .problem import HttpError
from .queues import Overview

PUBLIC: Final = frozenset({"/healthz", "/readyz", "/metrics"})
STUCK_AFTER: Final = 5.0  # seconds without a turn; a broker gives up on a consumer after some 60
CHECK_DEADLINE: Final = 2.0  # seconds; below the 3 that the charts give a probe
CONNECTIONS: Final = 64
IDLE: Final = 10.0  # seconds that a connection may be silent

log = logs.logger(__name__)


class AdminServer:
    """Health, readiness, metrics and admin endpoints over HTTP.

    Its connections are threads; where a process is monkey-patched they are greenlets, and the same
    code serves both. Register before or after `start`.
    """

    def __init__(self, settings: Common) -> None:
        self._token = settings.admin_token
        self._address = (settings.host, settings.admin_port)
        self._pulse = Pulse(STUCK_AFTER)
        self._readiness = Readiness(CHECK_DEADLINE)
        self._routes = Routes()
        self._routes.add("GET", "/healthz", self._healthz)
        self._routes.add("GET", "/readyz", self._readyz)
        self._routes.add("GET", "/metrics", self._metrics)
        self._routes.add("GET", "/admin", self._index)
        self._overviews: dict[str, Overview] = {}
        self._http: _HttpServer | None = None

    def check(self, service: str, name: str, check: Callable[[], object]) -> None:
        """Let `check` take part in /readyz: it raises when not ready, and may return a detail."""
        self._readiness.add(service, name, check)

    def route(self, service: str, method: str, path: str) -> Callable[[Handler], Handler]:
        """Register a handler for `/admin/<service><path>`, where `{name}` stands for any one part.

        The handler takes a Request and returns what is answered as JSON, None for 204, or a
        Response; a Failure that it raises is answered as problem+json.
        """

        def register(handler: Handler) -> Handler:
            self._routes.add(method, f"/admin/{service}{path}", handler)
            return handler

        return register

    def queue(self, service: str, name: str, read: Callable[[], Waiting]) -> None:
        """Show what waits in a queue of `service` at `/admin/<service>/overview`, and in the gauges
        `fairlead_queue_…`. `name` is for good: alerts ask for it."""
        self._overview(service).add(name, read)

    def rows(self, service: str, count: Callable[[], dict[str, int]]) -> None:
        """Show there, too, how many rows its tables have."""
        self._overview(service).count = count

    def _overview(self, service: str) -> Overview:
        known = self._overviews.get(service)
        if known is None:
            known = self._overviews[service] = Overview(service)
            shown = known.shown
            self.route(service, "GET", "/overview")(lambda request: shown())
        return known

    def dead_events(self, service: str, dead: events.DeadEvents) -> None:
        """Offer the dead events of `service` at `/admin/<service>/events/dead`."""
        for method, path, handler in events.routes(dead):
            self.route(service, method, path)(handler)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._address[1] if self._http is None else self._http.server_port

    def start(self) -> None:
        """Listen; returns when requests are taken. Raises BadSettings where that is impossible."""
        try:
            self._http = _HttpServer(self._address, self)
        except OSError as error:
            where = "{}:{}".format(*self._address)
            reason = f"cannot listen on {where} ({error.strerror or error})"
            raise BadSettings([f"FAIRLEAD_ADMIN_PORT: {reason}"]) from error
        threading.Thread(target=self._http.accept_forever, name="admin", daemon=True).start()
        self._pulse.start()

    def stop(self) -> None:
        """Listen no more. Requests under way go on; calling it twice does nothing."""
        self._pulse.stop()
        if self._http is not None:
            self._http.stop()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """The server as a WSGI application (PEP 3333)."""
        response = self._respond(environ)
        headers = [
            ("Content-Type", response.content_type),
            ("Content-Length", str(len(response.body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            *response.headers.items(),
        ]
        phrase = WSGIRequestHandler.responses[response.status][0]
        start_response(f"{response.status} {phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]

    def _respond(self, environ: dict[str, Any]) -> Response:
        begun = time.monotonic()
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        try:
            response = self._handle(environ, path)
        except Exception as error:
            response = refusal(error)
            if response.status == 500:
                log.exception("admin request failed", path=path)
        if path not in PUBLIC:
            log.info(
                "admin request",
                method=environ["REQUEST_METHOD"],
                path=path,
                status=response.status,
                seconds=round(time.monotonic() - begun, 3),
            )
        return response

    def _handle(self, environ: dict[str, Any], path: str) -> Response:
        if path not in PUBLIC:
            self._check_token(environ.get("HTTP_AUTHORIZATION", ""))
        method = environ["REQUEST_METHOD"]
        handler, parameters = self._routes.find("GET" if method == "HEAD" else method, path)
        request = Request(method, path, parameters, query_of(environ), body_of(environ))
        return answer(handler(request))

    def _check_token(self, header: str) -> None:
        scheme, _, token = header.partition(" ")
        given, wanted = token.strip().encode("latin-1"), self._token.reveal().encode()
        if scheme.lower() != "bearer" or not hmac.compare_digest(given, wanted):
            raise Unauthenticated("admin.bad_token", "Send the admin token as a bearer token")

    def _healthz(self, request: Request) -> Response:
        trouble = self._pulse.trouble()
        if trouble is not None:
            raise HttpError(503, "admin.stuck", trouble)
        return answer({"status": "alive"})

    def _readyz(self, request: Request) -> Response:
        checks = self._readiness.results()
        ready = all(check.ok for check in checks)
        status = "ready" if ready else "unavailable"
        return answer({"status": status, "checks": checks}, status=200 if ready else 503)

    def _metrics(self, request: Request) -> Response:
        return Response(200, metrics.exposition(), metrics.CONTENT_TYPE)

    def _index(self, request: Request) -> Any:
        return {"routes": sorted(self._routes)}


class _HttpServer(ThreadingMixIn, WSGIServer):
    """WSGI on a listening socket, one thread (or greenlet) a connection, at most CONNECTIONS.

    `serve_forever` is not used: it waits with whatever selector was there when socketserver was
    imported, and one from before the monkey-patching would block the event loop.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], application: AdminServer) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._slots = threading.BoundedSemaphore(CONNECTIONS)
        self._stopped = False
        super().__init__(address, _RequestHandler)
        self.set_app(application)

    def server_bind(self) -> None:
        # HTTPServer looks up its own name in the DNS here, which can take seconds.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.socket.getsockname()[:2]
        self.setup_environ()

    def accept_forever(self) -> None:
        """Take connections until `stop`."""
        while not self._stopped:
            try:
                connection, address = self.get_request()
            except OSError:
                time.sleep(0.1)  # stopped, or out of file descriptors for a while
                continue
            self._slots.acquire()
            self.process_request(connection, address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._slots.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.info("admin connection broke", exc_info=True)

    def stop(self) -> None:
        """Close the listening socket, which wakes who waits in accept."""
        if not self._stopped:
            self._stopped = True
            self.socket.shutdown(socket.SHUT_RDWR)
            self.server_close()


class _RequestHandler(WSGIRequestHandler):
    timeout = IDLE

    def log_message(self, format: str, *arguments: object) -> None:
        pass  # the application logs what matters

    def finish(self) -> None:
        # Closing with bytes unread resets the connection, and the answer to who sent too much is
        # lost on its way.
        self.connection.settimeout(0.2)
        try:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_WR)
            left = 4 * BODY_LIMIT
            while left > 0 and (read := len(self.rfile.read1(65536))):
                left -= read
        except OSError:
            pass
        super().finish()
