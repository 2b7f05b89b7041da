"""How long a capture takes beside the run it captures, and how much memory: 288 bins, 50 nodes, every metric.

    python bench/capture.py [rounds]

The run is what `flowtime run` does without the disk: read, compile, evaluate and render. The evaluation of the already
compiled model is printed beside it. A capture in the process of the run knows its model; that of a directory reads it
again. The targets are those of the requirements: a capture takes no longer than the run, and peaks under 250 MB.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime

import flowtime_core as ft
from flowtime_core.codec.gap_configuration import decode_gap_configuration
from flowtime_core.pipelines.plan_capture import plan_capture
from flowtime_core.records.document import Plain
from flowtime_core.records.file_tree import FileTree
from flowtime_core.records.telemetry import Capture

BINS = 288
NODES = 50
ROUNDS = 15
CAPTURED = datetime(2026, 1, 1, tzinfo=UTC)
GAPS = "seed: 7\nrules:\n- {bins: {fraction: 0.05}, action: remove}\n- {bins: {every: 24}, action: nan}\n"
TARGET_RATIO = 1.0
TARGET_MB = 250


def series(node: int) -> list[Plain]:
    """The series of one node: each metric has its own."""
    source = f"paid_{node - 1}" if node else "demand"
    expressions = {
        f"in_{node}": f"{source} * 1.01",
        f"cap_{node}": f"90 + MOD({source}, 7) / 3",
        f"outside_{node}": f"{source} * 0.01",
        f"tries_{node}": f"in_{node} + SHIFT(again_{node}, 1)",
        f"failed_{node}": f"tries_{node} * 0.07",
        f"again_{node}": f"failed_{node} * 0.6",
        f"lost_{node}": f"failed_{node} * 0.4",
        f"out_{node}": f"MIN(tries_{node} - failed_{node}, cap_{node})",
        f"paid_{node}": f"MAX(out_{node}, 1)",
        f"work_{node}": f"tries_{node} * 401.5",
    }
    return [{"id": name, "kind": "expr", "expr": text} for name, text in expressions.items()]


def node(number: int) -> dict[str, Plain]:
    """A topology node that maps every metric."""
    roles = {
        "arrivals": "in",
        "served": "out",
        "errors": "lost",
        "attempts": "tries",
        "failures": "failed",
        "exhaustedFailures": "lost",
        "retryEcho": "again",
        "capacity": "cap",
        "externalDemand": "outside",
        "processingTimeMsSum": "work",
        "servedCount": "tries",
    }
    semantics: dict[str, Plain] = {role: f"{name}_{number}" for role, name in roles.items()}
    return {"id": f"Node{number}", "kind": "serviceWithBuffer", "semantics": {**semantics, "queueDepth": "self"}}


def model() -> dict[str, Plain]:
    """The model as plain values."""
    demand: Plain = {"id": "demand", "kind": "const", "values": [60 + (t * 37 % 101) / 3 for t in range(BINS)]}
    return {
        "schemaVersion": 1,
        "grid": {"bins": BINS, "binSize": 5, "binUnit": "minutes", "start": "2025-01-01T00:00:00Z"},
        "topology": {"nodes": [node(number) for number in range(NODES)]},
        "nodes": [demand, *(one for number in range(NODES) for one in series(number))],
    }


def median_of(work: Callable[[], object], rounds: int) -> float:
    """The median time of some rounds, after one that counts for nothing [s]."""
    work()
    times: list[float] = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def peak_of(tree: FileTree, capture: Callable[[FileTree], Capture]) -> float:
    """The most memory that a capture holds at once, the run it reads included [MB]."""
    tracemalloc.start()
    capture({path: bytes(bytearray(data)) for path, data in tree.items()})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def main() -> int:
    """Measure, print, and fail where a target is missed."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    plain = model()
    plan = ft.validate(plain).require()
    made_run = ft.run(plain)
    tree, stored = made_run.tree, made_run.stored
    gaps = decode_gap_configuration(GAPS, source="gaps")
    evaluation = median_of(lambda: ft.simulate(plan), rounds)
    run = median_of(lambda: ft.run(plain), max(3, rounds // 3))
    bare = median_of(lambda: plan_capture(tree, captured=CAPTURED, run=stored), rounds)
    reread = median_of(lambda: plan_capture(tree, captured=CAPTURED), rounds)
    gapped = median_of(lambda: plan_capture(tree, captured=CAPTURED, gaps=gaps, run=stored), rounds)
    made = plan_capture(tree, captured=CAPTURED)
    peak = peak_of(tree, lambda files: plan_capture(files, captured=CAPTURED, gaps=gaps))
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{NODES} nodes x {BINS} bins, {len(made.plan)} files, medians of {rounds} rounds in one process")
    print(f"run: read, compile, evaluate, render   {run * 1e3:8.1f} ms")
    print(f"evaluation of the compiled model       {evaluation * 1e3:8.1f} ms")
    for name, time_taken in (
        ("capture of the run in memory", bare),
        ("capture of the run's directory", reread),
        ("capture with gaps in every file", gapped),
    ):
        ratios = f"{time_taken / evaluation:.2f} of the evaluation, {time_taken / run:.2f} of the run"
        print(f"{name:37}  {time_taken * 1e3:8.1f} ms   {ratios}")
    print(f"peak memory of a capture               {peak:8.1f} MB   process {resident:.0f} MB")
    return int(reread > TARGET_RATIO * run or max(peak, resident) > TARGET_MB)


if __name__ == "__main__":
    sys.exit(main())
