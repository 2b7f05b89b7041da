"""Classes of flow through an expression (SEMANTICS 4.10).

A series may be made of parts, one per class. This module follows the parts through an expression, beside the totals
that the evaluator computes: it knows which classes the result has, and fills their rows in step with the totals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from attrs import evolve, frozen

from flowtime_core.expr.checker import is_lagging, literals_of
from flowtime_core.expr.evaluator import compile_expression
from flowtime_core.expr.functions import FUNCTIONS, find_function
from flowtime_core.expr.operators import OPERATORS
from flowtime_core.expr.tree import children
from flowtime_core.records.expression import ArrayLiteral, Binary, Call, Expression, Number, Reference, Unary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flowtime_core.expr.kernels import Kernel
    from flowtime_core.records.series import FloatArray

    Parts = Mapping[str, FloatArray]
    Rescale = Callable[[Sequence[FloatArray], FloatArray], list[FloatArray]]

NONE: Final = -1
_MARK: Final = "#"
Rule = Literal["sum", "difference", "negate", "keep", "select", "each"]


@frozen(kw_only=True)
class MixNode:
    """One operation that passes classes on.

    ``operands`` are the positions of the class-bearing operands among the nodes; for "sum" and "difference" NONE
    stands for an operand without classes. ``expression`` gives the total; class-bearing operands stand in it by
    their position (see :func:`_stand_in`), so that nothing is evaluated twice.
    """

    expression: Expression
    rule: Rule | None
    operands: tuple[int, ...]
    classes: tuple[str, ...]
    earlier: bool
    kernel: Kernel | None = None
    literals: tuple[float, ...] = ()


@frozen(kw_only=True)
class Mixing:
    """How the classes of the references of an expression become those of its result."""

    nodes: tuple[MixNode, ...]
    root: int | None

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that the result carries, in order of id."""
        return () if self.root is None else self.nodes[self.root].classes


def plan_mixing(expression: Expression, classes_of: Callable[[Reference], tuple[str, ...]]) -> Mixing:
    """Return how classes pass through an expression, given those of its references."""
    nodes: list[MixNode] = []
    results: list[int | None] = []
    pending: list[tuple[Expression, bool, bool]] = [(expression, False, False)]
    while pending:
        node, earlier, ready = pending.pop()
        parts = children(node)
        if not ready and parts:
            pending.append((node, earlier, True))
            below = earlier or (isinstance(node, Call) and is_lagging(node))
            pending.extend((part, below, False) for part in reversed(parts))
            continue
        first = len(results) - len(parts)
        operands = results[first:]
        del results[first:]
        made = _make(node, operands, nodes, classes_of, earlier=earlier)
        results.append(None if made is None else len(nodes))
        if made is not None:
            nodes.append(made)
    return Mixing(nodes=tuple(nodes), root=results[-1])


def _make(
    node: Expression,
    operands: list[int | None],
    nodes: list[MixNode],
    classes_of: Callable[[Reference], tuple[str, ...]],
    *,
    earlier: bool,
) -> MixNode | None:
    """Return the operation of a node, or None when its result has no classes."""
    if isinstance(node, Reference):
        classes = classes_of(node)
        return MixNode(expression=node, rule=None, operands=(), classes=classes, earlier=earlier) if classes else None
    if isinstance(node, (Number, ArrayLiteral)) or all(i is None for i in operands):
        return None
    rule, kept = _rule(node, operands)
    if rule is None:
        return None
    classes = tuple(sorted({name for i in kept if i is not None for name in nodes[i].classes}))
    kernel, literals = _kernel(node) if isinstance(node, Call) and rule == "each" else (None, ())
    return MixNode(
        expression=_with_parts(node, operands),
        rule=rule,
        operands=tuple(NONE if i is None else i for i in kept),
        classes=classes,
        earlier=earlier,
        kernel=kernel,
        literals=literals,
    )


def _stand_in(number: int) -> Reference:
    """Return what stands for the total of a node in the expression above it: no text can spell that name."""
    return Reference(name=f"{_MARK}{number}")


def _with_parts(node: Unary | Binary | Call, operands: Sequence[int | None]) -> Expression:
    """Return an operation whose class-bearing operands are replaced by what stands for their totals."""
    parts = [
        part if number is None else _stand_in(number) for part, number in zip(children(node), operands, strict=True)
    ]
    match node:
        case Unary():
            return evolve(node, operand=parts[0])
        case Binary():
            return evolve(node, left=parts[0], right=parts[1])
        case Call():
            return evolve(node, arguments=tuple(parts))


def _kernel(call: Call) -> tuple[Kernel, tuple[float, ...]]:
    """Return the kernel that each class goes through alone."""
    function = FUNCTIONS[call.function]
    literals = literals_of(function, call)
    if function.name == "SHIFT":
        literals = (literals[0], 0.0)  # what fills the start of the total belongs to no class
    return function.kernel, literals


