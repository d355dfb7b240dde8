"""Where the values of a template's variables come from (mission A8)."""

from __future__ import annotations

from collections.abc import Iterable

from contracts.inbox import TemplateVariable, ValueSource

# The names that `variables` and `wording` fill, by their root.
_FILLED = {
    "recipient": (ValueSource.RECIPIENT, {"name", "company", "address"}),
    "itinerary": (
        ValueSource.ITINERARY,
        {"reference", "title", "start", "end", "lead_guest", "guests", "pax", "url"}
        | {"total", "commission", "balance_due", "next_due"},
    ),
    "proposal": (
        ValueSource.PROPOSAL,
        {"reference", "title", "start", "end", "number", "total", "expires"},
    ),
    "organisation": (ValueSource.ORGANISATION, {"name"}),
    "sender": (ValueSource.SENDER, {"name"}),
}
_ALONE = {
    "services": ValueSource.SERVICES,
    "services_table": ValueSource.SERVICES,
    "several_itineraries": ValueSource.SERVICES,
    "message": ValueSource.DRAFT,
    "signature": ValueSource.DRAFT,
}


def uses(names: Iterable[str]) -> list[TemplateVariable]:
    """Each name with where its value comes from."""
    return [TemplateVariable(name=name, source=source_of(name)) for name in names]


def source_of(name: str) -> ValueSource:
    """Where the value of a dotted name comes from."""
    root, _, rest = name.partition(".")
    root = root.partition("[")[0]
    if root in _ALONE:
        return _ALONE[root]
    if root in _FILLED:
        source, known = _FILLED[root]
        inner = rest.partition(".")[0].partition("[")[0]
        if not inner or inner in known:
            return source
    return ValueSource.HAND
