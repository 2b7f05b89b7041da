"""Expressions evaluated from their syntax tree, one bin at a time, as SEMANTICS 3.2 and 3.3 say (rational part)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Final, Protocol

from attrs import define, field

from flowtime_core.records.expression import (
    ArrayLiteral,
    Binary,
    Call,
    Expression,
    Number,
    Reference,
    Unary,
)
from tests.support.exact import (
    NAN,
    ONE,
    ZERO,
    Exact,
    combine,
    exact,
    floor,
    half_away,
    is_double,
    is_finite,
    is_nan,
    larger,
    modulo,
    smaller,
)

COMPARISONS: Final[dict[str, Callable[[Exact, Exact], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class Source(Protocol):
    """Where references find their values."""

    def read(self, reference: Reference, t: int, *, free: bool) -> Exact:
        """The value of a reference in bin t."""
        ...


@define
class ExpressionOracle:
    """Evaluates one expression lazily: a value is computed when a bin asks for it, and kept.

    ``rounded`` tells whether any result so far would not fit a float64, so that float arithmetic may differ.
    ``free`` values stand for a bin before its constraints apply (SEMANTICS 4.7).
    """

    tree: Expression
    source: Source
    bins: int
    rounded: bool = False
    _known: dict[tuple[int, int, bool], Exact] = field(factory=dict[tuple[int, int, bool], Exact])

    def at(self, t: int, *, free: bool = False) -> Exact:
        """The value of the expression in bin t."""
        return self._value(self.tree, t, free)

    def zero_divisions(self) -> set[int]:
        """The bins in which a division that counts had a zero divisor."""
        found: set[int] = set()
        for t in range(self.bins):
            self._note_zero_divisions(self.tree, t, found)
        return found

    def _note_zero_divisions(self, node: Expression, t: int, found: set[int]) -> None:
        match node:
            case Call(function="IF", arguments=(condition, chosen, other)):
                self._note_zero_divisions(condition, t, found)
                value = self._value(condition, t, free=False)
                if not is_nan(value):
                    self._note_zero_divisions(chosen if value != 0 else other, t, found)
            case Unary(operand=operand):
                self._note_zero_divisions(operand, t, found)
            case Binary(operator="/", left=left, right=right) | Call(function="MOD", arguments=(left, right)):
                self._note_zero_divisions(left, t, found)
                self._note_zero_divisions(right, t, found)
                if self._value(right, t, free=False) == 0 and not is_nan(self._value(left, t, free=False)):
                    found.add(t)
            case Binary(left=left, right=right):
                self._note_zero_divisions(left, t, found)
                self._note_zero_divisions(right, t, found)
            case Call(arguments=arguments):
                for argument in arguments:
                    self._note_zero_divisions(argument, t, found)
            case _:
                pass

    def _value(self, node: Expression, t: int, free: bool) -> Exact:  # noqa: FBT001 - the memo's key
        key = (id(node), t, free)
        if key not in self._known:
            self._known[key] = self._keep(self._compute(node, t, free=free))
        return self._known[key]

    def _keep(self, value: Exact) -> Exact:
        if not is_double(value):
            self.rounded = True
        return value

    def _add(self, left: Exact, right: Exact) -> Exact:
        return self._keep(combine(left, right, operator.add, "+"))

    def _times(self, left: Exact, right: Exact) -> Exact:
        return self._keep(combine(left, right, operator.mul, "*"))

    def _over(self, left: Exact, right: Exact) -> Exact:
        if right == 0:
            return NAN if is_nan(left) else ZERO
        return self._keep(combine(left, right, operator.truediv, "/"))

    def _compute(self, node: Expression, t: int, *, free: bool) -> Exact:
        match node:
            case Number(value=value):
                return exact(value)
            case Reference():
                return self.source.read(node, t, free=free)
            case Unary(operator=sign, operand=operand):
                inner = self._value(operand, t, free)
                return -inner if sign == "-" else inner
            case Binary(operator=sign, left=left, right=right):
                return self._binary(sign, self._value(left, t, free), self._value(right, t, free))
            case Call():
                return self._call(node, t, free=free)
            case ArrayLiteral():
                raise AssertionError(node)

    def _binary(self, sign: str, left: Exact, right: Exact) -> Exact:
        match sign:
            case "+":
                return self._add(left, right)
            case "-":
                return combine(left, right, operator.sub, "-")
            case "*":
                return self._times(left, right)
            case "/":
                return self._over(left, right)
            case _:
                return ONE if COMPARISONS[sign](left, right) else ZERO

    def _call(self, node: Call, t: int, *, free: bool) -> Exact:
        match node.function:
            case "SHIFT" | "CONV" | "EMA" | "CUMSUM" | "DIFF" | "ROLLING_SUM" | "ROLLING_MEAN":
                return self._history(node, t, free=free)
            case "SUM" | "MEAN" | "AVG" | "PERCENTILE":
                return self._whole(node)
            case "IF":
                condition = self._value(node.arguments[0], t, free)
                if is_nan(condition):
                    return NAN
                return self._value(node.arguments[1 if condition != 0 else 2], t, free)
            case "PULSE":
                period, phase = literal(node, 0), literal(node, 1, 0)
                fires = t >= phase and (t - phase) % period == 0
                amplitude = self._value(node.arguments[2], t, free) if len(node.arguments) > 2 else ONE
                return amplitude if fires else ZERO
            case _:
                return self._elementwise(node.function, [self._value(part, t, free) for part in node.arguments])

    def _elementwise(self, function: str, x: list[Exact]) -> Exact:
        match function:
            case "MIN" | "MAX":
                result: Exact = x[0]
                for other in x[1:]:
                    result = smaller(result, other) if function == "MIN" else larger(result, other)
                return result
            case "CLAMP":
                return larger(x[1], smaller(x[2], x[0]))
            case "MOD":
                return modulo(x[0], x[1])
            case "FLOOR":
                return floor(x[0])
            case "CEIL":
                return -floor(-x[0])
            case "ROUND":
                return half_away(x[0])
            case "ABS":
                return x[0] if x[0] >= 0 else -x[0]
            case "STEP":
                return ONE if x[0] >= x[1] else ZERO
            case _:
                raise NotImplementedError(function)

    def _history(self, node: Call, t: int, *, free: bool) -> Exact:
        x = node.arguments[0]

        def before(lag: int) -> Exact:
            return self._value(x, t - lag, free and lag == 0)

        match node.function:
            case "SHIFT":
                lag = int(literal(node, 1))
                return before(lag) if t >= lag else literal(node, 2, 0)
            case "CONV":
                return self._conv(node, t, before)
            case "EMA":
                if t == 0:
                    return before(0)
                alpha, last = literal(node, 1), self._value(node, t - 1, free=False)
                return self._add(self._times(alpha, before(0)), self._times(self._keep(1 - alpha), last))
            case "CUMSUM":
                return self._add(self._value(node, t - 1, free=False), before(0)) if t else before(0)
            case "DIFF":
                return combine(before(0), before(1), operator.sub, "-") if t else before(0)
            case _:
                width = min(t + 1, int(literal(node, 1)))
                total: Exact = ZERO
                for lag in range(width - 1, -1, -1):
                    total = self._add(total, before(lag))
                return total if node.function == "ROLLING_SUM" else self._over(total, Fraction(width))

    def _conv(self, node: Call, t: int, before: Callable[[int], Exact]) -> Exact:
        taps = node.arguments[1]
        assert isinstance(taps, ArrayLiteral)
        total: Exact = ZERO
        for lag, tap in enumerate(taps.values[: t + 1]):
            # A lag-0 tap of 0 must not ask for the same bin: the reference counts as lagged (3.4).
            sample = before(lag) if tap != 0 else ZERO
            total = self._add(total, self._times(sample if is_finite(sample) else ZERO, exact(tap)))
        return total

    def _whole(self, node: Call) -> Exact:
        values = [self._value(node.arguments[0], t, free=False) for t in range(self.bins)]
        if node.function == "PERCENTILE":
            return self._percentile(values, literal(node, 1))
        total: Exact = ZERO
        for value in values:
            total = combine(total, value, operator.add, "+")
        total = self._keep(total)
        return total if node.function == "SUM" else self._over(total, Fraction(self.bins))

    def _percentile(self, values: list[Exact], p: Fraction) -> Exact:
        if any(is_nan(value) for value in values):
            return NAN
        ranked: list[Exact] = sorted(values)
        rank = self._keep(p / 100 * (self.bins - 1))
        assert isinstance(rank, Fraction)
        low = int(rank)
        if low == rank:
            return ranked[low]
        step = combine(ranked[low + 1], ranked[low], operator.sub, "-")
        return self._add(ranked[low], self._times(rank - low, self._keep(step)))


def literal(node: Call, place: int, default: int | None = None) -> Fraction:
    """The literal argument at a place, signs applied; ``default`` where it is left out."""
    if place >= len(node.arguments):
        assert default is not None
        return Fraction(default)
    sign, argument = 1, node.arguments[place]
    while isinstance(argument, Unary):
        sign = -sign if argument.operator == "-" else sign
        argument = argument.operand
    assert isinstance(argument, Number)
    return sign * Fraction(argument.value)
