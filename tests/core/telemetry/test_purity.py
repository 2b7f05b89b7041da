"""Capturing and verifying touch nothing outside memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from flowtime_core.codec.capture_log import encode_capture_log
from flowtime_core.pipelines.verify import verify_tree
from tests.support.captures import CAPTURED, captured, rules, run_tree

def work():
    made = captured(run_tree(classes=("vip",)), rules("nodes: 'D*', bins: {fraction: 0.5}, action: remove"))
    assert encode_capture_log(made.events, captured=CAPTURED)
    assert verify_tree(made.tree) == ()

work()  # what is imported late is imported now
FORBIDDEN = ("open", "os.", "socket.", "subprocess.", "shutil.", "tempfile.", "sqlite3.", "time.")
seen = []
sys.addaudithook(lambda event, _arguments: seen.append(event) if event.startswith(FORBIDDEN) else None)
work()
calls = list(seen)
open("/dev/null").close()
print(calls, len(seen) > len(calls))
"""


def test_captures_are_pure() -> None:
    """Neither a file nor a socket nor a process is opened, says the interpreter's own audit hook."""
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[] True\n"
