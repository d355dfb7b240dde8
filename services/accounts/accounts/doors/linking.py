"""Links that come by mail: to begin, and for a new password."""

from __future__ import annotations

from contracts.accounts import AccountLink
from fairlead.service import EVERYWHERE, Config, Store, loop, rpc

from .. import linking, sign_in
from ..domain.passwords import Passwords
from ..domain.throttle import reset_limits
from ..domain.users import email_key
from ..settings import AccountsSettings
from ..sign_in import apart
from ..store import links


class Linking:
    """How somebody without a password gets one."""

    store = Store()
    config = Config(AccountsSettings)
    passwords = Passwords()

    @rpc
    def request_password_reset(self, *, email: str, remote: str) -> None:
        """Note the request; it is answered by mail."""
        key = email_key(email)
        sign_in.count(self.store, reset_limits(key, remote))
        with self.store.transaction(EVERYWHERE) as session:
            links.ask(session, key)

    @loop(every=1.0)
    def answer_requests(self) -> bool:
        """Answer a request for a new password."""
        return linking.answer_request(self.store, self.config.address)

    @rpc
    def account_link(self, *, token: str) -> AccountLink:
        """What a link is for."""
        return linking.look(self.store, token)

    @rpc
    def use_account_link(self, *, token: str, password: str) -> None:
        """Set the password of the link's user."""
        with self.store.reading(EVERYWHERE) as session:
            linking.find(session, token)  # no hash is made for who has none
        linking.use(self.store, token, apart(self.passwords.hash, password))
