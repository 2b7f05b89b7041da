"""Laws of the invariants: a correct evaluation trips none, and one wrong number trips those that guard it (6.2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from flowtime_core.analysis.check import run_findings, state_findings
from flowtime_core.analysis.evidence import Evidence, Flow, evidence_from_run, evidence_from_table
from flowtime_core.artifacts.bundle import render_run
from flowtime_core.artifacts.stored_run import read_stored_run
from flowtime_core.pipelines.evaluate import evaluate_run
from flowtime_core.pipelines.prepare import Prepared
from flowtime_core.records.diagnostic import Diagnostic
from flowtime_core.records.document import Document
from flowtime_core.records.model import Model
from tests.support.examples import examples
from tests.support.models import NUMBERS, Numbers, models
from tests.support.networks import networks
from tests.support.tables import bins_of, run

ALWAYS: Final = {
    "queue_depth_mismatch",
    "edge_flow_mismatch_outgoing",
    "edge_class_mismatch",
    "edge_class_partial_coverage",
    "router_class_leakage",
    "router_missing_class_route",
    "class_totals_mismatch",
}
"""What the engine guarantees whatever its inputs are."""


def check(evidence: Evidence) -> tuple[Diagnostic, ...]:
    """Everything that is told of a run and of its state."""
    return (*run_findings(evidence), *state_findings(evidence))


@examples(100)
@given(networks())
def test_a_correct_network_trips_no_invariant(model: Model) -> None:
    """6.2: queues, schedules, limits, cascades, constraints, lags, routers, retries and classes: remarks at most."""
    found = check(evidence_from_table(run(model)))
    assert [str(finding) for finding in found if finding.severity != "info"] == []


@pytest.mark.parametrize("numbers", NUMBERS)
def test_what_the_engine_computes_it_computes_consistently(numbers: Numbers) -> None:
    """6.2: whatever goes in, negative, huge or undefined, depths and shares follow from their flows."""

    @examples(100)
    @given(models(numbers=numbers))
    def law(model: Model) -> None:
        found = check(evidence_from_table(run(model)))
        assert [str(finding) for finding in found if finding.code in ALWAYS] == []

    law()


def perturbed(evidence: Evidence, name: str, t: int, by: float) -> Evidence:
    """The same evidence with one number of one series changed."""
    flow = evidence.flows[name]
    values = flow.values.copy()
    values[t] += by
    return evolve(evidence, flows={**evidence.flows, name: Flow(values=values, classes=flow.classes)})


GUARDS: Final = {
    "queueDepth": "queue_depth_mismatch",
    "flowVolume": "edge_flow_mismatch_outgoing",
    "on_": "router_class_leakage",
}
"""The code that guards series whose name begins so."""


@examples(100)
@given(networks(), st.data())
def test_one_wrong_number_is_told(model: Model, data: st.DataObject) -> None:
    """6.2: a depth, what an edge carries or what a router sends, off by 1 in one bin: that very bin is told."""
    evidence = evidence_from_table(run(model))
    guarded = [name for name in sorted(evidence.flows) if name.startswith(tuple(GUARDS))]
    if not guarded:
        return
    name = data.draw(st.sampled_from(guarded))
    t = data.draw(st.integers(0, model.grid.bins - 1))
    wrong = perturbed(evidence, name, t, data.draw(st.sampled_from((1.0, -1.0, 1e6))))
    code = next(code for start, code in GUARDS.items() if name.startswith(start))
    told = [finding for finding in check(wrong) if finding.code == code]
    assert any(t in bins_of(finding) for finding in told)


@examples(30)
@given(networks())
def test_a_stored_run_is_judged_like_the_fresh_one(model: Model) -> None:
    """6.2: what the directory of a run holds is enough to judge it."""
    prepared = Prepared(model=model, document=Document(source="model", plain=None))
    evaluated = evaluate_run(prepared, {}, created=datetime(2026, 1, 1, tzinfo=UTC), run_id="law")
    stored = run_findings(evidence_from_run(read_stored_run(render_run(evaluated))))
    assert {str(finding) for finding in stored} == {
        str(finding) for finding in run_findings(evidence_from_table(run(model)))
    }
