"""A CSV file of contacts: what its columns are, and what a row says."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

import msgspec

from contracts.common import Channel
from contracts.contacts import (
    ContactKind,
    FieldDefinition,
    FieldType,
    FieldValue,
    ImportColumn,
    ImportGuess,
    ImportPlan,
    Scheme,
)
from fairlead import sheets
from fairlead.errors import Invalid
from fairlead.sheets import LARGEST, LONGEST_CELL, Sheets

from . import address, decisions, fields, person
from .address import Address
from .decisions import Decision

E = TypeVar("E", bound=enum.Enum)

__all__ = [
    "LARGEST",
    "PLAIN",
    "SHEETS",
    "Row",
    "check_plan",
    "decode",
    "guess",
    "joined",
    "read",
    "several",
    "understand",
    "unreadable",
]

PLAIN = (
    "name",
    "first_name",
    "last_name",
    "kind",
    "email",
    "phone",
    "whatsapp",
    "is_company",
    "company",
    "in_company",
    "position",
    "language",
    "zone",
    "channel",
    "tags",
    "notes",
    "external_id",
    *decisions.COLUMNS,
)
_WORDS = {
    "name": ("name", "full name", "contact", "nome", "nombre", "nom", "contacto"),
    "first_name": ("first name", "given name", "vorname", "primeiro nome", "prenom"),
    "last_name": ("last name", "surname", "family name", "nachname", "apelido", "apellidos"),
    "kind": ("kind", "type", "contact type", "tipo", "art"),
    "email": ("email", "e mail", "mail", "email address", "correo", "courriel"),
    "phone": ("phone", "mobile", "telephone", "phone number", "telefone", "telefono", "telefon"),
    "whatsapp": ("whatsapp", "whatsapp number"),
    "company": ("company", "organisation", "organization", "empresa", "firma", "societe"),
    "is_company": ("is company", "is a company"),
    "in_company": ("in company", "employer", "works for", "account", "account name"),
    "position": ("position", "title", "job title", "role", "cargo", "funcao"),
    "language": ("language", "lingua", "idioma", "sprache", "langue", "lang"),
    "zone": ("zone", "time zone", "timezone"),
    "channel": ("channel", "preferred channel"),
    "tags": ("tags", "labels", "etiquetas", "categories"),
    "notes": ("notes", "note", "comments", "notas", "bemerkungen", "remarks"),
    "external_id": ("external id", "id", "customer id", "customer number", "reference"),
    "consent.all": ("consent all", "consent", "all communication"),
    "consent.service": ("consent service", "service messages"),
    "consent.reminder": ("consent reminder", "reminders"),
    "consent.review": ("consent review", "review requests"),
    "consent.marketing": ("consent marketing", "marketing", "marketing consent", "newsletter"),
}
_TARGETS = sheets.by_heading(_WORDS)
_YES_NO = FieldDefinition(
    key="is_company", label="", type=FieldType.YES_NO, choices=[], position=0, version=1
)
_SCHEMES = {"email": Scheme.EMAIL, "phone": Scheme.PHONE, "whatsapp": Scheme.WHATSAPP}
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_SEVERAL = re.compile(r"[;|\n]|,(?=\s*\S+@)")
_TAGS = re.compile(r"[;,|\n]")
_QUOTED = re.compile(r'\s*"((?:[^"]|"")+)"\s*')


SHEETS = Sheets("contacts.import_unreadable")
decode, read, unreadable = SHEETS.decode, SHEETS.read, SHEETS.unreadable


def guess(content: bytes) -> ImportGuess:
    """How a file is probably written, and what its columns probably are."""
    found = SHEETS.guess(content)
    targets: list[str | None] = [None] * len(found.columns)
    if found.header:
        targets = [sheets.target(each.name, _TARGETS) for each in found.columns]
    return ImportGuess(
        encoding=found.encoding,
        delimiter=found.delimiter,
        header=found.header,
        rows=found.rows,
        columns=[
            ImportColumn(name=each.name, samples=each.samples, target=target)
            for each, target in zip(
                found.columns, sheets.suggested(targets, PLAIN, _SCHEMES), strict=True
            )
        ],
        targets=list(PLAIN),
    )


@dataclass(slots=True)
class Row:
    """What one row says of a contact. `in_company` is what the company is called that he is in,
    `employer` that company once it is known."""

    line: int
    cells: list[str]
    name: str = ""
    kind: ContactKind | None = None
    is_company: bool | None = None
    company: str = ""
    in_company: str = ""
    employer: UUID | None = None
    position: str = ""
    language: str | None = None
    zone: str | None = None
    channel: Channel | None = None
    notes: str = ""
    external_id: str = ""
    tags: list[str] = field(default_factory=list)
    fields: dict[str, FieldValue] = field(default_factory=dict)
    addresses: list[Address] = field(default_factory=list)
    consents: list[Decision] = field(default_factory=list)
    refused: tuple[str, str] | None = None  # in which column, and why


def understand(
    line: int,
    cells: Sequence[str],
    plan: ImportPlan,
    known: Mapping[str, FieldDefinition],
    region: str | None,
) -> Row:
    """What a row says; with `refused` where it cannot be taken."""
    row = Row(line, list(cells))
    given: dict[str, str] = {}
    for target, cell in zip(plan.targets, cells, strict=False):
        if target is None or not cell.strip():
            continue
        if len(cell) > LONGEST_CELL:
            row.refused = target, f"is longer than {LONGEST_CELL} characters"
            return row
        try:
            said = cell if target == "notes" else cell.strip()
            _take(row, given, target, said, known, region)
        except (ValueError, Invalid) as error:
            reason = error.details["errors"][0]["reason"] if isinstance(error, Invalid) else error
            row.refused = target, str(reason)
            return row
    row.name = row.name or " ".join(
        given[each] for each in ("first_name", "last_name") if each in given
    )
    if row.in_company:
        row.company = ""  # it is called as the company is
    row.name = row.name or (row.addresses[0].display if row.addresses else row.company)
    if not row.name:
        row.refused = "name", "is blank, and there is no address to call the contact by"
    if row.is_company and row.in_company:
        row.refused = "in_company", "is for people: a company is in no other"
    row.name = row.name[: person.LONGEST_NAME].strip()
    return row


def _take(
    row: Row,
    given: dict[str, str],
    target: str,
    cell: str,
    known: Mapping[str, FieldDefinition],
    region: str | None,
) -> None:
    if target in _SCHEMES:
        for each in several(cell, _SEVERAL):
            found = address.parse(_SCHEMES[target], each, region)
            if (found.scheme, found.key) not in {(a.scheme, a.key) for a in row.addresses}:
                row.addresses.append(found)
    elif target in ("first_name", "last_name"):
        given[target] = person.clean_line(cell)
    elif target == "kind":
        row.kind = _word(ContactKind, cell, "kind")
    elif target == "channel":
        row.channel = _word(Channel, cell, "channel")
    elif target == "language":
        if _LANGUAGE.fullmatch(cell) is None:
            raise ValueError("is no language tag, as pt or de-AT")
        row.language = cell
    elif target == "zone":
        row.zone = person.check_zone(cell)
    elif target == "tags":
        row.tags = person.clean_tags(several(cell, _TAGS))
    elif target == "is_company":
        row.is_company = bool(fields.read(cell, _YES_NO))
    elif target == "in_company":
        row.in_company = person.clean_line(cell)[: person.LONGEST_NAME].strip()
    elif target in decisions.COLUMNS:
        row.consents += decisions.read(cell, target)
    elif target == "notes":
        row.notes = person.clean_text(cell)
    elif target.startswith("fields."):
        definition = known.get(target.removeprefix("fields."))
        if definition is None:
            raise ValueError("is no field of this organisation")
        row.fields[definition.key] = fields.read(cell, definition)
    else:
        setattr(row, target, person.clean_line(cell)[:500])


def several(cell: str, separator: re.Pattern[str]) -> Iterator[str]:
    """The items of a cell, without blank ones; one that stands in quotes is taken as it is."""
    start: int | None = 0
    while start is not None:
        quoted = _QUOTED.match(cell, start)
        if quoted and (quoted.end() == len(cell) or separator.match(cell, quoted.end())):
            item, end = quoted[1].replace('""', '"'), separator.match(cell, quoted.end())
        else:
            end = separator.search(cell, start)
            item = cell[start : end.start() if end else None].strip()
        if item:
            yield item
        start = end.end() if end else None


def joined(items: Iterable[str]) -> str:
    """A cell of several items, as `several` takes it apart."""
    return "; ".join(
        '"{}"'.format(each.replace('"', '""')) if re.search(r'[;,|\n"]', each) else each
        for each in items
    )


def with_own(guess: ImportGuess, own: Iterable[FieldDefinition]) -> list[ImportColumn]:
    """The columns, those that are nothing else as own fields by `fields.KEY`, key or label."""
    known: dict[str, str] = {}
    for each in own:
        target = f"fields.{each.key}"
        known |= {sheets.bare(word): target for word in (each.label, each.key, target)}
    targets = [each.target or sheets.target(each.name, known) for each in guess.columns]
    suggested = sheets.suggested(targets, {*PLAIN, *known.values()}, _SCHEMES)
    return [
        msgspec.structs.replace(column, target=target)
        for column, target in zip(guess.columns, suggested, strict=True)
    ]


def _word(kind: type[E], cell: str, called: str) -> E:
    try:
        return kind(cell.casefold())
    except ValueError:
        words = ", ".join(each.value for each in kind)
        raise ValueError(f"is no {called}: {words}") from None


def check_plan(plan: ImportPlan, known: Mapping[str, FieldDefinition]) -> None:
    """Raise Invalid for a target that there is not, or that two columns have."""
    wrong = {}
    seen: set[str] = set()
    for number, target in enumerate(plan.targets):
        if target is None:
            continue
        if target not in PLAIN and target.removeprefix("fields.") not in known:
            wrong[f"plan.targets[{number}]"] = "is no field of a contact"
        elif target in seen and target not in _SCHEMES:
            wrong[f"plan.targets[{number}]"] = "is what another column is already"
        seen.add(target)
    if not seen:
        wrong["plan.targets"] = "name at least one"
    if wrong:
        raise Invalid.fields("contacts.invalid", wrong)
