"""Every shipped template replayed from its own capture, whole and with gaps: documents and answers are golden."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

import flowtime_core as ft
from flowtime_core.codec.json import decode_json, encode_json
from flowtime_core.codec.schema import schema_findings
from flowtime_core.codec.state import state_to_plain
from flowtime_core.records.measure import ROLES
from tests.support.golden import Golden
from tests.support.reference import ROOT
from tests.support.replay import replay, role_values, same

TEMPLATES = sorted(path.stem for path in (ROOT / "flowtime_core/src/flowtime_core/templates").glob("*.yaml"))
GAPS = ROOT / "examples/gaps"
SCHEMAS = {
    "run.json": "run",
    "manifest.json": "manifest",
    "series/index.json": "series-index",
    "model/telemetry/telemetry-manifest.json": "telemetry-manifest",
}


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that stands still, and no templates but those that ship."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    monkeypatch.delenv("FLOWTIME_TEMPLATES_DIR", raising=False)


def rules(template: str, gaps: str) -> Path | None:
    """The gap file of a template, or none."""
    return GAPS / f"{template}.yaml" if gaps == "gaps" else None


@pytest.mark.parametrize("gaps", ["whole", "gaps"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_bundle_gives_its_golden_files(template: str, gaps: str, golden: Golden) -> None:
    """Documents, a state and a window are as they were and fit the schemas; the manifest hashes every other file."""
    replayed, _ = replay(ft.run(template), template, rules(template, gaps))
    documents = {path: data for path, data in replayed.tree.items() if not path.endswith(".csv")}
    for path, schema in SCHEMAS.items():
        assert schema_findings(schema, decode_json(documents[path], source=path)) == ()
    answers = {
        "state.json": encode_json(state_to_plain(replayed.state(12))),
        "window.json": encode_json(state_to_plain(replayed.window(8, 19))),
    }
    for name, data in answers.items():
        assert schema_findings("time-travel-state", decode_json(data, source=name)) == ()
    golden.check(f"bundles/{template}/{gaps}", {**{f"run/{path}": data for path, data in documents.items()}, **answers})


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_whole_capture_replays_bit_for_bit(template: str) -> None:
    """Every role that a model can map has the values of the run that was captured, and the series keep their names."""
    run = ft.run(template)
    replayed, made = replay(run, template)
    values = role_values(replayed)
    for place, expected in role_values(run).items():
        if place[1] in ROLES:
            assert all(map(same, values[place], expected)), place
    assert replayed.warnings == ()
    captured = {plan.binding.series_id for plan in made.plan}
    kept = captured & set(replayed.series)
    assert len(kept) >= len(captured) * 0.5
    assert all(run.tree[f"series/{name}.csv"] == replayed.tree[f"series/{name}.csv"] for name in kept)


@pytest.mark.parametrize("template", TEMPLATES)
def test_with_gaps_exactly_the_bins_of_the_warnings_differ(template: str) -> None:
    """A bin that is gone or NaN is null, a bin set to 0 is 0, every other bin is as it was; all warnings arrive."""
    run = ft.run(template)
    replayed, made = replay(run, template, GAPS / f"{template}.yaml")
    expected = role_values(run)
    for warning in made.warnings:
        for t in (t for span in warning.bins for t in range(span.first, span.last + 1)):
            place = (str(warning.node), str(warning.metric))
            expected[place][t] = 0.0 if warning.code == "zero_fill" else math.nan
    values = role_values(replayed)
    differ = [
        (place, t)
        for place, wanted in expected.items()
        if place[1] in ROLES
        for t, value in enumerate(wanted)
        if not same(value, values[place][t])
    ]
    assert differ == []
    said = [warning.as_diagnostic() for warning in made.warnings]
    assert list(replayed.warnings)[: len(said)] == said
    at_odds = [warning.code for warning in replayed.warnings][len(said) :]
    assert set(at_odds) <= {"queue_depth_mismatch", "served_exceeds_arrivals"}, "what a 0 in the wrong place breaks"
    codes = [*(warning.code for warning in said), *at_odds]
    document = json.loads(replayed.tree["run.json"])
    assert [entry["code"] for entry in document["warnings"]] == codes
    state = replayed.state(0)
    assert [warning.code for warning in state.warnings] == codes
    at_nodes = {(node.id, warning.code) for node in state.nodes for warning in node.telemetry.warnings}
    assert {(warning.node_id, warning.code) for warning in said if warning.node_id} <= at_nodes
