"""The answer to a request for a capture (CONTRACT 6)."""

from __future__ import annotations

import json
from typing import Any

from attrs import evolve

from flowtime_core.codec.capture_answer import capture_to_plain
from flowtime_core.records.telemetry import CreatedCapture
from tests.support.captures import captured, rules, run_tree

MADE = captured(run_tree(classes=("vip",)), rules("nodes: Door, bins: [1, 2], action: nan, reason: probe"))


def test_answer() -> None:
    """It says what was made, from which run, what is wrong with it, and which bins of each file the rules changed."""
    plain: Any = capture_to_plain(CreatedCapture(capture=MADE, directory="out"))
    capture = plain["capture"]
    assert (plain["isDryRun"], capture["generated"], capture["alreadyExists"]) == (False, True, False)
    assert (capture["directory"], capture["generatedAtUtc"]) == ("out", "2026-01-01T00:00:00Z")
    assert (capture["supportsClassMetrics"], capture["classes"]) == (True, ["vip"])
    assert capture["manifest"] == json.loads(MADE.tree["manifest.json"])
    assert capture["warningCount"] == len(capture["warnings"]) == 1
    file = next(one for one in capture["files"] if one["path"] == "Door_arrivals_vip.csv")
    assert (file["seriesId"], file["metric"], file["rows"]) == ("demand@DEMAND@vip", "Arrivals", 12)
    assert file["gaps"] == [{"rule": 1, "action": "nan", "reason": "probe", "binRanges": [[1, 2]]}]


def test_without_a_time() -> None:
    """A manifest without a time of capture says so, and a dry run has generated nothing."""
    manifest = evolve(MADE.manifest, provenance=evolve(MADE.manifest.provenance, captured=None))
    made = CreatedCapture(capture=evolve(MADE, manifest=manifest), directory="out", is_dry_run=True)
    plain: Any = capture_to_plain(made)
    assert (plain["isDryRun"], plain["capture"]["generated"], plain["capture"]["generatedAtUtc"]) == (True, False, None)
