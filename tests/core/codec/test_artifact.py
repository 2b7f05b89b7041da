"""Runs as sets of files on the wire."""

from __future__ import annotations

from flowtime_core.codec.artifact import artifact_to_plain, artifacts_to_plain
from flowtime_core.records.artifact import Artifact
from flowtime_core.records.listing import RunListing
from tests.support.desk import MOMENT


def test_an_artifact_says_what_the_web_ui_shows() -> None:
    """Title, time, tags, files and size."""
    run = RunListing(run_id="r", template_id="desk", template_title="Desk", created=MOMENT, input_hash="sha256:1")
    plain = artifact_to_plain(Artifact(run=run, files=("run.json",), total_size=3))
    assert plain == {
        "id": "r",
        "type": "run",
        "title": "Desk",
        "created": "2025-03-01T12:00:00Z",
        "lastModified": "2025-03-01T12:00:00Z",
        "tags": ["run", "simulation", "desk"],
        "metadata": {"templateId": "desk", "inputHash": "sha256:1"},
        "files": ["run.json"],
        "totalSize": 3,
    }


def test_what_is_unknown_is_absent() -> None:
    """A run of an older writer has no time; a page counts what it shows and what there is."""
    plain = artifacts_to_plain([Artifact(run=RunListing(run_id="r"), files=(), total_size=0)], 7)
    assert (plain["total"], plain["count"]) == (7, 1)
    assert plain["artifacts"] == [
        {
            "id": "r",
            "type": "run",
            "title": "r",
            "tags": ["run", "simulation"],
            "metadata": {},
            "files": [],
            "totalSize": 0,
        }
    ]
