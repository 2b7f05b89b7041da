"""Runs that are captured and replayed, and what their states say node by node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flowtime_core as ft

if TYPE_CHECKING:
    from pathlib import Path

    from flowtime_core.pipelines.run import Run
    from flowtime_core.records.telemetry import Capture


def replay(run: Run, model: Path | str, gaps: Any = None) -> tuple[Run, Capture]:  # noqa: ANN401 - rules in any form
    """The run of a capture, and the capture."""
    made = ft.capture(run, gaps)
    return ft.bundle(made, model), made


def role_values(run: Run) -> dict[tuple[str, str], list[float]]:
    """Every role of every node over the whole run, as ``/state_window`` shows it."""
    bins = run.model.grid.bins
    found: dict[tuple[str, str], list[float]] = {}
    for node in run.window(0, bins - 1).nodes:
        for role, values in node.metrics.items():
            found[node.id, role] = values.tolist()
    return found


def same(left: float, right: float) -> bool:
    """Bit for bit, undefined equal to undefined."""
    return left == right or (left != left and right != right)  # noqa: PLR0124 - NaN
