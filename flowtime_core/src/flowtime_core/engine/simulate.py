"""Plan -> numbers: one scenario or many side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import field, frozen

from flowtime_core.engine.flow_runners import AllocationRunner
from flowtime_core.engine.mixers import start_mixers
from flowtime_core.engine.runner import marks_of, start
from flowtime_core.errors import InputError, LimitError
from flowtime_core.records.event import heed
from flowtime_core.records.fixed import read_only
from flowtime_core.records.ids import class_key
from flowtime_core.records.limits import DEFAULT_LIMITS
from flowtime_core.records.series import Series

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flowtime_core.engine.marks import Mark
    from flowtime_core.engine.mixers import Mixer
    from flowtime_core.engine.plan import Component, Plan
    from flowtime_core.engine.runner import Arrays, Runner
    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.event import CancelToken
    from flowtime_core.records.limits import Limits
    from flowtime_core.records.series import FloatArray

_ASK_EVERY: Final = 256
"""Bins of a loop between two looks at the cancel token: often enough to stop at once, too rarely to cost time."""


@frozen(kw_only=True)
class SeriesTable:
    """Everything a simulation computed.

    Attributes
    ----------
    plan : Plan
        What was simulated.
    scenarios : int
        How many scenarios stand side by side.
    arrays : mapping of engine key to float64 array [bin, scenario]
        Read-only; width 1 where a series does not vary with the scenario.
    marks : tuple of Mark
        What was noticed.
    """

    plan: Plan
    scenarios: int
    arrays: Mapping[str, FloatArray] = field(repr=False, eq=False)
    marks: tuple[Mark, ...] = field(repr=False, eq=False)

    def values(self, key: str, scenario: int = 0) -> FloatArray:
        """Return one series of one scenario, shape (bins,)."""
        array = self.arrays[key]
        return array[:, min(scenario, array.shape[1] - 1)]

    def series(self, scenario: int = 0) -> dict[str, Series]:
        """Return every series of one scenario by its engine key."""
        return {
            key: Series(id=info.id, unit=info.unit, kind=info.kind, values=self.values(key, scenario))
            for key, info in self.plan.series.items()
        }

    def diagnostics(self, scenario: int = 0) -> tuple[Diagnostic, ...]:
        """Return what compiling and simulating noticed for one scenario."""
        found = (mark.diagnostic(scenario) for mark in self.marks)
        return (*self.plan.warnings, *(diagnostic for diagnostic in found if diagnostic is not None))


def simulate(plan: Plan, *, cancel: CancelToken | None = None) -> SeriesTable:
    """Evaluate a plan once. Equal plans give equal bits on every machine (SEMANTICS 7.1).

    Parameters
    ----------
    cancel : CancelToken or None
        Asked before each component, and every 256 bins of a feedback loop.

    Raises
    ------
    Cancelled
        The caller asked to stop.
    """
    return _evaluate(plan, {}, 1, cancel)


def evaluate_batch(plan: Plan, overrides: Mapping[str, FloatArray], *, limits: Limits = DEFAULT_LIMITS) -> SeriesTable:
    """Evaluate many scenarios side by side, each bit-identical to evaluating it alone.

    Parameters
    ----------
    plan : Plan
        What to evaluate.
    overrides : mapping of const or pmf node id to array
        Shape (scenarios,) gives one number per scenario for all bins, shape (bins, scenarios) one per bin.

    Raises
    ------
    InputError
        For an id that is no const or pmf node, or arrays whose shapes do not agree.
    LimitError
        When series x bins x scenarios passes ``limits.series_values``.
    """
    bins = plan.model.grid.bins
    columns = dict(_columns(plan, key, np.asarray(array, dtype=np.float64)) for key, array in overrides.items())
    widths = {array.shape[1] for array in columns.values()}
    if len(widths) > 1:
        message = f"overrides have different numbers of scenarios: {', '.join(map(str, sorted(widths)))}"
        raise InputError(message, hint="give every override one column per scenario")
    scenarios = widths.pop() if widths else 1
    if scenarios == 0:
        message = "overrides have no scenario"
        raise InputError(message, hint="give every override one column per scenario")
    cells = len(plan.series) * bins * scenarios
    if cells > limits.series_values:
        message = (
            f"{len(plan.series)} series x {bins} bins x {scenarios} scenarios "
            f"pass the limit of {limits.series_values} values"
        )
        raise LimitError(message, hint="evaluate the scenarios in smaller batches")
    return _evaluate(plan, columns, scenarios, None)


def _columns(plan: Plan, node_id: str, array: FloatArray) -> tuple[str, FloatArray]:
    """Return the key of the given series that an override replaces, and its values [bin, scenario]."""
    bins = plan.model.grid.bins
    if node_id not in plan.inputs:
        message = f"{node_id!r} cannot be overridden: it is no const or pmf node that keeps its own values"
        raise InputError(message, hint=f"override one of: {', '.join(sorted(plan.inputs))}")
    match array.shape:
        case (scenarios,):
            return plan.inputs[node_id], np.broadcast_to(array, (bins, scenarios))
        case (rows, _) if rows == bins:
            return plan.inputs[node_id], array
        case _:
            pass
    message = f"override of {node_id!r} has shape {array.shape}, expected (scenarios,) or ({bins}, scenarios)"
    raise InputError(message)


def _evaluate(
    plan: Plan, overrides: Mapping[str, FloatArray], scenarios: int, cancel: CancelToken | None
) -> SeriesTable:
    arrays: Arrays = {}
    mixes: dict[str, Arrays] = {}
    marks: list[Mark] = []
    with np.errstate(all="ignore"):
        for component in plan.components:
            marks.extend(_run_component(plan, component, arrays, mixes, overrides, cancel))
    for key, parts in mixes.items():
        arrays.update({class_key(key, name): part for name, part in parts.items()})
    frozen_arrays = {key: read_only(array) for key, array in arrays.items()}
    return SeriesTable(plan=plan, scenarios=scenarios, arrays=frozen_arrays, marks=tuple(marks))


def _width(component: Component, arrays: Arrays, overrides: Mapping[str, FloatArray]) -> int:
    """Return how many scenarios a component varies with: those of what it reads from outside, or is given."""
    widths = [1]
    for step in component.steps:
        outside = (*step.reads, *step.lagged, *step.provisional)
        widths += [arrays[key].shape[1] for key in outside if key in arrays]
        widths += [overrides[key].shape[1] for key in step.writes if key in overrides]
    return max(widths)


def _run_component(
    plan: Plan,
    component: Component,
    arrays: Arrays,
    mixes: dict[str, Arrays],
    overrides: Mapping[str, FloatArray],
    cancel: CancelToken | None,
) -> list[Mark]:
    shape = (plan.model.grid.bins, _width(component, arrays, overrides))
    for step in component.steps:
        for key in step.writes:
            arrays[key] = np.zeros(shape)
            if key in plan.classes:
                mixes[key] = {name: np.zeros(shape) for name in plan.classes[key]}
    runners: list[Runner] = []
    workers: list[Runner | Mixer] = []
    for step in component.steps:
        runner = start(step, arrays, mixes, shape=shape, overrides=overrides)
        runners.append(runner)
        workers += [runner, *start_mixers(step, runner, arrays, mixes, plan.source_rates)]
    _run(workers, shape[0], cancel, loop=component.loop)
    return [mark for runner in runners for mark in marks_of(runner)]


def _run(workers: Sequence[Runner | Mixer], bins: int, cancel: CancelToken | None, *, loop: bool) -> None:
    """Run steps over all bins, or bin by bin; where a shared constraint binds, a bin is run a second time with it."""
    allocations = [worker for worker in workers if isinstance(worker, AllocationRunner)]
    others: list[Callable[[int, int], None]] = [
        worker.run for worker in workers if not isinstance(worker, AllocationRunner)
    ]
    for lo, hi in ((t, t + 1) for t in range(bins)) if loop else ((0, bins),):
        if lo % _ASK_EVERY == 0:
            heed(cancel)
        _run_rows(allocations, others, lo, hi)


def _run_rows(
    allocations: Sequence[AllocationRunner], others: Sequence[Callable[[int, int], None]], lo: int, hi: int
) -> None:
    for allocation in allocations:
        allocation.open(lo, hi)
    for run in others:
        run(lo, hi)
    for allocation in allocations:
        allocation.run(lo, hi)
    if any(allocation.binds(lo, hi) for allocation in allocations):
        for run in others:
            run(lo, hi)
