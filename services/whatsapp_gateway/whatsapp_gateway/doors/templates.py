"""Templates that the network approved."""

from __future__ import annotations

from uuid import UUID

from contracts.channels import ApprovedTemplate
from contracts.whatsapp_gateway import FilledTemplate, NetworkTemplate
from fairlead.service import Parts, rpc

from ..office import Office, make_office


class Templates:
    """Templates that the network approved."""

    office = Parts(make_office, stop=Office.stop)

    @rpc
    def list_network_templates(self, *, connection_id: UUID | None = None) -> list[NetworkTemplate]:
        return self.office.wording.listed(connection_id)

    @rpc
    def fetch_network_templates(self, *, id: UUID) -> list[NetworkTemplate]:
        return self.office.wording.fetch(id)

    @rpc
    def fill_network_template(
        self, *, connection_id: UUID | None, template: ApprovedTemplate
    ) -> FilledTemplate:
        return self.office.wording.fill(connection_id, template)
