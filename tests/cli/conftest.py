"""What every test of the command line may ask for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from click.testing import CliRunner, Result

from flowtime_cli.main import cli
from tests.support.desk import MODEL, write_templates


@frozen
class Shell:
    """A folder with a model, a template and no environment of the developer's."""

    folder: Path

    def __call__(self, *arguments: str, code: int = 0, input: str | None = None) -> Result:  # noqa: A002 - click's word
        """Run a command and check its exit code."""
        result = CliRunner().invoke(cli, arguments, input=input)
        assert result.exit_code == code, result.output
        return result

    def json(self, *arguments: str, code: int = 0) -> Any:  # noqa: ANN401 - whatever a command answers
        """Run a command with --json; standard output is one document."""
        return json.loads(self(*arguments, "--json", code=code).stdout)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Work in an empty folder with a still clock, a terminal of 100 columns and no colours."""
    monkeypatch.chdir(tmp_path)
    for name in ("FLOWTIME_DATA_DIR", "FLOWTIME_TEMPLATES_DIR", "NO_COLOR", "FORCE_COLOR", "FLOWTIME_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1740830400")
    monkeypatch.setenv("COLUMNS", "100")
    write_templates(tmp_path / "templates")
    (tmp_path / "model.yaml").write_text(MODEL, encoding="utf-8")
    return Shell(tmp_path)


@pytest.fixture
def run_id(shell: Shell) -> str:
    """A run of the model."""
    shell("run", "model.yaml", "--run-id", "mine")
    return "mine"


Flip = Callable[[Path], None]


@pytest.fixture
def flip() -> Flip:
    """Change one bit of a file."""

    def change(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    return change
