"""Syntax tree to operations, parts before wholes, without recursion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from flowtime_core.expr.checker import is_lagging, literals_of
from flowtime_core.expr.functions import FUNCTIONS, Kind, find_function
from flowtime_core.expr.operators import OPERATORS, SIGNS
from flowtime_core.expr.program import Guard, Lowered, Operation, Stage
from flowtime_core.records.expression import Binary, Call, Expression, Number, Reference, Unary

if TYPE_CHECKING:
    from flowtime_core.expr.kernels import Kernel


@frozen(kw_only=True)
class _Shape:
    """What a node computes from which parts."""

    kernel: Kernel
    parts: tuple[Expression, ...]
    literals: tuple[float, ...] = ()
    kind: Kind = "elementwise"
    divides: bool = False
    branches: bool = False
    lags: bool = False


@frozen(kw_only=True)
class _Place:
    """Where a node stands: the stage it runs in and the branches around it."""

    stage: Stage = "current"
    guards: tuple[tuple[Guard, ...], ...] = ((),)


@frozen(kw_only=True)
class _Step:
    """A node to visit (no shape yet), or to emit once its parts are on the stack of results."""

    node: Expression
    place: _Place
    shape: _Shape | None = None
    branch: int = -1


def lower(expression: Expression) -> Lowered:
    """Return the operations of an expression that ``check_expression`` finds nothing wrong with."""
    lowering = _Lowering()
    root = expression
    if isinstance(root, Number | Reference):
        root = Unary(operator="+", operand=root)  # the result is never an input itself
    lowering.run(root)
    return lowering.lowered()


@define
class _Lowering:
    """The program so far."""

    operations: list[Operation] = field(factory=list[Operation])
    inputs: dict[Reference, int] = field(factory=dict[Reference, int])
    constants: list[tuple[int, float]] = field(factory=list[tuple[int, float]])
    conditions: list[int] = field(factory=list[int])
    reusable: set[int] = field(factory=set[int])
    results: list[int] = field(factory=list[int])
    pending: list[_Step] = field(factory=list[_Step])
    count: int = 0

    def lowered(self) -> Lowered:
        return Lowered(
            operations=tuple(self.operations),
            inputs=tuple(self.inputs.items()),
            constants=tuple(self.constants),
            conditions=tuple(self.conditions),
            buffer_count=self.count,
            output=self.results[-1],
        )

    def run(self, root: Expression) -> None:
        self.pending.append(_Step(node=root, place=_Place()))
        while self.pending:
            step = self.pending.pop()
            if step.shape is not None:
                self.emit(step, step.shape)
            elif isinstance(step.node, Number):
                self.results.append(self.buffer())
                self.constants.append((self.results[-1], step.node.value))
            elif isinstance(step.node, Reference):
                if step.node not in self.inputs:
                    self.inputs[step.node] = self.buffer()
                self.results.append(self.inputs[step.node])
            else:
                self.visit(step)

    def buffer(self) -> int:
        self.count += 1
        return self.count - 1

    def visit(self, step: _Step) -> None:
        """Queue the parts of a node, leftmost on top, above the step that emits the node itself."""
        shape, branch = _shape(step.node), -1
        if shape.branches:
            branch = len(self.conditions)
            self.conditions.append(-1)
        self.pending.append(evolve(step, shape=shape, branch=branch))
        places = _places(step.place, shape, branch)
        for part, place in reversed(tuple(zip(shape.parts, places, strict=True))):
            self.pending.append(_Step(node=part, place=place))

    def emit(self, step: _Step, shape: _Shape) -> None:
        """Append the operation of a node; it writes over its first part where nothing else needs that."""
        first = len(self.results) - len(shape.parts)
        inputs = tuple(self.results[first:])
        del self.results[first:]
        plain = shape.kind == "elementwise" and not (shape.divides or shape.branches)
        output = inputs[0] if plain and inputs[0] in self.reusable else self.buffer()
        if shape.kind == "elementwise":
            self.reusable.add(output)
        if step.branch >= 0:
            self.conditions[step.branch] = inputs[0]
        self.operations.append(
            Operation(
                kernel=shape.kernel,
                output=output,
                inputs=inputs,
                literals=shape.literals,
                stage="whole" if shape.kind == "whole" else step.place.stage,
                divides=shape.divides,
                guards=step.place.guards,
            )
        )
        self.results.append(output)


def _shape(node: Expression) -> _Shape:
    match node:
        case Unary(operator=sign, operand=operand):
            return _Shape(kernel=SIGNS[sign], parts=(operand,))
        case Binary(operator=symbol, left=left, right=right):
            operator = OPERATORS[symbol]
            return _Shape(kernel=operator.kernel, parts=(left, right), divides=operator.divides)
        case Call():
            return _call_shape(node)
        case _:
            message = f"{type(node).__name__} is no operation"
            raise TypeError(message)


def _call_shape(call: Call) -> _Shape:
    function = find_function(call.function) or FUNCTIONS[call.function]
    count = len(call.arguments)
    rules = [parameter.rule for parameter in function.parameters]
    parts = [part for number, part in enumerate(call.arguments) if number >= len(rules) or rules[number] is None]
    missing = (parameter.default for parameter in function.parameters[count:] if parameter.rule is None)
    parts.extend(Number(value=default) for default in missing if default is not None)
    return _Shape(
        kernel=function.kernel,
        parts=tuple(parts),
        literals=literals_of(function, call),
        kind=function.kind,
        divides=function.divides,
        branches=function.branches,
        lags=is_lagging(call),
    )


def _places(place: _Place, shape: _Shape, branch: int) -> tuple[_Place, ...]:
    if shape.branches:
        taken, other = (
            evolve(place, guards=((Guard(branch=branch, taken=side), *place.guards[0]), *place.guards[1:]))
            for side in (True, False)
        )
        return (place, taken, other)
    if shape.kind in {"history", "whole"}:
        stage = place.stage
        if shape.kind == "whole":
            stage = "whole"
        elif stage == "current" and shape.lags:
            stage = "earlier"
        place = _Place(stage=stage, guards=((), *place.guards))
    return (place,) * len(shape.parts)
