"""Requests for runs on the wire."""

from __future__ import annotations

from typing import Any

import pytest

from flowtime_core.codec.json import decode_json, encode_json
from flowtime_core.codec.run_request import parameters_from_document, run_request_from_document
from flowtime_core.errors import DocumentInvalidError
from flowtime_core.records.run import RunRequest


def read(plain: Any) -> RunRequest:  # noqa: ANN401 - whatever a caller sends
    """The request that a JSON document states."""
    return run_request_from_document(decode_json(encode_json(plain), source="request"))


def test_everything_a_request_may_say_is_read() -> None:
    """Null counts as not given."""
    plain = {
        "templateId": " desk ",
        "mode": "Simulation",
        "parameters": {"rate": 4, "shape": None},
        "rng": {"kind": "pcg32", "seed": 7},
        "options": {"deterministicRunId": True, "runId": "mine", "dryRun": True, "overwriteExisting": True},
        "telemetry": None,
    }
    assert read(plain) == RunRequest(
        template_id="desk",
        mode="simulation",
        parameters={"rate": 4},
        seed=7,
        run_id="mine",
        deterministic=True,
        dry_run=True,
        overwrite=True,
    )


def test_without_a_mode_telemetry_is_asked_for() -> None:
    """From a directory, with bindings, or from a run."""
    telemetry = {"captureDirectory": "c", "bindings": {"file": "a.csv"}}
    given = read({"templateId": "desk", "telemetry": telemetry})
    assert (given.mode, given.capture_dir, dict(given.bindings)) == ("telemetry", "c", {"file": "a.csv"})
    assert read({"templateId": "desk", "telemetry": {"sourceRunId": "r"}}).from_run == "r"


@pytest.mark.parametrize(
    ("plain", "pointers"),
    [
        ([], {""}),
        (None, {""}),
        ({"mode": "simulation"}, {""}),
        ({"templateId": "desk"}, {"/telemetry"}),
        ({"templateId": 1, "mode": "fast", "telemetry": {"sourceRunId": "r"}}, {"/templateId", "/mode"}),
        ({"templateId": "a", "mode": "simulation", "parameters": []}, {"/parameters"}),
        ({"templateId": "a", "mode": "simulation", "rng": {"kind": "dice", "seed": 0.5}}, {"/rng/kind", "/rng/seed"}),
        ({"templateId": "a", "mode": "simulation", "options": {"dryRun": 1}}, {"/options/dryRun"}),
        ({"templateId": "a", "telemetry": {"captureDirectory": "c", "bindings": {"x": 1}}}, {"/telemetry/bindings/x"}),
    ],
)
def test_every_mistake_is_told_at_its_place(plain: Any, pointers: set[str]) -> None:  # noqa: ANN401
    """All at once, each with a pointer."""
    with pytest.raises(DocumentInvalidError) as caught:
        read(plain)
    places = {finding.location.pointer for finding in caught.value.findings if finding.location is not None}
    assert pointers <= places


def test_parameters_alone_are_a_mapping() -> None:
    """As the generation of a model takes them."""
    assert parameters_from_document(decode_json('{"a": 1, "b": null}', source="p")) == {"a": 1}
    with pytest.raises(DocumentInvalidError):
        parameters_from_document(decode_json("[]", source="p"))
