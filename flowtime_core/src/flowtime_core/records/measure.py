"""The table of measures: unit and kind of everything a node can have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

if TYPE_CHECKING:
    from flowtime_core.records.series import SeriesKind

ENTITIES_PER_BIN: Final = "entities/bin"
UNSPECIFIED: Final = "unspecified"


@frozen
class Measure:
    """Unit, kind and meaning of a measure."""

    unit: str
    kind: SeriesKind
    meaning: str


MEASURES: Final[dict[str, Measure]] = {
    "arrivals": Measure(ENTITIES_PER_BIN, "flow", "what comes to the node in the bin"),
    "served": Measure(ENTITIES_PER_BIN, "flow", "what the node finished in the bin"),
    "errors": Measure(ENTITIES_PER_BIN, "flow", "what failed; at a queue, what is lost"),
    "loss": Measure(ENTITIES_PER_BIN, "flow", "what leaves a queue unserved; errors unless mapped"),
    "attempts": Measure(ENTITIES_PER_BIN, "flow", "first tries and retries together"),
    "failures": Measure(ENTITIES_PER_BIN, "flow", "attempts that failed"),
    "exhaustedFailures": Measure(ENTITIES_PER_BIN, "flow", "failures with no attempt left"),
    "retryEcho": Measure(ENTITIES_PER_BIN, "flow", "failures that come back later as retries"),
    "queueDepth": Measure("entities", "state", "what waits at the end of the bin"),
    "capacity": Measure(ENTITIES_PER_BIN, "flow", "most one server handles in the bin"),
    "parallelism": Measure("servers", "state", "how many servers work side by side"),
    "externalDemand": Measure(ENTITIES_PER_BIN, "flow", "demand from outside the model"),
    "processingTimeMsSum": Measure("ms/bin", "flow", "sum of service times in the bin"),
    "servedCount": Measure(ENTITIES_PER_BIN, "flow", "how many the processing time sum covers"),
    "overflow": Measure(ENTITIES_PER_BIN, "flow", "what a WIP limit turned away"),
    "unserved": Measure(ENTITIES_PER_BIN, "flow", "what a constraint left unserved at a node without a queue"),
    "demand": Measure(ENTITIES_PER_BIN, "flow", "what the nodes ask of a constraint"),
    "allocated": Measure(ENTITIES_PER_BIN, "flow", "what a constraint grants"),
    "shortfall": Measure(ENTITIES_PER_BIN, "flow", "demand less allocated"),
    "limited": Measure("1", "derived", "1 in bins where a constraint limits, else 0"),
    "flowVolume": Measure(ENTITIES_PER_BIN, "flow", "what an edge carries"),
    "attemptsVolume": Measure(ENTITIES_PER_BIN, "flow", "attempts an edge carries"),
    "failuresVolume": Measure(ENTITIES_PER_BIN, "flow", "failures an edge carries"),
    "retryVolume": Measure(ENTITIES_PER_BIN, "flow", "retries an edge brings back"),
    "inTransit": Measure("entities", "state", "what has left an edge's source and not arrived"),
}

EDGE_MEASURES: Final = ("flowVolume", "attemptsVolume", "failuresVolume", "retryVolume", "inTransit")
"""Measures of an edge; every other measure belongs to a node or a constraint."""

ROLES: Final = (
    "arrivals",
    "served",
    "errors",
    "loss",
    "attempts",
    "failures",
    "exhaustedFailures",
    "retryEcho",
    "queueDepth",
    "capacity",
    "parallelism",
    "externalDemand",
    "processingTimeMsSum",
    "servedCount",
)
"""Roles that map to a series or number, in the order artifacts and states list them."""

NEVER_MAPPED: Final = ("overflow", "unserved")
"""What the engine derives for a node and no model can map."""

OLD_ROLE_SPELLINGS: Final = {"queue": "queueDepth", "external_demand": "externalDemand"}
