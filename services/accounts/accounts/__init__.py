"""Organisations, users, the four roles, sign-in, sessions, API tokens and settings (mission D1)."""
