"""Organisations and their settings."""

from __future__ import annotations

from uuid import UUID

from contracts.accounts import (
    Organisation,
    OrganisationChanged,
    Settings,
    SettingsHistory,
    StaffRole,
    UserChanged,
)
from fairlead.audit import record
from fairlead.context import current
from fairlead.service import Store, publish, rpc
from fairlead.store import is_duplicate

from .. import staff
from ..domain import settings as settings_rules
from ..domain import users
from ..domain.passwords import Passwords
from ..sign_in import apart
from ..store import history, people
from ..views import organisation_of, settings_version_of, user_of


class Organisations:
    """What an organisation has settled, and how one begins."""

    store = Store()
    passwords = Passwords()

    @rpc
    def get_organisation(self) -> Organisation:
        """The organisation with its settings."""
        with self.store.reading() as session:
            return organisation_of(staff.organisation(session, current().need_organisation()))

    @rpc
    def update_settings(self, *, settings: Settings, version: int) -> Organisation:
        """Replace the settings."""
        settings_rules.check(settings)
        with self.store.transaction() as session:
            organisation = current().need_organisation()
            before, row = staff.update_settings(session, organisation, settings, version)
            session.flush()
            if settings != before:
                history.keep(session, row)
                publish(session, OrganisationChanged(organisation=organisation_of(row)))
                record(
                    session,
                    "settings.changed",
                    entity="settings",
                    id=organisation,
                    label=row.name,
                    before=before,
                    after=settings,
                )
            return organisation_of(row)

    @rpc
    def settings_history(self, *, cursor: str | None, limit: int) -> SettingsHistory:
        """What was settled before, the newest first."""
        with self.store.reading() as session:
            found = history.listed(session, cursor=cursor, limit=limit)
            older = history.before(session, found.items[-1].version) if found.items else None
            pairs = zip(found.items, [*found.items[1:], older], strict=True)
            versions = [settings_version_of(row, earlier) for row, earlier in pairs]
            return SettingsHistory(versions=versions, cursor=found.next)

    @rpc
    def found_organisation(
        self,
        *,
        id: UUID,
        name: str,
        settings: Settings,
        owner_name: str,
        owner_email: str,
        owner_password: str,
    ) -> Organisation:
        """Make an organisation with its first owner."""
        known = self._organisation(id)
        if known is not None:
            return known
        name = settings_rules.check_name(name, "name")
        settings_rules.check(settings)
        owner_name = settings_rules.check_name(owner_name, "owner_name")
        owner_email = users.check_email(owner_email, "owner_email")
        hashed = apart(self.passwords.hash, owner_password)
        try:
            with self.store.transaction(id) as session:
                row = staff.found(session, name, settings)
                owner = staff.add(session, owner_name, owner_email, StaffRole.OWNER, hashed)
                history.keep(session, row)
                publish(session, OrganisationChanged(organisation=organisation_of(row)))
                publish(session, UserChanged(user=user_of(owner)))
                record(session, "organisation.founded", entity="organisation", id=id, label=name)
                return organisation_of(row)
        except Exception as error:
            if not is_duplicate(error):
                raise
            known = self._organisation(id)  # by another call that was faster
            if known is None:
                raise staff.email_taken("owner_email") from error
            return known

    def _organisation(self, id: UUID) -> Organisation | None:
        with self.store.reading(id) as session:
            row = people.organisation(session, id)
            return None if row is None else organisation_of(row)
