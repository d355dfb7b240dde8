"""Doors of accounts."""

from __future__ import annotations

from contracts.accounts import Accounts

from ..door import Door

DOORS = (
    Door("GET", "/me", Accounts, "me"),
    Door("PATCH", "/me", Accounts, "update_me"),
    Door("PUT", "/me/password", Accounts, "change_password"),
    Door("GET", "/me/sessions", Accounts, "list_sessions"),
    Door("DELETE", "/me/sessions", Accounts, "end_other_sessions"),
    Door("DELETE", "/me/sessions/{id}", Accounts, "end_session"),
    Door("POST", "/me/second-factor", Accounts, "enrol_second_factor", 201),
    Door("POST", "/me/second-factor/confirmation", Accounts, "confirm_second_factor"),
    Door("POST", "/me/second-factor/recovery-codes", Accounts, "renew_recovery_codes"),
    Door("POST", "/me/second-factor/removal", Accounts, "disable_second_factor"),
    Door("GET", "/me/tokens", Accounts, "list_api_tokens"),
    Door("POST", "/me/tokens", Accounts, "create_api_token", 201),
    Door("DELETE", "/me/tokens/{id}", Accounts, "revoke_api_token"),
    Door("GET", "/me/notifications", Accounts, "notification_choices"),
    Door("PUT", "/me/notifications", Accounts, "choose_notifications"),
    Door("GET", "/notifications", Accounts, "list_notifications"),
    Door("PUT", "/notifications/read", Accounts, "read_notifications"),
    Door("PUT", "/notifications/{id}/read", Accounts, "read_notification"),
    Door("GET", "/audit", Accounts, "list_audit"),
    Door("GET", "/users", Accounts, "list_users"),
    Door("POST", "/users", Accounts, "create_user", 201),
    Door("POST", "/users/invitations", Accounts, "invite_user", 201),
    Door("POST", "/users/{id}/invitation", Accounts, "reinvite_user"),
    Door("GET", "/users/{id}/sessions", Accounts, "list_user_sessions"),
    Door("DELETE", "/users/{id}/sessions", Accounts, "end_user_sessions"),
    Door("DELETE", "/users/{id}/second-factor", Accounts, "remove_second_factor"),
    Door("PATCH", "/users/{id}", Accounts, "update_user"),
    Door("GET", "/credits", Accounts, "get_credits"),
    Door("GET", "/credits/prices", Accounts, "get_prices"),
    Door("PUT", "/credits/prices", Accounts, "set_prices"),
    Door("GET", "/credits/prices/history", Accounts, "price_history"),
    Door("GET", "/credits/ledger", Accounts, "list_ledger"),
    Door("POST", "/credits/ledger", Accounts, "top_up", 201),
    Door("GET", "/credits/use", Accounts, "credit_use"),
    Door("GET", "/settings", Accounts, "get_organisation"),
    Door("PUT", "/settings", Accounts, "update_settings"),
    Door("GET", "/settings/history", Accounts, "settings_history"),
)
