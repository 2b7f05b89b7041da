"""What the making of runs, captures and states tells an observer: numbered, named events with facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, Protocol

from attrs import frozen

from flowtime_core.errors import Cancelled
from flowtime_core.records.empty import EMPTY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowtime_core.records.document import Plain

Level = Literal["info", "warning", "error"]


@frozen
class EventKind:
    """A number and a name that never change, and how serious such an event is unless it says otherwise."""

    number: int
    name: str
    level: Level = "info"


CAPTURE_STARTED: Final = EventKind(2001, "TelemetryCaptureStart")
CAPTURE_FILE: Final = EventKind(2002, "TelemetryCaptureFile")
CAPTURE_COMPLETED: Final = EventKind(2003, "TelemetryCaptureCompleted")
CAPTURE_WARNING: Final = EventKind(2004, "TelemetryCaptureWarning", "warning")
STATE_SNAPSHOT: Final = EventKind(3001, "StateSnapshotObservability")
STATE_WINDOW: Final = EventKind(3002, "StateWindowObservability")
RUN_STARTED: Final = EventKind(4001, "RunOrchestrationStart")
RUN_VALIDATED: Final = EventKind(4002, "RunOrchestrationValidation")
RUN_EVALUATION: Final = EventKind(4003, "RunOrchestrationEvaluation")
RUN_ARTIFACTS: Final = EventKind(4004, "RunOrchestrationArtifacts")
RUN_COMPLETED: Final = EventKind(4005, "RunOrchestrationCompleted")
RUN_FAILED: Final = EventKind(4500, "RunOrchestrationFailed", "error")

EVALUATION_MS: Final = "evaluationMs"
"""Fact of the second RUN_EVALUATION: how long evaluating or loading took [ms]."""
TOTAL_MS: Final = "totalMs"
"""Fact of RUN_COMPLETED and RUN_FAILED: how long the request took [ms]."""


@frozen(kw_only=True)
class Event:
    """Something that happened.

    Attributes
    ----------
    message : str
        One line for people.
    correlation_id : str
        What joins the events of one request, also before its run has an id.
    run_id : str
        Empty as long as there is none.
    mode : str
        ``simulation`` or ``telemetry``.
    facts : mapping
        What else is known, by the names of the wire.
    """

    kind: EventKind
    level: Level
    message: str
    correlation_id: str
    run_id: str = ""
    template_id: str = ""
    mode: str = ""
    facts: Mapping[str, Plain] = EMPTY


class Observer(Protocol):
    """Whoever wants to know: a log, a counter, a progress bar."""

    def __call__(self, event: Event, /) -> None:
        """Take notice."""


class CancelToken(Protocol):
    """Whether the caller wants to stop; a ``threading.Event`` is one."""

    def is_set(self) -> bool:
        """Tell whether to stop."""
        ...


def heed(cancel: CancelToken | None) -> None:
    """Stop where the caller wants to.

    Raises
    ------
    Cancelled
        The token is set.
    """
    if cancel is not None and cancel.is_set():
        raise Cancelled("the caller asked to stop")