def _rule(node: Unary | Binary | Call, operands: Sequence[int | None]) -> tuple[Rule | None, Sequence[int | None]]:
    """Return what becomes of the operands' classes, and which operands count."""
    match node:
        case Unary(operator=sign):
            return ("negate" if sign == "-" else "keep"), operands
        case Binary(operator=symbol):
            return _binary_rule(symbol, operands)
        case Call(function=name):
            function = find_function(name)
            mix = "none" if function is None else function.mix
            if mix == "each":
                return "each", operands[:1]  # all others are literals
            return ("select", [i for i in operands if i is not None]) if mix == "select" else (None, [])


def _binary_rule(symbol: str, operands: Sequence[int | None]) -> tuple[Rule | None, Sequence[int | None]]:
    left, right = operands
    match OPERATORS[symbol].mix:
        case "sum":
            return ("difference" if symbol == "-" else "sum"), operands
        case "left" if left is not None:
            return "keep", [left]
        case "either":
            return "keep", [right if left is None else left]
        case _:
            return None, []


class MixEvaluation:
    """The parts of one expression at work, in step with its totals.

    ``totals`` and ``parts`` give the arrays behind each reference; like those of the evaluator they may still be
    filled while the evaluation goes on.
    """

    def __init__(
        self,
        mixing: Mixing,
        *,
        shape: tuple[int, int],
        totals: Callable[[Reference], FloatArray],
        parts: Callable[[Reference], Parts],
        rescale: Rescale,
    ) -> None:
        self._nodes = mixing.nodes
        self._rescale = rescale
        self._runs: list[Callable[[int, int], None]] = []
        self._totals: list[FloatArray] = []
        self.parts: list[dict[str, FloatArray]] = []
        self._alone: dict[int, dict[str, FloatArray]] = {}
        for number, node in enumerate(mixing.nodes):
            if node.kernel is not None:  # what looks back at its own result must not see it scaled
                self._alone[number] = {name: np.zeros(shape) for name in node.classes}
            if isinstance(node.expression, Reference):
                self._totals.append(totals(node.expression))
                self.parts.append(dict(parts(node.expression)))
                continue
            program = compile_expression(node.expression, bins=shape[0])
            inputs = [self._below(name) if name.name.startswith(_MARK) else totals(name) for name in program.inputs]
            evaluation = program.start(inputs)
            self._runs.append(evaluation.run)
            self._totals.append(evaluation.output)
            self.parts.append({name: np.zeros(shape) for name in node.classes})

    def _below(self, stand_in: Reference) -> FloatArray:
        return self._totals[int(stand_in.name.removeprefix(_MARK))]

    @property
    def result(self) -> dict[str, FloatArray]:
        """The parts of the whole expression."""
        return self.parts[-1]

    def run(self, lo: int, hi: int) -> None:
        """Fill the parts of rows [lo, hi)."""
        runs = iter(self._runs)
        for number, node in enumerate(self._nodes):
            if node.rule is None:
                continue
            first, last = (max(lo - 1, 0), hi - 1) if node.earlier else (lo, hi)
            evaluate = next(runs)
            if first < last:
                evaluate(first, last)
                self._fill(number, node, first, last)

    def _fill(self, number: int, node: MixNode, lo: int, hi: int) -> None:
        out = self.parts[number]
        rows = {name: array[lo:hi] for name, array in out.items()}
        if node.kernel is not None:
            source, alone = self.parts[node.operands[0]], self._alone[number]
            for name, row in rows.items():
                node.kernel(alone[name], (source[name],), lo, hi, node.literals)
                row[...] = alone[name][lo:hi]
        elif node.rule == "select":
            self._select(number, node, lo, hi)
        else:
            for name, row in rows.items():
                row[...] = self._combine(node, name, lo, hi)
        total = np.broadcast_to(self._totals[number][lo:hi], next(iter(rows.values())).shape)
        scaled = self._rescale(list(rows.values()), total)
        for row, values in zip(rows.values(), scaled, strict=True):
            row[...] = values

    def _combine(self, node: MixNode, name: str, lo: int, hi: int) -> FloatArray | float:
        """Return one class of a sum, a difference, a sign or a kept mix, before it is scaled to the total."""
        terms = [self.parts[i][name][lo:hi] if i != NONE and name in self.parts[i] else 0.0 for i in node.operands]
        match node.rule:
            case "sum":
                return terms[0] + terms[1]
            case "difference":
                return terms[0] - terms[1]
            case "negate":
                return -terms[0]
            case _:
                return terms[0]

    def _select(self, number: int, node: MixNode, lo: int, hi: int) -> None:
        """Take, per bin, the parts of the first class-bearing argument that attains the result, else of the first."""
        result = self._totals[number][lo:hi]
        operands = node.operands
        for name, array in self.parts[number].items():
            own = [self.parts[i][name][lo:hi] if name in self.parts[i] else 0.0 for i in operands]
            chosen = own[0] + np.zeros_like(array[lo:hi])
            for i, part in zip(reversed(operands), reversed(own), strict=True):
                chosen = np.where(self._totals[i][lo:hi] == result, part, chosen)
            array[lo:hi] = chosen
