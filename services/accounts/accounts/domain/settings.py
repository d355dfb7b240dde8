"""What settings must be before messages are built on them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from contracts.accounts import Branding, Sender, Settings
from fairlead.errors import Invalid
from fairlead.kinds import zone

from . import hours
from .codes import CURRENCIES, known_language

_ZONE = zone()
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)
# A line break in a name would end a mail's header and begin another (RFC 5322 2.2).
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def check(settings: Settings) -> Settings:
    """`settings` when every value is good; raises Invalid that names each wrong one."""
    problems = dict(_problems(settings))
    if problems:
        raise Invalid.fields("accounts.invalid", problems)
    return settings


def check_zone(name: str, field: str) -> str:
    """`name` when it is a time zone of the IANA database; raises Invalid that names `field`."""
    try:
        _ZONE.parse(name)
    except ValueError as error:
        raise Invalid.field("accounts.invalid", field, str(error)) from None
    return name


def check_name(name: str, field: str) -> str:
    """`name` without blanks around it; raises Invalid where nothing or a line break is in it."""
    problem = _line_problem(name)
    if problem or not name.strip():
        raise Invalid.field("accounts.invalid", field, problem or "is blank")
    return name.strip()


def check_text(text: str, field: str) -> str:
    """`text`, which may have many lines; raises Invalid for a NUL, which no database keeps."""
    if "\0" in text:
        raise Invalid.field("accounts.invalid", field, "has a NUL character")
    return text


def _problems(settings: Settings) -> Iterator[tuple[str, str]]:
    try:
        _ZONE.parse(settings.zone)
    except ValueError as error:
        yield "settings.zone", str(error)
    if not known_language(settings.language):
        yield "settings.language", f"{settings.language!r} is no language that is known"
    if settings.currency not in CURRENCIES:
        yield "settings.currency", f"{settings.currency!r} is no currency of ISO 4217"
    for name in ("signature", "footer"):
        if "\0" in getattr(settings, name):
            yield f"settings.{name}", "has a NUL character"
    if settings.notification_address is not None:
        yield from _address_problems(settings.notification_address, "settings.notification_address")
    if settings.hours is not None:
        yield from hours.problems(settings.hours, "settings.hours")
        for place, holiday in enumerate(settings.hours.holidays):
            if problem := _line_problem(holiday.name):
                yield f"settings.hours.holidays[{place}].name", problem
    quiet = settings.quiet_hours
    if quiet is not None and quiet.begins == quiet.ends:
        yield "settings.quiet_hours.ends", "is when they begin: leave quiet hours out to have none"
    yield from _branding_problems(settings.branding)
    yield from _sender_problems(settings.sender)


def _branding_problems(branding: Branding) -> Iterator[tuple[str, str]]:
    if problem := _line_problem(branding.name) or ("" if branding.name.strip() else "is blank"):
        yield "settings.branding.name", problem
    if not _COLOUR.fullmatch(branding.colour):
        yield "settings.branding.colour", "is not a colour such as #0f5c6e"
    for name in ("logo_url", "website"):
        url = getattr(branding, name)
        if url is not None and (problem := _url_problem(url)):
            yield f"settings.branding.{name}", problem
    for number, line in enumerate(branding.address):
        if problem := _line_problem(line):
            yield f"settings.branding.address[{number}]", problem


def _sender_problems(sender: Sender) -> Iterator[tuple[str, str]]:
    if problem := _line_problem(sender.name):
        yield "settings.sender.name", problem
    if sender.reply_to is not None:
        yield from _address_problems(sender.reply_to, "settings.sender.reply_to")


def _address_problems(address: str, field: str) -> Iterator[tuple[str, str]]:
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        yield field, str(error)


def _line_problem(text: str) -> str:
    return "has a line break or another control character" if _CONTROL.search(text) else ""


def _url_problem(url: str) -> str:
    if _CONTROL.search(url) or any(letter.isspace() or letter in "<>\"'\\" for letter in url):
        return "has a character that no URL has"
    try:
        parts = urlsplit(url)
        host = parts.hostname
        parts.port  # noqa: B018 (reading it is what checks it)
    except ValueError as error:
        return f"is not a URL: {error}"
    if parts.scheme not in ("http", "https"):
        return "does not begin with http:// or https://"
    if not host:
        return "names no host"
    if parts.username is not None or parts.password is not None:
        return "has a user name or password in it"
    return ""
