"""Uploads and downloads."""

from __future__ import annotations

import io
import time
import zipfile
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
import pytest
from flask import Flask

from api_gateway.testing import OURS, THEIRS, Services, Visitor, field_errors, problem
from contracts.common import FileRef
from contracts.inbox import File, FilePicture, FileState, PictureSize
from fairlead.context import Role
from fairlead.secrets import Signer

API = "/api/v1"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
ID = UUID(int=9)


def upload(visitor: Visitor, content: bytes, name: str = "plan.pdf", field: str = "file") -> Any:
    return visitor.ask("POST", f"{API}/files", data={field: (io.BytesIO(content), name)})


def fetch(visitor: Visitor, path: str, **options: Any) -> Any:
    """A GET whose answer is read to its end, and closed, as a server does."""
    return visitor.ask("GET", path, buffered=True, **options)


@pytest.fixture
def kept(services: Services) -> dict[UUID, FileRef]:
    """The files that the inbox knows, of either organisation."""
    files: dict[UUID, FileRef] = {}

    def add_file(file: FileRef) -> File:
        files[ID] = file
        return File(id=ID, file=file)

    services.answers["inbox.add_file"] = add_file
    services.answers["inbox.get_file"] = lambda **given: File(
        file=files[given["id"]], shown=True, **given
    )
    return files


def test_what_is_uploaded_comes_back(owner: Visitor, kept: dict[UUID, FileRef]) -> None:
    response = upload(owner, PDF)
    assert response.status_code == 201
    assert kept[ID].key.startswith(f"{OURS}/")
    assert (kept[ID].name, kept[ID].size) == ("plan.pdf", len(PDF))
    assert kept[ID].content_type == "application/pdf"
    download = fetch(owner, f"{API}/files/{ID}")
    assert download.get_data() == PDF
    assert download.content_type == "application/pdf"
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in download.headers["Content-Security-Policy"]
    assert download.headers["X-Content-Type-Options"] == "nosniff"


def test_the_content_says_what_a_file_is(owner: Visitor, kept: dict[UUID, FileRef]) -> None:
    upload(owner, PDF, "photo.jpg")
    assert kept[ID].content_type == "application/pdf"


@pytest.mark.parametrize(
    "name", ['a"; filename="x.exe', "../../etc/passwd", "a\r\nSet-Cookie: a=b", "naïve ü 旅.pdf"]
)
def test_a_hostile_name_stays_a_name(name: str, owner: Visitor, kept: dict[UUID, FileRef]) -> None:
    assert upload(owner, PDF).status_code == 201
    kept[ID] = FileRef(key=kept[ID].key, name=name, content_type="application/pdf", size=1)
    headers = fetch(owner, f"{API}/files/{ID}").headers
    assert headers["Content-Disposition"].startswith("attachment")
    assert "Set-Cookie" not in headers
    assert "/etc" not in headers["Content-Disposition"]


def test_a_file_must_be_there(owner: Visitor, services: Services) -> None:
    for response in (
        upload(owner, PDF, field="other"),
        owner.ask("POST", f"{API}/files", json={"file": "x"}),
        owner.ask("POST", f"{API}/files", data=b"x", content_type="multipart/form-data"),
        owner.ask("POST", f"{API}/files"),
    ):
        assert response.status_code == 422
        assert list(field_errors(response)) == ["file"]
    assert services.methods() == []


def test_an_oversized_file_is_refused(make_app: Any, services: Services) -> None:
    app = make_app(FAIRLEAD_UPLOAD_LIMIT="4096")
    visitor = Visitor(app.test_client(), token="token-of-owner")
    # Beyond the whole request's limit, and beyond the file's alone.
    assert upload(visitor, PDF + b"x" * 200_000).status_code == 413
    assert upload(visitor, PDF + b"x" * 5000).status_code in (413, 422)
    assert services.methods() == []
    assert upload(visitor, PDF).status_code == 201


def test_another_organisations_file_is_not_there(
    app: Flask, owner: Visitor, kept: dict[UUID, FileRef], services: Services
) -> None:
    """Even when the inbox were to name its key."""
    upload(owner, PDF)
    services.employ("theirs", Role.OWNER, of=THEIRS)
    response = Visitor(app.test_client(), token="theirs").ask("GET", f"{API}/files/{ID}")
    assert response.status_code == 404
    assert problem(response)["code"].startswith("files.")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/files"),
        ("GET", f"/files/{ID}"),
        ("GET", f"/files/{ID}/thumbnail"),
        ("GET", f"/files/{ID}/about"),
        ("POST", f"/files/{ID}/links"),
    ],
)
def test_files_are_for_who_works_here(
    method: str, path: str, anybody: Visitor, services: Services
) -> None:
    assert anybody.ask(method, API + path, json={}).status_code == 401
    assert services.asked == []


