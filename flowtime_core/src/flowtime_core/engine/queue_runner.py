"""A queue at work: cleans what flows in and out, then lets the kernel walk the bins (SEMANTICS 4.3 to 4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from flowtime_core.engine.tolerance import ABSOLUTE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flowtime_core.engine.steps import QueueStep
    from flowtime_core.records.series import FloatArray

FLOW_NAMES = ("inflow", "loss", "room", "limit", "depth", "released", "overflow", "cut")

COMPLAINTS = {
    "non_finite_input": "is not finite and counts as 0",
    "negative_input": "is negative and counts as 0",
    "negative_wip_limit": "is negative",
}

NOTES = tuple(
    (code, role)
    for role in ("arrivals", "loss", "capacity", "served", "wipLimit")
    for code in ("non_finite_input", "negative_input", "negative_wip_limit")
)
"""What may be noticed, in the order in which it is told whichever bin or scenario met it first."""


class QueueRunner:
    """One queue bound to its arrays."""

    def __init__(self, step: QueueStep, arrays: Mapping[str, FloatArray], shape: tuple[int, int]) -> None:
        self.step = step
        self.arrays = arrays
        self.shape = shape
        self.flows = QueueFlows(initial=step.initial, **{name: np.zeros(shape) for name in FLOW_NAMES})
        self.opened = None
        if step.dispatch is not None:
            self.opened = gate(shape[0], step.dispatch.period_bins, step.dispatch.phase_offset)[:, None]
        self.noticed: dict[tuple[str, str], FloatArray] = {}
        single = shape[1] == 1
        if step.derived:
            self.advance = advance_derived_single if single else advance_derived
        else:
            self.advance = advance_authored_single if single else advance_authored

    def run(self, lo: int, hi: int) -> None:
        """Clean the inputs of the rows and walk them."""
        flows, step = self.flows, self.step
        flows.inflow[lo:hi] = self._clean("arrivals", step.arrivals, lo, hi)
        for key in step.overflow_from:
            flows.inflow[lo:hi] += self.arrays[key][lo:hi]
        flows.loss[lo:hi] = self._clean("loss", step.loss, lo, hi)
        flows.room[lo:hi] = self._room(lo, hi)
        flows.limit[lo:hi] = self._limit(lo, hi)
        self.advance(flows, lo, hi)
        filled = {step.depth: flows.depth, step.released: flows.released, step.overflow: flows.overflow}
        for written in step.writes:
            self.arrays[written][lo:hi] = filled[written][lo:hi]

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
        # What rounding leaves a little below 0 counts 0 and is no mistake of anybody's (SEMANTICS 6.1).
        self._note("negative_input", role, lo, hi, np.where(values < -ABSOLUTE, values, 0.0))
        return np.where(values < 0.0, 0.0, values)

    def _capacity(self, key: str, lo: int, hi: int) -> FloatArray:
        """Return capacity x parallelism: NaN and negative count 0, +Infinity is no limit."""
        raw = self.arrays[key][lo:hi]
        bad = np.isnan(raw) | np.isneginf(raw)
        self._note("non_finite_input", "capacity", lo, hi, bad.astype(np.float64))
        capacity = np.where(raw > 0.0, raw, 0.0)
        if self.step.parallelism is None:
            return capacity
        servers = self.arrays[self.step.parallelism][lo:hi]
        return capacity * np.where(np.isfinite(servers) & (servers > 0.0), servers, 1.0)

    def _room(self, lo: int, hi: int) -> FloatArray | float:
        """Return the most that may leave: served or capacity, under the dispatch gate and cap and the grants."""
        outflow = self.step.outflow
        room: FloatArray | float
        if self.step.derived and outflow is not None:
            room = self._capacity(outflow, lo, hi)
        else:
            room = self._clean("served", outflow, lo, hi)
        for key in self.step.grants:
            grant = self.arrays[key][lo:hi]
            room = np.where(grant < room, grant, room)
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

    def marks(self) -> Iterator[Mark]:
        """Yield the inputs that were cleaned, and what was to leave and was not there."""
        node_id = self.step.node_id
        for code, role in NOTES:
            amounts = self.noticed.get((code, role))
            if amounts is None:
                continue
            message = f"{role} of {node_id!r} {COMPLAINTS[code]}"
            measured = code != "non_finite_input"
            yield Mark(code=code, node_id=node_id, message=message, amounts=amounts, measured=measured)
        message = f"more was to leave {node_id!r} than it held"
        yield Mark(
            code="outflow_exceeds_queue", node_id=node_id, message=message, amounts=self.flows.cut, measured=True
        )
