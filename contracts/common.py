"""Kinds of values that several contracts share."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated

from msgspec import Meta

from fairlead.contract import Message

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Line = Annotated[str, Meta(max_length=500)]
Text = Annotated[str, Meta(max_length=100_000)]
Zone = Annotated[str, Meta(min_length=1, max_length=64, description="IANA time zone name")]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2}(-[A-Z]{2})?$", description="BCP 47 tag")]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$", description="ISO 4217 code")]
Tag = Annotated[str, Meta(min_length=1, max_length=60)]
Tags = Annotated[list[Tag], Meta(max_length=50)]
Address = Annotated[str, Meta(min_length=3, max_length=254)]  # RFC 5321 4.5.3.1.3
Limit = Annotated[int, Meta(ge=1, le=200)]
CopyLimit = Annotated[int, Meta(ge=0, le=500)]
FileNumber = Annotated[int, Meta(ge=0, le=999, description="The place of a file, from 0")]
Cursor = Annotated[str, Meta(max_length=500)]
Moment = Annotated[datetime, Meta(tz=True)]


class Channel(enum.Enum):
    """A way to reach somebody."""

    EMAIL = "email"
    WHATSAPP = "whatsapp"
    SMS = "sms"


class Money(Message):
    """An amount in minor units (cents) of one currency."""

    amount: int
    currency: Currency


class FileRef(Message):
    """A file in the file store, as messages refer to it. `size` in bytes."""

    key: str
    name: Annotated[str, Meta(min_length=1, max_length=255)]
    content_type: str
    size: int
    content_id: str | None = None
