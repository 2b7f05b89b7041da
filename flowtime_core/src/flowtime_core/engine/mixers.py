"""Parts of classes at work: each mixer fills rows [lo, hi) of the parts of what a step writes, after its totals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from flowtime_core.engine.classes import mix_sources
from flowtime_core.engine.kernels.fifo import Line
from flowtime_core.engine.kernels.mix import rescale, shares
from flowtime_core.engine.queue_runner import QueueRunner
from flowtime_core.engine.steps import (
    AllocationStep,
    EchoStep,
    EdgeStep,
    ExprStep,
    GivenStep,
    QueueStep,
    RouterStep,
    SinkStep,
    SumStep,
)
from flowtime_core.expr.kernels.history import convolve, rolling_sum, shift
from flowtime_core.expr.mixing import MixEvaluation, plan_mixing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from flowtime_core.engine.runner import Arrays, Runner
    from flowtime_core.engine.steps import Step
    from flowtime_core.records.series import FloatArray

    Parts = dict[str, FloatArray]
    Mixes = dict[str, Parts]
    Spread = Callable[[FloatArray, tuple[FloatArray, ...], int, int], None]


class Mixer(Protocol):
    """The classes of a step bound to their arrays."""

    def run(self, lo: int, hi: int) -> None:
        """Fill the parts of rows [lo, hi) from those rows of the totals."""
        ...


def _fit(parts: Parts, values: Sequence[FloatArray | float], total: FloatArray, lo: int, hi: int) -> None:
    """Set rows of the parts to values scaled to rows of the total."""
    rows = [np.zeros_like(part[lo:hi]) + value for part, value in zip(parts.values(), values, strict=True)]
    whole = np.broadcast_to(total[lo:hi], rows[0].shape)
    for part, scaled in zip(parts.values(), rescale(rows, whole), strict=True):
        part[lo:hi] = scaled


def _rows(parts: Parts | None, name: str, lo: int, hi: int) -> FloatArray | float:
    """Return rows of one class, 0 where the series does not carry it."""
    return 0.0 if parts is None or name not in parts else parts[name][lo:hi]


class SourceMixer:
    """Splits a source in proportion to its rates."""

    def __init__(self, total: FloatArray, parts: Parts, rates: Mapping[str, float]) -> None:
        self.total, self.parts = total, parts
        self.shares = shares([rates[name] for name in parts])

    def run(self, lo: int, hi: int) -> None:
        """Split the rows."""
        _fit(self.parts, [self.total[lo:hi] * share for share in self.shares], self.total, lo, hi)


class ExprMixer:
    """Follows classes through an expression."""

    def __init__(self, step: ExprStep, arrays: Arrays, mixes: Mixes, shape: tuple[int, int]) -> None:
        mixing = plan_mixing(step.tree, lambda reference: tuple(mixes.get(step.key_of(reference), ())))
        self.evaluation = MixEvaluation(
            mixing,
            shape=shape,
            totals=lambda reference: arrays[step.key_of(reference)],
            parts=lambda reference: mixes[step.key_of(reference)],
            rescale=rescale,
        )
        self.out = mixes[step.key]

    def run(self, lo: int, hi: int) -> None:
        """Follow the rows."""
        self.evaluation.run(lo, hi)
        for name, part in self.out.items():
            part[lo:hi] = self.evaluation.result[name][lo:hi]


class KeepMixer:
    """Gives every output the mix of one source."""

    def __init__(self, outputs: Iterable[str], source: str, arrays: Arrays, mixes: Mixes) -> None:
        self.outputs = [(arrays[key], mixes[key]) for key in outputs]
        self.source = mixes[source]

    def run(self, lo: int, hi: int) -> None:
        """Mix the rows."""
        for total, parts in self.outputs:
            _fit(parts, [_rows(self.source, name, lo, hi) for name in parts], total, lo, hi)


class SumMixer:
    """Adds or subtracts per class."""

    def __init__(self, key: str, terms: Iterable[tuple[str, float]], arrays: Arrays, mixes: Mixes) -> None:
        self.total, self.parts = arrays[key], mixes[key]
        self.terms = [(mixes.get(source), sign) for source, sign in terms]

    def run(self, lo: int, hi: int) -> None:
        """Add the rows."""
        values: list[FloatArray | float] = []
        for name in self.parts:
            value: FloatArray | float = 0.0
            for parts, sign in self.terms:
                value = value + sign * _rows(parts, name, lo, hi)
            values.append(value)
        _fit(self.parts, values, self.total, lo, hi)


class SpreadMixer:
    """Applies to each class what the step does to the total over time."""

    def __init__(self, key: str, sent: Parts, spread: Spread, arrays: Arrays, mixes: Mixes) -> None:
        self.total, self.parts, self.sent, self.spread = arrays[key], mixes[key], sent, spread

    def run(self, lo: int, hi: int) -> None:
        """Spread the rows."""
        for name, part in self.parts.items():
            self.spread(part, (self.sent[name],), lo, hi)
        _fit(self.parts, [part[lo:hi] for part in self.parts.values()], self.total, lo, hi)


class EdgeMixer:
    """Delays each class as the edge delays the total."""

    def __init__(self, step: EdgeStep, arrays: Arrays, mixes: Mixes, shape: tuple[int, int]) -> None:
        self.factors = (step.weight, step.total, step.multiplier)
        self.source = mixes[step.source]
        self.sent = {name: np.zeros(shape) for name in mixes[step.key]}
        lag = float(step.lag)
        self.spreads = [
            SpreadMixer(step.key, self.sent, lambda out, x, lo, hi: shift(out, x, lo, hi, (lag, 0.0)), arrays, mixes)
        ]
        if step.in_transit is not None:
            travel: Spread = lambda out, x, lo, hi: rolling_sum(out, x, lo, hi, (lag,))  # noqa: E731
            self.spreads.append(SpreadMixer(step.in_transit, self.sent, travel, arrays, mixes))

    def run(self, lo: int, hi: int) -> None:
        """Carry the rows."""
        weight, total, multiplier = self.factors
        for name, sent in self.sent.items():
            sent[lo:hi] = self.source[name][lo:hi] * weight / total * multiplier
        for spread in self.spreads:
            spread.run(lo, hi)


class RouterMixer:
    """Gives each part of a router its classes, and the rest by weight."""

    def __init__(self, step: RouterStep, arrays: Arrays, mixes: Mixes) -> None:
        self.step, self.arrays, self.mixes = step, arrays, mixes
        self.routed = {name for names in step.classes for name in names}

    def run(self, lo: int, hi: int) -> None:
        """Route the rows."""
        step, source = self.step, self.mixes[self.step.input]
        _fit(self.mixes[step.key], [part[lo:hi] for part in source.values()], self.arrays[step.key], lo, hi)
        whole = 0.0
        for weight in step.weights:
            whole += weight
        for key, names, weight in zip(step.parts, step.classes, step.weights, strict=True):
            if key in self.mixes:
                parts = self.mixes[key]
                share = weight / whole if weight > 0.0 else 0.0
                values = [
                    _rows(source, name, lo, hi) * (1.0 if name in names else share if name not in self.routed else 0.0)
                    for name in parts
                ]
                _fit(parts, values, self.arrays[key], lo, hi)


class QueueMixer:
    """Serves the classes of a queue first in, first out."""

    def __init__(self, runner: QueueRunner, mixes: Mixes) -> None:
        step = runner.step
        self.flows, self.initial = runner.flows, step.initial
        keys = (step.arrivals, *step.overflow_from)
        self.sources = [(runner.arrays[key], mixes[key]) for key in keys if key is not None and key in mixes]
        self.depth, self.released = mixes[step.depth], mixes[step.released]
        self.overflow = None if step.overflow is None else mixes[step.overflow]
        bins, width = runner.shape
        self.names = list(self.depth)
        self.inflow = {name: np.zeros(runner.shape) for name in self.names}
        self.left = {name: np.zeros(runner.shape) for name in self.names}
        self.lines = [Line.empty(bins, len(self.names)) for _ in range(width)]

    def run(self, lo: int, hi: int) -> None:
        """Serve the rows."""
        flows = self.flows
        incoming: list[FloatArray | float] = []
        for name in self.names:
            value: FloatArray | float = 0.0
            for total, parts in self.sources:
                counts = np.isfinite(total[lo:hi]) & (total[lo:hi] >= 0.0)
                value = value + np.where(counts, _rows(parts, name, lo, hi), 0.0)
            incoming.append(value)
        _fit(self.inflow, incoming, flows.inflow, lo, hi)
        for s, line in enumerate(self.lines):
            for t in range(lo, hi):
                self._serve(line, t, s)
        gone = [self.left[name][lo:hi] for name in self.names]
        _fit(self.released, gone, flows.released, lo, hi)
        if self.overflow is not None:
            _fit(self.overflow, gone, flows.overflow, lo, hi)

    def _serve(self, line: Line, t: int, s: int) -> None:
        """Let what leaves in bin ``t`` of scenario ``s`` leave from the front; the rest of its classes stays."""
        flows = self.flows
        inflow = [float(self.inflow[name][t, s]) for name in self.names]
        if t == 0:
            line.sizes[0] = self.initial
            line.contents[0] = [self.initial * share for share in shares(inflow)]
        line.sizes[t + 1] = flows.inflow[t, s]
        line.contents[t + 1] = inflow
        before = line.contents[0] if t == 0 else np.array([self.depth[name][t - 1, s] for name in self.names])
        level = self.initial if t == 0 else float(flows.depth[t - 1, s])
        amount = (level + float(flows.inflow[t, s])) - float(flows.depth[t, s])
        left = line.leave(t, amount)
        rest = np.maximum(before + np.array(inflow) - left, 0.0)
        scaled = rescale([np.array([[part]]) for part in rest.tolist()], flows.depth[t : t + 1, s : s + 1])
        for name, gone, stays in zip(self.names, left.tolist(), scaled, strict=True):
            self.left[name][t, s] = gone
            self.depth[name][t, s] = stays[0, 0]


def start_mixers(
    step: Step, runner: Runner, arrays: Arrays, mixes: Mixes, rates: Mapping[str, Mapping[str, float]]
) -> list[Mixer]:
    """Return what fills the parts of a step's outputs: nothing where they carry no classes."""
    carried = [key for key in step.writes if key in mixes]
    if carried and isinstance(runner, QueueRunner):
        return [QueueMixer(runner, mixes)]
    if not carried or isinstance(step, (AllocationStep, QueueStep)):
        return []
    shape = arrays[step.writes[0]].shape
    match step:
        case GivenStep(key=key):
            return [SourceMixer(arrays[key], mixes[key], rates[key])]
        case ExprStep():
            return [ExprMixer(step, arrays, mixes, shape)]
        case RouterStep():
            return [RouterMixer(step, arrays, mixes)]
        case EdgeStep():
            return [EdgeMixer(step, arrays, mixes, shape)]
        case SinkStep() | SumStep() | EchoStep():
            return [_linear(step, arrays, mixes)]
        case _:
            return [KeepMixer(carried, mix_sources(step)[0], arrays, mixes)]


def _linear(step: SinkStep | SumStep | EchoStep, arrays: Arrays, mixes: Mixes) -> Mixer:
    match step:
        case SinkStep(key=key, arrivals=arrivals, errors=errors):
            less = [] if errors is None else [(errors, -1.0)]
            return SumMixer(key, [(arrivals, 1.0), *less], arrays, mixes)
        case SumStep(key=key, parts=parts):
            return SumMixer(key, [(part, 1.0) for part in parts], arrays, mixes)
        case EchoStep(key=key, failures=failures, kernel=kernel):
            again: Spread = lambda out, x, lo, hi: convolve(out, x, lo, hi, kernel)  # noqa: E731
            return SpreadMixer(key, mixes[failures], again, arrays, mixes)
