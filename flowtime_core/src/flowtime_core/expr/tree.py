"""Ways through a syntax tree without recursion: a text may be one chain of 30 thousand operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.records.expression import Binary, Call, Expression, Unary

if TYPE_CHECKING:
    from collections.abc import Iterator


def children(node: Expression) -> tuple[Expression, ...]:
    """Return the direct parts of a node, from left to right."""
    match node:
        case Unary(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return (left, right)
        case Call(arguments=arguments):
            return arguments
        case _:
            return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield every node, parents before their parts and parts from left to right."""
    stack = [expression]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))
