"""What observers are told about telemetry runs: of a capture that is there, and of a run that is captured first."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path

import pytest
from attrs import define, evolve, field

from flowtime_core.errors import Cancelled, FlowTimeError
from flowtime_core.records.created import CreatedRun
from flowtime_core.records.event import CancelToken, Event
from flowtime_core.records.run import RunRequest
from flowtime_core.shell.create import create_run
from flowtime_core.shell.environment import template_folders
from flowtime_core.shell.library import Library
from flowtime_core.shell.observe import JsonLinesFormatter, log_observer, metrics_observer, observers
from flowtime_core.shell.workspace import Workspace
from tests.support.desk import MOMENT
from tests.support.patience import Patient

CAPTURE = Path(__file__).parents[3] / "golden" / "captures" / "order-system" / "whole" / "capture"
REPLAY = RunRequest(template_id="order-system", mode="telemetry", run_id="replay")
SIMULATION = RunRequest(template_id="order-system", run_id="source")
WAYS = [
    pytest.param(evolve(REPLAY, capture_dir=str(CAPTURE)), id="capture"),
    pytest.param(evolve(REPLAY, from_run="source"), id="capture-first"),
]
FIRST = 4000
EVALUATIONS = {"simulation_evaluation_duration_ms", "run_duration_ms"}


@define
class Desk:
    """Requests in a folder, and all that was told about them."""

    folder: Path
    events: list[Event] = field(factory=list)
    counted: list[tuple[str, str, str]] = field(factory=list)
    measured: set[str] = field(factory=set)

    def count(self, name: str, labels: Mapping[str, str]) -> None:
        """Remember a count."""
        self.counted.append((name, labels["templateId"], labels["mode"]))

    def measure(self, name: str, value: float, labels: Mapping[str, str]) -> None:
        """Remember that a number was told of a telemetry run."""
        assert value >= 0
        assert labels == {"templateId": "order-system", "mode": "telemetry"}
        self.measured.add(name)

    @property
    def numbers(self) -> list[int]:
        """The numbers of the events of the run; a capture on the way to it tells its own."""
        return [event.kind.number for event in self.events if event.kind.number >= FIRST]

    def create(self, request: RunRequest, cancel: CancelToken | None = None) -> CreatedRun:
        """Make a run of a template that ships, watched."""
        watch = observers(self.events.append, metrics_observer(self), log_observer())
        return create_run(
            request,
            library=Library(template_folders()),
            workspace=Workspace(self.folder / "data"),
            created=MOMENT,
            observer=watch,
            cancel=cancel,
            correlation_id="request-1",
        )

    def fail(self, request: RunRequest, cancel: CancelToken | None = None) -> FlowTimeError:
        """Ask for a run that cannot be."""
        with pytest.raises(FlowTimeError) as caught:
            self.create(request, cancel)
        return caught.value


@pytest.fixture
def desk(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Desk:
    """A desk with a run to capture, of which nothing is remembered."""
    caplog.set_level(logging.INFO, logger="flowtime")
    desk = Desk(tmp_path)
    create_run(SIMULATION, library=Library(template_folders()), workspace=Workspace(tmp_path / "data"), created=MOMENT)
    return desk


def told(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Every line of the log has request, run, template and mode."""
    lines = [json.loads(JsonLinesFormatter().format(record)) for record in caplog.records]
    lines = [line for line in lines if line["eventId"] >= FIRST]
    assert [line["eventId"] for line in lines] == desk.numbers
    assert {(line["correlationId"], line["runId"], line["templateId"], line["mode"]) for line in lines} == {
        ("request-1", "replay", "order-system", "telemetry")
    }


@pytest.mark.parametrize("request_", WAYS)
def test_a_replay_is_told_and_counted_as_telemetry(
    desk: Desk, caplog: pytest.LogCaptureFixture, request_: RunRequest
) -> None:
    """The same events as of a simulation with the other mode, each with request, run and template."""
    desk.create(request_)
    assert desk.numbers == [4001, 4002, 4003, 4003, 4004, 4005]
    told(desk, caplog)
    assert desk.counted == [("run_created_total", "order-system", "telemetry")]
    assert desk.measured == EVALUATIONS


@pytest.mark.parametrize(
    "request_",
    [
        evolve(REPLAY, capture_dir="/no/such/capture"),
        evolve(REPLAY, from_run="nobody"),
        evolve(REPLAY, from_run="source", parameters={"nobody": 1}),
    ],
)
def test_a_replay_that_fails_early_is_told_and_counted(
    desk: Desk, caplog: pytest.LogCaptureFixture, request_: RunRequest
) -> None:
    """A capture or a run that is not there counts like any failure."""
    error = desk.fail(request_)
    assert desk.numbers == [4001, 4500]
    assert desk.events[-1].facts["code"] == error.code
    told(desk, caplog)
    assert desk.counted == [("run_failed_total", "order-system", "telemetry")]


@pytest.mark.parametrize("request_", WAYS)
def test_a_replay_that_fails_late_is_told_and_counted(
    desk: Desk, caplog: pytest.LogCaptureFixture, request_: RunRequest
) -> None:
    """The id that a run of other inputs has is found out when all is loaded."""
    desk.create(request_)
    desk.events.clear()
    caplog.clear()
    assert desk.fail(evolve(request_, seed=99)).code == "run_exists"
    assert desk.numbers == [4001, 4002, 4003, 4003, 4004, 4500]
    told(desk, caplog)
    assert desk.counted[1:] == [("run_failed_total", "order-system", "telemetry")]


@pytest.mark.parametrize("request_", WAYS)
@pytest.mark.parametrize(
    ("stages", "numbers"),
    [(0, [4500]), (1, [4001, 4500]), (2, [4001, 4002, 4500]), (3, [4001, 4002, 4003, 4003, 4500])],
)
def test_a_replay_can_be_stopped(
    desk: Desk, caplog: pytest.LogCaptureFixture, request_: RunRequest, stages: int, numbers: list[int]
) -> None:
    """Before any stage: told as cancelled, counted as failed, and nothing is written."""
    assert isinstance(desk.fail(request_, Patient(stages)), Cancelled)
    assert desk.numbers == numbers
    assert desk.events[-1].facts["code"] == "cancelled"
    told(desk, caplog)
    assert desk.counted == [("run_failed_total", "order-system", "telemetry")]
    assert [path.name for path in (desk.folder / "data/runs").iterdir()] == ["source"]
