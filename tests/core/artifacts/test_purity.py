"""Rendering and reading runs touches nothing outside memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from flowtime_core.artifacts.bundle import render_run
from flowtime_core.artifacts.stored_run import read_stored_run
from flowtime_core.artifacts.verify import verify_run
from tests.support.runs import evaluated_run

def work():
    tree = render_run(evaluated_run())
    run = read_stored_run(tree)
    assert all(len(run.series[key]) == 4 for key in run.series)
    assert verify_run(tree) == ()

work()  # what is imported late is imported now
FORBIDDEN = ("open", "os.", "socket.", "subprocess.", "shutil.", "tempfile.", "sqlite3.", "time.")
seen = []
sys.addaudithook(lambda event, _arguments: seen.append(event) if event.startswith(FORBIDDEN) else None)
work()
calls = list(seen)
open("/dev/null").close()
print(calls, len(seen) > len(calls))
"""


def test_render_and_read_are_pure() -> None:
    """Neither a file nor a socket nor a process is opened, says the interpreter's own audit hook."""
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[] True\n"
