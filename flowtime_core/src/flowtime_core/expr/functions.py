"""The ONE table of functions: checker, evaluator and the function reference all read it (SEMANTICS 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from attrs import frozen

from flowtime_core.expr.kernels import elementwise, history, whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from flowtime_core.expr.kernels import Kernel

Kind = Literal["elementwise", "history", "whole", "generator"]


@frozen(kw_only=True)
class LiteralRule:
    """Which number may be written for a parameter that must be a literal."""

    text: str
    accepts: Callable[[float], bool]
    signed: bool = False
    array: bool = False


INTEGER_FROM_0: Final = LiteralRule(text="an integer >= 0", accepts=lambda x: x.is_integer() and x >= 0)
INTEGER_FROM_1: Final = LiteralRule(text="an integer >= 1", accepts=lambda x: x.is_integer() and x >= 1)
PERCENT: Final = LiteralRule(text="a number from 0 to 100", accepts=lambda x: 0 <= x <= 100)  # noqa: PLR2004
SHARE: Final = LiteralRule(text="a number above 0 and at most 1", accepts=lambda x: 0 < x <= 1)
SIGNED: Final = LiteralRule(text="a number with an optional sign", accepts=lambda _: True, signed=True)
TAPS: Final = LiteralRule(text="an array of numbers such as [0, 0.6, 0.3]", accepts=lambda _: True, array=True)


@frozen(kw_only=True)
class Parameter:
    """A parameter: an expression, or a literal when it has a ``rule``; optional when it has a ``default``."""

    name: str
    rule: LiteralRule | None = None
    default: float | None = None


@frozen(kw_only=True)
class LagRule:
    """When the first argument counts as lagged (3.4): in words, and as a test of the literals."""

    text: str
    applies: Callable[[tuple[float, ...]], bool]


@frozen(kw_only=True)
class Function:
    """A function as users, checks and the evaluator know it.

    Attributes
    ----------
    kind : "elementwise", "history", "whole" or "generator"
        Reads its own bin; earlier bins too; the whole series; no series at all.
    variadic : bool
        The last parameter may be repeated.
    divides : bool
        A zero second argument is recorded as ``division_by_zero``.
    mix : "each", "select" or "none"
        What becomes of classes of flow (4.10): per class, the mix of the argument that attains the result, or
        none.
    branches : bool
        The second and third arguments count only in the bins in which the first one selects them.
    """

    name: str
    parameters: tuple[Parameter, ...]
    kind: Kind
    kernel: Kernel
    doc: str
    example: str
    lag: LagRule | None = None
    aliases: tuple[str, ...] = ()
    variadic: bool = False
    divides: bool = False
    branches: bool = False
    mix: Literal["each", "select", "none"] = "none"

    @property
    def min_arity(self) -> int:
        """How many arguments a call has at least."""
        return sum(parameter.default is None for parameter in self.parameters)

    @property
    def max_arity(self) -> int | None:
        """How many arguments a call has at most, or None."""
        return None if self.variadic else len(self.parameters)

    @property
    def signature(self) -> str:
        """The call with its parameter names, optional ones in brackets: ``SHIFT(x, k[, initial])``."""
        required, optional = self.parameters[: self.min_arity], self.parameters[self.min_arity :]
        names = ", ".join(parameter.name for parameter in required)
        more = ", ..." if self.variadic else "".join(f"[, {parameter.name}" for parameter in optional)
        return f"{self.name}({names}{more}{']' * len(optional)})"


def _series(*names: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name=name) for name in names)


def _map(
    name: str,
    kernel: Kernel,
    doc: str,
    example: str,
    *,
    parameters: str = "x",
    divides: bool = False,
    mix: Literal["each", "select", "none"] = "none",
) -> Function:
    return Function(
        name=name,
        parameters=_series(*parameters.split()),
        kind="elementwise",
        kernel=kernel,
        doc=doc,
        example=example,
        divides=divides,
        mix=mix,
    )


_X: Final = Parameter(name="x")
_WINDOW: Final = (_X, Parameter(name="w", rule=INTEGER_FROM_1))

_TABLE: Final = (
    _map("ABS", elementwise.unary(np.absolute), "the magnitude", "ABS(forecast - arrivals)"),
    _map("FLOOR", elementwise.unary(np.floor), "the largest integer not above x", "FLOOR(arrivals / 2)"),
    _map("CEIL", elementwise.unary(np.ceil), "the smallest integer not below x", "CEIL(arrivals / 40)"),
    _map(
        "ROUND",
        elementwise.round_half_away,
        "the nearest integer, halves away from zero",
        "ROUND(2.5 * staff)",
    ),
    _map("SQRT", elementwise.unary(np.sqrt), "the square root; NaN below 0", "SQRT(variance)"),
    _map("EXP", elementwise.scalar(elementwise.exp), "e to the power x", "EXP(-load)"),
    _map(
        "LOG",
        elementwise.scalar(elementwise.log),
        "the natural logarithm; -Infinity at 0, NaN below",
        "LOG(volume)",
    ),
    _map("POW", elementwise.scalar(elementwise.power), "x to the power y", "POW(load, 2)", parameters="x y"),
    _map(
        "MOD",
        elementwise.dividing(np.remainder),
        "the floored remainder, with the sign of b; 0 where b is 0, recorded as division_by_zero",
        "MOD(position, 24)",
        parameters="a b",
        divides=True,
    ),
    _map(
        "CLAMP",
        elementwise.clamp,
        "max(lo, min(hi, x))",
        "CLAMP(demand, 0, 100)",
        parameters="x lo hi",
        mix="select",
    ),
    _map(
        "STEP",
        elementwise.binary(np.greater_equal),
        "1 where x >= th, else 0",
        "STEP(queue, 50)",
        parameters="x th",
    ),
    Function(
        name="MIN",
        parameters=_series("a", "b"),
        kind="elementwise",
        kernel=elementwise.fold(np.minimum),
        doc="the smallest argument of each bin; NaN where one is NaN",
        example="MIN(demand, capacity)",
        variadic=True,
        mix="select",
    ),
    Function(
        name="MAX",
        parameters=_series("a", "b"),
        kind="elementwise",
        kernel=elementwise.fold(np.maximum),
        doc="the largest argument of each bin; NaN where one is NaN",
        example="MAX(0, demand - capacity)",
        variadic=True,
        mix="select",
    ),
    Function(
        name="IF",
        parameters=_series("condition", "a", "b"),
        kind="elementwise",
        kernel=elementwise.choose,
        doc="a where the condition is not 0, else b; NaN where the condition is NaN",
        example="IF(queue > 50, overtime, regular)",
        branches=True,
    ),
    Function(
        name="PULSE",
        parameters=(
            Parameter(name="period", rule=INTEGER_FROM_1),
            Parameter(name="phase", rule=INTEGER_FROM_0, default=0.0),
            Parameter(name="amplitude", default=1.0),
        ),
        kind="generator",
        kernel=elementwise.pulse,
        doc="the amplitude (default 1) in bin `phase` (default 0) and every `period` bins after it, else 0",
        example="PULSE(24, 8, 120)",
    ),
    Function(
        name="SHIFT",
        parameters=(
            _X,
            Parameter(name="k", rule=INTEGER_FROM_0),
            Parameter(name="initial", rule=SIGNED, default=0.0),
        ),
        kind="history",
        mix="each",
        kernel=history.shift,
        doc="x of k bins ago; `initial` (default 0) in the first k bins",
        example="SHIFT(queue, 1)",
        lag=LagRule(text="when k >= 1", applies=lambda literals: literals[0] >= 1),
    ),
    Function(
        name="CONV",
        parameters=(_X, Parameter(name="kernel", rule=TAPS)),
        kind="history",
        mix="each",
        kernel=history.convolve,
        doc="the sum of x[t-j] * kernel[j] over j <= t; non-finite samples count 0",
        example="CONV(failures, [0, 0.6, 0.3, 0.1])",
        lag=LagRule(text="when the first number of the kernel is 0", applies=lambda literals: literals[0] == 0),
    ),
    Function(
        name="EMA",
        parameters=(_X, Parameter(name="alpha", rule=SHARE)),
        kind="history",
        mix="each",
        kernel=history.ema,
        doc="the exponential moving average: e[0] = x[0], e[t] = alpha * x[t] + (1 - alpha) * e[t-1]",
        example="EMA(arrivals, 0.2)",
    ),
    Function(
        name="CUMSUM",
        parameters=(_X,),
        kind="history",
        mix="each",
        kernel=history.cumsum,
        doc="the sum of x up to and including this bin",
        example="CUMSUM(arrivals)",
    ),
    Function(
        name="DIFF",
        parameters=(_X,),
        kind="history",
        mix="each",
        kernel=history.diff,
        doc="the change since the bin before; x itself in bin 0",
        example="DIFF(queue)",
    ),
    Function(
        name="ROLLING_SUM",
        parameters=_WINDOW,
        kind="history",
        mix="each",
        kernel=history.rolling_sum,
        doc="the sum of the last w bins; of fewer at the start",
        example="ROLLING_SUM(arrivals, 12)",
    ),
    Function(
        name="ROLLING_MEAN",
        parameters=_WINDOW,
        kind="history",
        mix="each",
        kernel=history.rolling_mean,
        doc="the mean of the last w bins; of fewer at the start",
        example="ROLLING_MEAN(arrivals, 12)",
    ),
    Function(
        name="SUM",
        parameters=(_X,),
        kind="whole",
        kernel=whole.whole(whole.exact_sum),
        doc="the sum over the whole series, in every bin",
        example="arrivals / SUM(arrivals)",
    ),
    Function(
        name="MEAN",
        parameters=(_X,),
        kind="whole",
        kernel=whole.whole(whole.mean),
        doc="the mean over the whole series, in every bin",
        example="arrivals - MEAN(arrivals)",
        aliases=("AVG",),
    ),
    Function(
        name="PERCENTILE",
        parameters=(_X, Parameter(name="p", rule=PERCENT)),
        kind="whole",
        kernel=whole.whole(whole.percentile),
        doc="the p-th percentile over the whole series, in every bin: linear at rank p / 100 * (N - 1)",
        example="PERCENTILE(latency, 95)",
    ),
)

FUNCTIONS: Final[dict[str, Function]] = {function.name: function for function in _TABLE}
ALIASES: Final[dict[str, str]] = {alias: function.name for function in _TABLE for alias in function.aliases}


def find_function(name: str) -> Function | None:
    """Return the function of that upper-case name or alias, or None."""
    return FUNCTIONS.get(ALIASES.get(name, name))
