"""Run a lowered expression over whole series or bin by bin, with the same bits (SEMANTICS 3.4, 7.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from flowtime_core.errors import DocumentInvalidError, InputError
from flowtime_core.expr.checker import check_expression
from flowtime_core.expr.kernels.elementwise import divided_by_zero
from flowtime_core.expr.lowering import lower
from flowtime_core.expr.parser import parse
from flowtime_core.expr.printer import print_expression

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from flowtime_core.expr.kernels import Kernel
    from flowtime_core.expr.program import Lowered, Operation, Stage
    from flowtime_core.records.expression import Expression, Reference
    from flowtime_core.records.series import BoolArray, FloatArray

    _Step = tuple[Kernel, FloatArray, tuple[FloatArray, ...], tuple[float, ...]]


def compile_expression(expression: Expression, *, bins: int) -> Program:
    """Return the expression as a program over series of ``bins`` bins.

    Raises
    ------
    DocumentInvalidError
        When ``check_expression`` finds anything (3.3).
    """
    findings = check_expression(expression)
    if findings:
        message = "the expression cannot be evaluated"
        raise DocumentInvalidError(message, findings=findings)
    return Program(lowered=lower(expression), bins=bins)


@frozen(kw_only=True)
class Program:
    """An expression ready to be evaluated any number of times."""

    lowered: Lowered
    bins: int

    @property
    def inputs(self) -> tuple[Reference, ...]:
        """The series the expression reads, each once, in the order of their first occurrence."""
        return tuple(reference for reference, _ in self.lowered.inputs)

    def start(self, inputs: Sequence[FloatArray]) -> Evaluation:
        """Return an evaluation over arrays in the order of ``inputs``, each [bin, scenario] or [bin, 1].

        The arrays are kept, not copied, and may be filled while the evaluation goes on: ``run(lo, hi)`` reads
        rows below ``hi`` (below ``hi - 1`` of what occurs only lagged), and all rows of what stands below
        a whole-series function.
        """
        return Evaluation(self, inputs)


class Evaluation:
    """The buffers of one evaluation; its width is the widest of the inputs'.

    Call ``run(0, bins)`` for a whole series at a time, or ``run(t, t + 1)`` for each bin in order: the
    results have the same bits.
    """

    def __init__(self, program: Program, inputs: Sequence[FloatArray]) -> None:
        lowered = program.lowered
        self._program = program
        self._buffers = _allocate(program, inputs)
        self._whole = self._bind("whole")
        self._earlier = self._bind("earlier")
        self._current = self._bind("current")
        self.output: FloatArray = self._buffers[lowered.output]
        """The result, float64 [bin, scenario]; NaN in bins not yet computed."""

    def _bind(self, stage: Stage) -> tuple[_Step, ...]:
        buffers = self._buffers
        return tuple(
            (
                operation.kernel,
                buffers[operation.output],
                tuple(buffers[n] for n in operation.inputs),
                operation.literals,
            )
            for operation in self._program.lowered.operations
            if operation.stage == stage
        )

    def run(self, lo: int, hi: int) -> None:
        """Compute bins ``lo`` to ``hi - 1``, or compute them again; bins below ``lo`` must have been computed."""
        with np.errstate(all="ignore"):
            if lo == 0 and self._whole:
                _run(self._whole, 0, self._program.bins)
            if self._earlier and hi > 1:
                _run(self._earlier, max(lo - 1, 0), hi - 1)
            _run(self._current, lo, hi)

    def divisions_by_zero(self) -> BoolArray:
        """Return where ``/`` or MOD met a zero divisor, bool [bin, scenario], after the last bin (3.2).

        A division in a branch that IF does not take does not count. Below a history or whole-series
        function inside a branch it counts in its own bin if the branch is taken in any bin.
        """
        bins = self._program.bins
        found = np.zeros(self.output.shape, dtype=np.bool_)
        with np.errstate(all="ignore"):
            if self._earlier:
                _run(self._earlier, bins - 1, bins)
            for operation in self._program.lowered.operations:
                if operation.divides:
                    found |= self._zero_divisors(operation)
        return found

    def _zero_divisors(self, operation: Operation) -> BoolArray:
        dividend, divisor = (self._buffers[number] for number in operation.inputs)
        met = divided_by_zero(dividend, divisor)
        for distance, group in enumerate(operation.guards):
            taken = np.ones((1, 1), dtype=np.bool_)
            for guard in group:
                condition = self._buffers[self._program.lowered.conditions[guard.branch]]
                holds = (condition != 0.0) & ~np.isnan(condition) if guard.taken else condition == 0.0
                taken = taken & holds
            met = met & (taken.any(axis=0) if distance else taken)
        return met


def _allocate(program: Program, inputs: Sequence[FloatArray]) -> list[FloatArray]:
    lowered, bins = program.lowered, program.bins
    arrays: dict[int, FloatArray] = {}
    for (_, number), array in zip(lowered.inputs, inputs, strict=True):
        arrays[number] = array
    for number, value in lowered.constants:
        arrays[number] = np.broadcast_to(np.float64(value), (bins, 1))
    widths = {number: array.shape[1] for number, array in arrays.items()}
    for operation in lowered.operations:
        widths[operation.output] = max(widths[number] for number in operation.inputs)
    for number in range(lowered.buffer_count):
        if number not in arrays:
            arrays[number] = np.full((bins, widths[number]), np.nan)
    return [arrays[number] for number in range(lowered.buffer_count)]


def _run(steps: Iterable[_Step], lo: int, hi: int) -> None:
    for kernel, output, inputs, literals in steps:
        kernel(output, inputs, lo, hi, literals)


def evaluate(
    expression: Expression | str, series: Mapping[str, Sequence[float] | FloatArray | float], *, bins: int
) -> FloatArray:
    """Return the values of an expression over named series: the short way for notebooks and tests.

    Parameters
    ----------
    series : mapping of str to number, sequence of shape (bins,) or array [bin, scenario]
        Under ``name`` or ``Node.role``, as the expression would write it without backquotes.

    Returns
    -------
    float64 array
        Of shape (bins,), or [bin, scenario] when a series has scenarios.

    Raises
    ------
    InputError
        ``unknown_series`` when the expression reads a series that was not given.
    """
    tree = parse(expression) if isinstance(expression, str) else expression
    program = compile_expression(tree, bins=bins)
    arrays = [np.asarray(_find(series, reference), dtype=np.float64) for reference in program.inputs]
    columns = [array if array.ndim > 1 else np.broadcast_to(array, (bins,))[:, np.newaxis] for array in arrays]
    evaluation = program.start(columns)
    evaluation.run(0, bins)
    return evaluation.output if any(array.ndim > 1 for array in arrays) else evaluation.output[:, 0]


def _find(
    series: Mapping[str, Sequence[float] | FloatArray | float], reference: Reference
) -> Sequence[float] | FloatArray | float:
    key = reference.name if reference.role is None else f"{reference.name}.{reference.role}"
    if key not in series:
        message = f"the expression reads {print_expression(reference)}, which was not given"
        raise InputError(message, code="unknown_series")
    return series[key]
