"""The admin server over HTTP, on threads in this process and on greenlets in another."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from fairlead import metrics
from fairlead.admin import AdminServer, DeadEvent, DeadPage, Request, Response
from fairlead.admin.health import BEAT, Pulse, Readiness
from fairlead.admin.problem import STATUS
from fairlead.admin.watchdog import Watchdog
from fairlead.errors import Conflict, Failure, Invalid, NotFound, TooMany, Unavailable
from fairlead.secrets import new_key
from fairlead.settings import BadSettings, Common

TOKEN = "a-token-for-tests"


class FakeInbox:
    """Dead events in a dictionary."""

    def __init__(self) -> None:
        bodies = {f"e{number}": b'{"number": %d}' % number for number in range(1, 6)}
        bodies["e6"] = b"\xff not JSON"
        self.rows = {key: self._event(key, body) for key, body in bodies.items()}
        self.replayed: list[str] = []

    def _event(self, id: str, body: bytes) -> DeadEvent:
        return DeadEvent(
            id=id,
            handler="on_message_queued",
            topic="message.queued.v1",
            error="ValueError: no",
            attempts=12,
            received_at=datetime(2026, 11, 2, tzinfo=UTC),
            body=body,
        )

    def list(self, cursor: str | None, limit: int) -> DeadPage:
        if cursor is not None and not cursor.startswith("e"):
            raise Invalid.field("admin.invalid", "cursor", "is none of ours")
        after = [event for key, event in self.rows.items() if cursor is None or key > cursor]
        more = after[limit - 1].id if len(after) > limit else None
        return DeadPage(events=tuple(after[:limit]), next=more)

    def get(self, id: str) -> DeadEvent:
        if id not in self.rows:
            raise NotFound("events.not_found", "There is no such dead event")
        return self.rows[id]

    def replay(self, id: str) -> None:
        self.get(id)
        self.replayed.append(id)
        del self.rows[id]

    def replay_all(self) -> int:
        count = len(self.rows)
        self.rows.clear()
        return count

    def discard(self, id: str) -> None:
        self.get(id)
        del self.rows[id]


class Erasure(msgspec.Struct):
    days: int


def build() -> AdminServer:
    """A server of two services with everything that the tests ask for."""
    admin = AdminServer(
        Common.read(
            "trial",
            {
                "FAIRLEAD_SECRET_KEYS": new_key(),
                "FAIRLEAD_ADMIN_TOKEN": TOKEN,
                "FAIRLEAD_ADMIN_PORT": "0",
            },
        )
    )
    broken = {"store": False}
    for number in range(6):
        admin.check("contacts", f"slow {number}", lambda: time.sleep(0.3))
    admin.check("inbox", "store", lambda: 1 / 0 if broken["store"] else "7 ms")
    inbox = FakeInbox()
    admin.dead_events("contacts", FakeInbox())
    admin.dead_events("inbox", inbox)

    @admin.route("inbox", "POST", "/reset")
    def reset(request: Request) -> None:
        inbox.__init__()  # type: ignore[misc]
        broken["store"] = False

    @admin.route("inbox", "POST", "/break")
    def break_store(request: Request) -> None:
        broken["store"] = True

    @admin.route("inbox", "POST", "/erasures/{name}")
    def erase(request: Request) -> Any:
        return {"days": request.decode(Erasure).days, "name": request.parameters["name"]}

    @admin.route("inbox", "GET", "/fail/{kind}")
    def fail(request: Request) -> Any:
        raise {
            "conflict": Conflict("inbox.taken", "Somebody has it", status="taken", by="Eva"),
            "too_many": TooMany("inbox.too_many", "Slow down", retry_after=0.2),
            "unavailable": Unavailable("inbox.away", "The store is away"),
            "bug": ValueError("a secret of the process"),
        }[request.parameters["kind"]]

    @admin.route("inbox", "GET", "/text")
    def text(request: Request) -> Response:
        return Response(200, b"plain", "text/plain", {"X-Trial": "yes"})

    @admin.route("inbox", "POST", "/spin")
    def spin(request: Request) -> None:
        until = time.monotonic() + float(request.query["seconds"])
        while time.monotonic() < until:
            pass

    admin.start()
    return admin


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def problem(self) -> Any:
        assert self.headers["Content-Type"] == "application/problem+json"
        assert self.json()["status"] == self.status
        return self.json()


class Client:
    """Asks one server, each request on a connection of its own, with no header but those given."""

    def __init__(self, port: int) -> None:
        self.port = port

    def __call__(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        token: str | None = TOKEN,
        timeout: float = 20,
        **headers: str,
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            if token is not None:
                connection.putheader("Authorization", f"Bearer {token}".encode())
            if body is not None and "Content_Length" not in headers:
                connection.putheader("Content-Length", str(len(body)))
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders(body)
            response = connection.getresponse()
            return Answer(response.status, response.msg, response.read())
        finally:
            connection.close()


GREEN = """
import eventlet
eventlet.monkey_patch()
import importlib.util, sys
from fairlead.admin import server
spec = importlib.util.spec_from_file_location("trial", sys.argv[1])
trial = sys.modules["trial"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(trial)
server.STUCK_AFTER = float(sys.argv[2])
print(trial.build().port, flush=True)
eventlet.event.Event().wait()
"""


@contextmanager
def green_server(stderr: Path, stuck_after: float) -> Iterator[int]:
    """The port of a server in a monkey-patched process, whose standard error goes to `stderr`."""
    with open(stderr, "w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", GREEN, __file__, str(stuck_after)],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
    assert process.stdout is not None
    with process.stdout:
        try:
            line = process.stdout.readline()
            assert line, stderr.read_text()
            yield int(line)
        finally:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def green(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server on greenlets."""
    with green_server(tmp_path_factory.mktemp("green") / "stderr", 5.0) as port:
        yield port


@pytest.fixture(scope="module")
def threads() -> Iterator[int]:
    """The port of a server on threads, in this process."""
    admin = build()
    yield admin.port
    admin.stop()


def wait_for(status: int, ask: Callable[[], Answer]) -> Answer:
    """Ask until the answer has `status`, for at most ten seconds."""
    deadline = time.monotonic() + 10
    while (answer := ask()).status != status:
        assert time.monotonic() < deadline, answer.body
        time.sleep(0.02)
    return answer


@pytest.fixture(params=["threads", "green"])
def ask(request: pytest.FixtureRequest) -> Client:
    client = Client(request.getfixturevalue(request.param))
    assert client("POST", "/admin/inbox/reset").status == 204
    return client


def test_who_is_alive_says_so_without_a_token(ask: Client) -> None:
    answer = ask("GET", "/healthz", token=None)
    assert (answer.status, answer.json()) == (200, {"status": "alive"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_checks_run_side_by_side_and_are_all_named(ask: Client) -> None:
    deadline = time.monotonic() + 10
    took = 0.0
    while took < 0.29:  # until it is no kept round
        assert time.monotonic() < deadline
        begun = time.monotonic()
        answer = ask("GET", "/readyz", token=None)
        took = time.monotonic() - begun
    assert took < 1.5, "six checks of 0.3 s each"
    assert answer.status == 200
    checks = {check["name"]: check for check in answer.json()["checks"]}
    assert len(checks) == 7
    assert checks["store"]["detail"] == "7 ms"
    assert checks["slow 1"]["service"] == "contacts"
    assert checks["slow 1"]["milliseconds"] >= 290


def test_one_failed_check_is_enough(ask: Client) -> None:
    ask("POST", "/admin/inbox/break")
    answer = wait_for(503, lambda: ask("GET", "/readyz", token=None))
    assert answer.json()["status"] == "unavailable"
    (failed,) = [check for check in answer.json()["checks"] if not check["ok"]]
    assert failed["detail"] == "ZeroDivisionError: division by zero"


def test_metrics_need_no_accept_header(ask: Client) -> None:
    openmetrics = "application/openmetrics-text; version=x"
    for answer in (
        ask("GET", "/metrics", token=None),
        ask("GET", "/metrics", token=None, Accept=""),
        ask("GET", "/metrics", token=None, Accept=openmetrics),
    ):
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        families = list(text_string_to_metric_families(answer.body.decode()))
        assert "fairlead_hub_lag_seconds" in {family.name for family in families}


@pytest.mark.parametrize(
    "path", ["/admin", "/admin/inbox/events/dead", "/admin/nothing", "/", "//"]
)
@pytest.mark.parametrize("token", [None, "", "x", TOKEN[:-1], TOKEN + "x", "é", "\xff" * 9])
def test_without_the_token_nothing_is_told(ask: Client, path: str, token: str | None) -> None:
    answer = ask("GET", path, token=token)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.problem()["code"] == "admin.bad_token"


@pytest.mark.parametrize(
    "path",
    [
        "//admin",
        "///admin/inbox/text",
        "/%61dmin/inbox/text",
        "/admin%2Finbox/text",
        "/healthz/../admin/inbox/text",
        "/./admin/inbox/text",
        "admin/inbox/text",
        "/healthz;/admin",
    ],
)
def test_no_spelling_of_a_path_gets_around_the_token(ask: Client, path: str) -> None:
    assert ask("GET", path, token=None).status == 401


def test_another_scheme_is_no_token(ask: Client) -> None:
    for header in (TOKEN, f"Basic {TOKEN}", f"Bearer  {TOKEN} {TOKEN}", "Bearer"):
        assert ask("GET", "/admin", token=None, Authorization=header).status == 401
    assert ask("GET", "/admin", token=None, Authorization=f"bearer {TOKEN}").status == 200


def test_the_index_lists_every_route(ask: Client) -> None:
    routes = ask("GET", "/admin").json()["routes"]
    assert "GET /admin/inbox/events/dead/{id}" in routes
    assert "POST /admin/contacts/events/dead/replay" in routes


def test_unknown_paths_and_methods_are_told_apart(ask: Client) -> None:
    assert ask("GET", "/admin/inbox").problem()["status"] == 404
    answer = ask("PUT", "/admin/inbox/events/dead/e1")
    assert answer.problem()["status"] == 405
    assert answer.headers["Allow"] == "DELETE, GET"
    assert ask("POST", "/healthz").status == 405


def test_dead_events_are_listed_page_by_page(ask: Client) -> None:
    seen, cursor = [], ""
    while cursor is not None:
        page = ask("GET", f"/admin/inbox/events/dead?limit=2&cursor={cursor}").json()
        assert len(page["events"]) == 2
        seen += [event["id"] for event in page["events"]]
        cursor = page["next"]
    assert seen == [f"e{number}" for number in range(1, 7)]
    event = ask("GET", "/admin/inbox/events/dead").json()["events"][0]
    assert event == {
        "id": "e1",
        "handler": "on_message_queued",
        "topic": "message.queued.v1",
        "error": "ValueError: no",
        "attempts": 12,
        "received_at": "2026-11-02T00:00:00Z",
    }


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "limit=-1", "limit=%D9%A3"])
def test_a_bad_limit_is_named(ask: Client, query: str) -> None:
    answer = ask("GET", f"/admin/inbox/events/dead?{query}")
    assert answer.status == 422
    assert answer.problem()["errors"] == [
        {"field": "limit", "reason": "must be a number from 1 to 200"}
    ]


def test_a_bad_cursor_and_a_huge_query_are_refused(ask: Client) -> None:
    for query in ("cursor=zz", "&".join(f"a{n}=1" for n in range(21))):
        assert ask("GET", f"/admin/inbox/events/dead?{query}").problem()["status"] == 422


def test_a_dead_event_shows_its_body_even_when_it_is_no_json(ask: Client) -> None:
    assert ask("GET", "/admin/inbox/events/dead/e3").json()["body"] == {"number": 3}
    broken = ask("GET", "/admin/inbox/events/dead/e6").json()
    assert "body" not in broken
    assert broken["body_base64"] == "/yBub3QgSlNPTg=="


def test_dead_events_are_replayed_and_discarded_in_their_own_service(ask: Client) -> None:
    assert ask("POST", "/admin/inbox/events/dead/e1/replay").json() == {"replayed": 1}
    assert ask("DELETE", "/admin/inbox/events/dead/e2").status == 204
    for method, path in (("GET", "e1"), ("POST", "e1/replay"), ("DELETE", "e2")):
        answer = ask(method, f"/admin/inbox/events/dead/{path}")
        assert answer.problem()["code"] == "events.not_found"
        assert answer.status == 404
    assert ask("POST", "/admin/inbox/events/dead/replay").json() == {"replayed": 4}
    assert ask("GET", "/admin/inbox/events/dead").json() == {"events": [], "next": None}
    assert len(ask("GET", "/admin/contacts/events/dead").json()["events"]) == 6


def test_a_body_is_checked_and_its_field_named(ask: Client) -> None:
    path = "/admin/inbox/erasures/J%C3%A1n"
    assert ask("POST", path, b'{"days": 3}').json() == {"days": 3, "name": "Ján"}
    answer = ask("POST", path, b'{"days": "x"}')
    assert answer.status == 422
    assert answer.problem()["errors"][0]["field"] == "days"
    assert ask("POST", path, b"\xff").problem()["code"] == "admin.malformed"


def test_a_body_is_bounded(ask: Client) -> None:
    path = "/admin/inbox/erasures/x"
    for size in (2**20 + 1, 3 * 2**20):
        assert ask("POST", path, b" " * size).problem()["status"] == 413
    assert ask("POST", path, b"", Content_Length="9" * 30).problem()["status"] == 413
    assert ask("POST", path, b"", Content_Length="-1").problem()["status"] == 400
    assert ask("POST", path, b"x", Transfer_Encoding="chunked").problem()["status"] == 411
    assert ask("POST", path, b" " * 2**20).problem()["status"] == 422


def test_failures_are_problems_with_code_and_details(ask: Client) -> None:
    taken = ask("GET", "/admin/inbox/fail/conflict")
    assert taken.problem() == {
        "type": "urn:fairlead:error:inbox.taken",
        "title": "Conflict",
        "status": 409,
        "detail": "Somebody has it",
        "code": "inbox.taken",
        "by": "Eva",
    }
    assert ask("GET", "/admin/inbox/fail/too_many").headers["Retry-After"] == "1"
    assert ask("GET", "/admin/inbox/fail/unavailable").problem()["status"] == 503


def test_a_bug_is_a_500_that_tells_nothing(ask: Client) -> None:
    answer = ask("GET", "/admin/inbox/fail/bug")
    assert answer.problem()["status"] == 500
    assert b"secret" not in answer.body
    assert ask("GET", "/healthz").status == 200


def test_a_handler_may_answer_what_it_likes(ask: Client) -> None:
    answer = ask("GET", "/admin/inbox/text")
    assert (answer.body, answer.headers["Content-Type"]) == (b"plain", "text/plain")
    assert answer.headers["X-Trial"] == "yes"
    head = ask("HEAD", "/admin/inbox/text")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", "5")


def test_silent_and_broken_clients_stop_nobody_else(ask: Client) -> None:
    silent = [socket.create_connection(("127.0.0.1", ask.port)) for _ in range(10)]
    try:
        for number, client in enumerate(silent[:6]):
            client.sendall(
                [b"", b"GET", b"GET /healthz HTTP/1.1\r\n", b"\x16\x03\x01", b"\r\n"][number % 5]
            )
        silent[7].close()
        assert ask("GET", "/healthz", timeout=3).status == 200
    finally:
        for client in silent:
            client.close()


def test_many_may_ask_at_once(ask: Client) -> None:
    wait_for(200, lambda: ask("GET", "/readyz", token=None))
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: ask("GET", "/readyz", token=None).status, range(32)))
    assert answers == [200] * 32


