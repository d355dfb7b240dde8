"""What the gateway keeps of others: the settings that letters are written with."""

from __future__ import annotations

from contracts.accounts import Accounts
from fairlead.projections.models import ReadModel, ReadModels, Source

from .store import connections
from .store.tables import OrganisationRow

_ORGANISATIONS = Source(
    Accounts,
    lambda accounts, after, limit: accounts.organisations_page(after=after, limit=limit),
    lambda organisation: organisation.id,
)
READ_MODELS = ReadModels(
    "email_gateway",
    _ORGANISATIONS,
    [
        ReadModel(
            "organisations",
            _ORGANISATIONS,
            OrganisationRow.organisation_id,
            lambda session, each: connections.remember_organisation(session, each, anew=True),
            lambda session, _: connections.forget_organisation(session),
        )
    ],
)
