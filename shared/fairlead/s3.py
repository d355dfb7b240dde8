"""Files in a bucket of Amazon S3 or of any server with its protocol (extra `fairlead[s3]`).

boto3 waits on plain sockets, so under eventlet's monkey-patching only the asking greenlet waits;
`tests/test_files.py` holds that. Access keys are read as boto3 reads them: from
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or from the machine's role.
"""

from __future__ import annotations

import base64
import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import (  # type: ignore[import-untyped]
    BotoCoreError,
    ClientError,
)

from .errors import NotFound, Unavailable
from .files import LIMIT, Content, StoredFile, copy, hash_of, key_of, not_found, organisation_of

IN_MEMORY: Final = (
    1024 * 1024
)  # bytes of an upload that wait in memory, not on disk, for their hash
MARKED: Final = dt.timedelta(hours=1)  # far longer than any `put` takes
REFRESHED: Final = dt.timedelta(days=1)  # younger, a content that is put again need not be sent
_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})


def open_bucket(location: str) -> Bucket:
    """The bucket at `s3://bucket/prefix?endpoint=…&region=…`; raises ValueError."""
    parts = urlsplit(location)
    query = dict(parse_qsl(parts.query))
    unknown = query.keys() - {"endpoint", "region"}
    if not parts.netloc or unknown:
        raise ValueError("expected s3://bucket/prefix?endpoint=…&region=…")
    endpoint = query.get("endpoint")
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=query.get("region"),
        config=Config(
            connect_timeout=5,
            read_timeout=30,
            max_pool_connections=32,
            retries={"mode": "standard", "max_attempts": 3},
            # Servers other than Amazon's seldom have a host name for each bucket, and some refuse
            # the trailing checksums that boto3 adds by default.
            s3={"addressing_style": "path" if endpoint else "auto"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
    return Bucket(client, parts.netloc, parts.path.strip("/"))


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        if code in _MISSING:
            raise not_found() from None
        raise _unavailable(code) from error
    except BotoCoreError as error:
        raise _unavailable(type(error).__name__) from error


def _unavailable(reason: str) -> Unavailable:
    return Unavailable("files.unavailable", f"The file store cannot do this now ({reason})")


class Bucket:
    """The `FileStore` in one bucket, under one prefix."""

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""

    def put(self, organisation: UUID, content: Content, *, limit: int = LIMIT) -> StoredFile:
        """As `FileStore.put`. The server checks the content against its hash."""
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as spool:
            size, sha256 = copy(content, spool, limit)
            stored = StoredFile(key_of(organisation, sha256), size, sha256)
            mark = self._mark(organisation, stored.key)
            marked = self._modified(mark) is not None
            if marked:  # it is about to be discarded
                with _failures():
                    self._client.delete_object(**mark)
            known = self._modified(self._name(organisation, stored.key))
            if marked or known is None or dt.datetime.now(dt.UTC) - known > REFRESHED:
                spool.seek(0)
                with _failures():
                    self._client.put_object(
                        **self._name(organisation, stored.key),
                        Body=spool,
                        ContentLength=size,
                        ContentType="application/octet-stream",
                        ChecksumSHA256=base64.b64encode(bytes.fromhex(sha256)).decode(),
                    )
        return stored

    def open(self, organisation: UUID, key: str, *, start: int = 0) -> Download:
        """As `FileStore.open`."""
        part = {"Range": f"bytes={start}-"} if start else {}
        with _failures():
            found = self._client.get_object(**self._name(organisation, key), **part)
            return Download(found["Body"])

    def read(self, organisation: UUID, key: str) -> bytes:
        """As `FileStore.read`."""
        with self.open(organisation, key) as stream:
            return stream.read()

    def exists(self, organisation: UUID, key: str) -> bool:
        """As `FileStore.exists`."""
        with suppress(NotFound):
            with _failures():
                self._client.head_object(**self._name(organisation, key))
            return True
        return False

    def delete(self, organisation: UUID, key: str) -> None:
        """As `FileStore.delete`."""
        name = self._name(organisation, key)
        with _failures():
            self._client.delete_object(**name)

    def idle(self, before: dt.datetime) -> Iterator[tuple[UUID, list[str]]]:
        """As `FileStore.idle`."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix
        )
        with _failures():
            for found in pages:
                batches: dict[UUID, list[str]] = {}
                for each in found.get("Contents", ()):
                    organisation = organisation_of(each["Key"].removeprefix(self._prefix))
                    if organisation is not None and each["LastModified"] < before:
                        key = each["Key"].removeprefix(self._prefix)
                        batches.setdefault(organisation, []).append(key)
                yield from batches.items()

    def discard(self, organisation: UUID, key: str, before: dt.datetime) -> bool:
        """As `FileStore.discard`.

        A mark stands beside the content for an hour. A `put` that finds it takes it away and stores
        the content anew; so when the mark is still there after the content was removed, nobody
        stored it meanwhile, and when it is not, the content is brought back.
        """
        name, mark = self._name(organisation, key), self._mark(organisation, key)
        with _failures():
            marked = self._modified(mark)
            stored = self._modified(name)
            if stored is None or stored >= before:
                self._client.delete_object(**mark)
                return stored is None
            if marked is None:
                self._client.put_object(**mark, Body=b"")
                return False
            if dt.datetime.now(dt.UTC) - marked < MARKED:
                return False
            content = self.read(organisation, key)
            self._client.delete_object(**name)
            if self._modified(mark) is None:
                self.put(organisation, content, limit=len(content))
                return False
            self._client.delete_object(**mark)
        return True

    def _modified(self, name: dict[str, str]) -> dt.datetime | None:
        """When an object was written, if it is there."""
        try:
            with _failures():
                found: dt.datetime = self._client.head_object(**name)["LastModified"]
        except NotFound:
            return None
        return found

    def _mark(self, organisation: UUID, key: str) -> dict[str, str]:
        name = self._name(organisation, key)
        return name | {"Key": f"{self._prefix}marks/{key}"}

    def check(self) -> None:
        """As `FileStore.check`: asks for the bucket."""
        try:
            with _failures():
                self._client.head_bucket(Bucket=self._bucket)
        except NotFound:
            raise _unavailable("no such bucket") from None

    def _name(self, organisation: UUID, key: str) -> dict[str, str]:
        sha256 = hash_of(organisation, key)
        return {"Bucket": self._bucket, "Key": self._prefix + key_of(organisation, sha256)}


class Download:
    """One object's content as a stream; closes its connection at the block's end."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes, all for -1; raises Unavailable when the connection breaks."""
        with _failures():
            content: bytes = self._body.read(None if size < 0 else size)
            return content

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._body.close()
