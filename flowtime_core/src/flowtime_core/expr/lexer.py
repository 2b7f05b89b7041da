"""Characters to tokens (SEMANTICS 2.6, 3.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from attrs import frozen

from flowtime_core.errors import DocumentSyntaxError
from flowtime_core.records.ids import is_node_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowtime_core.records.expression import Span

TokenKind = Literal["number", "name", "symbol", "end"]

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_NUMBER: Final = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_QUOTED: Final = re.compile(r"`([^`\n]*)`")
_SYMBOL: Final = re.compile(r"<=|>=|==|!=|[-+*/<>(),\[\]]")
_WORD: Final = re.compile(r"[A-Za-z0-9_.]+")

_MISTAKES: Final = (
    ("**", "'**' is not an operator", "write POW(x, y)"),
    ("^", "'^' is not an operator", "write POW(x, y)"),
    ("%", "'%' is not an operator", "write MOD(a, b)"),
    ("&&", "'&&' is not an operator", "write a * b, or IF(a, b, 0)"),
    ("||", "'||' is not an operator", "write MAX(a, b)"),
    ("<>", "'<>' is not an operator", "write !="),
    ("=<", "'=<' is not an operator", "write <="),
    ("=>", "'=>' is not an operator", "write >="),
    ("=", "'=' is not an operator", "did you mean =="),
    ("!", "'!' is not an operator", "write x == 0"),
    ("${", "a placeholder was left in the expression", "give the parameter a value"),
    ("`", "a backquote is never closed", "write the id as `my-id`"),
    ("'", "a quoted text is not a value", "write ids bare or in backquotes"),
    ('"', "a quoted text is not a value", "write ids bare or in backquotes"),
    (".", "a dot must stand inside a number or between a node and its role", "write 0.5 or Node.role"),
)


@frozen(kw_only=True)
class Token:
    """A piece of the text: a symbol, a number or an id (without backquotes) and perhaps its role."""

    kind: TokenKind
    text: str
    span: Span
    role: str | None = None
    quoted: bool = False


@frozen(kw_only=True)
class Source:
    """The text being read and the name it goes by in messages."""

    text: str
    name: str

    def error(self, message: str, span: Span, *, hint: str = "", code: str = "") -> DocumentSyntaxError:
        """Return the error for a place in the text, with the line at fault or 100 characters of it."""
        start, end = span
        line_start = self.text.rfind("\n", 0, start) + 1
        line = self.text[line_start:].split("\n", 1)[0].replace("\t", " ").rstrip()
        column = start - line_start
        cut = max(0, column - 60) if len(line) > _SHOWN else 0
        line = line[cut : cut + _SHOWN]
        shown = (column - cut, max(column - cut + 1, min(end - line_start - cut, len(line))))
        return DocumentSyntaxError(
            message,
            source=self.name,
            text=line,
            span=shown,
            line=self.text.count("\n", 0, start) + 1,
            column=column + 1,
            code=code,
            hint=hint,
        )


_SHOWN: Final = 100


def tokens(source: Source) -> Iterator[Token]:
    """Yield the tokens of a text and an ``end`` token.

    ::

        number : DIGITS ["." DIGITS] [EXPONENT] | "." DIGITS [EXPONENT]
        name   : ID ["." ID] | "`" ANY_ID "`" ["." ID]
        symbol : "<=" | ">=" | "==" | "!=" | one of - + * / < > ( ) , [ ]
    """
    text = source.text
    position = _skip_space(text, 0)
    while position < len(text):
        if match := _NUMBER.match(text, position):
            token = _number(source, match)
        elif match := _NAME.match(text, position):
            token = _with_role(source, match.group(), match.span(), quoted=False)
        elif match := _QUOTED.match(text, position):
            token = _quoted(source, match)
        elif (match := _SYMBOL.match(text, position)) and not _is_mistake(text, position):
            token = Token(kind="symbol", text=match.group(), span=match.span())
        else:
            raise _unexpected(source, position)
        yield token
        position = _skip_space(text, token.span[1])
    yield Token(kind="end", text="", span=(len(text), len(text)))


def _skip_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _number(source: Source, match: re.Match[str]) -> Token:
    text, (start, end) = source.text, match.span()
    if rest := _WORD.match(text, end):
        dotted = rest.group().startswith(".")
        hint = "digits must follow the only dot" if dotted else "an id begins with a letter or '_'"
        raise source.error(f"{text[start : rest.end()]!r} is not a number", (start, rest.end()), hint=hint)
    if float(match.group()) == float("inf"):
        message = f"the number {match.group()} is too large for a float"
        raise source.error(message, match.span(), code="non_finite_number")
    return Token(kind="number", text=match.group(), span=match.span())


def _quoted(source: Source, match: re.Match[str]) -> Token:
    if not is_node_id(match.group(1)):
        hint = "an id has letters, digits, '_', '.' and '-' and begins with a letter or '_'"
        raise source.error(f"{match.group(1)!r} is not an id", match.span(), hint=hint)
    return _with_role(source, match.group(1), match.span(), quoted=True)


def _with_role(source: Source, name: str, span: Span, *, quoted: bool) -> Token:
    text, (start, end) = source.text, span
    if not text.startswith(".", end):
        return Token(kind="name", text=name, span=span, quoted=quoted)
    role = _NAME.match(text, end + 1)
    if role is None:
        raise source.error(f"a role must follow the dot after {name!r}", (start, end + 1), hint="such as Node.served")
    if text.startswith((".", "`"), role.end()):
        hint = "write an id that contains dots in backquotes"
        raise source.error(f"{text[start : role.end() + 1]!r} has a dot too many", (start, role.end() + 1), hint=hint)
    return Token(kind="name", text=name, span=(start, role.end()), role=role.group(), quoted=quoted)


def _is_mistake(text: str, position: int) -> bool:
    return text.startswith(("**", "<>"), position)


def _unexpected(source: Source, position: int) -> DocumentSyntaxError:
    for mark, message, hint in _MISTAKES:
        if source.text.startswith(mark, position):
            return source.error(message, (position, position + len(mark)), hint=hint)
    return source.error(f"unexpected character {source.text[position]!r}", (position, position + 1))
