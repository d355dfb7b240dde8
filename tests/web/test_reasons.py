"""That what the web client translates is what the services say."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from enum import Enum
from functools import cache
from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta

from scripts.uv import ROOT
from scripts.web import WEB

ENGLISH = json.loads((WEB / "src" / "texts" / "server" / "en.json").read_text(encoding="utf-8"))
PLACE = re.compile(r"{\w+}")


class Kind(Enum):
    """Some enum."""

    ONE = "one"


class Some(msgspec.Struct):
    """Some struct."""

    name: str


# What the decoder complains of, by what it is asked for and given.
REFUSED: dict[str, tuple[Any, Any]] = {
    "atLeast": (Annotated[str, Meta(min_length=1)], ""),
    "atMost": (Annotated[str, Meta(max_length=1)], "ab"),
    "notLess": (Annotated[int, Meta(ge=1)], 0),
    "notMore": (Annotated[int, Meta(le=1)], 2),
    "pattern": (Annotated[str, Meta(pattern="^a$")], "b"),
    "other": (int, "one"),
    "required": (Some, {}),
    "enum": (Kind, "two"),
}


@cache
def _said() -> str:
    """All that stands in quotes in the services; what is filled in is a NUL."""
    found: list[str] = []
    for folder in ("services", "shared"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "tests" not in path.parts and "node_modules" not in path.parts:
                found.extend(_texts(ast.parse(path.read_text(encoding="utf-8"))))
    return "\n".join(found)


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _problems() -> dict[str, str]:
    return {
        f"{service}.{reason}": text
        for service, reasons in ENGLISH["problems"].items()
        for reason, text in reasons.items()
    }


@pytest.mark.parametrize("code", _problems())
def test_there_is_such_a_problem(code: str) -> None:
    assert re.search(rf"^{re.escape(code)}$", _said(), re.MULTILINE)


@pytest.mark.parametrize("sentence", [*_problems().values(), *ENGLISH["reasons"].values()])
def test_a_service_says_so(sentence: str) -> None:
    between = "[^\n]+".join(re.escape(part) for part in PLACE.split(sentence))
    assert re.search(rf"^{between}\.?$", _said(), re.MULTILINE | re.IGNORECASE)


@pytest.mark.parametrize("name", ENGLISH["decoder"])
def test_the_decoder_says_so(name: str) -> None:
    wanted, given = REFUSED[name]
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.convert(given, wanted)
    between = ".+".join(re.escape(part) for part in PLACE.split(ENGLISH["decoder"][name]))
    assert re.fullmatch(between, str(refused.value))
