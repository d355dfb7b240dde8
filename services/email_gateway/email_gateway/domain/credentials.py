"""A connection's secrets: taken out of what a person sent, and never put back into an answer."""

from __future__ import annotations

from collections.abc import Container

import msgspec

from contracts.email_gateway import ConnectionDetails, ConnectionKind, Server
from fairlead.errors import Invalid

OAUTH = {ConnectionKind.GOOGLE: "Google", ConnectionKind.MICROSOFT: "Microsoft"}
"""The kinds that sign in with an access token, and whose it is."""


class Secrets(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is encrypted at rest."""

    smtp_password: str | None = None
    imap_password: str | None = None
    dkim_key: str | None = None
    oauth_refresh_token: str | None = None

    def __repr__(self) -> str:
        return "Secrets(***)"


def take_out(details: ConnectionDetails, known: Secrets) -> tuple[ConnectionDetails, Secrets]:
    """The details without their secrets, and the secrets; one that is absent stays as known."""
    secrets = Secrets(
        smtp_password=_password(details.smtp, known.smtp_password),
        imap_password=_password(details.imap, known.imap_password),
        dkim_key=(details.dkim and details.dkim.private_key) or known.dkim_key,
        oauth_refresh_token=details.oauth_refresh_token or known.oauth_refresh_token,
    )
    replace = msgspec.structs.replace
    bare = replace(
        details,
        smtp=details.smtp and replace(details.smtp, password=None),
        imap=details.imap and replace(details.imap, password=None),
        dkim=details.dkim and replace(details.dkim, private_key=None),
        oauth_refresh_token=None,
    )
    return bare, secrets


def _password(server: Server | None, known: str | None) -> str | None:
    if server is None:
        return None
    return server.password if server.password is not None else known


def check(
    details: ConnectionDetails,
    secrets: Secrets,
    *,
    sandbox: bool,
    hosts: Container[ConnectionKind] = (),
) -> None:
    """Raise Invalid with every field that this kind of connection lacks. `hosts` are the kinds of
    OAUTH at which this installation is registered."""
    missing: dict[str, str] = {}
    if details.kind is ConnectionKind.SANDBOX:
        if not sandbox:
            missing["kind"] = "the sandbox is switched off here"
    elif details.smtp is None:
        missing["smtp"] = "is needed to send"
    elif details.kind is ConnectionKind.PASSWORD:
        if details.smtp.username and not secrets.smtp_password:
            missing["smtp.password"] = "is needed with a user name"
        if details.imap is not None and not secrets.imap_password:
            missing["imap.password"] = "is needed to fetch"
    elif details.kind not in hosts:
        host = OAUTH[details.kind]
        missing["kind"] = f"this installation is not registered at {host}: it has no client id"
    else:
        if not secrets.oauth_refresh_token:
            missing["oauth_refresh_token"] = "is needed for this kind"  # noqa: S105
        for name, server in (("smtp", details.smtp), ("imap", details.imap)):
            if server is not None and not server.username:
                missing[f"{name}.username"] = "is needed to sign in"
    if details.dkim is not None and not secrets.dkim_key:
        missing["dkim.private_key"] = "is needed to sign"
    if missing:
        raise Invalid.fields("email_gateway.invalid", missing)
