"""What a message of Meta's Cloud API says: its words, files, place and cards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from contracts.channels import Card, Place

from . import fields
from .heard import Media

LONGEST: Final = 65_536  # characters of a text; WhatsApp's own limit
MEDIA: Final = ("image", "video", "audio", "document", "sticker")


def words(message: dict[str, Any]) -> str:
    """What it says, or what a button that was pressed says."""
    kind = fields.text(message, "type")
    inner = fields.record(message, kind)
    if kind == "text":
        return fields.text(inner, "body")[:LONGEST]
    if kind in MEDIA:
        return fields.text(inner, "caption")[:LONGEST]
    if kind == "button":
        return fields.text(inner, "text")[:LONGEST]
    if kind == "interactive":
        answer = fields.record(inner, fields.text(inner, "type"))
        title, more = fields.text(answer, "title"), fields.text(answer, "description")
        return "\n".join(filter(None, (title, more, fields.text(answer, "body"))))[:LONGEST]
    if kind == "order":
        return _order(inner)
    return ""


def _order(order: dict[str, Any]) -> str:
    lines = [fields.text(order, "text")]
    for item in fields.records(order, "product_items"):
        price = f"{item.get('item_price', '')} {fields.text(item, 'currency')}".strip()
        lines.append(
            f"{item.get('quantity', 1)} × {fields.text(item, 'product_retailer_id')}: {price}"
        )
    return "\n".join(filter(None, lines))[:LONGEST]


def media(message: dict[str, Any], kind: str) -> list[Media]:
    """Its file, which is still to be fetched."""
    if kind not in MEDIA:
        return []
    inner = fields.record(message, kind)
    source = {
        name: fields.text(inner, name)[:2000]
        for name in ("id", "sha256", "url")
        if fields.text(inner, name)
    }
    if "id" not in source:
        return []
    content_type = fields.text(inner, "mime_type")[:200] or "application/octet-stream"
    word = "voice" if inner.get("voice") is True else kind
    return [
        Media(
            name=fields.text(inner, "filename")[:255] or word,
            content_type=content_type,
            source=source,
        )
    ]


def place(location: dict[str, Any]) -> Place | None:
    """A point on the map; None where it has no coordinates that can be."""
    latitude, longitude = location.get("latitude"), location.get("longitude")
    if not isinstance(latitude, (int, float)) or not isinstance(longitude, (int, float)):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return Place(
        latitude=float(latitude),
        longitude=float(longitude),
        name=fields.text(location, "name")[:500],
        address=fields.text(location, "address")[:500],
    )


def card(contact: dict[str, Any]) -> Iterator[Card]:
    """Somebody's addresses; nothing where there are none and no name."""
    name = fields.record(contact, "name")
    called = fields.text(name, "formatted_name") or fields.text(name, "first_name")
    phones = [
        fields.text(each, "phone") or fields.text(each, "wa_id")
        for each in fields.records(contact, "phones")
    ]
    emails = [fields.text(each, "email") for each in fields.records(contact, "emails")]
    called = called or next(filter(None, [*phones, *emails]), "")
    if called:
        yield Card(
            name=called[:200],
            phones=[each[:500] for each in phones if each][:20],
            emails=[each[:500] for each in emails if each][:20],
            company=fields.text(fields.record(contact, "org"), "company")[:500],
        )


_KNOWN: Final = frozenset(
    {"text", "location", "contacts", "button", "interactive", "order", "request_welcome", *MEDIA}
)


def defects(message: dict[str, Any], kind: str) -> list[str]:
    """What is wrong with it, or cannot be shown here, in sentences."""
    said = [
        fields.text(fields.record(each, "error_data"), "details") or fields.text(each, "title")
        for each in fields.records(message, "errors")
    ]
    if kind not in _KNOWN:
        inner = fields.text(fields.record(message, "unsupported"), "type") or kind or "unknown"
        said.append(f"A message of the kind “{inner[:60]}”, which can only be seen on the phone")
    if kind == "location" and place(fields.record(message, "location")) is None:
        said.append("A place without coordinates")
    return [each[:500] for each in said if each]
