"""Jasmin, a gateway for texts in Python, from PyPI in a virtual environment of its own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from scripts.servers.install import MissingPackages, install
from scripts.servers.message_centre import MessageCentre
from scripts.servers.rabbitmq import RabbitMQ
from scripts.servers.redis import Redis
from scripts.servers.server import Server, ServerError

VERSION = "0.11.1"
INSTALL_SECONDS = 900.0
ANSWER_SECONDS = 30.0
PROTOCOL = "lib/python*/site-packages/txamqp/specs/standard/amqp0-9-1.stripped.xml"
# Ports that nobody is to use are drawn as well: Jasmin listens on all of them.
CONFIGURATION = """[smpp-server]
bind = 127.0.0.1
port = {smpp}
[smpp-server-pb]
bind = 127.0.0.1
port = {smpp_pb}
[client-management]
bind = 127.0.0.1
port = {clients}
store_path = {store}
[router]
bind = 127.0.0.1
port = {router}
store_path = {store}
[jcli]
bind = 127.0.0.1
port = {console}
authentication = False
[http-api]
bind = 127.0.0.1
port = {port}
[amqp-broker]
host = {broker_host}
port = {broker_port}
vhost = {vhost}
username = {broker_user}
password = {broker_password}
spec = {protocol}
[redis-client]
host = 127.0.0.1
port = {redis}
"""


class NoJasmin(Exception):
    """It cannot be had here; the message says why."""


def installed(folder: Path) -> Path:
    """The folder of its programs, in the virtual environment in `folder`, which is made if it is
    not there, and Redis with it. Raises NoJasmin."""
    programs = folder / "bin"
    try:
        install(["redis-server"])
        if not (programs / "jasmind.py").exists():
            print(f"installing jasmin {VERSION} into {folder}, once …", flush=True)
            shutil.rmtree(folder, ignore_errors=True)
            _ran([sys.executable, "-m", "venv", str(folder)])
            _ran([str(programs / "pip"), "install", "--quiet", f"jasmin=={VERSION}"])
    except (MissingPackages, NoJasmin) as error:
        raise NoJasmin(str(error)) from None
    return programs


def _ran(command: list[str]) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise NoJasmin(f"{command[0]} took longer than {INSTALL_SECONDS:.0f} s") from None
    if done.returncode != 0:
        raise NoJasmin("\n".join(done.stderr.strip().splitlines()[-3:]))


class Jasmin(Server):
    """Signed in at `centre`, with queues in a vhost of `broker`'s; its HTTP door is on `port`.

    What it takes for `user` goes to the centre as fast as that answers.
    """

    name = "jasmin"
    account = "root"
    ports_needed: ClassVar[tuple[str, ...]] = (
        "port", "smpp", "smpp_pb", "clients", "router", "console",
    )  # fmt: skip
    start_seconds: ClassVar[float] = 60
    user = "bench"

    def __init__(
        self,
        programs: Path,
        centre: MessageCentre,
        broker: RabbitMQ,
        redis: Redis,
        folder: Path | None = None,
    ) -> None:
        super().__init__(folder)
        self._programs = programs
        self._centre = centre
        self._redis = redis
        self._vhost = urlsplit(broker.create_vhost())

    @property
    def password(self) -> str:
        """At most eight characters, as SMPP has it."""
        return self.secret[:8]

    def prepare(self) -> None:
        """Writes its configuration, and makes the folders that it wants."""
        for name in ("store", "log"):
            (self.folder / name).mkdir(exist_ok=True)
        given = {
            **self.ports,
            "store": self.folder / "store",
            "broker_host": self._vhost.hostname,
            "broker_port": self._vhost.port,
            "broker_user": self._vhost.username,
            "broker_password": self._vhost.password,
            "protocol": next(self._programs.parent.glob(PROTOCOL)),
            "vhost": self._vhost.path.removeprefix("/"),
            "redis": self._redis.port,
        }
        self.write("jasmin.cfg", CONFIGURATION.format(**given))

    def command(self) -> list[str]:
        """The program, by the interpreter that its packages are for."""
        daemon = [str(self._programs / "python"), str(self._programs / "jasmind.py")]
        return [*daemon, "-c", str(self.folder / "jasmin.cfg")]

    def environment(self) -> dict[str, str]:
        """Where it writes its logs."""
        return {"LOG_PATH": str(self.folder / "log")}

    def ready(self) -> bool:
        """Whether its last door is open."""
        try:
            socket.create_connection(("127.0.0.1", self.ports["console"]), timeout=1).close()
        except OSError:
            return False
        return True

    def connect(self) -> None:
        """Tell its console of the centre and of `user`; returns when it is signed in. Raises
        ServerError."""
        with socket.create_connection(("127.0.0.1", self.ports["console"])) as line:
            line.settimeout(ANSWER_SECONDS)
            for asked in self._orders():
                line.sendall(f"{asked}\r\n".encode())
                _prompted(line)
        deadline = time.monotonic() + ANSWER_SECONDS
        while not self._centre.sessions["now"]:
            if time.monotonic() > deadline:
                raise ServerError("jasmin does not sign in at the message centre")
            time.sleep(0.1)

    def _orders(self) -> list[str]:
        centre = ["cid centre", "host 127.0.0.1", f"port {self._centre.port}", "username us"]
        centre += [f"password {self._centre.password}", "submit_throughput 0", "ok"]
        user = [f"username {self.user}", f"password {self.password}", "gid us", "uid us", "ok"]
        route = ["type DefaultRoute", "connector smppc(centre)", "rate 0.0", "ok"]
        return [
            *("smppccm -a", *centre, "smppccm -1 centre"),
            *("group -a", "gid us", "ok", "user -a", *user),
            *("mtrouter -a", *route),
        ]


def _prompted(line: socket.socket) -> str:
    """What the console says until it asks for more. Raises ServerError when it hangs up."""
    said = b""
    while not said.rstrip().endswith((b">", b"jcli :")):
        some = line.recv(4096)
        if not some:
            raise ServerError(f"jasmin's console hung up: {said[-200:]!r}")
        said += some
    return said.decode("utf-8", "replace")
