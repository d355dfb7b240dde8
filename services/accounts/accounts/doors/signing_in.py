"""Signing in and out."""

from __future__ import annotations

from contracts.accounts import Identity, Session, SignInStep
from fairlead.errors import Unauthenticated
from fairlead.service import EVERYWHERE, Provided, Store, rpc

from .. import second_factor, sign_in
from ..domain import tokens
from ..domain.passwords import Passwords
from ..sign_in import Browser
from ..store import sessions


class SigningIn:
    """The way in and out."""

    store = Store()
    vault = Provided(lambda runtime: runtime.vault)
    passwords = Passwords()

    @rpc
    def sign_in(self, *, email: str, password: str, remote: str) -> Session:
        """Open a session."""
        step = sign_in.sign_in(self.store, self.passwords, email, password, Browser(remote))
        if step.session is None:
            raise Unauthenticated("accounts.second_factor_needed", "A second factor is needed")
        return step.session

    @rpc
    def begin_sign_in(self, *, email: str, password: str, remote: str, device: str) -> SignInStep:
        """Open a session, or ask for the second factor."""
        browser = Browser(remote, device)
        return sign_in.sign_in(self.store, self.passwords, email, password, browser)

    @rpc
    def finish_sign_in(self, *, ticket: str, code: str, remote: str, device: str) -> Session:
        """Open the session with a code."""
        browser = Browser(remote, device)
        return second_factor.finish_sign_in(self.store, self.vault, ticket, code, browser)

    @rpc
    def sign_out(self, *, token: str) -> None:
        """End the session of `token`."""
        with self.store.transaction(EVERYWHERE) as session:
            sessions.end_session(session, tokens.digest(token))

    @rpc
    def authenticate(self, *, token: str) -> Identity:
        """Whose session or API token this is."""
        return sign_in.authenticate(self.store, token)
