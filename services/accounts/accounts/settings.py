"""What accounts reads from the environment."""

from __future__ import annotations

from fairlead.settings import Common


class AccountsSettings(Common):
    """The common settings."""

    @property
    def address(self) -> str:
        """Where a browser finds the installation, without a slash at the end."""
        return self.public_url.reveal().rstrip("/")
