"""Rows as they are told to others."""

from __future__ import annotations

import datetime as dt

from contracts import rights
from contracts.accounts import (
    ApiToken,
    AuditEntry,
    Balance,
    Identity,
    LedgerEntry,
    Me,
    Notification,
    OpenSession,
    Organisation,
    PriceList,
    PriceListVersion,
    Session,
    SettingsVersion,
    User,
)
from contracts.notifications import Target
from fairlead.context import Role
from fairlead.recorded import changed

from .domain import tokens
from .domain.devices import UNKNOWN
from .domain.users import must_enrol
from .store.audit import AuditRow
from .store.history import SettingsRow
from .store.ledger import BalanceRow, LedgerRow, PriceListRow
from .store.notifications import NotificationRow
from .store.people import OrganisationRow, UserRow
from .store.sessions import SessionRow, TokenRow


def organisation_of(row: OrganisationRow) -> Organisation:
    """The row as a contract has it."""
    return Organisation(
        id=row.organisation_id,
        name=row.name,
        settings=row.settings,
        version=row.version,
        prices=row.prices or PriceList(),
    )


def settings_version_of(row: SettingsRow, earlier: SettingsRow | None) -> SettingsVersion:
    """The version, with what differs from the `earlier` one, if there is one."""
    old, new = changed(earlier.settings, row.settings) if earlier else ({}, {})
    return SettingsVersion(
        version=row.version,
        at=row.at,
        user=row.user_id,
        user_name=row.user_name,
        settings=row.settings,
        before=old,
        after=new,
    )


def user_of(row: UserRow) -> User:
    """The row as a contract has it."""
    return User(
        id=row.id,
        name=row.name,
        email=row.email,
        role=row.role,
        active=row.active,
        zone=row.zone,
        signature=row.signature,
        version=row.version,
        invited=row.invited,
        second_factor=row.second_factor,
    )


def session_of(
    row: SessionRow, token: str, user: UserRow, organisation: OrganisationRow
) -> Session:
    """The session, with the token that is told this once. It may end before `expires_at`."""
    return Session(
        token=token,
        csrf=tokens.csrf(token),
        expires_at=row.created_at + tokens.LONGEST,
        user=user_of(user),
        organisation=organisation_of(organisation),
    )


def identity_of(
    user: UserRow, csrf: str | None, scopes: list[str] | None, expires_at: dt.datetime | None
) -> Identity:
    """Who the user is to the rights table."""
    return Identity(
        organisation=user.organisation_id,
        user=user.id,
        name=user.name,
        role=Role(user.role.value),
        csrf=csrf,
        scopes=scopes,
        expires_at=expires_at,
    )


def me_of(user: UserRow, organisation: OrganisationRow) -> Me:
    """The user with the rights that the role has."""
    role = Role(user.role.value)
    return Me(
        user=user_of(user),
        organisation=organisation_of(organisation),
        rights=[right.name for right in rights.TABLE if role in right.roles],
        must_enrol=must_enrol(user.role, user.second_factor, organisation.settings),
    )


def api_token_of(row: TokenRow, secret: str | None = None) -> ApiToken:
    """The token, with its secret where that is told this once."""
    return ApiToken(
        id=row.id,
        name=row.name,
        created_at=row.created_at,
        last_used_at=row.used_at,
        secret=secret,
        scopes=row.scopes,
        expires_at=row.expires_at,
    )


def open_session_of(row: SessionRow, current: bool) -> OpenSession:
    """The session, without what would let anybody in."""
    return OpenSession(
        id=row.id,
        device=row.device or UNKNOWN,
        remote=row.remote or "",
        created_at=row.created_at,
        last_seen_at=row.used_at,
        current=current,
    )


def audit_entry_of(row: AuditRow) -> AuditEntry:
    """The entry; without words where the contact whom they were about was erased."""
    words = row.words
    return AuditEntry(
        id=row.id,
        number=row.number,
        at=row.at,
        user=row.user_id,
        user_name=row.user_name,
        role=row.role,
        remote=row.remote,
        request=row.request,
        action=row.action,
        entity=row.entity,
        entity_id=row.entity_id,
        label=words.label if words else None,
        before=words.before if words else None,
        after=words.after if words else None,
        digest=row.digest,
        about=row.about,
    )


def notification_of(row: NotificationRow) -> Notification:
    """The row as a contract has it."""
    target = None
    if row.target_entity is not None and row.target_id is not None:
        target = Target(entity=row.target_entity, id=row.target_id)
    return Notification(
        id=row.id,
        kind=row.kind,
        title=row.title,
        text=row.text,
        target=target,
        at=row.at,
        read_at=row.read_at,
    )


def balance_of(row: BalanceRow | None, prices: PriceList) -> Balance:
    """The balance, which is 0 where nobody ever topped up."""
    balance, reserved = (row.balance, row.reserved) if row else (0, 0)
    return Balance(
        balance=balance,
        reserved=reserved,
        available=balance - reserved,
        low_balance=prices.low_balance,
        low=balance < prices.low_balance,
    )


def ledger_entry_of(row: LedgerRow) -> LedgerEntry:
    """The entry as a contract has it."""
    return LedgerEntry(
        id=row.id,
        kind=row.kind,
        at=row.at,
        amount=row.amount,
        held=row.held,
        balance=row.balance,
        reserved=row.reserved,
        note=row.note,
        user=row.user_id,
        user_name=row.user_name,
        delivery_id=row.delivery_id,
        channel=row.channel,
        mode=row.mode,
    )


def price_version_of(row: PriceListRow) -> PriceListVersion:
    """The price list as a contract has it."""
    return PriceListVersion(
        prices=row.document, at=row.at, user=row.user_id, user_name=row.user_name
    )
