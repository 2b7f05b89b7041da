"""The lazy face: names at once, modules when they are needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import flowtime_core

HEAVY = ("numpy", "ruamel.yaml", "fastjsonschema", "rfc8785", "attrs")


def test_importing_the_library_imports_nothing_else() -> None:
    """`import flowtime_core` alone brings none of the dependencies."""
    code = f"import sys, flowtime_core; sys.exit(any(name in sys.modules for name in {HEAVY!r}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_public_name_is_there_and_listed() -> None:
    """Table, __all__ and dir() agree, and each name is found."""
    names = set(flowtime_core._EXPORTS)
    assert set(flowtime_core.__all__) == names | {"__version__"}
    assert names <= set(dir(flowtime_core))
    assert all(getattr(flowtime_core, name) is not None for name in names)


def test_type_checkers_see_the_same_names() -> None:
    """The names that are imported for type checkers are those of the table."""
    tree = ast.parse(Path(flowtime_core.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.name: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert seen == flowtime_core._EXPORTS


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A misspelt name fails as for any module."""
    with pytest.raises(AttributeError, match="has no attribute 'rum'"):
        _ = flowtime_core.rum  # type: ignore[attr-defined]
