"""Time a page of a list at 100,000 indexed runs, and the indexing of 10,000 runs that no index knows yet."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from flowtime_core.records.listing import RunQuery
from flowtime_core.shell.index import RunIndex
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


def fresh(root: Path) -> float:
    """Index 10,000 runs and return the seconds that took."""
    for n in range(FRESH):
        copy_documents(root / "runs", f"run_{n:08}", f"2026-01-01T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z")
    time.sleep(2.5)
    begun = time.perf_counter()
    Workspace(root).list_runs()
    return time.perf_counter() - begun


def many(root: Path) -> RunIndex:
    """Make 100,000 run directories of them and return their index."""
    for n in range(FRESH, MANY):
        copy_documents(root / "runs", f"run_{n:08}", "2026-01-01T00:00:00Z")
    time.sleep(2.5)
    return RunIndex((root, root / "runs"), root / "runs")


def main() -> None:
    """Print both figures and how they stand to what is promised."""
    with tempfile.TemporaryDirectory(prefix="flowtime-bench-") as folder:
        root = Path(folder)
        seconds = fresh(root)
        print(f"indexing {FRESH:,} runs: {seconds:.2f} s, {seconds / INDEXING_SECONDS:.2f} of {INDEXING_SECONDS:.0f} s")
        index = many(root)
        begun = time.perf_counter()
        index.page(RunQuery())
        print(f"indexing {MANY - FRESH:,} more: {time.perf_counter() - begun:.1f} s")
        for name, query in QUERIES.items():
            took = milliseconds(partial(index.page, query))
            print(f"{name}: {took:.1f} ms, {took / PAGE_MS:.2f} of {PAGE_MS:.0f} ms")
        print(f"first page of a process: {milliseconds(lambda: Workspace(root).list_runs(), 5):.0f} ms")
        print(f"index file: {index.path.stat().st_size / 1e6:.0f} MB")
        shutil.rmtree(root / "runs" / "run_00050000")
        print(f"first page after a change: {milliseconds(lambda: index.page(RunQuery()), 1):.0f} ms")


if __name__ == "__main__":
    main()
