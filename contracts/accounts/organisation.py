"""Organisations and what each has settled."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Protocol
from uuid import UUID

from msgspec import Meta, field

from fairlead.contract import Event, Interface, Message, call, event

from .. import rights
from ..common import Address, Currency, Cursor, Language, Limit, Line, Name, Text, Zone
from .credits import PriceList
from .hours import BusinessHours, QuietHours
from .people import Password, StaffRole


class Branding(Message):
    """How mails and public pages look."""

    name: Name
    colour: Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}$")] = "#0f5c6e"
    logo_url: Annotated[str, Meta(max_length=500, pattern=r"^https?://")] | None = None
    website: Annotated[str, Meta(max_length=500, pattern=r"^https?://")] | None = None
    address: Annotated[list[Line], Meta(max_length=6)] = []


class Sender(Message):
    """Who mails come from: the system's name and address, or the organisation's own."""

    name: Line = ""
    reply_to: Address | None = None


class Settings(Message):
    """What an organisation settles once for all its messages.

    Each incoming message is told to `notification_address`, too (mission D3). `undo_seconds` is how
    long a message can be taken back by who sent it. Users of `second_factor_roles` must have a
    second factor. Without `hours` somebody is there always. Marketing that falls into
    `quiet_hours` waits until they end; without them it leaves at once.
    """

    zone: Zone
    language: Language
    currency: Currency
    branding: Branding
    sender: Sender = Sender()
    signature: Text = ""
    footer: Text = ""
    track_opens: bool = True
    track_clicks: bool = True
    notification_address: Address | None = None
    undo_seconds: Annotated[int, Meta(ge=0, le=60)] = 10
    hours: BusinessHours | None = None
    quiet_hours: QuietHours | None = field(default_factory=QuietHours)
    second_factor_roles: Annotated[list[StaffRole], Meta(max_length=4)] = []


class Organisation(Message):
    """An organisation with its settings and prices; `version` counts the changes of both."""

    id: UUID
    name: Name
    settings: Settings
    version: int
    prices: PriceList = PriceList()


class SettingsVersion(Message):
    """What was settled from `at` on, whole, and by whom; nobody where it was founded so.

    `before` and `after` hold the fields that differ from the version before it, by their path.
    """

    version: int
    at: datetime
    user: UUID | None
    user_name: str | None
    settings: Settings
    before: dict[str, Any]
    after: dict[str, Any]


class SettingsHistory(Message):
    """Versions of the settings, the newest first; `cursor` gives the older ones."""

    versions: list[SettingsVersion]
    cursor: str | None


class Organisations(Interface, Protocol):
    """What the organisation has settled."""

    @call(rights.READ)
    def get_organisation(self) -> Organisation:
        """The organisation with its settings."""
        ...

    @call(rights.CHANGE_SETTINGS, mutates=True)
    def update_settings(self, *, settings: Settings, version: int) -> Organisation:
        """Replace the settings; Stale `accounts.settings_changed` when `version` is old."""
        ...

    @call(rights.CHANGE_SETTINGS)
    def settings_history(
        self, *, cursor: Cursor | None = None, limit: Limit = 50
    ) -> SettingsHistory:
        """What was settled before, and who changed what: to be read back, whole."""
        ...

    @call(rights.SERVICES_ONLY, mutates=True)
    def found_organisation(
        self,
        *,
        id: UUID,
        name: Name,
        settings: Settings,
        owner_name: Name,
        owner_email: Address,
        owner_password: Password,
    ) -> Organisation:
        """Make an organisation with its first owner.

        Where the id exists already nothing changes. Conflict `accounts.email_taken`.
        """
        ...


@event("organisation.changed", source="accounts")
class OrganisationChanged(Event):
    """An organisation, whole, after a change of its settings or prices."""

    organisation: Organisation