def test_a_stuck_event_loop_is_told_and_shown(tmp_path: Path) -> None:
    stderr = tmp_path / "stderr"
    with green_server(stderr, 0.6) as port, ThreadPoolExecutor(1) as pool:
        ask = Client(port)
        wait_for(200, lambda: ask("GET", "/healthz"))
        spinning = pool.submit(ask, "POST", "/admin/inbox/spin?seconds=3")
        with contextlib.suppress(TimeoutError):
            while True:  # until the loop spins
                ask("GET", "/healthz", timeout=0.5)
        assert not spinning.done(), "it answered nobody while it was stuck"
        stuck = ask("GET", "/healthz", timeout=20)
        assert stuck.status == 503
        assert "the event loop was stuck for" in stuck.problem()["detail"]
        assert spinning.result().status == 204
        wait_for(200, lambda: ask("GET", "/healthz"))
    trace = stderr.read_text()
    assert "the event loop is stuck for" in trace
    assert " in spin" in trace


def test_stopping_frees_the_port_and_starting_on_a_taken_one_says_so() -> None:
    admin = build()
    values = {
        "FAIRLEAD_SECRET_KEYS": new_key(),
        "FAIRLEAD_ADMIN_TOKEN": TOKEN,
        "FAIRLEAD_ADMIN_PORT": str(admin.port),
    }
    second = AdminServer(Common.read("trial", values))
    with pytest.raises(BadSettings, match=r"FAIRLEAD_ADMIN_PORT: cannot listen on 127\.0\.0\.1:"):
        second.start()
    admin.stop()
    admin.stop()
    second.start()
    assert Client(second.port)("GET", "/healthz").status == 200
    second.stop()
    with pytest.raises(ConnectionRefusedError):
        Client(second.port)("GET", "/healthz")


