"""The web client as a whole: its types are true of the API, its checks are content, and its build
is small and keeps to the policy of its page."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from scripts import web, web_types

FIRST_LOAD = 350 * 1024  # bytes of JavaScript, gzipped, before the first screen can be used


def test_the_types_are_those_of_the_api() -> None:
    stale = web_types.stale()
    assert not stale, f"stale: {', '.join(stale)}; run: make contracts"


def test_every_event_of_the_stream_makes_something_old() -> None:
    topics = (web.WEB / "src" / "live" / "topics.ts").read_text(encoding="utf-8")
    assert set(re.findall(r"^  '(\w+\.\w+)': \[", topics, re.M)) == set(web_types.live_events())


@pytest.mark.timeout(600)
def test_its_own_tests_pass() -> None:
    said = web.run_check("units")  # the other checks are make lint's
    assert not said, said


@pytest.fixture(scope="module")
def dist() -> Path:
    """The build, made anew where the sources changed."""
    web.build()
    return web.DIST


def _manifest(dist: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((dist / ".vite" / "manifest.json").read_text())
    return found


def _loaded(manifest: dict[str, dict[str, Any]], *entries: str) -> set[str]:
    """The files of JavaScript that come with these entries, their own imports too."""
    found: set[str] = set()
    wanted = list(entries)
    while wanted:
        chunk = manifest[wanted.pop()]
        if chunk["file"] not in found:
            found.add(chunk["file"])
            wanted += chunk.get("imports", [])
    return found


@pytest.mark.timeout(300)
@pytest.mark.parametrize("screen", sorted(path.name for path in web.WEB.glob("src/screens/*")))
def test_a_first_screen_loads_little(screen: str, dist: Path) -> None:
    manifest = _manifest(dist)
    first = ("index.html", "src/texts/en.ts")
    files = _loaded(manifest, *first, f"src/screens/{screen}/index.tsx")
    size = sum(len(gzip.compress((dist / name).read_bytes(), 9)) for name in files)
    assert size < FIRST_LOAD, f"{size / 1024:.0f} KB gzipped in {sorted(files)}"


@pytest.mark.timeout(300)
def test_the_page_runs_no_script_of_its_own(dist: Path) -> None:
    page = (dist / "index.html").read_text(encoding="utf-8")
    for attributes, inside in re.findall(r"<script([^>]*)>(.*?)</script>", page, re.S):
        assert "src=" in attributes
        assert not inside.strip()
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)


@pytest.mark.timeout(300)
def test_what_is_large_is_there_compressed(dist: Path) -> None:
    for path in (dist / "assets").glob("*.js"):
        assert gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()) == path.read_bytes()
        assert path.with_name(f"{path.name}.br").exists()


@pytest.mark.timeout(300)
def test_it_is_built_once(dist: Path) -> None:
    assert not web.build()
