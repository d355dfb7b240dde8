"""Fills the templates of the mail servers' configuration (the folder mail/)."""

from __future__ import annotations

import string
from pathlib import Path

TEMPLATES = Path(__file__).with_name("mail")


class _Template(string.Template):
    # `$` and `%` are Postfix' and Dovecot's own.
    delimiter = "@"


def fill(name: str, **values: object) -> str:
    """The template `mail/<name>` with each `@{key}` replaced; KeyError for one without a value."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    return _Template(text).substitute(values)
