"""Where data and templates lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowtime_core.errors import NotFoundError
from flowtime_core.shell.environment import SHIPPED_TEMPLATES, data_root, template_folders


def test_data_root_order() -> None:
    """The environment wins over the setting, the setting over ./data; blank is unset (contract section 1)."""
    assert data_root(Path("set"), {"FLOWTIME_DATA_DIR": "env"}) == Path("env")
    assert data_root(Path("set"), {"FLOWTIME_DATA_DIR": " "}) == Path("set")
    assert data_root(None, {}) == Path("data")


def test_template_folders_order(tmp_path: Path) -> None:
    """Setting, environment, ./templates, shipped templates, each once (contract section 1)."""
    shipped = (Path("templates"), SHIPPED_TEMPLATES)
    environ = {"FLOWTIME_TEMPLATES_DIR": "env"}
    assert template_folders(tmp_path, environ) == (tmp_path, Path("env"), *shipped)
    assert template_folders(None, {"FLOWTIME_TEMPLATES_DIR": "templates"}) == shipped
    assert template_folders(None, {"FLOWTIME_TEMPLATES_DIR": ""}) == shipped


def test_named_template_folder_must_exist(tmp_path: Path) -> None:
    """A misspelt setting is an error, not an empty library."""
    with pytest.raises(NotFoundError, match="absent"):
        template_folders(tmp_path / "absent", {})
