"""The sandbox's phones."""

from __future__ import annotations

from uuid import UUID

from contracts.channels import Card, Place
from contracts.common import FileRef
from contracts.whatsapp_gateway import (
    SandboxChatMessage,
    SandboxGroup,
    SandboxHandset,
    WhatsAppConnection,
)
from fairlead.errors import Conflict
from fairlead.service import Config, Parts, rpc

from ..handset_groups import HandsetGroups
from ..handsets import Handsets
from ..office import Office, make_office
from ..settings import WhatsAppSettings


class SandboxDoors:
    """The sandbox's phones."""

    config = Config(WhatsAppSettings)
    office = Parts(make_office, stop=Office.stop)

    @rpc
    def sandbox_handsets(self) -> list[SandboxHandset]:
        return self._handsets().listed()

    @rpc
    def open_sandbox_handsets(self, *, handsets: dict[str, str]) -> None:
        self._handsets().open(handsets)

    @rpc
    def put_sandbox_handset(
        self, *, address: str, on: bool = True, name: str = "", private: bool | None = None
    ) -> SandboxHandset:
        return self._handsets().put(address, name, on=on, private=private)

    @rpc
    def sandbox_chat(self, *, address: str, limit: int = 50) -> list[SandboxChatMessage]:
        return self._handsets().chat(address, limit)

    @rpc
    def sandbox_chat_file(self, *, id: UUID, number: int) -> FileRef:
        return self._handsets().file(id, number)

    @rpc
    def sandbox_chat_read(self, *, id: UUID) -> SandboxChatMessage:
        return self._handsets().read(id)

    @rpc
    def sandbox_chat_fail(self, *, id: UUID, reason: str = "") -> SandboxChatMessage:
        return self._handsets().fail(id, reason)

    @rpc
    def sandbox_chat_type(self, *, address: str, typing: bool = True) -> None:
        self._handsets().type(address, typing=typing)

    @rpc
    def sandbox_chat_write(
        self,
        *,
        address: str,
        text: str = "",
        files: list[FileRef],
        place: Place | None = None,
        cards: list[Card],
        quotes: UUID | None = None,
        connection_id: UUID | None = None,
        group: str | None = None,
    ) -> SandboxChatMessage:
        return self._handsets().write(
            address, text, files, place, cards, quotes, connection_id, group
        )

    @rpc
    def sandbox_chat_amend(
        self, *, id: UUID, reaction: str | None = None, text: str | None = None
    ) -> SandboxChatMessage:
        return self._handsets().amend(id, reaction, text)

    @rpc
    def sandbox_groups(self, *, address: str | None = None) -> list[SandboxGroup]:
        return self._groups().listed(address)

    @rpc
    def sandbox_group_join(self, *, address: str, invitation: str) -> SandboxGroup:
        return self._groups().join(address, invitation)

    @rpc
    def sandbox_group_leave(self, *, address: str, group: str) -> SandboxGroup:
        return self._groups().leave(address, group)

    @rpc
    def sandbox_scan(self, *, connection_id: UUID, number: str) -> WhatsAppConnection:
        self._handsets().scan(connection_id, number)
        return self.office.connecting.get(connection_id)

    def _handsets(self) -> Handsets:
        self._expect_sandbox()
        return self.office.handsets

    def _groups(self) -> HandsetGroups:
        self._expect_sandbox()
        return self.office.handset_groups

    def _expect_sandbox(self) -> None:
        if not self.config.sandbox:
            raise Conflict("whatsapp_gateway.no_sandbox", "The sandbox is switched off here")
