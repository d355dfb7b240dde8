"""The installer, against stand-ins for apt that note how they were called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scripts.servers import install as installer
from scripts.servers.install import MissingPackages, install, missing

QUERY = """#!/bin/sh
# dpkg-query --show --showformat=... PACKAGE
case " $INSTALLED " in *" $3 "*) printf installed ;; *) exit 1 ;; esac
"""
APT = """#!/bin/sh
echo "$@ policy:$(cat "$POLICY" 2>/dev/null | tail -n 1)" >> "$CALLS"
case "$*" in *broken*) echo "E: Unable to locate package broken" >&2; exit 100 ;; esac
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Puts the stand-ins first on the PATH; the file that apt-get's calls are noted in."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, script in {"dpkg-query": QUERY, "apt-get": APT}.items():
        (programs / name).write_text(script, encoding="ascii")
        (programs / name).chmod(0o755)
    policy = tmp_path / "policy-rc.d"
    monkeypatch.setattr(installer, "POLICY", policy)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("INSTALLED", "postgresql postfix")
    monkeypatch.setenv("POLICY", str(policy))
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return tmp_path / "calls"


def test_what_is_there_needs_no_apt(calls: Path) -> None:
    assert install(["postgresql", "postfix"]) == []
    assert not calls.exists()


def test_root_installs_what_is_missing_and_no_service_starts(
    calls: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert install(["postgresql", "rabbitmq-server"]) == ["rabbitmq-server"]
    update, command = calls.read_text(encoding="ascii").splitlines()
    assert " update " in update
    assert command.endswith("rabbitmq-server policy:exit 101")
    assert "postgresql" not in command
    assert not installer.POLICY.exists()
    assert "rabbitmq-server" in capsys.readouterr().out


def test_a_policy_of_the_machine_is_left_alone(calls: Path) -> None:
    installer.POLICY.write_text("its own\n", encoding="ascii")
    install(["rabbitmq-server"])
    assert calls.read_text(encoding="ascii").count("policy:its own") == 2
    assert installer.POLICY.exists()


@pytest.mark.usefixtures("calls")
def test_apts_refusal_is_passed_on() -> None:
    with pytest.raises(MissingPackages, match="Unable to locate package broken"):
        install(["broken"])
    assert not installer.POLICY.exists()


def test_without_root_one_line_says_how_to_get_it(
    calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(MissingPackages) as raised:
        install(["rabbitmq-server", "dovecot-imapd", "postgresql"])
    expected = "sudo apt-get install rabbitmq-server dovecot-imapd"
    assert str(raised.value).endswith(expected)
    assert "\n" not in str(raised.value)
    assert not calls.exists()


@pytest.mark.usefixtures("calls")
def test_missing_keeps_the_order() -> None:
    assert missing(["zsh", "postgresql", "abc"]) == ["zsh", "abc"]
