"""Organisations, users, sign-in, API tokens, settings, and the log of changes."""

from __future__ import annotations

from typing import ClassVar, Protocol

from ..persons import PersonHolder
from .audit import AuditEntry, AuditLog, AuditPage
from .copying import Copying, OrganisationCopies, UserCopies
from .credits import (
    Balance,
    Charge,
    Crediting,
    CreditUse,
    LedgerEntry,
    LedgerKind,
    LedgerPage,
    Price,
    PriceHistory,
    PriceList,
    PriceListVersion,
    SendingMode,
    price_of,
)
from .hours import BusinessHours, Holiday, OpenTime, QuietHours, Weekday, WeeklyTime
from .notifications import (
    Notification,
    NotificationChoice,
    NotificationPage,
    Notifications,
    NotificationsChanged,
)
from .organisation import (
    Branding,
    Organisation,
    OrganisationChanged,
    Organisations,
    Sender,
    Settings,
    SettingsHistory,
    SettingsVersion,
)
from .people import OpenSession, Password, People, SessionsEnded, StaffRole, User, UserChanged
from .profile import ApiToken, Enrolment, Me, Profile, Scope
from .signing_in import (
    AccountLink,
    Code,
    Identity,
    LinkPurpose,
    LinkToken,
    Session,
    SigningIn,
    SignInStep,
)


class Accounts(
    SigningIn,
    Profile,
    People,
    Organisations,
    Crediting,
    Notifications,
    AuditLog,
    Copying,
    PersonHolder,
    Protocol,
):
    """Who works here, and what the organisation has settled."""

    service: ClassVar[str] = "accounts"


__all__ = [
    "AccountLink",
    "Accounts",
    "ApiToken",
    "AuditEntry",
    "AuditLog",
    "AuditPage",
    "Balance",
    "Branding",
    "BusinessHours",
    "Charge",
    "Code",
    "CreditUse",
    "Crediting",
    "Enrolment",
    "Holiday",
    "Identity",
    "LedgerEntry",
    "LedgerKind",
    "LedgerPage",
    "LinkPurpose",
    "LinkToken",
    "Me",
    "Notification",
    "NotificationChoice",
    "NotificationPage",
    "Notifications",
    "NotificationsChanged",
    "OpenSession",
    "OpenTime",
    "Organisation",
    "OrganisationChanged",
    "OrganisationCopies",
    "Organisations",
    "Password",
    "People",
    "Price",
    "PriceHistory",
    "PriceList",
    "PriceListVersion",
    "Profile",
    "QuietHours",
    "Scope",
    "Sender",
    "SendingMode",
    "Session",
    "SessionsEnded",
    "Settings",
    "SettingsHistory",
    "SettingsVersion",
    "SignInStep",
    "SigningIn",
    "StaffRole",
    "User",
    "UserChanged",
    "UserCopies",
    "Weekday",
    "WeeklyTime",
    "price_of",
]
