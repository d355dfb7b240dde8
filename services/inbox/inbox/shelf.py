"""The organisation's templates: written, changed, removed (mission A8)."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.common import Channel
from contracts.consents import ConsentKind
from contracts.inbox import MessageKind, Template, TemplateVersion
from fairlead.audit import record
from fairlead.context import current
from fairlead.errors import Conflict, Invalid, NotFound, Stale
from fairlead.store import new_id

from .domain import templates as rules
from .domain.content import has_control_characters
from .store import templates
from .store.templates import TemplateRow

HISTORY = 100  # saves of one template that are shown
MOST = 1000  # templates of one organisation: they are listed without pages


def listed(
    session: Session,
    *,
    kind: MessageKind | None,
    channel: Channel | None,
    language: str | None,
    archived: bool,
) -> list[Template]:
    """Templates by name, the shipped ones among them."""
    found = [
        each
        for each in (*rules.built_in().values(), *templates.listed(session))
        if each.archived == archived
        and kind in (None, each.kind)
        and channel in (None, each.channel)
        and language in (None, each.language)
    ]
    return sorted(found, key=lambda each: (each.name.casefold(), each.language, str(each.id)))


def get(session: Session, id: UUID) -> Template:
    """A template, shipped or not; raises NotFound."""
    built_in = rules.built_in().get(id)
    if built_in is not None:
        return built_in
    row = templates.get(session, id)
    if row is None:
        raise _not_found()
    return templates.view_of(row)


def history(session: Session, id: UUID) -> list[TemplateVersion]:
    """How an own template was saved, the latest first; raises NotFound."""
    _own(session, id)
    return templates.versions(session, id, HISTORY)


def copy(
    session: Session, id: UUID, *, name: str, language: str | None, standard: bool
) -> Template:
    """A template of one's own that says what another one says."""
    original = get(session, id)
    return save(
        session,
        id=None,
        version=None,
        name=name,
        kind=original.kind,
        channel=original.channel,
        language=language or original.language,
        subject=original.subject,
        body=original.body,
        standard=standard,
        purpose=original.purpose,
    )


def archive(session: Session, id: UUID, version: int, *, archived: bool) -> Template:
    """Offer an own template no longer, or again; an archived one is no standard."""
    row = _present(session, id, version)
    row.archived = archived
    row.standard = row.standard and not archived
    return _kept(session, row, "template.archived" if archived else "template.brought_back")


def check_words(subject: str, body: str) -> None:
    """Raise Invalid that names the place of a Liquid error."""
    wrong = rules.check(subject, body)
    if wrong:
        raise Invalid.fields("inbox.template_invalid", wrong)


def save(
    session: Session,
    *,
    id: UUID | None,
    version: int | None,
    name: str,
    kind: MessageKind,
    channel: Channel,
    language: str,
    subject: str,
    body: str,
    standard: bool,
    purpose: ConsentKind | None,
) -> Template:
    """Write a new template, or the one with this id: without a `version` it is made under the id,
    and once made it stays as it is."""
    body = body.replace("\x00", "")
    wrong = rules.check(subject, body)
    if has_control_characters(name):
        wrong["name"] = "must be a single line"
    if not body.strip():
        wrong["body"] = "must say something"
    if wrong:
        raise Invalid.fields("inbox.template_invalid", wrong)
    if id is None:
        row = _new(session, new_id())
    elif version is None:
        known = templates.get(session, id)
        if known is not None:
            return templates.view_of(known)
        row = _new(session, id)
    else:
        row = _present(session, id, version)
    row.name, row.kind, row.channel, row.language = name, kind, channel, language
    row.subject, row.body = subject, body
    row.purpose = purpose or row.purpose
    row.variables = rules.variables_used(subject, body)
    if standard:
        _expect_only(session, row)
    row.standard = standard and not row.archived
    session.add(row)
    return _kept(session, row, "template.saved")


def remove(session: Session, id: UUID) -> None:
    """Take a template away."""
    row = _own(session, id)
    templates.forget_versions(session, id)
    session.delete(row)
    record(session, "template.removed", entity="template", id=id, label=row.name)


def stale() -> Stale:
    """The error for a template that is not as it was read."""
    return Stale("inbox.template_changed", "Somebody else changed the template meanwhile")


def _new(session: Session, id: UUID) -> TemplateRow:
    if templates.count(session) >= MOST:
        raise Conflict("inbox.too_many_templates", f"There are {MOST} templates already")
    return TemplateRow(id=id, archived=False, purpose=ConsentKind.SERVICE)


def _kept(session: Session, row: TemplateRow, action: str) -> Template:
    session.flush()
    template, who = templates.view_of(row), current()
    templates.keep_version(
        session,
        TemplateVersion(
            template=template,
            at=dt.datetime.now(dt.UTC),
            by=who.user_name or "",
            by_id=who.user,
        ),
    )
    record(session, action, entity="template", id=row.id, label=row.name)
    return template


def _expect_only(session: Session, row: TemplateRow) -> None:
    with session.no_autoflush:  # what is half written is not to be compared with
        other = templates.standards(session, row.kind, row.channel).get(row.language)
    if other is not None and other.id != row.id:
        raise standard_taken()


def standard_taken() -> Conflict:
    """The error for a second standard of one kind, channel and language."""
    return Conflict(
        "inbox.template_standard_taken",
        "Another template is the standard of this kind, channel and language",
    )


def _present(session: Session, id: UUID, version: int) -> TemplateRow:
    row = _own(session, id)
    if row.version != version:
        raise stale()
    return row


def _own(session: Session, id: UUID) -> TemplateRow:
    if id in rules.built_in():
        raise Conflict("inbox.template_built_in", "A template that ships with the product stays")
    row = templates.get(session, id)
    if row is None:
        raise _not_found()
    return row


def _not_found() -> NotFound:
    return NotFound("inbox.template_not_found", "There is no such template")
