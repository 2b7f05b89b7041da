"""Time a page of a list at 100,000 indexed runs, and the indexing of 10,000 runs that no index knows yet.

Pages are timed while nothing changes, after a change by others and through the workspace, while the index makes sure of
the rest, and in a process that begins.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from flowtime_core.records.listing import RunQuery
from flowtime_core.shell.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "golden" / "examples" / "order-system" / "default" / "run"
FRESH, MANY = 10_000, 100_000
PAGE_MS, INDEXING_SECONDS = 50.0, 10.0
QUERIES = {
    "first page of 50": RunQuery(),
    "first page of 200": RunQuery(page_size=200),
    "last page": RunQuery(page=MANY // 50),
    "of a template": RunQuery(template_id="order-system"),
    "with warnings": RunQuery(has_warnings=True),
    "mode, page 500": RunQuery(mode="simulation", page=500),
    "q that few match": RunQuery(q="_00099999"),
}

FIRST_PAGE = """
import sys, time
from pathlib import Path
from flowtime_core.shell import index
from flowtime_core.shell.workspace import Workspace
begun = time.perf_counter()
Workspace(Path(sys.argv[1])).list_runs()
print((time.perf_counter() - begun) * 1000)
"""
PAGES_UNTIL_SURE = 40


def copy_documents(folder: Path, name: str, moment: str) -> None:
    """Write the documents of the sample run that a list reads, as another run."""
    path = folder / name
    (path / "model" / "telemetry").mkdir(parents=True)
    for document in ("manifest.json", "model/metadata.json", "model/telemetry/telemetry-manifest.json"):
        shutil.copyfile(SAMPLE / document, path / document)
    text = (SAMPLE / "run.json").read_text().replace("2026-01-01T00:00:00Z", moment)
    (path / "run.json").write_text(text)


def milliseconds(work: Callable[[], object], repeats: int = 15) -> float:
    """Return the median time of a call."""
    times: list[float] = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def once(work: Callable[[], object]) -> float:
    """Return the time of one call."""
    return milliseconds(work, 1)


def in_new_process(root: Path) -> float:
    """Return the time of the first page of a process, its imports aside."""
    done = subprocess.run([sys.executable, "-c", FIRST_PAGE, str(root)], check=True, capture_output=True, text=True)
    return float(done.stdout)


def fresh(root: Path) -> float:
    """Index 10,000 runs and return the seconds that took."""
    for n in range(FRESH):
        copy_documents(root / "runs", f"run_{n:08}", f"2026-01-01T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z")
    time.sleep(2.5)
    begun = time.perf_counter()
    Workspace(root).list_runs()
    return time.perf_counter() - begun


def many(root: Path) -> Workspace:
    """Make 100,000 run directories of them, index them and return their workspace."""
    for n in range(FRESH, MANY):
        copy_documents(root / "runs", f"run_{n:08}", "2026-01-01T00:00:00Z")
    time.sleep(2.5)
    workspace = Workspace(root)
    print(f"indexing {MANY - FRESH:,} more: {once(workspace.list_runs) / 1000:.1f} s")
    return workspace


def tell(name: str, took: float) -> None:
    """Print a figure and how it stands to what is promised."""
    print(f"{name}: {took:.1f} ms, {took / PAGE_MS:.2f} of {PAGE_MS:.0f} ms")


def time_changes(root: Path, workspace: Workspace) -> None:
    """Time pages after changes of one run."""
    moments: dict[str, list[float]] = {"by others": [], "through the workspace": []}
    for n in range(10):
        copy_documents(root / "runs", f"new_{n}", "2026-01-02T00:00:00Z")
        moments["by others"].append(once(workspace.list_runs))
        workspace.delete_run(f"new_{n}")
        moments["through the workspace"].append(once(workspace.list_runs))
    for who, times in moments.items():
        tell(f"first page after a change {who}", statistics.median(times))
    tell("first page of a process after a change", in_new_process(root))
    time.sleep(2.5)
    later = [once(workspace.list_runs) for _ in range(PAGES_UNTIL_SURE)]
    tell(f"the {PAGES_UNTIL_SURE} pages that follow, at most", max(later))
    tell("the same, in the middle", statistics.median(later))


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="flowtime-bench-") as folder:
        root = Path(folder)
        seconds = fresh(root)
        print(f"indexing {FRESH:,} runs: {seconds:.2f} s, {seconds / INDEXING_SECONDS:.2f} of {INDEXING_SECONDS:.0f} s")
        workspace = many(root)
        for name, query in QUERIES.items():
            tell(name, milliseconds(partial(workspace.list_runs, query)))
        tell("first page of a process", statistics.median(in_new_process(root) for _ in range(5)))
        time_changes(root, workspace)
        tell("first page of a process after that", statistics.median(in_new_process(root) for _ in range(5)))
        size = sum(path.stat().st_size for path in (root / "runs" / ".index").iterdir())
        print(f"index files: {size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
