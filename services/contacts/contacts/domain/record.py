"""Everything that a contact is, as one value; two of them made one, and taken apart again.

`separate` is the other way of `combine`: taken apart at once, both are what they were. What was
changed in between stays with the survivor.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from contracts.common import Channel
from contracts.consents import Consent, stricter
from contracts.contacts import ContactKind, FieldValue, Reachability, Scheme, Side


class KeptIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """An address of a contact."""

    id: UUID
    key: str
    scheme: Scheme
    value: str
    display: str
    reachability: Reachability
    reason: str | None
    checked_at: dt.datetime | None


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A contact without its id and version. `company` is empty where there is a `company_id`:
    then it is what that is called."""

    kind: ContactKind
    name: str
    company: str
    company_id: UUID | None
    is_company: bool
    position: str
    language: str | None
    zone: str | None
    channel: Channel | None
    external_id: str
    notes: str
    tags: list[str]
    fields: dict[str, FieldValue]
    consents: list[Consent]
    identities: list[KeptIdentity]
    note_ids: list[UUID]
    history_ids: list[UUID]


PLAIN = (
    "kind",
    "name",
    "company",
    "company_id",
    "is_company",
    "position",
    "language",
    "zone",
    "channel",
    "external_id",
)
_BLANK: tuple[Any, ...] = ("", None, ContactKind.UNKNOWN)
OWN = "fields."


def plain(kept: Record) -> Record:
    """The record as it would be kept today: earlier ones had what the company was called then."""
    return kept if kept.company_id is None else msgspec.structs.replace(kept, company="")


def differing(survivor: Record, merged: Record) -> dict[str, tuple[Any, Any]]:
    """The fields in which both have something, and not the same; own ones as fields.KEY."""
    found = {
        name: (getattr(survivor, name), getattr(merged, name))
        for name in PLAIN
        if getattr(merged, name) not in _BLANK
    }
    if survivor.company_id is not None or merged.company_id is not None:
        found.pop("company", None)
    if survivor.is_company:  # which is in no other
        found.pop("company_id", None)
    found |= {OWN + key: (survivor.fields.get(key), value) for key, value in merged.fields.items()}
    return {name: (ours, theirs) for name, (ours, theirs) in found.items() if ours != theirs}


def taken(survivor: Record, merged: Record, choices: Mapping[str, Side]) -> dict[str, Side]:
    """Whose value each differing field takes: as chosen, else the survivor's unless it is blank."""
    return {
        name: choices.get(name, Side.MERGED if ours in _BLANK else Side.SURVIVOR)
        for name, (ours, _) in differing(survivor, merged).items()
    }


def combine(survivor: Record, merged: Record, choices: Mapping[str, Side]) -> Record:
    """The one that two entries make."""
    sides = taken(survivor, merged, choices)
    from_merged = {name for name, side in sides.items() if side is Side.MERGED}
    chosen = {name: getattr(merged, name) for name in PLAIN if name in from_merged}
    fields = survivor.fields | {
        key: value for key, value in merged.fields.items() if OWN + key in from_merged
    }
    both = msgspec.structs.replace(survivor, **chosen)
    if both.is_company:  # which is in no other
        both = msgspec.structs.replace(both, company_id=None)
    return msgspec.structs.replace(
        both,
        company=both.company if both.company_id is None else "",
        notes=_together(survivor.notes, merged.notes),
        tags=_union(survivor.tags, merged.tags),
        fields=fields,
        consents=stricter(survivor.consents, merged.consents),
        identities=[*survivor.identities, *merged.identities],
        note_ids=sorted({*survivor.note_ids, *merged.note_ids}),
        history_ids=sorted({*survivor.history_ids, *merged.history_ids}),
    )


def separate(survivor: Record, merged: Record, after: Record, now: Record) -> tuple[Record, Record]:
    """Survivor and merged as they were before `combine` made `after`, with what was changed
    between `after` and `now` kept by the survivor."""
    kept = {
        name: getattr(survivor, name)
        if getattr(now, name) == getattr(after, name)
        else getattr(now, name)
        for name in (*PLAIN, "notes")
    }
    decided = [each for each in now.consents if each not in after.consents]
    # By key and not by id: all schemes over which one address is reached belong to one contact.
    back = {each.key for each in merged.identities}
    one = msgspec.structs.replace(
        survivor,
        **kept,
        tags=_kept(survivor.tags, after.tags, now.tags),
        fields=_kept_fields(survivor.fields, after.fields, now.fields),
        consents=_decided(survivor.consents, decided),
        identities=[each for each in now.identities if each.key not in back],
        note_ids=sorted(set(now.note_ids) - set(merged.note_ids)),
        history_ids=sorted(set(now.history_ids) - set(merged.history_ids)),
    )
    other = msgspec.structs.replace(
        merged,
        # A decision was made by the person, whichever of the two he is.
        consents=_decided(merged.consents, decided),
        identities=[each for each in now.identities if each.key in back],
        note_ids=sorted(set(merged.note_ids) & set(now.note_ids)),
        history_ids=sorted(set(merged.history_ids) & set(now.history_ids)),
    )
    return one, other


def _together(ours: str, theirs: str) -> str:
    if not theirs.strip() or theirs.strip() in ours:
        return ours
    return f"{ours}\n\n{theirs}" if ours.strip() else theirs


def _union(ours: Iterable[str], theirs: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*ours, *theirs]))


def _kept(before: list[str], after: list[str], now: list[str]) -> list[str]:
    gone, new = set(after) - set(now), [each for each in now if each not in after]
    return [each for each in before if each not in gone] + new


def _kept_fields(
    before: dict[str, FieldValue], after: dict[str, FieldValue], now: dict[str, FieldValue]
) -> dict[str, FieldValue]:
    kept = {key: value for key, value in before.items() if now.get(key) == after.get(key)}
    changed = {key: value for key, value in now.items() if after.get(key) != value}
    return kept | changed


def _decided(before: list[Consent], new: list[Consent]) -> list[Consent]:
    found = {(each.kind, each.channel): each for each in before}
    found |= {(each.kind, each.channel): each for each in new}
    return list(found.values())
