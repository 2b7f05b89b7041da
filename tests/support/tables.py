"""Comparing what simulations computed, bit for bit."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
from attrs import evolve

from flowtime_core.engine.compile import compile_model
from flowtime_core.engine.plan import Component, Plan
from flowtime_core.engine.simulate import SeriesTable, simulate
from flowtime_core.records.diagnostic import Diagnostic
from flowtime_core.records.model import Model
from flowtime_core.records.series import FloatArray
from tests.support.exact import Exact


def run(model: Model) -> SeriesTable:
    """Compile and simulate."""
    return simulate(compile_model(model))


def bits(values: FloatArray) -> bytes:
    """The bytes of an array, every NaN written alike: which NaN an operation gives is the processor's choice."""
    return np.where(np.isnan(values), np.nan, values).tobytes()


def column_bits(table: SeriesTable, scenario: int = 0) -> dict[str, bytes]:
    """The bytes of every series of one scenario."""
    return {key: bits(table.values(key, scenario)) for key in table.arrays}


def findings(table: SeriesTable, scenario: int = 0) -> set[Diagnostic]:
    """What was noticed, whatever the order."""
    return set(table.diagnostics(scenario))


def bin_by_bin(plan: Plan) -> Plan:
    """The same plan with every component run as if it were a loop."""
    return evolve(plan, components=tuple(evolve(component, loop=True) for component in plan.components))


def one_loop(plan: Plan) -> Plan:
    """The same plan as one single loop of all its steps in order, after those that read nothing."""
    steps = [step for component in plan.components for step in component.steps]
    ready = tuple(Component(steps=(step,), loop=False) for step in steps if not (step.reads or step.lagged))
    rest = tuple(step for step in steps if step.reads or step.lagged)
    return evolve(plan, components=(*ready, Component(steps=rest, loop=True)))


def bins_of(finding: Diagnostic) -> set[int]:
    """The bins of a finding one by one."""
    return {t for found in finding.bins for t in range(found.first, found.last + 1)}


def exact_values(table: SeriesTable, key: str) -> list[Fraction]:
    """A finite series of a single run without rounding."""
    return [Fraction(value) for value in table.values(key).tolist()]


def same_number(exactly: Exact, value: float) -> bool:
    """Whether a float is that very number, or both are NaN."""
    return exactly == value or (exactly != exactly and value != value)  # noqa: PLR0124 - NaN alone differs from itself


def differing(left: Mapping[str, bytes], right: Mapping[str, bytes]) -> list[str]:
    """The keys whose values differ, or that only one side has."""
    return sorted(key for key in {*left, *right} if left.get(key) != right.get(key))
