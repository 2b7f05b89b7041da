"""The syntax tree of an expression. Spans are half-open ranges in the source text and do not count as identity."""

from __future__ import annotations

from attrs import field, frozen

Span = tuple[int, int]


@frozen(kw_only=True)
class Number:
    """A number literal without sign."""

    value: float
    span: Span = field(default=(0, 0), eq=False)


@frozen(kw_only=True)
class Reference:
    """A series (``role`` is None) or a role of a topology node (``Node.role``)."""

    name: str
    role: str | None = None
    span: Span = field(default=(0, 0), eq=False)


@frozen(kw_only=True)
class Unary:
    """``-x`` or ``+x``."""

    operator: str
    operand: Expression
    span: Span = field(default=(0, 0), eq=False)


@frozen(kw_only=True)
class Binary:
    """``left operator right`` with one of ``+ - * / < <= > >= == !=``."""

    operator: str
    left: Expression
    right: Expression
    span: Span = field(default=(0, 0), eq=False)


@frozen(kw_only=True)
class Call:
    """A function by its upper-case name."""

    function: str
    arguments: tuple[Expression, ...]
    span: Span = field(default=(0, 0), eq=False)


@frozen(kw_only=True)
class ArrayLiteral:
    """``[1, -2, 0.5]``: only as the kernel of CONV."""

    values: tuple[float, ...]
    span: Span = field(default=(0, 0), eq=False)


Expression = Number | Reference | Unary | Binary | Call | ArrayLiteral
