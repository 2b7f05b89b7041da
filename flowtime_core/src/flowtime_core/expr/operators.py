"""The ONE table of binary operators: symbol, binding strength and kernel (SEMANTICS 3.1, 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from attrs import frozen

from flowtime_core.expr.kernels.elementwise import binary, dividing, unary

if TYPE_CHECKING:
    from flowtime_core.expr.kernels import Kernel


@frozen(kw_only=True)
class Operator:
    """A binary operator; one with higher ``precedence`` binds more tightly, equals associate to the left.

    ``mix`` says what becomes of classes of flow (4.10): "sum" per class, "left" or "either" keeps the mix of
    an operand, "none" loses it.
    """

    symbol: str
    precedence: int
    kernel: Kernel
    doc: str
    divides: bool = False
    mix: Literal["sum", "left", "either", "none"] = "none"


OPERATORS: Final[dict[str, Operator]] = {
    operator.symbol: operator
    for operator in (
        Operator(symbol="<", precedence=1, kernel=binary(np.less), doc="1 where less, else 0"),
        Operator(symbol="<=", precedence=1, kernel=binary(np.less_equal), doc="1 where less or equal, else 0"),
        Operator(symbol=">", precedence=1, kernel=binary(np.greater), doc="1 where greater, else 0"),
        Operator(symbol=">=", precedence=1, kernel=binary(np.greater_equal), doc="1 where greater or equal, else 0"),
        Operator(symbol="==", precedence=1, kernel=binary(np.equal), doc="1 where equal, else 0"),
        Operator(symbol="!=", precedence=1, kernel=binary(np.not_equal), doc="1 where different or NaN, else 0"),
        Operator(symbol="+", precedence=2, kernel=binary(np.add), doc="the sum", mix="sum"),
        Operator(symbol="-", precedence=2, kernel=binary(np.subtract), doc="the difference", mix="sum"),
        Operator(symbol="*", precedence=3, kernel=binary(np.multiply), doc="the product", mix="either"),
        Operator(
            symbol="/",
            precedence=3,
            kernel=dividing(np.divide),
            doc="the quotient; 0 where b is 0 and a is not NaN, recorded as division_by_zero",
            divides=True,
            mix="left",
        ),
    )
}

SIGNS: Final[dict[str, Kernel]] = {"-": unary(np.negative), "+": unary(np.positive)}
