"""A private RabbitMQ broker."""

from __future__ import annotations

import secrets
import shutil
import socket
from pathlib import Path
from typing import ClassVar

from scripts.servers.server import Server, ServerError

USER = "fairlead"
# Where Debian keeps the scripts themselves; those on the PATH change user and read /etc.
SCRIPTS = Path("/usr/lib/rabbitmq/bin")


class RabbitMQ(Server):
    """A broker with its own node name, data, cookie, epmd and user; nothing but loopback.

    It needs 50 MB of free disk and raises the memory alarm at 1 GB.
    """

    name = "rabbitmq"
    account = "rabbitmq"
    ports_needed: ClassVar[tuple[str, ...]] = ("port", "dist", "epmd")

    @property
    def uri(self) -> str:
        """AMQP URI of the vhost that the broker starts with."""
        return self.vhost_uri("fairlead")

    def vhost_uri(self, vhost: str) -> str:
        """AMQP URI of `vhost`."""
        return f"amqp://{USER}:{self.secret}@127.0.0.1:{self.port}/{vhost}"

    def create_vhost(self) -> str:
        """Makes an empty vhost that our user may do everything in; returns its AMQP URI."""
        return self.renew_vhosts(count=1, gone=())[0]

    def renew_vhosts(self, count: int, gone: tuple[str, ...]) -> list[str]:
        """Makes `count` empty vhosts and deletes those with the URIs in `gone`, in one call.

        Each call starts an Erlang VM for the tool (some 0.3 s), which a single vhost hardly adds
        to: tests that want one each draw them from a pool. Returns the new vhosts' AMQP URIs.
        """
        made = [f"t{secrets.token_hex(6)}" for _ in range(count)]
        dropped = [uri.rpartition("/")[2] for uri in gone]
        everything = ", ".join(['<<".*">>'] * 3)
        self.run(
            [
                _script("rabbitmqctl"),
                "--node",
                self._node,
                "eval",
                f"""
                Actor = <<"{USER}">>,
                [ok = rabbit_vhost:delete(V, Actor) || V <- {_binaries(dropped)}],
                [begin
                   ok = rabbit_vhost:add(V, Actor),
                   ok = rabbit_auth_backend_internal:set_permissions(
                          Actor, V, {everything}, Actor)
                 end || V <- {_binaries(made)}].
                """,
            ]
        )
        return [self.vhost_uri(vhost) for vhost in made]

    def prepare(self) -> None:
        """Writes the configuration; everything else the broker makes by itself."""
        self.write("enabled_plugins", "[].\n")
        self.write(
            "rabbitmq.conf",
            f"""
listeners.tcp.local = 127.0.0.1:{self.port}
default_user = {USER}
default_pass = {self.secret}
default_vhost = fairlead
disk_free_limit.absolute = 50MB
vm_memory_high_watermark.absolute = 1GB
log.file = false
log.console = true
log.console.level = info
""",
        )

    def command(self) -> list[str]:
        """The server's script, which the Erlang VM replaces (see `environment`)."""
        return [_script("rabbitmq-server")]

    def environment(self) -> dict[str, str]:
        """Keeps node, ports, files and cookie apart from any other broker on this machine."""
        own = {
            "CONFIG_FILE": "rabbitmq.conf",
            "CONFIG_FILES": "conf.d",
            "ADVANCED_CONFIG_FILE": "advanced.config",
            "CONF_ENV_FILE": "rabbitmq-env.conf",
            "ENABLED_PLUGINS_FILE": "enabled_plugins",
            "MNESIA_BASE": "data",
            "LOG_BASE": "log",
        }
        return {
            **{f"RABBITMQ_{key}": str(self.folder / value) for key, value in own.items()},
            "RABBITMQ_NODENAME": self._node,
            "RABBITMQ_DIST_PORT": str(self.ports["dist"]),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                # No busy waiting: schedulers that spin take the cores from what is tested.
                "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none"
            ),
            "ERL_EPMD_PORT": str(self.ports["epmd"]),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            # Makes the script exec the VM: a shell in between would swallow SIGTERM for seconds.
            "RUNNING_UNDER_SYSTEMD": "true",
        }

    def ready(self) -> bool:
        """Whether the broker answers an AMQP 0-9-1 header with Connection.Start (a method frame).

        The broker opens its listeners as the last step of its boot, with vhosts and users there.
        """
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as client:
                client.sendall(b"AMQP\x00\x00\x09\x01")
                return client.recv(1) == b"\x01"
        except OSError:
            return False

    @property
    def _node(self) -> str:
        return f"fairlead-{self.ports['dist']}@localhost"


def _script(name: str) -> str:
    own = SCRIPTS / name
    found = str(own) if own.exists() else shutil.which(name)
    if found is None:
        raise ServerError(f"{name} is not installed (Debian's package rabbitmq-server)")
    return found


def _binaries(names: list[str]) -> str:
    """An Erlang list of binaries; `names` are ours or were made here, plain letters and digits."""
    return "[" + ", ".join(f'<<"{name}">>' for name in names if name.isalnum()) + "]"
