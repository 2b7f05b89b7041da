"""Retries: attempts add up, and what limits them is at hand (SEMANTICS 4.8, 6.1)."""

from __future__ import annotations

import pytest

from flowtime_core.analysis.retries import SERIES_MISSING, check_attempts, check_exhaustion, check_retry_series
from flowtime_core.records.topology import Semantics, SeriesBinding, TopologyNode
from tests.support.evidence import evidence, place, told

NAN = float("nan")
LIMITED = TopologyNode(id="Desk", semantics=Semantics(max_attempts=3))


def test_limited_attempts_need_their_exhausted_failures() -> None:
    """6.1: maxAttempts is set and the run holds no exhaustedFailures."""
    found = check_exhaustion(evidence(LIMITED, place("Door"), flows={}))
    assert [(f.code, f.node_id) for f in found] == [("missing_exhausted_failures_series", "Desk")]
    assert check_exhaustion(evidence(LIMITED, flows={"Desk.exhaustedFailures": [0]})) == ()


@pytest.mark.parametrize(("role", "code"), SERIES_MISSING.items())
def test_a_mapped_role_without_values_is_told(role: str, code: str) -> None:
    """6.1: not at hand, or known in no bin; one known bin is enough, and what is not mapped is not missed."""
    mapped = TopologyNode(id="Desk", semantics=Semantics(bindings={role: SeriesBinding(name="x")}))
    assert [f.code for f in check_retry_series(evidence(mapped, flows={}))] == [code]
    assert [f.code for f in check_retry_series(evidence(mapped, flows={f"Desk.{role}": [NAN, NAN]}))] == [code]
    assert check_retry_series(evidence(mapped, flows={f"Desk.{role}": [NAN, 1]})) == ()
    assert check_retry_series(evidence(place(), flows={})) == ()


@pytest.mark.parametrize("failed", ["failures", "errors"])
def test_attempts_are_what_was_served_and_what_failed(failed: str) -> None:
    """6.1: 10 = 7 + 3; 11 and 12 attempts are 1 and 2 too many."""
    flows = {"Desk.attempts": [10, 11, 12, 10 + 0.9e-6], "Desk.served": [7] * 4, f"Desk.{failed}": [3] * 4}
    found = check_attempts(evidence(place(), flows=flows))
    assert told(found) == [("attempts_conservation_mismatch", "Desk", "1-2", 2.0, 3.0)]


def test_failures_come_before_errors_and_a_constraint_leaves_some_unserved() -> None:
    """6.1: 12 = 7 + 3 failures + 2 unserved; 5 errors are something else."""
    flows = {"attempts": [12], "served": [7], "failures": [3], "errors": [5], "unserved": [2]}
    assert check_attempts(evidence(place(), flows={f"Desk.{role}": x for role, x in flows.items()})) == ()


@pytest.mark.parametrize("missing", ["attempts", "served", "failures"])
def test_attempts_are_not_judged_without_their_parts(missing: str) -> None:
    """6.1: a role is neither mapped nor derived."""
    flows = {"Desk.attempts": [99], "Desk.served": [1], "Desk.failures": [1]}
    del flows[f"Desk.{missing}"]
    assert check_attempts(evidence(place(), flows=flows)) == ()


@pytest.mark.parametrize("kind", ["queue", "service"])
def test_an_attempt_at_a_queue_may_end_later(kind: str) -> None:
    """6.2: 9 attempts wait while 1 is served and none fails."""
    flows = {"Desk.attempts": [10], "Desk.served": [1], "Desk.failures": [0], "Desk.queueDepth": [9]}
    assert check_attempts(evidence(place(kind=kind), flows=flows)) == ()
