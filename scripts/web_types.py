"""The types that the web client is compiled with, made from the contracts: `make contracts`.

From the OpenAPI document come those of the API, and from the events that the gateway passes on
those of the live stream; the rights table comes along. The first line of each file holds the digest
of what it was made from, by which `stale` tells without Node.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR

from api_gateway.openapi import document
from api_gateway.service import ApiGateway
from contracts import rights
from contracts.accounts import SessionsEnded
from fairlead.contract import Event, Right
from scripts.servers import node
from scripts.uv import ROOT

WEB = ROOT / "services" / "web"
TYPES = WEB / "src" / "api" / "schema.d.ts"
RIGHTS = WEB / "src" / "api" / "rights.ts"
LIVE = "LiveEvents"

JSON = dict[str, Any]


def live_events() -> dict[str, type[Event]]:
    """The events that open windows hear, by their name on the stream."""
    found = {
        entrypoint.event
        for method in vars(ApiGateway).values()
        for entrypoint in getattr(method, ENTRYPOINT_EXTENSIONS_ATTR, ())
        if isinstance(getattr(entrypoint, "event", None), type)
    }
    return {event.event_name: event for event in found - {SessionsEnded}}


def described() -> JSON:
    """The OpenAPI document with the events beside its schemas, and without examples."""
    whole: JSON = _without_examples(json.loads(document()))
    events = live_events()
    names = sorted(events)
    schemas, components = msgspec.json.schema_components(
        [events[name] for name in names], ref_template="#/components/schemas/{name}"
    )
    live = {
        "type": "object",
        "description": "What comes on the live stream, by the name of the event.",
        "required": names,
        "properties": dict(zip(names, schemas, strict=True)),
    }
    whole["components"]["schemas"] = dict(
        sorted((components | whole["components"]["schemas"] | {LIVE: live}).items())
    )
    del whole["webhooks"]
    return whole


def _without_examples(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_examples(each) for key, each in value.items() if key != "example"}
    return [_without_examples(each) for each in value] if isinstance(value, list) else value


def rights_module() -> str:
    """The rights table as TypeScript: the name of each row, as `GET /me` lists those one has."""
    rows = [f"  {name}: {json.dumps(each.name)}," for name, each in vars(rights).items()
            if isinstance(each, Right) and each.scope]  # fmt: skip
    return "\n".join(
        [
            "// Made by `make contracts` from contracts/rights.py.",
            "",
            "export const RIGHTS = {",
            *rows,
            "} as const",
            "",
            "/** A row of the rights table. */",
            "export type RightName = keyof typeof RIGHTS",
            "",
        ]
    )


def first_line(whole: JSON) -> str:
    """What the types made from `whole` begin with."""
    packages = json.loads((WEB / "package.json").read_text(encoding="utf-8"))
    generator = packages["devDependencies"]["openapi-typescript"]
    text = json.dumps([whole, generator], sort_keys=True)
    return f"// Made by `make contracts` from sha256 {hashlib.sha256(text.encode()).hexdigest()}.\n"


def stale() -> list[str]:
    """The files that are not as they would be made now, below the repository."""
    fresh = {
        TYPES: TYPES.exists()
        and TYPES.read_text(encoding="utf-8").startswith(first_line(described())),
        RIGHTS: RIGHTS.exists() and RIGHTS.read_text(encoding="utf-8") == rights_module(),
    }
    return [str(path.relative_to(ROOT)) for path, good in fresh.items() if not good]


def write() -> None:
    """Make both files. Raises NoNode, and CalledProcessError with what the generator said."""
    whole = described()
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / "openapi.json", Path(folder) / "schema.d.ts"
        given.write_text(json.dumps(whole), encoding="utf-8")
        node.run(
            WEB, "openapi-typescript/bin/cli.js", str(given), "--output", str(made),
            "--root-types", "--root-types-no-schema-prefix", "--default-non-nullable", "false",
        )  # fmt: skip
        TYPES.write_text(first_line(whole) + made.read_text(encoding="utf-8"), encoding="utf-8")
    RIGHTS.write_text(rights_module(), encoding="utf-8")


def main() -> int:
    """Makes what is stale; 1 and what went wrong when it cannot."""
    for path in (changed := stale()):
        sys.stdout.write(f"written: {path}\n")
    try:
        if changed:
            write()
    except node.NoNode as error:
        print(error, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(error.stdout, error.stderr, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
