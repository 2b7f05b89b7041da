"""Kernels made anew from their factories: the tables make theirs once, when they are imported (SEMANTICS 3.2, 3.3)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from flowtime_core.expr.functions import _map, _series
from flowtime_core.expr.kernels import Kernel, elementwise, whole

NAN = math.nan


def rows(kernel: Kernel, *inputs: Sequence[float], literals: tuple[float, ...] = ()) -> list[float]:
    """What a kernel makes of bins 1 and 2 of four; bins 0 and 3 stay -1."""
    out = np.full((4, 1), -1.0)
    arrays = tuple(np.array(values, dtype=np.float64)[:, np.newaxis] for values in inputs)
    with np.errstate(all="ignore"):
        kernel(out, arrays, 1, 3, literals)
    assert (out[0, 0], out[3, 0]) == (-1.0, -1.0)
    return [float(value) for value in out[1:3, 0]]


A, B, C = (9.0, 1.0, 5.0, 9.0), (9.0, 4.0, 2.0, 9.0), (9.0, 3.0, 1.0, 9.0)


@pytest.mark.parametrize(
    ("make", "inputs", "expected"),
    [
        (lambda: elementwise.unary(np.negative), (A,), [-1, -5]),
        (lambda: elementwise.binary(np.subtract), (A, B), [-3, 3]),
        (lambda: elementwise.fold(np.minimum), (A, B), [1, 2]),
        (lambda: elementwise.fold(np.maximum), (A, B, C), [4, 5]),
        (lambda: elementwise.fold(np.add), (A, B, C), [8, 8]),
        (lambda: elementwise.fold(np.subtract), (A, B, C, C), [-9, 1]),
        (lambda: elementwise.dividing(np.divide), (A, B), [0.25, 2.5]),
        (lambda: elementwise.dividing(np.divide), (A, (0.0, 0.0, -0.0, 0.0)), [0, 0]),
        (lambda: elementwise.dividing(np.divide), ((0.0, 8.0, 0.0, 0.0), (0.0, 4.0, 3.0, 0.0)), [2, 0]),
        (lambda: elementwise.scalar(math.floor), ((0.0, 1.5, 2.5, 0.0),), [1, 2]),
        (lambda: elementwise.scalar(math.pow), (B, C), [64, 2]),
    ],
)
def test_a_kernel_fills_its_rows_from_the_same_rows(
    make: Callable[[], Kernel], inputs: tuple[Sequence[float], ...], expected: list[float]
) -> None:
    """3.2 Arguments in their order, every row its own, rows outside untouched."""
    assert rows(make(), *inputs) == expected


def test_nan_divided_by_zero_stays_nan() -> None:
    """3.2 x/0 = 0 for x not NaN only."""
    found = rows(elementwise.dividing(np.divide), (0.0, NAN, 1.0, 0.0), (0.0, 0.0, 0.0, 0.0))
    assert math.isnan(found[0])
    assert found[1] == 0.0


def test_a_function_of_numbers_meets_arguments_of_another_width() -> None:
    """3.3 One scenario of the first argument meets two of the second, and the other way round."""
    out = np.zeros((1, 2))
    elementwise.scalar(math.pow)(out, (np.array([[2.0]]), np.array([[3.0, 4.0]])), 0, 1, ())
    assert out.tolist() == [[8.0, 16.0]]
    elementwise.scalar(math.pow)(out, (np.array([[2.0, 3.0]]), np.array([[2.0]])), 0, 1, ())
    assert out.tolist() == [[4.0, 9.0]]


def test_a_statistic_fills_every_bin_from_the_whole_series() -> None:
    """3.3 A whole-series function sees each scenario's column and its literals, and fills every bin of it."""
    out = np.zeros((2, 2))
    kernel = whole.whole(lambda column, *more: sum(column) + sum(more))
    kernel(out, (np.array([[1.0, 10.0], [2.0, 20.0]]),), 0, 2, (100.0,))
    assert out.tolist() == [[103.0, 130.0], [103.0, 130.0]]


def test_an_entry_of_the_table_of_functions() -> None:
    """3.3 A plain function reads its own bin, takes ``x``, divides nothing and loses classes unless it says so."""
    kernel = elementwise.unary(np.negative)
    plain = _map("NEG", kernel, "minus x", "NEG(a)")
    assert (plain.name, plain.doc, plain.example, plain.kind) == ("NEG", "minus x", "NEG(a)", "elementwise")
    assert (plain.kernel, plain.divides, plain.mix) == (kernel, False, "none")
    assert [parameter.name for parameter in plain.parameters] == ["x"]
    rich = _map("DIV", kernel, "", "", parameters="a b", divides=True, mix="select")
    assert ([p.name for p in rich.parameters], rich.divides, rich.mix) == (["a", "b"], True, "select")
    assert [parameter.name for parameter in _series("p", "q")] == ["p", "q"]
