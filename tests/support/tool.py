"""Programs that some tests need beside Python."""

from __future__ import annotations

import os
import shutil

import pytest


def require_tool(name: str) -> str:
    """Return the path of a program; without it the test is skipped, or fails where FLOWTIME_REQUIRE_TOOLS is 1."""
    path = shutil.which(name)
    if path is None and os.environ.get("FLOWTIME_REQUIRE_TOOLS") == "1":
        pytest.fail(f"{name} is not installed, and FLOWTIME_REQUIRE_TOOLS says that it has to be")
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path
