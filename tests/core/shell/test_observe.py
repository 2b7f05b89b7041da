"""What observers are told about success, early and late failure, and a stop."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from threading import Event as Flag

import pytest
from attrs import define, evolve, field

from flowtime_core.errors import Cancelled, FlowTimeError
from flowtime_core.records.created import CreatedRun
from flowtime_core.records.event import RUN_STARTED, CancelToken, Event
from flowtime_core.records.run import RunRequest, Submission
from flowtime_core.shell.create import create_run
from flowtime_core.shell.disk import Disk
from flowtime_core.shell.observe import JsonLinesFormatter, log_observer, metrics_observer, observers, state_event
from flowtime_core.shell.workspace import Workspace
from tests.support.desk import MODEL, MOMENT, library
from tests.support.patience import Patient
from tests.support.stored_runs import ORDER_SERVICE, stored_run

REQUEST = RunRequest(template_id="desk", parameters={"rate": 4}, deterministic=True)
NAMES = {
    4001: "RunOrchestrationStart",
    4002: "RunOrchestrationValidation",
    4003: "RunOrchestrationEvaluation",
    4004: "RunOrchestrationArtifacts",
    4005: "RunOrchestrationCompleted",
    4500: "RunOrchestrationFailed",
}


@define
class Numbers:
    """Counters and histograms in memory."""

    counted: list[tuple[str, str, str]] = field(factory=list)
    measured: dict[str, float] = field(factory=dict)

    def count(self, name: str, labels: Mapping[str, str]) -> None:
        """Remember a count."""
        self.counted.append((name, labels["templateId"], labels["mode"]))

    def measure(self, name: str, value: float, labels: Mapping[str, str]) -> None:
        """Remember a number."""
        assert set(labels) == {"templateId", "mode"}
        self.measured[name] = value


@define
class Desk:
    """Requests in a folder, and all that was noticed about them."""

    folder: Path
    events: list[Event] = field(factory=list)
    numbers: Numbers = field(factory=Numbers)
    disk: Disk = field(factory=Disk)

    def create(
        self, request: RunRequest, *, cancel: CancelToken | None = None, correlation_id: str = "request-1"
    ) -> CreatedRun:
        """Create a run with a log, counters and a list as observers."""
        return create_run(
            request,
            library=library(self.folder / "templates"),
            workspace=Workspace(self.folder / "data", disk=self.disk),
            created=MOMENT,
            observer=observers(self.events.append, log_observer(), metrics_observer(self.numbers)),
            cancel=cancel,
            correlation_id=correlation_id,
        )

    def fail(self, request: RunRequest, cancel: CancelToken | None = None) -> FlowTimeError:
        """Create a run that cannot be."""
        with pytest.raises(FlowTimeError) as caught:
            self.create(request, cancel=cancel)
        return caught.value


@pytest.fixture
def desk(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Desk:
    """A desk that logs from level info."""
    caplog.set_level(logging.INFO, logger="flowtime")
    return Desk(tmp_path)


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    """The log as JSON lines."""
    return [json.loads(JsonLinesFormatter().format(record)) for record in caplog.records]


def test_a_run_is_told_from_start_to_end(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Six events with the reference's numbers and names, each with request, template and mode; the last two the run."""
    created = desk.create(REQUEST)
    assert created.metadata is not None
    assert [event.kind.number for event in desk.events] == [4001, 4002, 4003, 4003, 4004, 4005]
    log = lines(caplog)
    assert [(line["eventId"], line["event"]) for line in log] == [
        (event.kind.number, NAMES[event.kind.number]) for event in desk.events
    ]
    assert {(line["correlationId"], line["templateId"], line["mode"], line["level"]) for line in log} == {
        ("request-1", "desk", "simulation", "info")
    }
    assert [line.get("runId") for line in log] == [None] * 4 + [created.metadata.run_id] * 2
    assert log[5]["message"] == "simulation run completed"
    assert (log[1]["nodeCount"], log[1]["bins"], log[1]["windowStart"]) == (1, 3, "2025-01-01T00:00:00Z")
    assert "4005 RunOrchestrationCompleted: simulation run completed [runId=run_desk_" in caplog.text


