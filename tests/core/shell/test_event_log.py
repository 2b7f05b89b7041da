"""The events of a command in a file."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path

import pytest

from flowtime_core.errors import InputError, StorageError
from flowtime_core.records.event import RUN_FAILED, RUN_STARTED, Event
from flowtime_core.shell.event_log import event_log, run_log

STARTED = Event(kind=RUN_STARTED, level="info", message="run requested", correlation_id="c-1", run_id="mine")


def _lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _start_and_fail(path: Path, error: InputError) -> None:
    with run_log(path) as observe:
        observe(STARTED)
        raise error


def test_events_are_lines_of_a_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The folder is made, an older file replaced, and no other log hears of them."""
    path = tmp_path / "logs/run.log"
    for _ in range(2):
        with caplog.at_level(logging.INFO), event_log(path) as observe:
            observe(STARTED)
    (line,) = _lines(path)
    assert line["timestamp"]
    assert {key: line[key] for key in ("eventId", "event", "level", "logger", "runId", "correlationId")} == {
        "eventId": 4001,
        "event": "RunOrchestrationStart",
        "level": "info",
        "logger": "flowtime",
        "runId": "mine",
        "correlationId": "c-1",
    }
    assert caplog.records == []


def test_an_error_before_any_event_of_a_run_is_its_failure(tmp_path: Path) -> None:
    """It has its code; what comes after events has been told by who made them, and other work fails in silence."""
    path = tmp_path / "run.log"
    early = InputError("there is no such thing", code="not_found")
    with pytest.raises(InputError), run_log(path):
        raise early
    (line,) = _lines(path)
    assert (line["eventId"], line["code"], line["level"]) == (RUN_FAILED.number, "not_found", "warning")
    with pytest.raises(InputError):
        _start_and_fail(path, early)
    assert [line["eventId"] for line in _lines(path)] == [RUN_STARTED.number]
    with pytest.raises(InputError), event_log(path):
        raise early
    assert _lines(path) == []


def test_a_stream_is_left_open() -> None:
    """It belongs to the caller."""
    stream = io.StringIO()
    with event_log(stream) as observe:
        observe(STARTED)
    assert json.loads(stream.getvalue())["message"] == "run requested"


def test_a_file_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """Before any work is done."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError), event_log(tmp_path / "file/run.log"):
        pytest.fail("the work has begun")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_log_that_cannot_be_written_is_told_when_the_work_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    """It stops nothing before, and nobody sees a traceback."""
    done: list[int] = []
    with pytest.raises(StorageError, match="could not be written"):
        _work(Path("/dev/full"), done)
    assert done == [1]
    assert capsys.readouterr().err == ""


def _work(log: Path, done: list[int]) -> None:
    with event_log(log) as observe:
        observe(STARTED)
        done.append(1)
