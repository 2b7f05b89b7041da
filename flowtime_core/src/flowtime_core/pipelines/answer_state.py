"""From a stored run to the very JSON that every adapter shows."""

from __future__ import annotations

from flowtime_core.codec.state import state_to_plain
from flowtime_core.records.document import Plain
from flowtime_core.records.run import StoredRun
from flowtime_core.state.snapshot import snapshot
from flowtime_core.state.window import window


def answer_state(run: StoredRun, t: int) -> dict[str, Plain]:
    """Return the state of every node at bin ``t``; raises what :func:`snapshot` raises."""
    return state_to_plain(snapshot(run, t))


def answer_window(run: StoredRun, start: int, end: int) -> dict[str, Plain]:
    """Return the state over bins ``start`` to ``end``, both included; raises what :func:`window` raises."""
    return state_to_plain(window(run, start, end))
