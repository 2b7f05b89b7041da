"""`flowtime runs list` with filters, and `flowtime runs delete`."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Shell
from tests.support.desk import NO_TOPOLOGY


def test_filters_and_pages(shell: Shell, run_id: str) -> None:
    """Each option keeps what it names; they add up. Of runs of one second the last one comes first."""
    (shell.folder / "plain.yaml").write_text(NO_TOPOLOGY, encoding="utf-8")
    shell("run", "plain.yaml", "--run-id", "plain")
    shell("run", "--template-id", "desk", "-p", "rate=4", "--run-id", "desk1")

    def listed(*options: str) -> list[str]:
        return [run["runId"] for run in shell.json("runs", "list", *options)["items"]]

    assert listed() == ["desk1", "plain", "mine"]
    assert listed("--template-id", "DESK") == ["desk1"]
    assert listed("--with-warnings") == ["plain"]
    assert listed("--without-warnings", "--search", "MIN") == ["mine"]
    assert listed("--mode", "telemetry") == []
    assert listed("--page", "2", "--page-size", "1") == ["plain"]
    for options, told in (((), "3 runs on 1 page"), (("--page-size", "2"), "3 runs on 2 pages")):
        assert shell("runs", "list", "--page", "99", *options).stdout == f"no runs on page 99: {told}\n"
    one = shell("runs", "list", "--page", "2", "--template-id", "desk").stdout
    assert one == "no runs on page 2: 1 run on 1 page\n"


def test_a_run_is_deleted(shell: Shell, run_id: str) -> None:
    """Without a terminal nobody is asked; a second time there is nothing to delete."""
    assert shell("runs", "delete", run_id).stdout == "deleted data/runs/mine\n"
    assert "error[run_not_found]" in shell("runs", "delete", run_id, code=4).stderr
    assert "error[invalid_run_id]" in shell("runs", "delete", "../mine", code=3).stderr
    assert not (shell.folder / "data/runs/mine").exists()
    assert shell("runs", "list").stdout == "no runs\n"


def test_a_deletion_in_json(shell: Shell, run_id: str) -> None:
    """The answer names the run."""
    assert shell.json("runs", "delete", run_id, "--yes") == {"runId": "mine", "deleted": True}


@pytest.mark.parametrize(("answer", "code", "is_left"), [("y\n", 0, False), ("n\n", 130, True), ("", 130, True)])
def test_a_person_is_asked(
    shell: Shell, run_id: str, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, *, is_left: bool
) -> None:
    """On a terminal the run goes only on a yes; the question is not on standard output."""
    monkeypatch.setattr("flowtime_cli.runs.is_interactive", lambda: True)
    result = shell("runs", "delete", run_id, code=code, input=answer)
    assert "Delete data/runs/mine?" in result.stderr
    assert "Delete" not in result.stdout
    assert (shell.folder / "data/runs/mine").exists() == is_left