def test_a_run_is_counted_once_and_measured(desk: Desk) -> None:
    """A run that is found again is measured, but was not made."""
    desk.create(REQUEST)
    assert desk.numbers.counted == [("run_created_total", "desk", "simulation")]
    assert set(desk.numbers.measured) == {"simulation_evaluation_duration_ms", "run_duration_ms"}
    whole, part = (desk.numbers.measured[name] for name in ("run_duration_ms", "simulation_evaluation_duration_ms"))
    assert whole >= part > 0
    desk.create(REQUEST)
    assert len(desk.numbers.counted) == 1
    assert desk.events[-1].facts["wasReused"]


def test_a_dry_run_ends_without_being_counted(desk: Desk) -> None:
    """Nothing was made; a dry run that fails did not fail to make anything either."""
    desk.create(evolve(REQUEST, dry_run=True))
    assert [event.kind.number for event in desk.events] == [4001, 4002, 4005]
    desk.fail(evolve(REQUEST, dry_run=True, parameters={}))
    assert desk.events[-1].kind.number == 4500
    assert (desk.numbers.counted, desk.numbers.measured) == ([], {})


@pytest.mark.parametrize(
    ("changes", "code", "template_id"),
    [
        ({"run_id": "../x"}, "invalid_run_id", "desk"),
        ({"template_id": "desks"}, "template_not_found", "desks"),
        ({"parameters": {}}, "invalid_document", "desk"),
        ({"template_id": "", "document": Submission(text="a: ]")}, "syntax_error", ""),
    ],
)
def test_an_early_failure_is_told_and_counted(
    desk: Desk, caplog: pytest.LogCaptureFixture, changes: dict[str, object], code: str, template_id: str
) -> None:
    """Also what fails before there is a run has a request, a mode and, where named, a template."""
    error = desk.fail(evolve(REQUEST, **changes))
    last = lines(caplog)[-1]
    assert [event.kind.number for event in desk.events] == [4001, 4500]
    assert (last["code"], last["level"], last["correlationId"], last["mode"]) == (
        error.code,
        "warning",
        "request-1",
        "simulation",
    )
    assert (error.code, last.get("templateId", "")) == (code, template_id)
    assert desk.numbers.counted == [("run_failed_total", template_id, "simulation")]
    assert desk.numbers.measured["run_duration_ms"] >= 0


