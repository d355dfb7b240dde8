"""Fetching the tools: what is not what its hash says is refused, and nothing is left of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import chart_tools
from scripts.chart_tools import MissingTools, install


@pytest.mark.parametrize("content", [b"another", None], ids=["another content", "not there"])
def test_a_wheel_that_is_not_what_was_asked_for(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = tmp_path / "tool-1-py3-none-any.whl"
    if content is not None:
        wheel.write_bytes(content)
    wheels = tmp_path / "wheels.txt"
    wheels.write_text(f"tool @ {wheel.as_uri()} --hash=sha256:{'0' * 64}\n")
    for name, value in {"ROOT": tmp_path, "VENV": tmp_path, "WHEELS": wheels}.items():
        monkeypatch.setattr(chart_tools, name, value)
    with pytest.raises(MissingTools, match=r"wheels\.txt failed"):
        install()
    assert not list(tmp_path.glob("charts-*"))


def test_what_is_there_is_not_fetched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tools = install()

    def refuse(*arguments: object) -> None:
        raise AssertionError("fetched again")

    monkeypatch.setattr(chart_tools, "_fetch", refuse)
    assert install() == tools
