"""From a stored run to the very JSON that every adapter shows."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from attrs import evolve

from flowtime_core.analysis.check import state_findings
from flowtime_core.analysis.evidence import evidence_from_run
from flowtime_core.analysis.signals import SIGNAL_ROLES, signals
from flowtime_core.codec.state import state_to_plain
from flowtime_core.records.diagnostic import Diagnostic
from flowtime_core.records.document import Plain
from flowtime_core.records.run import StoredRun
from flowtime_core.records.state import StateWarning, StateWindow
from flowtime_core.records.window_options import WindowOptions
from flowtime_core.state.course import course
from flowtime_core.state.finding import state_warning
from flowtime_core.state.load import load_nodes
from flowtime_core.state.snapshot import snapshot
from flowtime_core.state.window import window

_ALL = WindowOptions()


def answer_state(run: StoredRun, t: int, options: WindowOptions = _ALL) -> dict[str, Plain]:
    """Return the state of every node at bin ``t``; raises what :func:`snapshot` raises."""
    return state_to_plain(snapshot(run, t, options))


def answer_window(run: StoredRun, start: int, end: int, options: WindowOptions = _ALL) -> dict[str, Plain]:
    """Return the state over bins ``start`` to ``end``, both included; raises what :func:`window` raises."""
    return state_to_plain(observe_window(run, start, end, options))


def observe_window(run: StoredRun, start: int, end: int, options: WindowOptions = _ALL) -> StateWindow:
    """Return the state over a window with what is to be said of its nodes, and the signals that its bins give (6.1)."""
    state = window(run, start, end, options)
    told = (*_remarks(run, start, end, options.nodes), *window_signals(run, start, end, options.nodes))
    return evolve(state, warnings=(*state.warnings, *told))


def _remarks(run: StoredRun, start: int, end: int, nodes: Collection[str]) -> Iterator[StateWarning]:
    """Yield what a state tells of some nodes, or of all, beside the warnings of the run, where it concerns the bins."""
    for finding in state_findings(evidence_from_run(run)):
        if nodes and finding.node_id not in nodes:
            continue
        if not finding.bins or any(span.first <= end and span.last >= start for span in finding.bins):
            yield state_warning(finding)


def window_signals(run: StoredRun, start: int, end: int, nodes: Collection[str] = ()) -> tuple[StateWarning, ...]:
    """Return the signals of some nodes, or of all, over bins ``start`` to ``end``, both included (SEMANTICS 6.1)."""
    return tuple(
        _signal(finding)
        for data in load_nodes(run)
        if not nodes or data.node.id in nodes
        for finding in signals(
            data.node,
            {role: values[start : end + 1] for role, values in course(data).values.items()},
            bin_ms=run.model.grid.bin_ms,
            first=start,
        )
    )


def _signal(finding: Diagnostic) -> StateWarning:
    return evolve(state_warning(finding), signal=SIGNAL_ROLES[finding.code])
