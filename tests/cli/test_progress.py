"""What a terminal shows while work takes long."""

from __future__ import annotations

import io
import threading

import pytest

from flowtime_cli import progress
from flowtime_cli.progress import PATIENCE, STEP, Indicator, shown
from flowtime_core.records.event import RUN_EVALUATION, Event
from tests.cli.conftest import Shell

EVALUATING = Event(kind=RUN_EVALUATION, level="info", message="evaluating", correlation_id="c")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True

    def screen(self) -> str:
        """What is left on its last line."""
        return self.getvalue().rpartition("\r\x1b[K")[2]


class Watch:
    """A clock that only waiting moves; the work is done after some time."""

    def __init__(self, until: float) -> None:
        self.now = 0.0
        self.until = until

    def wait(self, seconds: float) -> bool:
        """Wait, and tell whether the work is done."""
        self.now += seconds
        return self.now > self.until


def _show(seconds: float, *events: Event) -> Terminal:
    terminal, watch = Terminal(), Watch(seconds)
    indicator = Indicator(terminal, "working", lambda: watch.now)
    for event in events:
        indicator.observe(event)
    indicator.turn(watch.wait)
    return terminal


def test_quick_work_shows_nothing() -> None:
    """Not a byte within the first second."""
    assert _show(PATIENCE / 2).getvalue() == ""


def test_long_work_shows_its_stage_and_its_seconds_and_leaves_no_trace() -> None:
    """From the first second on, with a sign that turns; at the end the line is empty."""
    terminal = _show(PATIENCE + 12 * STEP, EVALUATING)
    lines = terminal.getvalue().split("\r\x1b[K")
    assert lines[:4] == ["", "| evaluating, 1 s", "/ evaluating, 1 s", "- evaluating, 1 s"]
    assert "evaluating, 2 s" in lines[-2]
    assert terminal.screen() == ""
    assert "\n" not in terminal.getvalue()


def test_without_events_it_says_what_the_command_does() -> None:
    """Capturing, verifying and the like."""
    assert "| working, 1 s" in _show(PATIENCE + STEP / 2).getvalue()


def test_only_a_terminal_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a file nor a pipe, nor where it is not wanted; and it ends with the block, also a block that fails."""
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    for stream, wanted in ((io.StringIO(), True), (Terminal(), False)):
        monkeypatch.setattr("sys.stderr", stream)
        with shown("working", wanted=wanted) as observe:
            observe(EVALUATING)
        assert stream.getvalue() == ""
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    before = threading.active_count()
    drawn = threading.Event()
    monkeypatch.setattr(terminal, "flush", drawn.set)
    with pytest.raises(ZeroDivisionError), shown("working"):
        assert drawn.wait(20) / 0
    assert threading.active_count() == before
    assert "| working, 0 s" in terminal.getvalue()
    assert terminal.screen() == ""


def test_a_run_shows_it_unless_standard_error_is_wanted_for_else(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Machines get their JSON, and a log on standard error its lines, undisturbed."""
    asked: list[bool] = []
    real = shown

    def spy(stage: str, *, wanted: bool = True) -> object:
        asked.append(wanted)
        return real(stage, wanted=wanted)

    monkeypatch.setattr(progress, "shown", spy)
    for options in ((), ("--json",), ("--log", "-"), ("--log", "log")):
        shell("run", "model.yaml", *options)
    assert asked == [True, False, False, True]