def test_a_route_is_registered_once() -> None:
    admin = build()
    admin.stop()
    with pytest.raises(ValueError, match="has a handler already"):
        admin.dead_events("inbox", FakeInbox())


def test_every_kind_of_failure_has_a_status() -> None:
    kinds = {cls.kind for cls in _subclasses(Failure)}
    assert kinds <= STATUS.keys()


def _subclasses(cls: type[Failure]) -> Iterator[type[Failure]]:
    for child in cls.__subclasses__():
        yield child
        yield from _subclasses(child)


class TestReadiness:
    def test_a_check_that_hangs_is_named_and_not_piled_up(self) -> None:
        readiness = Readiness(deadline=0.2)
        begun: list[int] = []
        release = threading.Event()

        def hang() -> None:
            begun.append(1)
            release.wait(20)

        readiness.add("inbox", "hung", hang)
        readiness.add("inbox", "good", lambda: None)
        for _ in range(3):
            readiness._ended_at = 0.0
            results = {result.name: result for result in readiness.results()}
            assert results["good"].ok
            assert not results["hung"].ok
            assert "no answer after" in results["hung"].detail
        assert len(begun) == 1
        release.set()
        deadline = time.monotonic() + 5
        while not all(result.ok for result in readiness.results()):
            assert time.monotonic() < deadline
            readiness._ended_at = 0.0

    def test_who_asks_at_once_shares_a_round(self) -> None:
        readiness = Readiness(deadline=2)
        rounds: list[int] = []

        def counted() -> None:
            rounds.append(1)
            time.sleep(0.05)

        readiness.add("inbox", "counted", counted)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: readiness.results(), range(8)))
        assert len(rounds) == 1

    def test_a_detail_is_short_and_shows_no_password(self) -> None:
        def refused() -> None:
            raise OSError(f"amqp://user:hunter2@rabbit is away\n{'x' * 5000}")

        readiness = Readiness(deadline=1)
        readiness.add("inbox", "bus", refused)
        (result,) = readiness.results()
        assert result.detail == "OSError: amqp://user:***@rabbit is away"


