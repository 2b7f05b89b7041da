"""What HTTP and the command line add to the making of a run: order-system, written to disk, median of several.

    python bench/service.py [rounds]

The library call is `create_run`. HTTP is a POST to a server process over one connection. The command line is measured
in a process that has imported everything, as the target leaves out the start of the interpreter; the whole process is
printed beside it. The target for both is twice the library call.
"""

from __future__ import annotations

import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
from click.testing import CliRunner

from flowtime_cli.main import cli
from flowtime_core.records.run import RunRequest
from flowtime_core.shell.clock import now
from flowtime_core.shell.create import create_run
from flowtime_core.shell.environment import template_folders
from flowtime_core.shell.library import Library
from flowtime_core.shell.workspace import Workspace

ROUNDS = 15
TARGET = 2.0
TEMPLATE = "order-system"


def median_ms(action: Callable[[], object], rounds: int) -> float:
    """Median time of an action, after one that warms up."""
    action()
    times: list[float] = []
    for _ in range(rounds):
        begun = time.perf_counter()
        action()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def library_ms(folder: Path, rounds: int) -> float:
    """The function itself."""
    library, workspace = Library(template_folders()), Workspace(folder)
    request = RunRequest(template_id=TEMPLATE)
    return median_ms(lambda: create_run(request, library=library, workspace=workspace, created=now()), rounds)


def http_ms(folder: Path, rounds: int) -> float:
    """A server process, asked over one connection."""
    command = [sys.executable, "-m", "flowtime_cli", "serve", "--port", "0", "--quiet", "--data-dir", str(folder)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        line = "" if process.stderr is None else process.stderr.readline()
        found = re.search(r"http://\S+", line)
        if found is None:
            message = f"no server: {line}"
            raise SystemExit(message)
        body = {"templateId": TEMPLATE, "mode": "simulation"}
        try:
            with httpx2.Client(base_url=found[0], timeout=60) as client:
                return median_ms(lambda: client.post("/v1/runs", json=body).raise_for_status(), rounds)
        finally:
            os.kill(process.pid, signal.SIGTERM)


def command_ms(folder: Path, rounds: int) -> float:
    """The command, in this process."""
    arguments = ["run", "--template-id", TEMPLATE, "--data-dir", str(folder), "--json"]
    return median_ms(lambda: CliRunner().invoke(cli, arguments, catch_exceptions=False), rounds)


def process_ms(folder: Path, rounds: int) -> float:
    """The command as a process, the start of Python and all."""
    command = [
        sys.executable,
        "-m",
        "flowtime_cli",
        "run",
        "--template-id",
        TEMPLATE,
        "--data-dir",
        str(folder),
        "--json",
    ]
    return median_ms(lambda: subprocess.run(command, check=True, capture_output=True), max(3, rounds // 5))


def main() -> None:
    """Print the figures."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as folder:
        library = library_ms(Path(folder) / "library", rounds)
        sides = {
            "HTTP": http_ms(Path(folder) / "http", rounds),
            "command line": command_ms(Path(folder) / "cli", rounds),
        }
        whole = process_ms(Path(folder) / "process", rounds)
    print(f"library call             {library:8.1f} ms")
    for name, taken in sides.items():
        verdict = "good" if taken <= TARGET * library else "OVER"
        print(f"{name:24} {taken:8.1f} ms   {taken / library:.2f} times   target {TARGET:g}   {verdict}")
    print(f"command line, whole      {whole:8.1f} ms   with the start of Python")


if __name__ == "__main__":
    main()
