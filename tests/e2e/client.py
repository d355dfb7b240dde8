"""The HTTP API as a program uses it."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any, Self, TypeVar

import httpx

T = TypeVar("T")
API = "/api/v1"


class Api:
    """A signed-in user."""

    def __init__(self, address: str, email: str, password: str) -> None:
        self.address = address
        self.http = httpx.Client(base_url=address + API, timeout=30)
        session = self.post("/session", {"email": email, "password": password})
        self.http.headers["X-CSRF-Token"] = session["csrf"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a GET that succeeds."""
        return self._answer(self.http.get(path, params=query))

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """The JSON of a POST that succeeds."""
        return self._answer(self.http.post(path, json=body, headers=headers))

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        """The JSON of a PUT that succeeds."""
        return self._answer(self.http.put(path, json=body, headers=headers))

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        """The JSON of a PATCH that succeeds."""
        return self._answer(self.http.patch(path, json=body, headers=headers))

    def delete(self, path: str, **headers: str) -> Any:
        """The JSON of a DELETE that succeeds."""
        return self._answer(self.http.delete(path, headers=headers))

    def send(self, draft: dict[str, Any], key: str | None = None) -> Any:
        """Send a draft, each time anew unless a key is given."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return self._answer(self.http.post("/messages", json=draft, headers=headers))

    def upload(self, name: str, content: bytes) -> Any:
        """Upload a file."""
        return self._answer(self.http.post("/files", files={"file": (name, content)}))

    def ended(self, service: str, job: Any) -> Any:
        """The job once it has ended."""
        path = f"/jobs/{service}/{job['id']}"
        return wait_for(
            lambda: now if (now := self.get(path))["finished_at"] else None, f"the {job['kind']}"
        )

    def job_file(self, service: str, job: Any, file: str) -> bytes:
        """A file that a job has made."""
        response = self.http.get(f"/jobs/{service}/{job['id']}/files/{file}")
        assert response.status_code == 200, response.text
        return response.content

    def _answer(self, response: httpx.Response) -> Any:
        assert response.is_success, (
            f"{response.request.url}: {response.status_code} {response.text}"
        )
        return response.json() if response.content else None


class Stream:
    """An open event stream, read by a thread of its own."""

    def __init__(self, api: Api, after: str | None = None) -> None:
        self.events: list[tuple[str, str, Any]] = []
        self._open = threading.Event()
        headers = {"Last-Event-ID": after} if after else {}
        self._client = httpx.Client(
            base_url=api.address + API, cookies=api.http.cookies, timeout=None
        )
        self._headers = headers
        self._closing = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        assert self._open.wait(20), "the stream did not open"

    def _read(self) -> None:
        try:
            with self._client.stream("GET", "/events", headers=self._headers) as response:
                assert response.status_code == 200
                self._response = response
                number = kind = ""
                for line in response.iter_lines():
                    self._open.set()
                    name, _, value = line.partition(": ")
                    if name == "id":
                        number = value
                    elif name == "event":
                        kind = value
                    elif name == "data":
                        self.events.append((number, kind, json.loads(value)))
        except (httpx.HTTPError, httpx.StreamError, OSError):
            if not self._closing:
                raise

    def changes(self, change: str) -> list[Any]:
        """The conversation events that say `change`."""
        return [
            data
            for _, kind, data in list(self.events)
            if kind == "conversation.changed" and data["change"] == change
        ]

    def close(self) -> None:
        """Close the stream."""
        self._closing = True
        self._response.extensions["network_stream"].get_extra_info("socket").shutdown(2)
        self._thread.join(10)
        self._client.close()


def version(of: Any) -> dict[str, str]:
    """The header that says which state is changed."""
    return {"If-Match": f'"v{of["version"]}"'}


def wait_for(find: Callable[[], T | None], what: str, seconds: float = 60) -> T:
    """What `find` returns once it is neither None nor False nor empty."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = find()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds:g} s for {what}")
