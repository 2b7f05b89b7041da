"""A small model and a small template with a queue, and where tests keep them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from flowtime_core.shell.library import Library

MOMENT: Final = datetime(2025, 3, 1, 12, tzinfo=UTC)

MODEL: Final = """\
schemaVersion: 1
grid: {bins: 4, binSize: 15, binUnit: minutes, start: 2025-01-01T00:00:00Z}
topology:
  nodes:
    - id: Desk
      kind: queue
      semantics: {arrivals: demand, queueDepth: self, capacity: staff}
      initialCondition: {queueDepth: 2}
    - id: Exit
      kind: sink
      semantics: {arrivals: Desk.served}
  edges:
    - {id: leave, from: Desk, to: Exit}
nodes:
  - {id: demand, kind: const, values: [10, 20, 30, 20]}
  - {id: staff, kind: expr, expr: "MIN(demand, 15)"}
  - {id: size, kind: pmf, pmf: {values: [1, 2], probabilities: [0.5, 0.5]}}
  - {id: smooth, kind: expr, expr: "SHIFT(demand, 1) + size"}
outputs:
  - series: "*"
"""

TEMPLATE: Final = """\
metadata: {id: desk, title: Desk, version: 1.0.0}
window: {start: 2025-01-01T00:00:00Z, timezone: UTC}
parameters:
  - {name: bins, type: integer, default: 3, min: 2, max: 24}
  - {name: rate, type: number, required: true, min: 0}
  - {name: shape, type: string, default: flat, enum: [flat, peak]}
  - {name: demand, type: array, default: [5, 6, 7], items: {type: number}}
grid: {bins: "${bins}", binSize: 1, binUnit: hours}
topology:
  nodes:
    - id: Desk
      kind: queue
      semantics: {arrivals: calls, queueDepth: self, capacity: staff}
nodes:
  - {id: calls, kind: const, values: "${demand}"}
  - {id: staff, kind: expr, expr: "${rate} * 1", metadata: {shape: "${shape}"}}
outputs:
  - series: "*"
"""

NO_TOPOLOGY: Final = """\
schemaVersion: 1
grid: {bins: 2, binSize: 1, binUnit: hours}
nodes:
  - {id: a, kind: const, values: [0, 2]}
  - {id: b, kind: expr, expr: "1 / a"}
outputs:
  - series: "*"
"""


def write_templates(folder: Path) -> Path:
    """Write the template into a folder and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "desk.yaml").write_text(TEMPLATE, encoding="utf-8")
    return folder


def library(folder: Path) -> Library:
    """A library that holds the template."""
    return Library((write_templates(folder),))
