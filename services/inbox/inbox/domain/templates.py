"""Message templates: those that ship with the product, and those that users write (mission A8).

The first line of a shipped file is the subject, the rest the body; one that ends in `.text` is the
body for SMS and WhatsApp, which have no subject. A body is an HTML fragment where it has tags that
make blocks or lines, else plain text with blank lines between paragraphs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import chain
from typing import Any
from uuid import UUID, uuid5

from liquid import Markup

from contracts.common import Channel
from contracts.inbox import MessageKind, Template

from . import content, sandbox, sources
from .sandbox import TemplateError

LANGUAGES = ("en", "es")
_NAMESPACE = UUID("b3a2a9c4-70c2-4b3c-9f7e-3c1f3c0d5a11")
_NAMES = {
    MessageKind.MESSAGE: {"en": "Service details", "es": "Detalles de los servicios"},
    MessageKind.PURCHASE_ORDER: {"en": "Purchase order", "es": "Orden de compra"},
    MessageKind.DUTY_MESSAGE: {"en": "Duty message", "es": "Mensaje de servicio"},
    MessageKind.ITINERARY_LINK: {"en": "Itinerary link", "es": "Enlace al itinerario"},
    MessageKind.PROPOSAL: {"en": "Proposal", "es": "Propuesta"},
    MessageKind.PROPOSAL_UPDATE: {"en": "Changed proposal", "es": "Propuesta modificada"},
    MessageKind.BOOKING_CONFIRMATION: {
        "en": "Booking confirmation",
        "es": "Confirmación de la reserva",
    },
    MessageKind.COMMISSION: {"en": "Commission", "es": "Comisión"},
}


@dataclass(frozen=True, slots=True)
class Filled:
    """A template with its values. `missing`: each name without a value, and its line."""

    subject: str
    html: str
    text: str
    missing: dict[str, int]


def check(subject: str, body: str) -> dict[str, str]:
    """What is wrong with a template: `subject` or `body` to the reason with its line."""
    problems: dict[str, str] = {}
    for field, source in (("subject", subject), ("body", body)):
        try:
            _parsed(source, html=False)
        except TemplateError as error:
            problems[field] = str(error)
    if content.has_control_characters(subject):
        problems["subject"] = "must be a single line"
    return problems


def variables_used(subject: str, body: str) -> list[str]:
    """The dotted names that a template uses, by name, without those it makes itself."""
    parsed = (_parsed(subject, html=False), _parsed(body, html=False))
    return sorted(set(chain.from_iterable(_names(template) for template in parsed)))


def fill(subject: str, body: str, data: Mapping[str, Any]) -> Filled:
    """A template with the values of `data`. Raises TemplateError, or ValueError for HTML that is
    too much to sanitise.

    Values are escaped in HTML. `services_table` and `message` in `data` are `Block`s.
    """
    line, missing = sandbox.render(_parsed(subject, html=False), _plain_blocks(data))
    if content.looks_like_html(body):
        rendered, gaps = sandbox.render(_parsed(body, html=True), _html_blocks(data))
        html = content.sanitise(rendered)
        text = content.plain(html)
    else:
        text, gaps = sandbox.render(_parsed(body, html=False), _plain_blocks(data))
        text = text.strip()
        html = content.paragraphs(text)
    return Filled(content.one_line(line), html, text, gaps | missing)


@dataclass(frozen=True, slots=True)
class Block:
    """A value that is HTML in an HTML body and text in a plain one."""

    html: str
    text: str


def services_table(values: Mapping[str, Any], language: str) -> Block:
    """The table of `services`, one part for each."""
    source = _shipped(f"services.{shipped_language(language)}.liquid")
    rendered, missing = sandbox.render(_parsed(source, html=True), values)
    assert not missing, missing
    return Block(rendered, content.plain(rendered))


def shipped_language(*wishes: str | None) -> str:
    """The first of `wishes` that shipped templates exist in, whatever its region; English else."""
    for wish in wishes:
        if wish and wish[:2] in LANGUAGES:
            return wish[:2]
    return LANGUAGES[0]


@lru_cache(maxsize=1)
def built_in() -> dict[UUID, Template]:
    """The templates that ship with the product."""
    made = [
        _built_in(kind, channel, language)
        for kind in MessageKind
        for channel in Channel
        for language in LANGUAGES
    ]
    return {template.id: template for template in made}


def built_in_for(kind: MessageKind, language: str, channel: Channel = Channel.EMAIL) -> Template:
    """The kind's own template on a channel, in a language of LANGUAGES."""
    return built_in()[_built_in_id(kind, channel, language)]


def variants(template: Template) -> list[Template]:
    """A shipped template in all its languages."""
    return [built_in_for(template.kind, each, template.channel) for each in LANGUAGES]


def _built_in(kind: MessageKind, channel: Channel, language: str) -> Template:
    if channel is Channel.EMAIL:
        subject, _, body = _shipped(f"{kind.value}.{language}.liquid").partition("\n")
    else:
        subject, body = "", _shipped(f"{kind.value}.{language}.text.liquid")
    return Template(
        id=_built_in_id(kind, channel, language),
        name=_NAMES[kind][language],
        kind=kind,
        channel=channel,
        language=language,
        subject=subject,
        body=body,
        variables=variables_used(subject, body),
        built_in=True,
        version=1,
        uses=sources.uses(variables_used(subject, body)),
    )


def _built_in_id(kind: MessageKind, channel: Channel, language: str) -> UUID:
    name = f"{kind.value}.{language}"
    return uuid5(_NAMESPACE, name if channel is Channel.EMAIL else f"{name}.{channel.value}")


@lru_cache(maxsize=64)
def _shipped(name: str) -> str:
    return resources.files("inbox").joinpath("templates", name).read_text(encoding="utf-8")


@lru_cache(maxsize=256)
def _parsed(source: str, *, html: bool) -> sandbox.Template:
    return sandbox.parse(source, html=html)


def _names(template: sandbox.Template) -> list[str]:
    return [name for name in template.global_variable_paths() if not name.startswith("forloop")]


def _html_blocks(data: Mapping[str, Any]) -> dict[str, Any]:
    return {k: Markup(v.html) if isinstance(v, Block) else v for k, v in data.items()}


def _plain_blocks(data: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v.text if isinstance(v, Block) else v for k, v in data.items()}
