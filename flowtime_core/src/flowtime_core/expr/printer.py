"""Syntax tree to text with as few parentheses as possible: ``parse(print_expression(e)) == e``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.expr.operators import OPERATORS
from flowtime_core.records.expression import Binary, Call, Expression, Number, Reference, Unary
from flowtime_core.records.ids import PLAIN_NODE_ID

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SIGN: Final = 1 + max(operator.precedence for operator in OPERATORS.values())
_Piece = str | Expression


def print_expression(expression: Expression) -> str:
    """Return the text of an expression: functions in upper case, spaced (SEMANTICS 3.1)."""
    written: list[str] = []
    pending: list[_Piece] = [expression]
    while pending:
        piece = pending.pop()
        if isinstance(piece, str):
            written.append(piece)
        else:
            pending.extend(reversed(_pieces(piece)))
    return "".join(written)


def _pieces(node: Expression) -> Sequence[_Piece]:
    match node:
        case Number(value=value):
            return (_number(value),)
        case Reference(name=name, role=role):
            plain = name if PLAIN_NODE_ID.fullmatch(name) else f"`{name}`"
            return (plain if role is None else f"{plain}.{role}",)
        case Unary(operator=operator, operand=operand):
            return (operator, *_inside(operand, _SIGN))
        case Binary(operator=operator, left=left, right=right):
            precedence = OPERATORS[operator].precedence
            return (*_inside(left, precedence), f" {operator} ", *_inside(right, precedence + 1))
        case Call(function=function, arguments=arguments):
            return (f"{function}(", *_separated(arguments), ")")
        case _:
            return (f"[{', '.join(map(_number, node.values))}]",)


def _inside(node: Expression, precedence: int) -> Iterator[_Piece]:
    """Yield a part of an operator, in parentheses when it binds less tightly than its place needs."""
    if isinstance(node, Binary) and OPERATORS[node.operator].precedence < precedence:
        yield from ("(", node, ")")
    else:
        yield node


def _separated(arguments: tuple[Expression, ...]) -> Iterator[_Piece]:
    for number, argument in enumerate(arguments):
        if number:
            yield ", "
        yield argument


def _number(value: float) -> str:
    return repr(value).removesuffix(".0")
