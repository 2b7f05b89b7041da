"""`--log`: what a command does, as JSON lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Shell
from tests.support.desk import MODEL


def _log(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    "command",
    [
        ("run", "model.yaml"),
        ("telemetry", "run", "model.yaml", "--capture-dir", "measured"),
        ("telemetry", "bundle", "--model", "model.yaml", "--capture-dir", "measured"),
    ],
)
def test_a_log_tells_every_step_as_json_lines(shell: Shell, command: tuple[str, ...]) -> None:
    """From the request to its end, joined by one id; standard output is what it is without a log."""
    shell("run", "model.yaml", "--run-id", "mine")
    shell("telemetry", "capture", "--run", "mine", "--output", "measured")
    plain = shell(*command, "--deterministic-run-id", "--dry-run").stdout
    assert shell(*command, "--deterministic-run-id", "--dry-run", "--log", "logs/a.log").stdout == plain
    shell(*command, "--run-id", "logged", "--log", "logs/a.log")
    lines = _log(shell.folder / "logs/a.log")
    assert [line["eventId"] for line in lines] == [4001, 4002, 4003, 4003, 4004, 4005]
    assert len({line["correlationId"] for line in lines}) == 1
    assert lines[-1]["runId"] == "logged"


@pytest.mark.parametrize(
    ("model", "code", "told"),
    [
        ("nowhere.yaml", 4, [(4500, "not_found")]),
        ("broken.yaml", 3, [(4001, None), (4002, None), (4003, None), (4500, "invalid_document")]),
    ],
)
def test_a_log_is_made_also_when_the_run_fails(
    shell: Shell, model: str, code: int, told: list[tuple[int, str | None]]
) -> None:
    """However early: its last line says why."""
    (shell.folder / "broken.yaml").write_text(MODEL.replace("MIN(demand, 15)", "MIN(nobody, 15)"), encoding="utf-8")
    shell("run", model, "--log", "a.log", code=code)
    assert [(line["eventId"], line.get("code")) for line in _log(shell.folder / "a.log")] == told


def test_a_log_may_go_to_standard_error(shell: Shell) -> None:
    """Standard output carries data only."""
    done = shell("run", "model.yaml", "--run-id", "mine", "--json", "--log", "-")
    assert json.loads(done.stdout)["metadata"]["runId"] == "mine"
    assert [json.loads(line)["eventId"] for line in done.stderr.splitlines()] == [4001, 4002, 4003, 4003, 4004, 4005]
    assert not (shell.folder / "-").exists()
    measured = shell("telemetry", "capture", "--run", "mine", "--output", "measured", "--log", "-")
    told = [json.loads(line)["eventId"] for line in measured.stderr.splitlines()]
    assert (told[0], set(told[1:-1]), told[-1]) == (2001, {2002}, 2003)
    assert not (shell.folder / "-").exists()


def test_gaps_may_come_from_standard_input(shell: Shell) -> None:
    """As other documents do; a fault names it."""
    shell("run", "model.yaml", "--run-id", "mine")
    arguments = ("telemetry", "capture", "--run", "mine", "--dry-run", "--gaps", "-")
    assert "data_gap" in shell(*arguments, input="rules: [{bins: [1], action: remove}]").stdout
    assert "<stdin>" in shell(*arguments, input="rules: [{bins: [1], action: vanish}]", code=3).stderr
