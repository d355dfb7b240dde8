"""Message templates that users wrote."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import (
    Index,
    PrimaryKeyConstraint,
    String,
    Text,
    delete,
    false,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.common import Channel
from contracts.consents import ConsentKind
from contracts.inbox import MessageKind, Template, TemplateVersion
from fairlead.store import Json, Scoped, Versioned, insert_into, word

from ..domain import sources
from .schema import Base

_STANDARD = text("standard")


class TemplateRow(Scoped, Versioned, Base):
    """A template."""

    __tablename__ = "templates"
    __table_args__ = (
        Index(None, "organisation_id", "name"),
        Index(
            "uq_templates_standard",
            "organisation_id",
            "kind",
            "channel",
            "language",
            unique=True,
            sqlite_where=_STANDARD,
            postgresql_where=_STANDARD,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[MessageKind] = mapped_column(word(MessageKind))
    channel: Mapped[Channel] = mapped_column(word(Channel))
    language: Mapped[str] = mapped_column(String(10))
    subject: Mapped[str] = mapped_column(String(500))
    body: Mapped[str] = mapped_column(Text)
    variables: Mapped[list[str]] = mapped_column(Json(list[str]))
    standard: Mapped[bool] = mapped_column(server_default=false(), default=False)
    archived: Mapped[bool] = mapped_column(server_default=false(), default=False)
    purpose: Mapped[ConsentKind] = mapped_column(
        word(ConsentKind), server_default=ConsentKind.SERVICE.value, default=ConsentKind.SERVICE
    )


class TemplateVersionRow(Scoped, Base):
    """A template as it was saved once."""

    __tablename__ = "template_versions"
    __table_args__ = (PrimaryKeyConstraint("organisation_id", "template_id", "version"),)

    template_id: Mapped[UUID]
    version: Mapped[int]
    document: Mapped[TemplateVersion] = mapped_column(Json(TemplateVersion))


def get(session: Session, id: UUID) -> TemplateRow | None:
    """A template."""
    return session.scalars(select(TemplateRow).where(TemplateRow.id == id)).first()


def listed(session: Session) -> list[Template]:
    """All templates."""
    return [view_of(row) for row in session.scalars(select(TemplateRow))]


def standards(session: Session, kind: MessageKind, channel: Channel) -> dict[str, Template]:
    """The organisation's standard templates of a kind, by their language."""
    wanted = select(TemplateRow).where(
        TemplateRow.kind == kind, TemplateRow.channel == channel, TemplateRow.standard
    )
    return {row.language: view_of(row) for row in session.scalars(wanted)}


def variants(session: Session, template: Template) -> list[Template]:
    """The organisation's templates that say the same as this one in other languages: those of its
    name, kind and channel."""
    wanted = select(TemplateRow).where(
        TemplateRow.name == template.name,
        TemplateRow.kind == template.kind,
        TemplateRow.channel == template.channel,
        TemplateRow.id != template.id,
        TemplateRow.archived.is_(False),
    )
    return [view_of(row) for row in session.scalars(wanted.order_by(TemplateRow.id))]


def keep_version(session: Session, saved: TemplateVersion) -> None:
    """Note how a template was saved; saved as it was, nothing is new."""
    session.execute(
        insert_into(session, TemplateVersionRow)
        .values(template_id=saved.template.id, version=saved.template.version, document=saved)
        .on_conflict_do_nothing(
            index_elements=[
                TemplateVersionRow.organisation_id,
                TemplateVersionRow.template_id,
                TemplateVersionRow.version,
            ]
        )
    )


def versions(session: Session, id: UUID, limit: int) -> list[TemplateVersion]:
    """How a template was saved, the latest first."""
    wanted = select(TemplateVersionRow.document).where(TemplateVersionRow.template_id == id)
    return list(session.scalars(wanted.order_by(TemplateVersionRow.version.desc()).limit(limit)))


def forget_versions(session: Session, id: UUID) -> None:
    """Forget how a template was saved."""
    session.execute(
        delete(TemplateVersionRow)
        .where(TemplateVersionRow.template_id == id)
        .execution_options(synchronize_session=False)
    )


def count(session: Session) -> int:
    """How many templates there are."""
    return session.scalars(select(func.count(TemplateRow.id))).one()


def view_of(row: TemplateRow) -> Template:
    """A row as it is shown."""
    return Template(
        id=row.id,
        name=row.name,
        kind=row.kind,
        channel=row.channel,
        language=row.language,
        subject=row.subject,
        body=row.body,
        variables=row.variables,
        built_in=False,
        version=row.version,
        uses=sources.uses(row.variables),
        standard=row.standard,
        archived=row.archived,
        purpose=row.purpose,
    )