def test_an_id_that_is_none_is_named(owner: Visitor) -> None:
    response = owner.ask("GET", f"{API}/files/..%5c..%5cetc")
    assert response.status_code == 422
    assert list(field_errors(response)) == ["id"]


@pytest.fixture
def file(owner: Visitor, kept: dict[UUID, FileRef]) -> str:
    """The path of a file of PDF."""
    upload(owner, PDF)
    return f"{API}/files/{ID}"


def test_a_file_is_fetched_once_for_each_content(owner: Visitor, file: str) -> None:
    first = fetch(owner, file)
    tag = first.headers["ETag"]
    for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = fetch(owner, file, headers={"If-None-Match": given})
        assert (again.status_code, again.get_data()) == (304, b"")
        assert again.headers["ETag"] == tag
    assert fetch(owner, file, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("wanted", "begin", "end"),
    [("bytes=0-3", 0, 4), ("bytes=5-", 5, None), ("bytes=-4", -4, None), ("bytes=2-9999", 2, None)],
)
def test_a_part_of_a_file_is_handed_out(
    wanted: str, begin: int, end: int | None, owner: Visitor, file: str
) -> None:
    part = fetch(owner, file, headers={"Range": wanted})
    assert (part.status_code, part.get_data()) == (206, PDF[begin:end])
    start = begin % len(PDF)
    assert part.headers["Content-Range"] == (
        f"bytes {start}-{start + len(part.get_data()) - 1}/{len(PDF)}"
    )
    assert int(part.headers["Content-Length"]) == len(part.get_data())


