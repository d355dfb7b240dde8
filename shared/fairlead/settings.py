"""Settings: read once from the environment when a process starts; every mistake named at once.

    class EmailSettings(Common):
        idle = setting("FAIRLEAD_EMAIL_IDLE", seconds(60, 1740), default="29m",
                       help="How long one IMAP IDLE lasts")

    settings = EmailSettings.read("email_gateway")
    settings.idle  # 1740.0, a float to the type checker too

An empty variable counts as not set, and blanks around a value do not count. `{service}` in a value
stands for the service's name, so that one environment serves several services, each with its own
database.
`python -m fairlead.settings [module ...]` prints the tables of docs/settings.md.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, Never, NoReturn, Self, TypeVar, overload

from .kinds import (
    Kind,
    Secret,
    Url,
    boolean,
    choice,
    fernet_key,
    integer,
    listing,
    optional,
    path,
    seconds,
    secret,
    text,
    url,
    zone,
)

__all__ = [
    "BadSettings",
    "Common",
    "Kind",
    "Secret",
    "Setting",
    "Settings",
    "Url",
    "boolean",
    "choice",
    "fernet_key",
    "integer",
    "listing",
    "optional",
    "path",
    "seconds",
    "secret",
    "setting",
    "text",
    "url",
    "zone",
]

T = TypeVar("T")


class BadSettings(Exception):
    """Settings are missing or wrong. `problems` has one line for each, none shows a secret."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        many = "1 setting is" if len(self.problems) == 1 else f"{len(self.problems)} settings are"
        return "\n  ".join((f"{many} wrong:", *self.problems))


class Setting(Generic[T]):
    """One setting of a class: its variable, kind, default and meaning."""

    def __init__(self, name: str, kind: Kind[T], default: str | None, help: str) -> None:
        self.name = name
        self.kind = kind
        self.default = default
        self.help = help
        self.attribute = ""

    def __set_name__(self, owner: type[Settings], attribute: str) -> None:
        self.attribute = attribute

    @overload
    def __get__(self, instance: None, owner: type[Settings]) -> Setting[T]: ...
    @overload
    def __get__(self, instance: Settings, owner: type[Settings]) -> T: ...
    def __get__(self, instance: Settings | None, owner: type[Settings]) -> Setting[T] | T:
        if instance is None:
            return self
        value: T = instance._values[self.attribute]
        return value

    def __set__(self, instance: Settings, value: Never) -> NoReturn:
        raise AttributeError(f"{self.attribute} is a setting and does not change")

    def value(self, service: str, environ: Mapping[str, str]) -> T:
        """The value for `service`; raises ValueError with the line that tells what is wrong."""
        raw = environ.get(self.name, "").strip() or self.default
        if raw is None:
            raise ValueError(f"{self.name}: is not set; expected {self._expected()}")
        try:
            return self.kind.parse(raw.replace("{service}", service))
        except ValueError as error:
            raise ValueError(f"{self.name}: {error}; expected {self._expected()}") from None

    def _expected(self) -> str:
        example = self.default or self.kind.example
        return f"{self.kind.says}, for example {example}" if example else self.kind.says


def setting(name: str, kind: Kind[T], *, default: str | None = None, help: str) -> Setting[T]:
    """Declare a setting. `default` is text as it would stand in the environment; None: required."""
    return Setting(name, kind, default, help)


class Settings:
    """The settings of one service, frozen. Subclasses declare them with `setting`."""

    def __init__(self, service: str, values: dict[str, Any]) -> None:
        self.service = service
        self._values = values

    @classmethod
    def declared(cls) -> Iterator[Setting[Any]]:
        """Every setting of this class, inherited ones first."""
        for owner in reversed(cls.__mro__):
            yield from (entry for entry in vars(owner).values() if isinstance(entry, Setting))

    @classmethod
    def read(cls, service: str, environ: Mapping[str, str] | None = None) -> Self:
        """The settings of `service` from `environ` (the process's own by default).

        Raises BadSettings with every missing or wrong one.
        """
        environ = os.environ if environ is None else environ
        values: dict[str, Any] = {}
        problems: list[str] = []
        for entry in cls.declared():
            try:
                values[entry.attribute] = entry.value(service, environ)
            except ValueError as error:
                problems.append(str(error))
        if problems:
            raise BadSettings(problems)
        return cls(service, values)

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self._values.items())
        return f"{type(self).__name__}({self.service!r}, {shown})"


