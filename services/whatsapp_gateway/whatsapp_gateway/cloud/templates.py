"""Templates as Meta tells of them, and what they say when they are filled."""

from __future__ import annotations

import re
from typing import Any, Final
from uuid import UUID

from contracts.channels import ApprovedTemplate
from contracts.whatsapp_gateway import FilledTemplate, NetworkTemplate, TemplateState

from ..domain.pieces import Named

_PLACE: Final = re.compile(r"\{\{\s*(\w{1,60})\s*\}\}")
_STATES: Final = {
    "APPROVED": TemplateState.APPROVED,
    "REJECTED": TemplateState.REJECTED,
    "PAUSED": TemplateState.PAUSED,
    "DISABLED": TemplateState.DISABLED,
}
_CLOSED: Final = {
    TemplateState.PENDING: "Meta has not approved it yet",
    TemplateState.REJECTED: "Meta rejected it",
    TemplateState.PAUSED: "it is paused",
    TemplateState.DISABLED: "it was disabled",
}


def read(connection_id: UUID, found: dict[str, Any]) -> NetworkTemplate | None:
    """A template from Meta's list; None for what has no name."""
    name, language = found.get("name"), found.get("language")
    if not isinstance(name, str) or not isinstance(language, str) or not name or not language:
        return None
    parts = {"HEADER": "", "BODY": "", "FOOTER": ""}
    buttons: list[str] = []
    heading_file = ""
    components = found.get("components")
    for each in components if isinstance(components, list) else []:
        if not isinstance(each, dict):
            continue
        kind = str(each.get("type", "")).upper()
        if kind in parts and isinstance(each.get("text"), str):
            parts[kind] = each["text"]
        shown = str(each.get("format") or "TEXT").lower()
        if kind == "HEADER" and shown != "text":
            heading_file = shown[:20]
        if kind == "BUTTONS" and isinstance(each.get("buttons"), list):
            listed = [button for button in each["buttons"] if isinstance(button, dict)]
            buttons = [str(button.get("url") or button.get("text") or "") for button in listed]
    reason = found.get("rejected_reason")
    return NetworkTemplate(
        connection_id=connection_id,
        name=name[:512],
        language=language[:15],
        category=str(found.get("category") or "").lower(),
        state=_STATES.get(str(found.get("status", "")).upper(), TemplateState.PENDING),
        heading=parts["HEADER"],
        body=parts["BODY"],
        footer=parts["FOOTER"],
        buttons=buttons,
        reason=reason if isinstance(reason, str) and reason != "NONE" else None,
        heading_file=heading_file,
    )


def places(text: str) -> list[str]:
    """The places of a text, each once, in their order."""
    return list(dict.fromkeys(_PLACE.findall(text)))


def fill(known: NetworkTemplate | None, wanted: ApprovedTemplate) -> FilledTemplate:
    """What it says with these values, and what keeps it from being sent."""
    if known is None:
        return FilledTemplate(text="", problem="there is no such template in this language")
    problem = _CLOSED.get(known.state)
    if known.heading_file:
        problem = problem or f"its heading wants a file ({known.heading_file}), which none can have"
    for part, given, called in (
        (known.heading, wanted.heading, "heading"),
        (known.body, wanted.parameters, "text"),
    ):
        needs = len(places(part))
        if needs != len(given):
            problem = problem or f"its {called} has {needs} places and {len(given)} values"
        elif not all(each.strip() for each in given):
            problem = problem or f"a value of its {called} is empty"
    problem = problem or _of_buttons(known.buttons, wanted.buttons)
    parts = [
        _filled(known.heading, wanted.heading),
        _filled(known.body, wanted.parameters),
        known.footer,
    ]
    return FilledTemplate(text="\n\n".join(filter(None, parts)), problem=problem)


def named(known: NetworkTemplate | None) -> Named:
    """How the values of a template are called, where its places have names and no numbers."""
    if known is None:
        return Named()
    return Named(_names(known.heading), _names(known.body))


def _names(text: str) -> tuple[str, ...]:
    found = places(text)
    return () if all(each.isdigit() for each in found) else tuple(found)


def _of_buttons(buttons: list[str], given: list[str]) -> str | None:
    """An address of a button with a place wants a value, and no other button has one."""
    for number, button in enumerate(buttons):
        value = given[number].strip() if number < len(given) else ""
        if places(button) and not value:
            return f"the address of its button {number + 1} wants a value"
        if value and not places(button):
            return f"its button {number + 1} has no place for a value"
    return "it has fewer buttons" if any(given[len(buttons) :]) else None


def _filled(text: str, values: list[str]) -> str:
    by_place = dict(zip(places(text), values, strict=False))
    return _PLACE.sub(lambda found: by_place.get(found[1], found[0]), text)