def test_what_is_no_part_is_said_or_passed_over(owner: Visitor, file: str) -> None:
    beyond = fetch(owner, file, headers={"Range": "bytes=9999-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(PDF)}")
    for other in ("bytes=0-1,4-5", "lines=1-2", "nonsense", "bytes=a-b"):
        whole = fetch(owner, file, headers={"Range": other})
        assert (whole.status_code, whole.get_data()) == (200, PDF)
    stale = fetch(owner, file, headers={"Range": "bytes=0-3", "If-Range": '"other"'})
    assert (stale.status_code, stale.get_data()) == (200, PDF)
    tag = stale.headers["ETag"]
    assert fetch(owner, file, headers={"Range": "bytes=0-3", "If-Range": tag}).status_code == 206


def test_only_its_description_is_asked_for(owner: Visitor, file: str) -> None:
    answer = owner.ask("HEAD", file, buffered=True)
    assert (answer.status_code, answer.get_data()) == (200, b"")
    assert int(answer.headers["Content-Length"]) == len(PDF)


def test_a_file_is_shown_only_where_its_kind_may_be(
    owner: Visitor, file: str, kept: dict[UUID, FileRef], services: Services
) -> None:
    def asked(query: str) -> str:
        return str(fetch(owner, f"{file}{query}").headers["Content-Disposition"])

    assert asked("").startswith("attachment")
    assert asked("?disposition=inline").startswith("inline")
    for kind in ("text/html", "image/svg+xml", "application/xml", "application/octet-stream"):
        kept[ID] = msgspec.structs.replace(kept[ID], content_type=kind)
        assert asked("?disposition=inline").startswith("attachment")
    kept[ID] = msgspec.structs.replace(kept[ID], content_type="image/png")
    services.answers["inbox.get_file"] = lambda **given: File(file=kept[ID], shown=False, **given)
    assert asked("?disposition=inline").startswith("attachment"), "as one of two kinds"
    for query in ("?disposition=yes", "?disposition=", "?other=1"):
        assert fetch(owner, f"{file}{query}").status_code == 422


@pytest.mark.parametrize("state", [FileState.WAITING, FileState.INFECTED, FileState.BLOCKED])
def test_what_the_virus_check_holds_is_not_handed_out(
    state: FileState, owner: Visitor, file: str, kept: dict[UUID, FileRef], services: Services
) -> None:
    services.answers["inbox.get_file"] = lambda **given: File(
        file=kept[ID], state=state, reason="holds a virus: Eicar", **given
    )
    for answer in (
        fetch(owner, file),
        fetch(owner, f"{file}/thumbnail"),
        owner.ask("POST", f"{file}/links", json={}),
    ):
        assert answer.status_code == 409
        assert problem(answer)["code"] == f"files.{state.value}"
        assert "Eicar" in problem(answer)["detail"]


def with_pictures(services: Services, app: Flask, kept: dict[UUID, FileRef]) -> None:
    stored = app.extensions["fairlead"].files
    pictures = [
        FilePicture(
            size=size,
            key=stored.put(OURS, size.value.encode()).key,
            width=side,
            height=side,
            bytes=len(size.value),
        )
        for size, side in ((PictureSize.SMALL, 160), (PictureSize.MEDIUM, 480))
    ]
    services.answers["inbox.get_file"] = lambda **given: File(
        file=kept[ID], pictures=pictures, **given
    )


def test_a_picture_of_a_file_is_handed_out(
    owner: Visitor, app: Flask, file: str, kept: dict[UUID, FileRef], services: Services
) -> None:
    assert problem(fetch(owner, f"{file}/thumbnail"))["code"] == "files.no_picture"
    with_pictures(services, app, kept)
    for query, content in (
        ("", b"medium"),
        ("?size=small", b"small"),
        ("?size=large", b"medium"),  # none is larger than its file
    ):
        picture = fetch(owner, f"{file}/thumbnail{query}")
        assert (picture.get_data(), picture.content_type) == (content, "image/webp")
        assert picture.headers["Content-Disposition"].startswith("inline")
    assert fetch(owner, f"{file}/thumbnail?size=huge").status_code == 422


def path_of(link: Any) -> str:
    assert link.status_code == 201, link.get_data()
    return str(urlsplit(link.get_json()["url"]).path)


def test_a_link_works_for_whoever_has_it(
    owner: Visitor, anybody: Visitor, app: Flask, file: str, kept: dict[UUID, FileRef],
    services: Services,
) -> None:  # fmt: skip
    path = path_of(owner.ask("POST", f"{file}/links", json={}))
    got = fetch(anybody, path)
    assert (got.status_code, got.get_data(), got.content_type) == (200, PDF, "application/pdf")
    assert got.headers["Content-Disposition"].startswith("inline")
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    saved = path_of(owner.ask("POST", f"{file}/links", json={"disposition": "attachment"}))
    assert fetch(anybody, saved).headers["Content-Disposition"].startswith("attachment")
    with_pictures(services, app, kept)
    small = path_of(owner.ask("POST", f"{file}/links", json={"picture": "small", "seconds": 60}))
    assert fetch(anybody, small, headers={"Range": "bytes=1-2"}).get_data() == b"ma"


def test_a_link_that_was_made_up_or_has_ended_leads_nowhere(
    owner: Visitor, anybody: Visitor, app: Flask, file: str
) -> None:
    path = path_of(owner.ask("POST", f"{file}/links", json={}))
    token = path.removeprefix("/f/")
    parts = app.extensions["fairlead"]
    parts.file_links._signer._clock = lambda: time.time() + 3600
    ended = fetch(anybody, path)
    parts.file_links._signer._clock = time.time
    other = Signer(parts.settings.secret_keys, "gateway.other").sign(b"x")
    answers = [ended, *(fetch(anybody, f"/f/{each}") for each in (token[:-1], other, "x" * 9000))]
    for place in (0, len(token) // 2, -1):
        letter = "A" if token[place] != "A" else "B"
        changed = list(token)
        changed[place] = letter
        answers.append(fetch(anybody, f"/f/{''.join(changed)}"))
    for answer in answers:
        assert answer.status_code == 404
    assert problem(ended)["code"] == "files.link_unknown"
    parts.files.delete(OURS, parts.file_links.read(token).key)
    assert fetch(anybody, path).status_code == 404, "it was erased"


@pytest.mark.parametrize("body", [{"seconds": 5}, {"seconds": 10**6}, {"picture": "x"}, {"a": 1}])
def test_a_link_of_a_wrong_kind_is_refused(body: dict[str, Any], owner: Visitor, file: str) -> None:
    assert owner.ask("POST", f"{file}/links", json=body).status_code == 422


def test_an_archive_that_swells_is_refused_at_the_door(
    owner: Visitor, kept: dict[UUID, FileRef]
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"\0" * (60 * 1024 * 1024))
    refused = upload(owner, out.getvalue(), "photos.zip")
    assert problem(refused)["code"] == "files.archive_bomb"
    assert list(field_errors(refused)) == ["file"]
    assert kept == {}
