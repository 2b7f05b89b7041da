"""`flowtime export`."""

from __future__ import annotations

import pytest

from flowtime_core.artifacts.export import FORMATS
from tests.cli.conftest import Shell

HEAD = "time_bin,component_id,measure,class,value\n2025-01-01T00:00:00Z,"


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_lies_in_the_run_and_leaves_it_intact(shell: Shell, run_id: str, form: str) -> None:
    """It goes to aggregates, again if asked again, and the run still verifies."""
    path = shell.folder / "data/runs/mine/aggregates" / f"export.{form}"
    for _ in range(2):
        assert shell("export", run_id, "--format", form).stdout == f"wrote data/runs/mine/aggregates/export.{form}\n"
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    shell("verify", run_id)


def test_an_export_goes_where_it_is_told(shell: Shell, run_id: str) -> None:
    """To standard output, or to a file; the run is named by id or directory."""
    printed = shell("export", run_id, "-o", "-").stdout
    assert printed.startswith(HEAD)
    assert shell.json("export", "data/runs/mine", "-o", "out/table.csv") == {
        "format": "csv",
        "path": "out/table.csv",
        "bytes": len(printed),
    }
    assert (shell.folder / "out/table.csv").read_text() == printed
    assert not (shell.folder / "data/runs/mine/aggregates").exists()


def test_exports_that_cannot_be(shell: Shell, run_id: str) -> None:
    """Exit codes as everywhere; a link out of the run is not followed."""
    assert "error[usage]" in shell("export", run_id, "--format", "xls", code=2).stderr
    assert "error[run_not_found]" in shell("export", "other", code=4).stderr
    (shell.folder / "elsewhere").mkdir()
    (shell.folder / "data/runs/mine/aggregates").symlink_to(shell.folder / "elsewhere")
    assert "is a link" in shell("export", run_id, code=6).stderr
    assert not any((shell.folder / "elsewhere").iterdir())
