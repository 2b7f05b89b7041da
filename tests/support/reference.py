"""The reference cases: documents and numbers of the engine whose behaviour FlowTime keeps."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT.parent / "shared" / "reference"
REQUIRED = os.environ.get("FLOWTIME_REQUIRE_REFERENCE") == "1"


def reference_files(pattern: str) -> list[object]:
    """The reference files of a pattern as pytest parameters, named by their path below the reference folder.

    A test over them also asks for the `reference` fixture, which skips or fails where the folder is missing.
    """
    files = sorted(path.relative_to(REFERENCE).as_posix() for path in REFERENCE.glob(pattern))
    return [pytest.param(name, id=name) for name in files or ["missing"]]