class Common(Settings):
    """What every service process reads."""

    amqp_uri = setting(
        "FAIRLEAD_AMQP_URI",
        url(
            "embedded",
            "amqp",
            "amqps",
            example="amqp://user:password@rabbitmq:5672/fairlead",
            hostless=frozenset({"embedded"}),
        ),
        default="embedded://",
        help="The bus: RabbitMQ, or the embedded one inside this process",
    )
    installed = setting(
        "FAIRLEAD_INSTALLED",
        listing(text("a service's name", "inbox")),
        default="",
        help="The services that run on this bus; what is said waits for those that have not begun",
    )
    database_url = setting(
        "FAIRLEAD_DATABASE_URL",
        url(
            "sqlite",
            "postgresql",
            "postgresql+psycopg",
            example="postgresql://{service}:password@postgres/{service}",
            hostless=frozenset({"sqlite", "postgresql", "postgresql+psycopg"}),
        ),
        default="sqlite:///var/{service}.db",
        help="The service's own database",
    )
    files = setting(
        "FAIRLEAD_FILES",
        text("a folder, or an S3 bucket as s3://bucket/prefix?endpoint=…&region=…", "var/files"),
        default="var/files",
        help="Where files are kept; access keys for S3 are read as boto3 reads them",
    )
    secret_keys = setting(
        "FAIRLEAD_SECRET_KEYS",
        listing(fernet_key(), shortest=1),
        help="Keys for secrets at rest and signed tokens: the first encrypts and signs, all "
        "decrypt and verify; `python -m fairlead.secrets` prints a new one",
    )
    admin_token = setting(
        "FAIRLEAD_ADMIN_TOKEN",
        secret(shortest=16),
        help="The bearer token that /admin wants",
    )
    admin_port = setting(
        "FAIRLEAD_ADMIN_PORT",
        integer(0, 65535),
        default="8081",
        help="Port of /healthz, /readyz, /metrics and /admin; 0 takes a free one",
    )
    host = setting(
        "FAIRLEAD_HOST",
        text("an address of this machine", "0.0.0.0"),  # noqa: S104 (an example, not a bind)
        default="127.0.0.1",
        help="The address that servers listen on",
    )
    port = setting(
        "FAIRLEAD_PORT",
        integer(0, 65535),
        default="8080",
        help="The API gateway's port; 0 takes a free one",
    )
    public_url = setting(
        "FAIRLEAD_PUBLIC_URL",
        url("https", "http", example="https://hub.example.com"),
        default="http://127.0.0.1:8080",
        help="Where guests and providers reach the gateway; links in messages begin with it",
    )
    log_level = setting(
        "FAIRLEAD_LOG_LEVEL",
        choice("info", "debug", "warning", "error"),
        default="info",
        help="The least level that is logged",
    )
    log_format = setting(
        "FAIRLEAD_LOG_FORMAT",
        choice("json", "console"),
        default="json",
        help="Log lines as JSON, or for people",
    )
    sandbox = setting(
        "FAIRLEAD_SANDBOX",
        boolean(),
        default="no",
        help="Channels without a provider talk to the sandbox's mailboxes and phones",
    )
    outbound_private_hosts = setting(
        "FAIRLEAD_OUTBOUND_PRIVATE_HOSTS",
        boolean(),
        default="no",
        help="Whether webhooks and feeds that users name may be on private networks and loopback",
    )
    outbound_ca_file = setting(
        "FAIRLEAD_OUTBOUND_CA_FILE",
        text("a PEM file", "/etc/ssl/own-ca.pem"),
        default="",
        help="Further certificates that webhooks' and feeds' servers may be signed with",
    )


def markdown(*classes: type[Settings]) -> str:
    """One Markdown table a class, of the settings that it adds to its parents."""
    return "\n".join("\n".join(_table(cls)) for cls in classes)


def _table(cls: type[Settings]) -> Iterator[str]:
    yield f"## {cls.__name__}\n"
    yield "| Variable | Meaning | Value | Default |"
    yield "| --- | --- | --- | --- |"
    for entry in vars(cls).values():
        if isinstance(entry, Setting):
            default = "required" if entry.default is None else f"`{entry.default}`"
            default = "none" if entry.default == "" else default
            example = f", for example `{entry.kind.example}`" if entry.kind.example else ""
            cells = (f"`{entry.name}`", entry.help, entry.kind.says + example, default)
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""


def _subclasses(cls: type[Settings]) -> Iterator[type[Settings]]:
    for child in cls.__subclasses__():
        yield child
        yield from _subclasses(child)


def main(modules: Sequence[str]) -> None:
    """Print the settings of this module and of `modules`, which are imported."""
    for module in modules:
        importlib.import_module(module)
    sys.stdout.write(markdown(*_subclasses(Settings)))


if __name__ == "__main__":
    # The module that services import is another object than __main__, with other subclasses.
    importlib.import_module("fairlead.settings").main(sys.argv[1:])
