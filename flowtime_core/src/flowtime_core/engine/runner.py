"""Steps at work: each runner fills rows [lo, hi) of what its step writes, and may be run again for the same rows.

A runner keeps no state but arrays, so a whole series is one call, a feedback loop one call per bin, and both give
the same bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from flowtime_core.engine import flow_runners as flow
from flowtime_core.engine.marks import Mark
from flowtime_core.engine.queue_runner import QueueRunner
from flowtime_core.engine.steps import (
    AllocationStep,
    AttemptsStep,
    CapStep,
    EchoStep,
    EdgeStep,
    ExprStep,
    GivenStep,
    QueueStep,
    RetryVolumeStep,
    RouterStep,
    SinkStep,
    SumStep,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from flowtime_core.engine.steps import Step
    from flowtime_core.records.series import FloatArray

Arrays = dict[str, "FloatArray"]


class Runner(Protocol):
    """A step bound to its arrays."""

    def run(self, lo: int, hi: int) -> None:
        """Fill rows [lo, hi) of what the step writes from rows [0, hi) of what it reads."""
        ...


class GivenRunner:
    """Copies given values, or those of a batch in their place."""

    def __init__(self, step: GivenStep, arrays: Arrays, overrides: Mapping[str, FloatArray]) -> None:
        self.values = overrides.get(step.key, step.values)
        self.out = arrays[step.key]

    def run(self, lo: int, hi: int) -> None:
        """Copy the rows."""
        self.out[lo:hi] = self.values[lo:hi]


class ExprRunner:
    """Evaluates an expression."""

    def __init__(self, step: ExprStep, arrays: Arrays) -> None:
        self.step = step
        self.evaluation = step.program.start([arrays[key] for key in step.keys])
        self.out = arrays[step.key]

    def run(self, lo: int, hi: int) -> None:
        """Evaluate the rows."""
        self.evaluation.run(lo, hi)
        self.out[lo:hi] = self.evaluation.output[lo:hi]

    def marks(self) -> Iterator[Mark]:
        """Yield where the expression divided by zero (SEMANTICS 3.2)."""
        zero = self.evaluation.divisions_by_zero().astype(np.float64)
        node_id = self.step.node_id
        message = f"expression of {node_id!r} divides by zero, which counts as 0"
        yield Mark(code="division_by_zero", node_id=node_id, message=message, amounts=zero)


class SinkRunner:
    """``served = max(0, arrivals - errors)``."""

    def __init__(self, step: SinkStep, arrays: Arrays) -> None:
        self.arrivals = arrays[step.arrivals]
        self.errors = None if step.errors is None else arrays[step.errors]
        self.out = arrays[step.key]

    def run(self, lo: int, hi: int) -> None:
        """Compute the rows."""
        left = self.arrivals[lo:hi] if self.errors is None else self.arrivals[lo:hi] - self.errors[lo:hi]
        self.out[lo:hi] = np.where(left < 0.0, 0.0, left)


def start(
    step: Step,
    arrays: Arrays,
    mixes: Mapping[str, Arrays],
    *,
    shape: tuple[int, int],
    overrides: Mapping[str, FloatArray],
) -> Runner:
    """Bind a step to its arrays, which must all exist with the given shape; ``mixes`` are the parts by class."""
    match step:
        case GivenStep():
            return GivenRunner(step, arrays, overrides)
        case ExprStep():
            return ExprRunner(step, arrays)
        case QueueStep():
            return QueueRunner(step, arrays, shape)
        case SinkStep():
            return SinkRunner(step, arrays)
        case AllocationStep():
            return flow.AllocationRunner(step, arrays, shape)
        case CapStep():
            return flow.CapRunner(step, arrays)
        case RouterStep():
            return flow.RouterRunner(step, arrays, mixes)
        case _:
            return _start_flow(step, arrays, shape)


def _start_flow(
    step: SumStep | AttemptsStep | EchoStep | EdgeStep | RetryVolumeStep,
    arrays: Arrays,
    shape: tuple[int, int],
) -> Runner:
    match step:
        case SumStep():
            return flow.SumRunner(step, arrays)
        case AttemptsStep():
            return flow.AttemptsRunner(step, arrays, shape)
        case EchoStep():
            return flow.EchoRunner(step, arrays)
        case EdgeStep():
            return flow.EdgeRunner(step, arrays, shape)
        case RetryVolumeStep():
            return flow.RetryVolumeRunner(step, arrays)


def marks_of(runner: Runner) -> Iterable[Mark]:
    """Return what a runner noticed over the whole run."""
    return runner.marks() if isinstance(runner, (ExprRunner, QueueRunner, flow.RouterRunner)) else ()
