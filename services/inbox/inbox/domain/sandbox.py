"""Liquid that anybody may write: it can be wrong, but never dangerous, slow or silently empty.

python-liquid limits nesting and output, but its loop limit forgets loops that are over, several of
its filters multiply a text (`replace`, `join` of a range, `times`), and its lexer needs a time that
grows with the square of an unclosed `{{`. So markup is looked through before it is parsed, tags and
filters are those listed here, and everything a template does is paid from one budget.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TextIO

from liquid import Environment, Mode, RenderContext, Token
from liquid.ast import BlockNode, Node
from liquid.builtin.tags.for_tag import ForNode, ForTag
from liquid.exceptions import LiquidError, ResourceLimitError
from liquid.output import LimitedStringIO
from liquid.stream import TokenStream
from liquid.template import BoundTemplate
from liquid.token import TOKEN_CONTENT, TOKEN_ILLEGAL, TOKEN_OUTPUT
from liquid.undefined import UNDEFINED, Undefined

SOURCE_LIMIT = 100_000  # characters, as contracts.common.Text
MARKUP_LIMIT = 1_000  # characters between {{ and }}
MARKUP_COUNT = 2_000
OUTPUT_LIMIT = 400_000  # bytes
NESTING_LIMIT = 12
WORK_LIMIT = 1_000_000  # characters of template and text gone through, some tenths of a second

_BLOCKS = {"if", "unless", "case", "for", "capture", "comment"}
_TAGS = _BLOCKS | {"assign", "break", "continue"}
_WRITABLE = _TAGS | {f"end{tag}" for tag in _BLOCKS} | {"else", "elsif", "when", "#"}
# None of these makes more of a text than a few times its length in one step.
_FILTERS = {
    "append", "capitalize", "default", "downcase", "escape", "newline_to_br", "prepend",
    "remove", "size", "strip", "strip_newlines", "truncate", "truncatewords", "upcase",
    "url_encode",
}  # fmt: skip
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_MARKUP = re.compile(r"\{[{%]")
_TAG_NAME = re.compile(r"#|\w+")


class TemplateError(Exception):
    """A template cannot be parsed or rendered.

    `line` and `column` (in characters) count from 1; they are 0 where no place is known.
    """

    def __init__(self, reason: str, line: int = 0, column: int = 0) -> None:
        super().__init__(reason, line, column)
        self.reason = reason
        self.line = line
        self.column = column

    def __str__(self) -> str:
        if not self.line:
            return self.reason
        place = f"line {self.line}, column {self.column}" if self.column else f"line {self.line}"
        return f"{place}: {self.reason}"


@dataclass
class Account:
    """What one rendering has used up, and what it missed: dotted name to line."""

    work: int = 0
    missing: dict[str, int] = field(default_factory=dict)

    def spend(self, work: int) -> None:
        """Pay for `work` characters; raises ResourceLimitError when nothing is left."""
        self.work += work
        if self.work > WORK_LIMIT:
            raise ResourceLimitError("the template does more than it may", token=None)


class Missing(Undefined):
    """A name without a value. It may be asked about (`if`, `default`); used, it is noted."""

    __slots__ = ("account", "line")

    force_liquid_default = True

    def __init__(self, name: str, account: Account, line: int) -> None:
        super().__init__(name)
        self.account = account
        self.line = line

    def _note(self) -> None:
        self.account.missing.setdefault(self.name, self.line)

    def __str__(self) -> str:
        self._note()
        return ""

    def __len__(self) -> int:
        self._note()
        return 0

    def __iter__(self) -> Iterator[Any]:
        self._note()
        return iter(())

    def __int__(self) -> int:
        self._note()
        return 0

    def __bool__(self) -> bool:
        return False

    __hash__ = Undefined.__hash__


class Rendering(RenderContext):
    """One rendering with its account."""

    __slots__ = ("account",)

    def __init__(self, template: BoundTemplate, **options: Any) -> None:
        super().__init__(template, **options)
        self.account = Account()

    def get(
        self, path: list[object], *, token: Token | None, default: object = UNDEFINED
    ) -> object:
        found = super().get(path, token=token, default=_NOTHING)
        if found is not _NOTHING:
            return found
        return (
            Missing(_dotted(path), self.account, _line(token)) if default is UNDEFINED else default
        )

    def filter(self, name: str, token: Token | None) -> Callable[..., object]:
        apply = super().filter(name, token)

        def metered(value: object, *args: object, **options: object) -> object:
            self.account.spend(sum(len(x) for x in (value, *args) if isinstance(x, str)))
            return apply(value, *args, **options)

        return metered


class _Turn(BlockNode):
    """The body of a loop: each turn costs as much as its source is long."""

    __slots__ = ("cost",)

    def __init__(self, block: BlockNode, cost: int) -> None:
        super().__init__(block.token, block.nodes)
        self.cost = cost

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        assert isinstance(context, Rendering)
        context.account.spend(self.cost)
        return super().render_to_output(context, buffer)


class _For(ForTag):
    def parse(self, stream: TokenStream) -> Node:
        start = stream.current.start_index
        node = super().parse(stream)
        if isinstance(node, ForNode):
            node.block = _Turn(node.block, stream.current.start_index - start)
        return node


class Template(BoundTemplate):
    """A parsed template."""

    context_class = Rendering


class _Limited(Environment):
    block_nesting_limit = NESTING_LIMIT
    context_depth_limit = NESTING_LIMIT + 10
    local_namespace_limit = OUTPUT_LIMIT
    output_stream_limit = OUTPUT_LIMIT
    template_class = Template

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        self.add_tag(_For)
        kept = _TAGS | {"#", TOKEN_CONTENT, TOKEN_OUTPUT, TOKEN_ILLEGAL}
        self.tags = {name: tag for name, tag in self.tags.items() if name in kept}
        self.filters = {name: f for name, f in self.filters.items() if name in _FILTERS}


_NOTHING = object()
_HTML = _Limited(autoescape=True, tolerance=Mode.STRICT)
_PLAIN = _Limited(autoescape=False, tolerance=Mode.STRICT)


def parse(source: str, *, html: bool) -> Template:
    """`source` as a template whose values are escaped if `html`; raises TemplateError."""
    _look_through(source)
    with _telling(last_line=source.count("\n") + 1):
        template = (_HTML if html else _PLAIN).from_string(source)
        assert isinstance(template, Template)
        return template


def render(template: Template, data: Mapping[str, object]) -> tuple[str, dict[str, int]]:
    """The text, and each name that was missing with its line; raises TemplateError."""
    context = Rendering(template, globals=data)
    buffer = LimitedStringIO(limit=OUTPUT_LIMIT)
    with _telling():
        template.render_with_context(context, buffer)
    return buffer.getvalue(), context.account.missing


@contextmanager
def _telling(*, last_line: int = 0) -> Iterator[None]:
    try:
        yield
    except LiquidError as error:
        # Where no token is named, the source ended too early.
        line = _line(error.token) or last_line
        raise TemplateError(str(error.message or "malformed"), line, _column(error.token)) from None
    except RecursionError:
        raise TemplateError("an expression is nested too deeply") from None


def _look_through(source: str) -> None:
    """Refuse what the lexer would spend long on, and tags that are not ours, by line."""
    if len(source) > SOURCE_LIMIT:
        raise TemplateError(f"longer than {SOURCE_LIMIT} characters")
    position, count = 0, 0
    while found := _MARKUP.search(source, position):
        start = found.start()
        closing = "}}" if source[start + 1] == "{" else "%}"
        end = source.find(closing, start + 2, start + 2 + MARKUP_LIMIT)
        count += 1
        reason = None
        if end < 0:
            reason = (
                f"{source[start : start + 2]} without {closing} within {MARKUP_LIMIT} characters"
            )
        elif count > MARKUP_COUNT:
            reason = f"more than {MARKUP_COUNT} tags and variables"
        else:
            reason = _wrong(source[start + 2 : end], is_tag=closing == "%}")
        if reason:
            raise TemplateError(
                reason, source.count("\n", 0, start) + 1, start - source.rfind("\n", 0, start)
            )
        position = end + 2


def _wrong(markup: str, *, is_tag: bool) -> str | None:
    markup = markup.strip("-").strip()
    if not markup:
        return "nothing between the brackets"
    if is_tag:
        name = _TAG_NAME.match(markup)
        if name is None or name[0] not in _WRITABLE:
            return f"unknown tag {name[0] if name else markup[:20]!r}"
        if name[0] == "#":
            return None
    if ".." in _QUOTED.sub("", markup):
        return "number ranges are not available"
    return None


def _dotted(path: list[object]) -> str:
    name = str(path[0])
    for part in path[1:]:
        name += f"[{part}]" if isinstance(part, int) else f".{part}"
    return name[:200]


def _line(token: Token | None) -> int:
    if token is None or token.start_index < 0:
        return 0
    return token.source.count("\n", 0, token.start_index) + 1


def _column(token: Token | None) -> int:
    if token is None or token.start_index < 0:
        return 0
    return token.start_index - token.source.rfind("\n", 0, token.start_index)
