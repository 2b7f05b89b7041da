"""Run mutmut on a copy of the core and its tests, laid out as mutmut wants it: the source in `src`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAGE = ROOT / "build" / "mutation"
COPIED = {
    "flowtime_core/src": "src",
    "tests": "tests",
    "golden": "golden",
    "examples": "examples",
    "schemas": "schemas",
}


def lay_out() -> None:
    """Copy what the core tests read; what mutmut learnt last night stays."""
    for source, target in COPIED.items():
        shutil.rmtree(STAGE / target, ignore_errors=True)
        if (ROOT / source).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / source, STAGE / target, ignore=ignored)
        else:
            (STAGE / target).mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", STAGE)


def main(names: list[str]) -> int:
    """Run the mutants, or those that the names match, and list the survivors."""
    lay_out()
    few_examples = os.environ | {"HYPOTHESIS_PROFILE": "mutants"}
    ran = subprocess.run([sys.executable, "-m", "mutmut", "run", *names], cwd=STAGE, check=False, env=few_examples)
    subprocess.run([sys.executable, "-m", "mutmut", "results"], cwd=STAGE, check=False)
    return ran.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