def test_a_late_failure_is_told_with_the_id_of_the_run(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """A conflict is found when all is evaluated; it names the run, and the evaluation was measured."""
    desk.create(evolve(REQUEST, run_id="mine"))
    desk.fail(evolve(REQUEST, run_id="mine", parameters={"rate": 5}))
    last = lines(caplog)[-1]
    assert (last["eventId"], last["code"], last["runId"], last["templateId"]) == (4500, "run_exists", "mine", "desk")
    assert desk.numbers.counted[1:] == [("run_failed_total", "desk", "simulation")]


def test_a_disk_that_fails_is_an_error(desk: Desk) -> None:
    """What the caller cannot mend is told at level error."""

    class Full(Disk):
        def create(self, path: Path) -> int:
            raise OSError(28, "no space left on device", str(path))

    desk.disk = Full()
    desk.fail(REQUEST)
    assert (desk.events[-1].level, desk.events[-1].facts["code"]) == ("error", "storage_failed")


def test_a_fault_of_ours_is_told_without_its_text(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ends a request is told, and goes on."""
    monkeypatch.setattr("flowtime_core.shell.create.prepare", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        desk.create(REQUEST)
    assert (desk.events[-1].level, desk.events[-1].message) == ("error", "run failed: ZeroDivisionError")


@pytest.mark.parametrize("stages", range(8))
def test_a_stop_before_any_stage_writes_nothing(desk: Desk, stages: int) -> None:
    """A request that is cancelled fails as such, counted and told, whichever stage comes next."""
    error = desk.fail(REQUEST, cancel=Patient(stages))
    assert isinstance(error, Cancelled)
    assert desk.events[-1].facts["code"] == "cancelled"
    assert desk.numbers.counted == [("run_failed_total", "desk", "simulation")]
    assert not (desk.folder / "data").exists()


def test_a_request_that_is_not_cancelled_goes_through(desk: Desk) -> None:
    """A token that stays quiet changes nothing."""
    assert desk.create(REQUEST, cancel=Flag()).can_replay


def test_a_model_says_itself_what_it_is(desk: Desk) -> None:
    """A document without a template counts as an ad-hoc model, and a request without a number gets one."""
    desk.create(RunRequest(document=Submission(text=MODEL)), correlation_id="")
    assert {event.template_id for event in desk.events[1:]} == {"adhoc-model"}
    assert len({event.correlation_id for event in desk.events}) == 1
    assert len(desk.events[0].correlation_id) == 16


def test_an_observer_that_fails_breaks_nothing(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Its fault is logged; the run is made and the others are told."""

    def fail(event: Event, /) -> None:
        raise ValueError(event.message)

    seen: list[Event] = []
    create_run(
        REQUEST,
        library=library(desk.folder / "templates"),
        workspace=Workspace(desk.folder / "data"),
        created=MOMENT,
        observer=observers(fail, seen.append),
    )
    assert len(seen) == 6
    assert "an observer failed on event 4001" in caplog.text
    line = lines(caplog)[0]
    assert (line["level"], line["logger"]) == ("error", "flowtime")
    assert "ValueError: run requested" in str(line["exception"])


def test_nothing_is_told_unless_asked(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Without an observer nothing is logged or printed."""
    create_run(REQUEST, library=library(desk.folder / "t"), workspace=Workspace(desk.folder / "d"), created=MOMENT)
    assert capsys.readouterr() == ("", "")


def test_a_log_line_stays_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """What a caller sends cannot forge a line."""
    caplog.set_level(logging.INFO, logger="flowtime")
    log_observer()(
        Event(kind=RUN_STARTED, level="info", message="a\nb", correlation_id="c", run_id="x\n4005 done", facts={})
    )
    assert caplog.records[0].getMessage() == (
        r"4001 RunOrchestrationStart: 'a\nb' [runId='x\n4005 done' correlationId=c]"
    )


def test_labels_of_metrics_are_bounded() -> None:
    """Callers choose template ids; only the first 200 become labels."""
    numbers = Numbers()
    observe = metrics_observer(numbers)
    for n in range(202):
        facts = {"totalMs": 1.0}
        observe(
            Event(
                kind=RUN_STARTED,
                level="info",
                message="",
                correlation_id="",
                template_id=f"t{n}",
                mode="m",
                facts=facts,
            )
        )
    assert [label for _, label, _ in numbers.counted[198:]] == ["t198", "t199", "other", "other"]


def test_states_are_told_with_their_bins() -> None:
    """A snapshot names its bin, a window its bins; both the run, its template and mode."""
    run = stored_run(ORDER_SERVICE)
    snapshot, window = state_event(run, 2, correlation_id="c"), state_event(run, 1, 3)
    assert (snapshot.kind.number, snapshot.kind.name) == (3001, "StateSnapshotObservability")
    assert dict(snapshot.facts) == {"totalBins": 4, "binIndex": 2}
    assert (window.kind.number, window.kind.name) == (3002, "StateWindowObservability")
    assert dict(window.facts) == {"totalBins": 4, "startBin": 1, "endBin": 3, "requestedBins": 3}
    assert (snapshot.run_id, snapshot.template_id, snapshot.mode) == (run.run_id, "order-system", "simulation")
