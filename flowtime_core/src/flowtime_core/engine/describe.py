"""A plan as text that a person can follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    from collections.abc import Iterator

    from flowtime_core.engine.plan import Component, Plan
    from flowtime_core.engine.steps import Step
    from flowtime_core.records.grid import Grid


def describe_plan(plan: Plan) -> str:
    """Return one line per step in order of evaluation, loops indented under a line of their own."""
    lines = [_describe_grid(plan.model.grid), ""]
    width = 2 + max((len(step.label) for component in plan.components for step in component.steps), default=0)
    number = 0
    for component in plan.components:
        lines.extend(_describe_component(component, number, width))
        number += len(component.steps)
    lines += ["", f"{len(plan.series)} series computed, {len(plan.written)} written"]
    return "\n".join(lines) + "\n"


def _describe_grid(grid: Grid) -> str:
    unit = grid.bin_unit[:-1] if grid.bin_size == 1 else grid.bin_unit
    start = grid.bin_start(0)
    since = "" if start is None else f" from {start:%Y-%m-%dT%H:%M:%SZ}"
    return f"{grid.bins} bins of {grid.bin_size} {unit}{since}"


def _describe_component(component: Component, before: int, width: int) -> Iterator[str]:
    indent = ""
    if component.loop:
        yield "     feedback loop, bin by bin:"
        indent = "  "
    for i, step in enumerate(component.steps, before + 1):
        kind, text = _describe_step(step)
        yield f"{i:4} {indent + step.label:<{width}}  {kind:<6}  {text}".rstrip()


def _describe_step(step: Step) -> tuple[str, str]:
    match step:
        case GivenStep(origin=origin, note=note):
            return origin, note
        case ExprStep(text=text, lagged=lagged):
            earlier = f"   [earlier bins of {', '.join(lagged)}]" if lagged else ""
            return "expr", text + earlier
        case SinkStep(arrivals=arrivals, errors=errors):
            lost = "" if errors is None else f" less {errors}"
            return "sink", f"takes {arrivals}{lost}"
        case QueueStep():
            return "queue", _describe_queue(step)
        case _:
            return _describe_flow(step)


def _describe_flow(
    step: RouterStep | SumStep | AttemptsStep | EchoStep | AllocationStep | CapStep | EdgeStep | RetryVolumeStep,
) -> tuple[str, str]:
    match step:
        case RouterStep():
            return "router", f"splits {step.input} over {', '.join(_describe_routes(step))}"
        case SumStep(parts=parts):
            return "sum", " + ".join(parts)
        case AllocationStep(asks=asks, capacity=capacity):
            wanted = ", ".join(ask or "nothing" for ask in asks)
            return "share", f"{capacity or 'no limit'} among {wanted}"
        case CapStep(source=source, grants=grants):
            return "cap", f"{source} by {', '.join(grants)}"
        case EdgeStep():
            return "edge", _describe_edge(step)
        case _:
            return "retry", _describe_retry(step)


def _describe_routes(step: RouterStep) -> Iterator[str]:
    for target, weight, classes in zip(step.targets, step.weights, step.classes, strict=True):
        shares = [*classes, *([f"{weight:g}"] if weight > 0.0 else [])]
        yield f"{target} ({', '.join(shares)})"


def _describe_retry(step: AttemptsStep | EchoStep | RetryVolumeStep) -> str:
    match step:
        case AttemptsStep(failures=failures, max_attempts=most):
            return f"splits {failures} by attempt, at most {most} => {', '.join(step.writes)}"
        case EchoStep(failures=failures, kernel=kernel):
            return f"{failures} again, spread as {', '.join(f'{tap:g}' for tap in kernel)}"
        case RetryVolumeStep(echo=echo, flows=flows):
            return f"splits {echo} by {', '.join(flows)}"


def _describe_edge(step: EdgeStep) -> str:
    share = "" if step.weight == step.total else f" x {step.weight:g}/{step.total:g}"
    factor = "" if step.multiplier == 1.0 else f" x {step.multiplier:g}"
    later = f", {step.lag} bins later" if step.lag else ""
    return f"{step.source}{share}{factor}{later}"


def _describe_queue(step: QueueStep) -> str:
    servers = "" if step.parallelism is None else f" x {step.parallelism}"
    parts = [f"in {step.arrivals or 'nothing'}"]
    parts += [f"+ {key}" for key in step.overflow_from]
    if step.derived:
        parts.append(f"-> serves up to {step.outflow}{servers}")
    else:
        parts.append(f"-> releases {step.outflow or 'nothing'}")
    if step.loss is not None:
        parts.append(f"loses {step.loss}")
    if step.grants:
        parts.append(f"under {' and '.join(step.grants)}")
    if step.dispatch is not None:
        cap = "" if step.dispatch_cap is None else f", at most {step.dispatch_cap}"
        parts.append(f"every {step.dispatch.period_bins} bins from {step.dispatch.phase_offset}{cap}")
    limit = step.wip_series if step.wip_limit is None else f"{step.wip_limit:g}"
    if limit is not None:
        parts.append(f"holds up to {limit}")
    if step.initial:
        parts.append(f"begins with {step.initial:g}")
    return f"{', '.join(parts)}   => {', '.join(step.writes)}"
