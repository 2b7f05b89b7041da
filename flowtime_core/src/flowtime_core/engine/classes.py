"""Which series carry which classes of flow: a least fixed point over the steps (SEMANTICS 4.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

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
from flowtime_core.expr.mixing import plan_mixing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from flowtime_core.engine.steps import Step

SOME: Final = "*"
"""Stands for classes not known yet while the fixed point is sought."""

Carried = dict[str, frozenset[str]]


def carried_classes(steps: Sequence[Step], given: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """Return the classes of every key that carries any, in order of id.

    ``given`` are the classes of the sources. First it is settled which series carry classes at all, for that decides
    which operand a product keeps the mix of; then which classes they are.
    """
    bearing = _fixed_point(steps, dict.fromkeys(given, frozenset({SOME})), {})
    known: Carried = {key: frozenset({SOME, *names}) for key, names in given.items()}
    found = _fixed_point(steps, known, bearing)
    return {key: tuple(sorted(names - {SOME})) for key, names in found.items() if names - {SOME}}


def _fixed_point(steps: Sequence[Step], given: Mapping[str, frozenset[str]], start: Carried) -> Carried:
    carried = dict(start)
    while True:
        before = dict(carried)
        for step in steps:
            for key, names in _carry(step, given, carried).items():
                if names:
                    carried[key] = carried.get(key, frozenset()) | names
        if carried == before:
            return carried


def _carry(step: Step, given: Mapping[str, frozenset[str]], carried: Carried) -> Carried:
    """Return what a step's outputs carry, given what its inputs do."""

    def of(*keys: str | None) -> frozenset[str]:
        return frozenset(name for key in keys if key is not None for name in carried.get(key, ()))

    match step:
        case GivenStep():
            return {step.key: given.get(step.key, frozenset())}
        case ExprStep():
            mixing = plan_mixing(step.tree, lambda reference: tuple(sorted(of(step.key_of(reference)))))
            return {step.key: frozenset(mixing.classes)}
        case RouterStep():
            return {step.key: of(step.input), **_route(step, of(step.input))}
        case QueueStep():
            return dict.fromkeys(step.writes, of(step.arrivals, *step.overflow_from))
        case SinkStep():
            return {step.key: of(step.arrivals, step.errors)}
        case AllocationStep():
            return {}
        case _:
            return dict.fromkeys(step.writes, of(*mix_sources(step)))


def mix_sources(
    step: SumStep | AttemptsStep | EchoStep | CapStep | EdgeStep | RetryVolumeStep,
) -> tuple[str, ...]:
    """Return the keys whose classes a step passes on to everything it writes."""
    match step:
        case SumStep(parts=parts):
            return parts
        case AttemptsStep(failures=failures) | EchoStep(failures=failures):
            return (failures,)
        case CapStep(source=source) | EdgeStep(source=source):
            return (source,)
        case RetryVolumeStep(echo=echo):
            return (echo,)


def _route(step: RouterStep, incoming: frozenset[str]) -> Carried:
    """Return what each part of a router carries: its classes, and the rest for a share by weight."""
    routed = {name for names in step.classes for name in names}
    rest = frozenset(name for name in incoming if name not in routed)
    carried: Carried = {}
    for part, names, weight in zip(step.parts, step.classes, step.weights, strict=True):
        own = frozenset(name for name in incoming if name in names or name == SOME)
        carried[part] = own | rest if weight > 0.0 else own
    return carried
