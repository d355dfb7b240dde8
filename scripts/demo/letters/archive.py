"""The files that letters come with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from uuid import UUID

from contracts.common import FileRef
from fairlead.files import key_of

from ..model import Document


@dataclass
class Archive:
    """Collects files under the keys that the file store will give them."""

    organisation: UUID
    documents: list[Document] = field(default_factory=list)

    def keep(self, name: str, content_type: str, content: bytes) -> FileRef:
        """Remember a file, and how messages refer to it."""
        ref = FileRef(
            key=key_of(self.organisation, hashlib.sha256(content).hexdigest()),
            name=name,
            content_type=content_type,
            size=len(content),
        )
        self.documents.append(Document(ref=ref, content=content))
        return ref
