"""Asking users' addresses: real servers on loopback, and names that lead elsewhere."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.addresses import is_public
from fairlead.outbound import Bounds, Outbound, Refused, Unanswered, Unreached
from fairlead.testing.web import WebServer, plain
from scripts.servers.certificate import issue

pytestmark = [
    pytest.mark.green,  # as services run
    pytest.mark.filterwarnings("ignore:please use dns.resolver"),  # eventlet knows the old name
]

PRIVATE = [
    "10.1.2.3", "172.16.0.1", "192.168.1.1", "127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3",
    "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "168.63.129.16", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1",
    "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a00:1::1",
    "2001::1",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "8.8.8.8", "193.17.47.1", "2606:4700:4700::1111", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_ours_or_nobodys_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_on_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_within_an_ipv6_one_is_judged_as_itself(inner: ipaddress.IPv4Address) -> None:
    number = int(inner)
    mapped = ipaddress.IPv6Address((0xFFFF << 32) | number)
    translated = ipaddress.IPv6Address((0x64FF9B << 96) | number)
    tunnelled = ipaddress.IPv6Address((0x2002 << 112) | (number << 80))
    for outer in (mapped, translated, tunnelled):
        assert not is_public(str(outer)) or is_public(str(inner))


@pytest.fixture
def server() -> Iterator[WebServer]:
    running = WebServer()
    yield running
    running.stop()


OPEN = Outbound(plain=True, private=True)


def test_a_request_arrives_whole_and_its_answer_comes_back(server: WebServer) -> None:
    server.answer = lambda handler: plain(handler, b"thanks", 202, ETag='"7"')
    answer = OPEN.request(
        "POST", f"{server.url}/in?a=b#c", headers={"X-One": "1"}, body=b"x" * 200_000
    )
    assert (answer.status, answer.body, answer.cut) == (202, b"thanks", False)
    assert (answer.headers["etag"], answer.address) == ('"7"', "127.0.0.1")
    method, path, headers, body = server.seen[0]
    assert (method, path, body) == ("POST", "/in?a=b", b"x" * 200_000)
    assert headers["x-one"] == "1"
    assert headers["host"] == f"127.0.0.1:{server.port}"
    assert headers["accept-encoding"] == "identity"


def test_a_large_body_goes_in_pieces(server: WebServer) -> None:
    server.answer = lambda handler: plain(handler, b"thanks")
    pieces = [b"x" * 100_000, b"y" * 100_000]
    asked = OPEN.request(
        "POST", server.url, headers={"Content-Length": "200000"}, body=iter(pieces)
    )
    assert asked.status == 200
    [(_, _, headers, body)] = server.seen
    assert "transfer-encoding" not in headers
    assert body == b"".join(pieces)


def test_a_body_that_breaks_off_is_no_answer(server: WebServer) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * 100
        raise ValueError("the file is shorter than was said")

    server.answer = lambda handler: plain(handler, b"thanks")
    with pytest.raises(Unanswered, match="shorter"):
        OPEN.request("POST", server.url, headers={"Content-Length": "200"}, body=broken())


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "//example.com/",
        "https://user:password@example.com/",
        "https://user@example.com/",
        "https://exam ple.com/",
        "https://example.com/\r\nX: y",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://[::1/",
        "https://ex\\ample.com/",
        "https://ex%41mple.com/",
        "https://příklad.cz/",
        "https://example.com/" + "a" * 2000,
        "javascript:alert(1)",
        "",
    ],
)
def test_an_address_of_a_wrong_form_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        Outbound().target(url)


@given(st.text(max_size=60))
def test_whatever_is_given_as_an_address_is_refused_or_has_a_host(text: str) -> None:
    for url in (text, f"https://{text}", f"https://a.example/{text}"):
        try:
            target = Outbound().target(url)
        except Refused:
            continue
        assert target.host
        assert target.scheme == "https"
        assert 0 < target.port < 65536


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::1]",
     "[::ffff:127.0.0.1]", "0"],
)  # fmt: skip
def test_no_spelling_leads_to_loopback(server: WebServer, host: str) -> None:
    with pytest.raises((Refused, Unreached)):
        Outbound(plain=True).request("GET", f"http://{host}:{server.port}/")
    assert server.seen == []


def test_a_name_is_resolved_once_and_the_checked_address_is_asked(server: WebServer) -> None:
    looked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        looked.append(host)
        return ["127.0.0.1"] if len(looked) == 1 else ["127.0.0.2"]

    client = Outbound(plain=True, private=True, resolve=rebinding)
    answer = client.request("GET", f"http://rebinding.test:{server.port}/")
    assert looked == ["rebinding.test"]
    assert answer.address == "127.0.0.1"
    assert server.seen[0][2]["host"] == f"rebinding.test:{server.port}"


def test_private_addresses_among_public_ones_are_never_asked(
    server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialled: list[str] = []

    def dial(address: tuple[str, int], timeout: float) -> socket.socket:
        dialled.append(address[0])
        raise OSError("nobody there")

    monkeypatch.setattr(socket, "create_connection", dial)
    client = Outbound(plain=True, resolve=lambda host, port: ["127.0.0.1", "8.8.8.8", "::1"])
    with pytest.raises(Unreached):
        client.request("GET", f"http://mixed.test:{server.port}/")
    assert dialled == ["8.8.8.8"]


def test_a_redirect_is_an_answer_unless_it_is_wanted(server: WebServer) -> None:
    server.answer = lambda handler: (
        plain(handler, b"there")
        if handler.path == "/new"
        else plain(handler, b"", 302, Location="/new")
    )
    assert OPEN.request("GET", f"{server.url}/old").status == 302
    answer = OPEN.request("GET", f"{server.url}/old", bounds=Bounds(redirects=2))
    assert (answer.body, answer.url) == (b"there", f"{server.url}/new")
    assert OPEN.request("POST", f"{server.url}/old", bounds=Bounds(redirects=2)).status == 302


def test_a_redirect_is_checked_like_the_first_address(server: WebServer) -> None:
    server.answer = lambda handler: plain(handler, b"", 302, Location="http://inside.test/")
    where = {"outside.test": ["127.0.0.1"], "inside.test": ["10.0.0.7"]}

    class Half(Outbound):
        def addresses(self, target: object) -> list[str]:
            host = target.host  # type: ignore[attr-defined]
            return ["127.0.0.1"] if host == "outside.test" else Outbound.addresses(self, target)  # type: ignore[arg-type]

    client = Half(plain=True, resolve=lambda host, port: where[host])
    with pytest.raises(Refused, match="private network"):
        client.request("GET", f"http://outside.test:{server.port}/", bounds=Bounds(redirects=3))
    server.answer = lambda handler: plain(handler, b"", 302, Location="file:///etc/passwd")
    with pytest.raises(Refused):
        client.request("GET", f"http://outside.test:{server.port}/", bounds=Bounds(redirects=3))


def test_redirects_that_never_end_are_ended(server: WebServer) -> None:
    server.answer = lambda handler: plain(handler, b"", 302, Location=handler.path + "x")
    with pytest.raises(Unreached, match="more than 3 redirects"):
        OPEN.request("GET", f"{server.url}/", bounds=Bounds(redirects=3))
    assert len(server.seen) == 4


def test_an_answer_is_cut_or_refused_at_its_size(server: WebServer) -> None:
    server.answer = lambda handler: plain(handler, b"a" * 5000)
    answer = OPEN.request("GET", server.url, bounds=Bounds(size=1000))
    assert (len(answer.body), answer.cut) == (1000, True)
    with pytest.raises(Unreached, match="more than 1000 bytes"):
        OPEN.request("GET", server.url, bounds=Bounds(size=1000, whole=True))


def test_an_answer_that_breaks_off_is_none(server: WebServer) -> None:
    def broken(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"half")

    server.answer = broken
    with pytest.raises(Unreached):
        OPEN.request("GET", server.url)


def test_a_server_that_drips_is_left_at_the_deadline(server: WebServer) -> None:
    stop = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not stop.wait(0.05):
            handler.wfile.write(b".")

    server.answer = drip
    begun = time.monotonic()
    with pytest.raises(Unanswered, match="too long"):
        OPEN.request("GET", server.url, bounds=Bounds(total=0.6))
    stop.set()
    assert 0.5 < time.monotonic() - begun < 5


def test_what_is_no_http_gives_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def talk() -> None:
            with listening.accept()[0] as line:
                line.recv(1000)
                line.sendall(b"220 smtp.example.com ESMTP\r\n")

        threading.Thread(target=talk, daemon=True).start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        with pytest.raises(Unanswered):
            OPEN.request("GET", address)
    with pytest.raises(Unreached) as caught:
        OPEN.request("GET", address)
    assert not isinstance(caught.value, Unanswered)  # nobody was there to hear it


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    public, private = issue()
    (tmp_path / "ca.pem").write_text(public)
    (tmp_path / "server.pem").write_text(public + private)
    return tmp_path


def test_certificates_are_checked_for_the_name_not_the_address(certificate: Path) -> None:
    server = WebServer(certificate / "server.pem")
    try:
        here: Callable[[str, int], list[str]] = lambda host, port: ["127.0.0.1"]  # noqa: E731
        ca_file = str(certificate / "ca.pem")
        client = Outbound(private=True, ca_file=ca_file, resolve=here)
        assert client.request("GET", f"https://localhost:{server.port}/").status == 200
        with pytest.raises(Unreached, match="certificate is not good"):
            client.request("GET", f"https://other.test:{server.port}/")
        with pytest.raises(Unreached, match="certificate is not good") as caught:
            Outbound(private=True).request("GET", f"https://localhost:{server.port}/")
        assert not isinstance(caught.value, Unanswered)
    finally:
        server.stop()


def test_a_slow_server_stops_no_other_greenlet(server: WebServer) -> None:
    import eventlet

    slow = threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/slow":
            slow.wait(20)
        plain(handler, b"ok")

    server.answer = wait
    waiting = eventlet.spawn(OPEN.request, "GET", f"{server.url}/slow")
    begun = time.monotonic()
    assert OPEN.request("GET", f"{server.url}/fast").body == b"ok"
    assert time.monotonic() - begun < 5
    slow.set()
    assert waiting.wait().status == 200
