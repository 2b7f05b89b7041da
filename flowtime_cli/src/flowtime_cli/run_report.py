"""What ``flowtime run`` and ``flowtime runs show`` print for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_cli.render import (
    Screen,
    course_table,
    footer,
    grid_text,
    header_lines,
    node_table,
    series_table,
    warning_lines,
)
from flowtime_core.pipelines.summarise import summarise_nodes, summarise_series

if TYPE_CHECKING:
    from flowtime_core.records.created import CreatedRun, RunPlan
    from flowtime_core.records.run import StoredRun


def created_lines(created: CreatedRun, screen: Screen) -> list[str]:
    """Return a run as a table with its warnings and its place, or the plan of a dry run."""
    if created.plan is not None:
        return [*_plan(created, created.plan), *_spaced(warning_lines(created.warnings, screen))]
    stored = created.stored
    lines = [] if stored is None else [*header_lines(stored, screen), "", *_table(stored, screen)]
    lines += _spaced(warning_lines(created.warnings, screen))
    return [*lines, *_spaced(list(footer(_place(created))))]


def _table(stored: StoredRun, screen: Screen) -> list[str]:
    nodes = summarise_nodes(stored)
    if nodes:
        return [*node_table(nodes, screen), "", *course_table(nodes, stored.model.grid, screen)]
    return series_table(summarise_series(stored), stored.model.grid, screen)


def _place(created: CreatedRun) -> list[tuple[str, str]]:
    stored = created.stored
    if stored is None:
        return []
    reused = "  (reused: a run of equal inputs was there)" if created.was_reused else ""
    return [("run", stored.run_id + reused), ("directory", stored.directory)]


def _plan(created: CreatedRun, plan: RunPlan) -> list[str]:
    parameters = [("", f"{name} = {value}") for name, value in plan.parameters.items()]
    facts = [
        ("template", plan.template_id),
        ("mode", plan.mode),
        ("grid", grid_text(created.grid)),
        ("run", plan.run_id or "a fresh id"),
        ("runs root", plan.output_root),
    ]
    if parameters:
        facts += [("parameters", parameters[0][1]), *parameters[1:]]
    facts += [("capture", plan.capture_directory)] if plan.capture_directory else []
    facts += _measured(plan)
    return ["dry run: nothing was written", "", *footer(facts)]


def _measured(plan: RunPlan) -> list[tuple[str, str]]:
    """Return the files that the run would hold, and which parameters read some of them."""
    files = [f"{file.path}  {file.node} {file.metric}" for file in plan.files]
    bound = [f"{name} = {file}" for name, file in plan.bindings.items()]
    return [*_listed("bindings", bound), *_listed("files", files)]


def _listed(name: str, lines: list[str]) -> list[tuple[str, str]]:
    return [(name if index == 0 else "", line) for index, line in enumerate(lines)]


def _spaced(lines: list[str]) -> list[str]:
    return ["", *lines] if lines else []
