"""Many people at once, whom another service's list tells of."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.contacts import ContactKind, ImportPlan, Met, Scheme, Somebody
from fairlead.service import rpc

from ..changing import Changing
from ..domain import address, person
from ..domain.sheet import Row
from ..store import contacts
from ..taking import Batch


class Meeting(Changing):
    """Finding people by their addresses."""

    @rpc
    def meet(self, *, people: list[Somebody], kind: ContactKind) -> list[Met]:
        """Who each of these is."""
        plan = ImportPlan(targets=["name"], kind=kind)

        def work(session: Session) -> list[Met]:
            region = contacts.region(session)
            rows = [_row(number, each, region) for number, each in enumerate(people)]
            batch = Batch(session, plan)
            batch.take([row for row in rows if row.refused is None])
            names = contacts.names(session, [id for row in rows if (id := batch.whose(row))])
            return [_met(row, batch, names) for row in rows]

        return self.attempt(work)


def _row(number: int, somebody: Somebody, region: str | None) -> Row:
    row = Row(number, [])
    for each in somebody.identities:
        try:
            found = address.parse(each.scheme, each.value, region)
        except ValueError as error:
            row.refused = each.scheme.value, str(error)
            return row
        if (found.scheme, found.key) not in {(a.scheme, a.key) for a in row.addresses}:
            row.addresses.append(found)
    row.name = person.name_for(somebody.name, row.addresses[0].display)
    return row


def _met(row: Row, batch: Batch, names: Mapping[UUID, str]) -> Met:
    id = batch.whose(row)
    if id is not None:  # also where his addresses are those of two
        return Met(contact_id=id, name=names[id])
    scheme, reason = row.refused or ("", "")
    return Met(scheme=Scheme(scheme), reason=reason)
