"""What every private server has in common: a folder, ports, a log, a start, a stop and a kill."""

from __future__ import annotations

import abc
import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from scripts.servers.ports import free_ports, is_free

GUARD = Path(__file__).with_name("guard.py")
LOG_TAIL_LINES = 25


class ServerError(Exception):
    """A server could not be started, stopped or asked; the message holds the end of its log."""


class Server(abc.ABC):
    """A server of our own on 127.0.0.1, with all it has in `folder`.

    Without a folder it gets a temporary one, removed by `close()`. Ports and secret are drawn when
    the folder is new and kept in it: a later object on the same folder has the same address and
    data, and an object on a running server's folder can be asked for its address, vhosts and
    databases without being its owner.

    The server lives no longer than the process that started it, however that ends. As root it runs
    as its package's system user, who must be able to reach the folder.
    """

    name: ClassVar[str]
    account: ClassVar[str]
    ports_needed: ClassVar[tuple[str, ...]] = ("port",)
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    start_seconds: ClassVar[float] = 60
    stop_seconds: ClassVar[float] = 20

    def __init__(self, folder: Path | None = None) -> None:
        self._temporary = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix=f"fairlead-{self.name}-"))
        self.folder = self.folder.absolute()
        self._guard: subprocess.Popen[bytes] | None = None
        self.ports, self.secret = self._identity()

    @property
    def port(self) -> int:
        """The port on 127.0.0.1 that clients connect to; the same after a restart."""
        return self.ports["port"]

    @property
    def log(self) -> Path:
        """What the server prints, all starts one after another."""
        return self.folder / f"{self.name}.log"

    @property
    def running(self) -> bool:
        """Whether the server that this object started has not ended."""
        return self._guard is not None and self._guard.poll() is None

    def start(self) -> None:
        """Starts the server and returns once it serves; raises ServerError when it does not."""
        if self.running:
            return
        taken = [str(port) for port in self.ports.values() if not is_free(port)]
        if taken:
            raise ServerError(f"{self.name}: port {', '.join(taken)} is taken by another process")
        self._make_folder()
        self.prepare()
        with self.log.open("ab") as log:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", str(GUARD), self._spec()],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=self._environment(),
                start_new_session=True,
            )
        deadline = time.monotonic() + self.start_seconds
        while not self.ready():
            if not self.running:
                raise ServerError(f"{self.name} ended while it started\n{self._log_tail()}")
            if time.monotonic() > deadline:
                self.kill()
                limit = f"{self.start_seconds:.0f} s"
                raise ServerError(f"{self.name} did not serve within {limit}\n{self._log_tail()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Lets the server finish properly, and ends what is left after `stop_seconds`."""
        self._order(b"stop")

    def kill(self) -> None:
        """SIGKILL to every process of the server at once, as a crash of its host would."""
        self._order(b"kill")

    def restart(self) -> None:
        """Stops and starts it, on the same ports and data."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Stops the server and removes its folder if that was a temporary one."""
        self.stop()
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @abc.abstractmethod
    def command(self) -> list[str]:
        """The command that runs the server in the foreground."""

    @abc.abstractmethod
    def prepare(self) -> None:
        """Makes what the server needs in its folder; called before every start."""

    @abc.abstractmethod
    def ready(self) -> bool:
        """Whether the server takes clients now."""

    def environment(self) -> dict[str, str]:
        """Variables that the server and its tools need beyond the few that all get."""
        return {}

    def run(self, command: list[str], *, given: str = "", timeout: float = 60) -> str:
        """Runs one of the server's tools as its system user, with `given` on its standard input.

        Returns what it printed.

        Raises ServerError with what the tool said when it fails or takes longer than `timeout` s.
        """
        # Files, not pipes: in a process that eventlet has patched, `communicate` with a child that
        # ends before it reads its input may wait for ever.
        with (
            tempfile.TemporaryFile("w+") as asked,
            tempfile.TemporaryFile("w+") as answer,
            tempfile.TemporaryFile("w+") as complaint,
        ):
            asked.write(given)
            asked.seek(0)
            try:
                done = subprocess.run(
                    command,
                    cwd=self.folder,
                    env=self._environment(),
                    stdin=asked,
                    stdout=answer,
                    stderr=complaint,
                    timeout=timeout,
                    check=False,
                    user=self._account(),
                    group=self._account(),
                    extra_groups=None if self._account() is None else [],
                )
            except subprocess.TimeoutExpired as error:
                raise ServerError(f"{command[0]} took longer than {timeout} s") from error
            answer.seek(0)
            complaint.seek(0)
            if done.returncode != 0:
                said = complaint.read() or answer.read()
                raise ServerError(f"{command[0]} failed: {said.strip()}")
            return answer.read()

    def write(self, name: str, text: str) -> Path:
        """Writes a file into the folder, readable by the server's system user alone."""
        path = self.folder / name
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        if self._account():
            shutil.chown(path, self.account, self.account)
        return path

    def _identity(self) -> tuple[dict[str, int], str]:
        path = self.folder / "identity.json"
        if path.exists():
            identity = json.loads(path.read_text(encoding="utf-8"))
            return identity["ports"], identity["secret"]
        drawn = free_ports(len(self.ports_needed))
        ports = dict(zip(self.ports_needed, drawn, strict=True))
        secret = secrets.token_hex(16)
        self._make_folder()
        self.write(path.name, json.dumps({"ports": ports, "secret": secret}))
        return ports, secret

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        account = self._account()
        if account is None:
            return
        shutil.chown(self.folder, account, account)
        user = pwd.getpwnam(account)
        for parent in self.folder.parents:
            mode = parent.stat()
            needed = 0o001
            if mode.st_uid == user.pw_uid:
                needed = 0o100
            elif mode.st_gid == user.pw_gid:
                needed = 0o010
            if not mode.st_mode & needed:
                raise ServerError(
                    f"{self.name} runs as user {account}, who cannot enter {parent};"
                    " give it a folder elsewhere"
                )

    def _account(self) -> str | None:
        """The user to become: the package's own when we are root, else we stay who we are."""
        if os.geteuid() != 0:
            return None
        try:
            pwd.getpwnam(self.account)
        except KeyError:
            raise ServerError(f"{self.name}: there is no user {self.account}") from None
        return self.account

    def _environment(self) -> dict[str, str]:
        common = {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": str(self.folder),
        }
        return common | self.environment()

    def _spec(self) -> str:
        return json.dumps(
            {
                "command": self.command(),
                "account": self._account(),
                "stop_signal": self.stop_signal,
                "grace": self.stop_seconds,
                "temporary": str(self.folder) if self._temporary else None,
            }
        )

    def _order(self, order: bytes) -> None:
        guard, self._guard = self._guard, None
        if guard is None:
            return
        assert guard.stdin is not None  # for the type checker: it was opened as a pipe
        try:
            # Where eventlet has patched everything, a write to nobody waits for ever.
            if guard.poll() is None:
                guard.stdin.write(order)
            guard.stdin.close()
        except BrokenPipeError:
            pass  # the server, and with it the guard, had ended already
        guard.wait(self.stop_seconds + 10)

    def _log_tail(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join([f"the end of {self.log}:", *lines[-LOG_TAIL_LINES:]])
