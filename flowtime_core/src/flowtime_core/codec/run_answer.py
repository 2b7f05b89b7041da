"""What older clients read in the answer to a model that was sent to be run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.codec.created import created_to_plain
from flowtime_core.codec.number import json_value
from flowtime_core.records.ids import SeriesId

if TYPE_CHECKING:
    from flowtime_core.records.created import CreatedRun
    from flowtime_core.records.document import Plain
    from flowtime_core.records.run import StoredRun


def run_answer_to_plain(created: CreatedRun) -> dict[str, Plain]:
    """Return the description of a run, and with it the values of its declared series by node id."""
    plain = created_to_plain(created)
    return plain if created.stored is None else plain | _values(created.stored)


def _values(stored: StoredRun) -> dict[str, Plain]:
    values: dict[str, Plain] = {
        node.id: [json_value(x) for x in stored.series[series_id].values.tolist()]
        for node in stored.model.nodes
        if (series_id := SeriesId.of_node(node.id).text) in stored.series
    }
    return {
        "runId": stored.run_id,
        "artifactsPath": stored.directory,
        "modelHash": stored.scenario_hash,
        "order": list(values),
        "series": values,
    }
