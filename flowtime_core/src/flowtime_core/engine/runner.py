"""Steps at work: each runner fills rows [lo, hi) of what its step writes, and may be run again for the same rows.

A runner keeps no state but arrays, so a whole series is one call, a feedback loop one call per bin, and both give the
same bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from flowtime_core.engine.kernels.dispatch import gate
from flowtime_core.engine.kernels.queue import (
    QueueFlows,
    advance_authored,
    advance_authored_single,
    advance_derived,
    advance_derived_single,
)
from flowtime_core.engine.marks import Mark
from flowtime_core.engine.plan import ExprStep, GivenStep, QueueStep, SinkStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flowtime_core.engine.plan import Step
    from flowtime_core.records.series import FloatArray

Arrays = dict[str, "FloatArray"]


class Runner(Protocol):
    """A step bound to its arrays."""

    def run(self, lo: int, hi: int) -> None:
        """Fill rows [lo, hi) of what the step writes from rows [0, hi) of what it reads."""
        ...

    def marks(self) -> Iterable[Mark]:
        """Return what was noticed over the whole run."""
        ...


class GivenRunner:
    """Copies given values, or those of a batch in their place."""

    def __init__(self, step: GivenStep, arrays: Arrays, overrides: Mapping[str, FloatArray]) -> None:
        self.values = overrides.get(step.key, step.values)
        self.out = arrays[step.key]

    def run(self, lo: int, hi: int) -> None:
        """Copy the rows."""
        self.out[lo:hi] = self.values[lo:hi]

    def marks(self) -> Iterable[Mark]:
        """Return nothing: given values are what they are."""
        return ()


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

    def marks(self) -> Iterable[Mark]:
        """Return where the expression divided by zero (SEMANTICS 3.2)."""
        zero = self.evaluation.divisions_by_zero().astype(np.float64)
        message = f"expression of {self.step.key!r} divides by zero, which counts as 0"
        yield Mark(code="division_by_zero", node_id=self.step.key, message=message, amounts=zero)


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

    def marks(self) -> Iterable[Mark]:
        """Return nothing."""
        return ()


class QueueRunner:
    """Cleans what flows in and out of a queue, then lets the kernel walk the bins (SEMANTICS 4.3)."""

    def __init__(self, step: QueueStep, arrays: Arrays, bins: int, width: int) -> None:
        self.step = step
        self.arrays = arrays
        self.shape = (bins, width)
        self.flows = QueueFlows(initial=step.initial, **{name: np.zeros(self.shape) for name in _FLOW_NAMES})
        self.opened = None
        if step.dispatch is not None:
            self.opened = gate(bins, step.dispatch.period_bins, step.dispatch.phase_offset)[:, None]
        self.noticed: dict[tuple[str, str], FloatArray] = {}
        single = width == 1
        if step.derived:
            self.advance = advance_derived_single if single else advance_derived
        else:
            self.advance = advance_authored_single if single else advance_authored

    def run(self, lo: int, hi: int) -> None:
        """Clean the inputs of the rows and walk them."""
        flows, step = self.flows, self.step
        flows.inflow[lo:hi] = self._clean("arrivals", step.arrivals, lo, hi)
        for source in step.overflow_from:
            flows.inflow[lo:hi] += self.arrays[source][lo:hi]
        flows.loss[lo:hi] = self._clean("loss", step.loss, lo, hi)
        flows.room[lo:hi] = self._room(lo, hi)
        flows.limit[lo:hi] = self._limit(lo, hi)
        self.advance(flows, lo, hi)
        for key, values in (
            (step.depth, flows.depth),
            (step.served, flows.released),
            (step.overflow, flows.overflow),
        ):
            if key is not None:
                self.arrays[key][lo:hi] = values[lo:hi]

    def _note(self, code: str, role: str, lo: int, hi: int, amounts: FloatArray) -> None:
        if (code, role) not in self.noticed:
            if not amounts.any():
                return
            self.noticed[code, role] = np.zeros(self.shape)
        self.noticed[code, role][lo:hi] = amounts

    def _clean(self, role: str, key: str | None, lo: int, hi: int) -> FloatArray | float:
        """Return the rows with non-finite and negative values as 0."""
        if key is None:
            return 0.0
        raw = self.arrays[key][lo:hi]
        finite = np.isfinite(raw)
        self._note("non_finite_input", role, lo, hi, (~finite).astype(np.float64))
        values = np.where(finite, raw, 0.0)
        self._note("negative_input", role, lo, hi, np.where(values < 0.0, values, 0.0))
        return np.where(values < 0.0, 0.0, values)

    def _capacity(self, lo: int, hi: int) -> FloatArray | float:
        """Return capacity x parallelism: NaN and negative count 0, +Infinity is no limit."""
        if self.step.outflow is None:
            return 0.0
        raw = self.arrays[self.step.outflow][lo:hi]
        bad = np.isnan(raw) | np.isneginf(raw)
        self._note("non_finite_input", "capacity", lo, hi, bad.astype(np.float64))
        capacity = np.where(raw > 0.0, raw, 0.0)
        if self.step.parallelism is None:
            return capacity
        servers = self.arrays[self.step.parallelism][lo:hi]
        return capacity * np.where(np.isfinite(servers) & (servers > 0.0), servers, 1.0)

    def _room(self, lo: int, hi: int) -> FloatArray | float:
        """Return the most that may leave: served or capacity, under the dispatch gate and cap."""
        derived = self.step.derived
        room = self._capacity(lo, hi) if derived else self._clean("served", self.step.outflow, lo, hi)
        if self.opened is None:
            return room
        cap = self.step.dispatch_cap
        if cap is not None:
            most = self.arrays[cap][lo:hi]
            most = np.where(np.isnan(most), np.inf, np.where(most < 0.0, 0.0, most))
            room = np.where(most < room, most, room)
        return np.where(self.opened[lo:hi], room, 0.0)

    def _limit(self, lo: int, hi: int) -> FloatArray | float:
        """Return the WIP limit, +inf where there is none (SEMANTICS 4.5)."""
        if self.step.wip_series is None:
            return np.inf if self.step.wip_limit is None else self.step.wip_limit
        raw = self.arrays[self.step.wip_series][lo:hi]
        self._note("negative_wip_limit", "wipLimit", lo, hi, np.where(raw < 0.0, raw, 0.0))
        return np.where(np.isnan(raw), np.inf, np.where(raw < 0.0, 0.0, raw))

    def marks(self) -> Iterable[Mark]:
        """Return the inputs that were cleaned and what was to leave and was not there."""
        node_id = self.step.node_id
        told = {
            "non_finite_input": "is not finite and counts as 0",
            "negative_input": "is negative and counts as 0",
            "negative_wip_limit": "is negative",
        }
        for (code, role), amounts in self.noticed.items():
            measured = code != "non_finite_input"
            message = f"{role} of {node_id!r} {told[code]}"
            yield Mark(code=code, node_id=node_id, message=message, amounts=amounts, measured=measured)
        message = f"more was to leave {node_id!r} than it held"
        yield Mark(
            code="outflow_exceeds_queue",
            node_id=node_id,
            message=message,
            amounts=self.flows.cut,
            measured=True,
        )


_FLOW_NAMES = ("inflow", "loss", "room", "limit", "depth", "released", "overflow", "cut")


def start(step: Step, arrays: Arrays, *, bins: int, width: int, overrides: Mapping[str, FloatArray]) -> Runner:
    """Bind a step to its arrays, which must all exist."""
    match step:
        case GivenStep():
            return GivenRunner(step, arrays, overrides)
        case ExprStep():
            return ExprRunner(step, arrays)
        case QueueStep():
            return QueueRunner(step, arrays, bins, width)
        case SinkStep():
            return SinkRunner(step, arrays)
