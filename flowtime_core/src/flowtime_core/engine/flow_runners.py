"""Routers, retries, constraints and edges at work (SEMANTICS 4.6 to 4.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from flowtime_core.engine.kernels.allocation import allocate
from flowtime_core.engine.kernels.mix import CLOSE
from flowtime_core.engine.kernels.retry import split_by_attempt
from flowtime_core.engine.marks import Mark
from flowtime_core.engine.tolerance import tolerance
from flowtime_core.expr.kernels.history import convolve, rolling_sum, shift

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flowtime_core.engine.steps import (
        AllocationStep,
        AttemptsStep,
        CapStep,
        EchoStep,
        EdgeStep,
        RetryVolumeStep,
        RouterStep,
        SumStep,
    )
    from flowtime_core.records.series import FloatArray

    Arrays = Mapping[str, FloatArray]


class RouterRunner:
    """Copies the input, gives each target its classes, and splits the rest by weight."""

    def __init__(self, step: RouterStep, arrays: Arrays, mixes: Mapping[str, Arrays]) -> None:
        self.step = step
        self.source = arrays[step.input]
        self.own = arrays[step.key]
        self.parts = [arrays[key] for key in step.parts]
        self.by_class = mixes.get(step.input, {})
        self.remainder = np.zeros_like(self.own)
        self.total = 0.0
        for weight in step.weights:
            self.total += weight

    def run(self, lo: int, hi: int) -> None:
        """Split the rows."""
        flow = self.source[lo:hi]
        self.own[lo:hi] = flow
        rest = flow + np.zeros_like(self.own[lo:hi])
        chosen: list[FloatArray] = []
        for names in self.step.classes:
            taken = np.zeros_like(rest)
            for name in names:
                taken = taken + (self.by_class[name][lo:hi] if name in self.by_class else 0.0)
            rest = rest - taken
            chosen.append(taken)
        if any(self.step.classes):  # classes that are all of a flow may sum to a little less or more
            rest = np.where(np.abs(rest) <= CLOSE * np.abs(flow), 0.0, rest)
        for part, weight, taken in zip(self.parts, self.step.weights, chosen, strict=True):
            part[lo:hi] = taken + rest * weight / self.total if weight > 0.0 else taken
        if self.total == 0.0:
            self.remainder[lo:hi] = np.where(np.abs(rest) > tolerance(flow), rest, 0.0)

    def marks(self) -> Iterator[Mark]:
        """Yield what no route takes (SEMANTICS 4.6)."""
        router = self.step.key
        message = f"router {router!r} has no route for part of its input"
        yield Mark(
            code="router_missing_class_route", node_id=router, message=message, amounts=self.remainder, measured=True
        )


class SumRunner:
    """Adds what routers bring."""

    def __init__(self, step: SumStep, arrays: Arrays) -> None:
        self.parts = [arrays[key] for key in step.parts]
        self.out = arrays[step.key]

    def run(self, lo: int, hi: int) -> None:
        """Add the rows, in the order of the parts."""
        total = self.parts[0][lo:hi]
        for part in self.parts[1:]:
            total = total + part[lo:hi]
        self.out[lo:hi] = total


class AttemptsRunner:
    """Tells failures apart by the number of their attempt."""

    def __init__(self, step: AttemptsStep, arrays: Arrays, shape: tuple[int, int]) -> None:
        self.step = step
        self.failures = arrays[step.failures]
        self.attempts = arrays[step.attempts]
        self.retried = arrays[step.retried]
        self.exhausted = arrays[step.exhausted]
        self.failed = np.zeros((step.max_attempts, *shape))
        self.clean_failures = np.zeros(shape)
        self.clean_attempts = np.zeros(shape)

    def run(self, lo: int, hi: int) -> None:
        """Split the rows; values that are not finite count 0."""
        self.clean_failures[lo:hi] = _finite(self.failures[lo:hi])
        self.clean_attempts[lo:hi] = _finite(self.attempts[lo:hi])
        split_by_attempt(self.clean_failures, self.clean_attempts, self.failed, self.step.kernel, lo, hi)
        self.exhausted[lo:hi] = self.failed[-1, lo:hi]
        self.retried[lo:hi] = self.clean_failures[lo:hi] - self.failed[-1, lo:hi]


class EchoRunner:
    """Brings failures back later."""

    def __init__(self, step: EchoStep, arrays: Arrays) -> None:
        self.failures = (arrays[step.failures],)
        self.kernel = step.kernel
        self.out = arrays[step.key]

    def run(self, lo: int, hi: int) -> None:
        """Convolve the rows."""
        convolve(self.out, self.failures, lo, hi, self.kernel)


class AllocationRunner:
    """Shares a capacity among what is asked for; :meth:`open` takes every limit away before a first pass."""

    def __init__(self, step: AllocationStep, arrays: Arrays, shape: tuple[int, int]) -> None:
        self.asks = [None if key is None else arrays[key] for key in step.asks]
        self.grants = [arrays[key] for key in step.grants]
        self.capacity = np.full(shape, np.inf) if step.capacity is None else arrays[step.capacity]
        self.demand, self.allocated, self.shortfall, self.limited = (arrays[key] for key in step.published)

    def open(self, lo: int, hi: int) -> None:
        """Grant everything in the rows."""
        for grant in self.grants:
            grant[lo:hi] = np.inf

    def run(self, lo: int, hi: int) -> None:
        """Allocate the rows."""
        rows = np.zeros(self.demand[lo:hi].shape)
        asks = [rows if ask is None else rows + np.maximum(_finite(ask[lo:hi]), 0.0) for ask in self.asks]
        found = allocate(asks, rows + self.capacity[lo:hi])
        self.demand[lo:hi] = found.demand
        self.allocated[lo:hi] = found.allocated
        self.shortfall[lo:hi] = found.demand - found.allocated
        self.limited[lo:hi] = found.limited
        for grant, granted in zip(self.grants, found.grants, strict=True):
            grant[lo:hi] = granted

    def binds(self, lo: int, hi: int) -> bool:
        """Tell whether the capacity limits anyone in the rows."""
        return bool(self.limited[lo:hi].any())


class CapRunner:
    """Caps a mapped served series by its allocations."""

    def __init__(self, step: CapStep, arrays: Arrays) -> None:
        self.source = arrays[step.source]
        self.grants = [arrays[key] for key in step.grants]
        self.out = arrays[step.key]
        self.unserved = [arrays[key] for key in step.unserved]

    def run(self, lo: int, hi: int) -> None:
        """Cap the rows."""
        before = self.source[lo:hi]
        capped = before
        for grant in self.grants:
            capped = np.where(grant[lo:hi] < capped, grant[lo:hi], capped)
        self.out[lo:hi] = capped
        for unserved in self.unserved:
            unserved[lo:hi] = before - capped


class EdgeRunner:
    """Carries flow along an edge, with its delay."""

    def __init__(self, step: EdgeStep, arrays: Arrays, shape: tuple[int, int]) -> None:
        self.step = step
        self.source = arrays[step.source]
        self.sent = np.zeros(shape)
        self.out = arrays[step.key]
        self.in_transit = None if step.in_transit is None else arrays[step.in_transit]

    def run(self, lo: int, hi: int) -> None:
        """Carry the rows."""
        step = self.step
        self.sent[lo:hi] = self.source[lo:hi] * step.weight / step.total * step.multiplier
        shift(self.out, (self.sent,), lo, hi, (float(step.lag), 0.0))
        if self.in_transit is not None:
            rolling_sum(self.in_transit, (self.sent,), lo, hi, (float(step.lag),))


class RetryVolumeRunner:
    """Splits an echo over edges by what arrives on each, equally where nothing does."""

    def __init__(self, step: RetryVolumeStep, arrays: Arrays) -> None:
        self.echo = arrays[step.echo]
        self.flows = [arrays[key] for key in step.flows]
        self.out = [arrays[key] for key in step.keys]

    def run(self, lo: int, hi: int) -> None:
        """Split the rows."""
        flows = [np.maximum(_finite(flow[lo:hi]), 0.0) for flow in self.flows]
        total = flows[0]
        for flow in flows[1:]:
            total = total + flow
        nothing = total <= 0.0
        divisor = np.where(nothing, 1.0, total)
        echo = self.echo[lo:hi]
        for out, flow in zip(self.out, flows, strict=True):
            out[lo:hi] = np.where(nothing, echo / len(self.out), echo * flow / divisor)


def _finite(values: FloatArray) -> FloatArray:
    return np.where(np.isfinite(values), values, 0.0)
