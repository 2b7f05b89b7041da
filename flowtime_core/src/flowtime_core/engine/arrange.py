"""Steps in order of evaluation: components, feedback loops, and cycles that no order resolves (SEMANTICS 3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.engine.order import ordered_components, same_bin_cycles
from flowtime_core.engine.plan import Component
from flowtime_core.engine.steps import ExprStep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flowtime_core.engine.context import Context
    from flowtime_core.engine.steps import Step


def arrange(context: Context) -> tuple[Component, ...]:
    """Return the components in order of evaluation, or report the cycles that forbid one."""
    steps = context.steps
    home = {key: i for i, step in enumerate(steps) for key in step.writes}
    same_bin = [[home[key] for key in step.reads] for step in steps]
    lagged = [[home[key] for key in (*step.lagged, *step.provisional)] for step in steps]
    cycles = same_bin_cycles(same_bin)
    for cycle in cycles:
        _report_cycle(context, [steps[i] for i in cycle])
    return () if cycles else tuple(_components(context, ordered_components(same_bin, lagged)))


def _components(context: Context, ordered: Sequence[tuple[Sequence[int], bool]]) -> Iterator[Component]:
    for members, loop in ordered:
        steps = tuple(context.steps[i] for i in members)
        if loop:
            _refuse_whole_series(context, steps)
        yield Component(steps=steps, loop=loop)


def _report_cycle(context: Context, cycle: Sequence[Step]) -> None:
    path = " -> ".join(step.label for step in cycle)
    first = cycle[0]
    context.report(
        "same_bin_cycle",
        context.places[first.writes[0]],
        f"series depend on each other within one bin: {path}",
        node_id=first.label,
        hint="read one of them from an earlier bin, as in SHIFT(x, 1)",
    )


def _refuse_whole_series(context: Context, steps: Sequence[Step]) -> None:
    """Report a whole-series function whose argument belongs to its own loop (SEMANTICS 3.4)."""
    inside = {key for step in steps for key in step.writes}
    for step in (step for step in steps if isinstance(step, ExprStep)):
        for key in context.whole_uses.get(step.node_id, ()):
            if key in inside:
                context.report(
                    "whole_series_in_loop",
                    context.places[step.key],
                    f"expression of {step.node_id!r} takes a whole-series function of {key!r}, "
                    "which depends on it through a feedback loop",
                    node_id=step.node_id,
                    hint="use a running function such as CUMSUM, EMA or ROLLING_MEAN",
                )
