"""What the inbox is told of a delivery, from wherever something became known of it."""

from __future__ import annotations

import datetime as dt

import structlog
from sqlalchemy.orm import Session

from contracts.channels import DeliveryStatus, DeliveryUpdated
from contracts.common import Channel
from fairlead.bus import publish
from fairlead.context import service_context

from .store.tables import DispatchRow

log = structlog.get_logger(__name__)


def tell(
    session: Session,
    row: DispatchRow,
    status: DeliveryStatus,
    at: dt.datetime,
    *,
    provider_id: str | None = None,
    code: str | None = None,
    reason: str | None = None,
    permanent: bool = False,
    machine: bool = False,
    clicked: str | None = None,
) -> None:
    """The delivery reached `status` at a moment. A notice to an employee stands on no timeline:
    the inbox is told nothing of it."""
    if row.notice:
        if status is DeliveryStatus.FAILED:
            log.warning("notice failed", dispatch=str(row.id), code=code, reason=reason)
        return
    publish(
        session,
        DeliveryUpdated(
            delivery_id=row.id,
            message_id=row.message_id,
            channel=Channel.EMAIL,
            address=row.address,
            status=status,
            at=at,
            provider_id=provider_id,
            code=code,
            reason=reason,
            permanent=permanent,
            machine=machine,
            clicked=clicked,
        ),
        context=service_context(row.organisation_id),
    )