class TestPulse:
    @given(st.lists(st.floats(0.0, 20.0), max_size=20), st.floats(0.0, 20.0))
    def test_trouble_is_a_stall_now_or_a_moment_ago(
        self, pauses: list[float], since: float
    ) -> None:
        now = 1000.0
        pulse = Pulse(5.0, clock=lambda: now)
        stalled_at = None
        for pause in pauses:
            now += BEAT + pause
            pulse.beat()
            if pause > 5.0:
                stalled_at = now
        now += since
        stuck = since > 5.0 + BEAT or (stalled_at is not None and now - stalled_at <= 5.0)
        assert (pulse.trouble() is not None) == stuck

    def test_what_the_loop_is_stuck_in_is_told_once_each_time(self) -> None:
        since = iter([0.0, 9.0, 9.5, 0.0, 7.0])
        said: list[str] = []
        over = threading.Event()

        def stuck_for() -> float:
            if (found := next(since, None)) is None:
                over.set()
                return 0.0
            return found

        watchdog = Watchdog(stuck_for, 0.01, said.append)
        watchdog.start()
        assert over.wait(30)  # here is where this thread stands all the while
        watchdog.stop()
        assert [each.partition(" s in")[0] for each in said] == [
            "the event loop is stuck for 9.0",
            "the event loop is stuck for 7.0",
        ]
        assert all("assert over.wait(30)" in each for each in said)

    def test_the_lag_is_a_metric(self) -> None:
        now = 1000.0
        pulse = Pulse(5.0, clock=lambda: now)
        now += BEAT + 3.0
        pulse.beat()
        assert metrics.HUB_LAG._value.get() == pytest.approx(3.0)
