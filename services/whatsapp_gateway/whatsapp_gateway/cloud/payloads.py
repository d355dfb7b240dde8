"""Messages as Meta's Cloud API takes them.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
"""

from __future__ import annotations

from typing import Any

from contracts.channels import ApprovedTemplate, Card, Place, WhatsAppAmendmentQueued

from ..domain import addresses
from ..domain.pieces import Kind, Named, Piece

_NO_CAPTION = frozenset({Kind.AUDIO, Kind.STICKER})


def to(address: str) -> dict[str, Any]:
    """For whom a message is: a number, a business-scoped id, or a group."""
    common = {"messaging_product": "whatsapp"}
    if addresses.is_group(address):
        return common | {"recipient_type": "group", "to": address}
    common["recipient_type"] = "individual"
    # Who hides his number is named by the id that is his at this business alone.
    return common | ({"to": address} if addresses.is_number(address) else {"recipient": address})


def message(address: str, piece: Piece, ours: str, media_id: str | None) -> dict[str, Any]:
    """A piece. `ours` comes back with each status of it."""
    made = to(address) | {"biz_opaque_callback_data": ours}
    if piece.quotes:
        made["context"] = {"message_id": piece.quotes}
    match piece.kind:
        case Kind.TEXT:
            return made | {"type": "text", "text": {"body": piece.text, "preview_url": False}}
        case Kind.TEMPLATE:
            assert piece.template is not None  # its kind has it
            return made | {"type": "template", "template": template(piece.template, piece.named)}
        case Kind.PLACE:
            assert piece.place is not None  # its kind has it
            return made | {"type": "location", "location": place(piece.place)}
        case Kind.CARDS:
            return made | {"type": "contacts", "contacts": [card(each) for each in piece.cards]}
        case _:
            kind = piece.kind.value
            inner: dict[str, Any] = {"id": media_id}
            if piece.text and piece.kind not in _NO_CAPTION:
                inner["caption"] = piece.text
            if piece.kind is Kind.DOCUMENT and piece.file is not None:
                inner["filename"] = piece.file.name
            return made | {"type": kind, kind: inner}


def reaction(amendment: WhatsAppAmendmentQueued) -> dict[str, Any]:
    """A reaction of ours, or its end."""
    inner = {"message_id": amendment.target, "emoji": amendment.text}
    return to(amendment.address) | {"type": "reaction", "reaction": inner}


def read(last_id: str, *, typing: bool) -> dict[str, Any]:
    """That we have read up to a message, and perhaps write, which Meta shows with it alone."""
    made = {"messaging_product": "whatsapp", "status": "read", "message_id": last_id}
    return made | ({"typing_indicator": {"type": "text"}} if typing else {})


def template(filled: ApprovedTemplate, named: Named) -> dict[str, Any]:
    """A template with its values."""
    components: list[dict[str, Any]] = []
    if filled.heading:
        values = _texts(filled.heading, named.heading)
        components.append({"type": "header", "parameters": values})
    if filled.parameters:
        values = _texts(filled.parameters, named.body)
        components.append({"type": "body", "parameters": values})
    for index, value in enumerate(filled.buttons):
        if value:
            components.append(
                {
                    "type": "button",
                    "sub_type": "url",
                    "index": str(index),
                    "parameters": _texts([value]),
                }
            )
    made: dict[str, Any] = {
        "name": filled.name,
        "language": {"policy": "deterministic", "code": filled.language},
    }
    return made | ({"components": components} if components else {})


def place(of: Place) -> dict[str, Any]:
    """A point on the map."""
    made: dict[str, Any] = {"latitude": of.latitude, "longitude": of.longitude}
    return made | {k: v for k, v in (("name", of.name), ("address", of.address)) if v}


def card(of: Card) -> dict[str, Any]:
    """Somebody's addresses. Meta wants a further part of the name beside the whole of it."""
    first, _, last = of.name.partition(" ")
    name = {"formatted_name": of.name, "first_name": first} | ({"last_name": last} if last else {})
    made: dict[str, Any] = {"name": name}
    if of.phones:
        made["phones"] = [_phone(each) for each in of.phones]
    if of.emails:
        made["emails"] = [{"email": each, "type": "WORK"} for each in of.emails]
    if of.company:
        made["org"] = {"company": of.company}
    return made


def _phone(number: str) -> dict[str, str]:
    made = {"phone": number, "type": "CELL"}
    digits = "".join(letter for letter in number if letter.isdigit())
    return made | ({"wa_id": digits} if number.strip().startswith("+") and digits else {})


def _texts(values: list[str], names: tuple[str, ...] = ()) -> list[dict[str, str]]:
    made = [{"type": "text", "text": value} for value in values]
    for each, name in zip(made, names, strict=False):
        each["parameter_name"] = name
    return made
