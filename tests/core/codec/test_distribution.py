"""Distributions and profiles on the wire (SEMANTICS 2.3, 2.4)."""

from __future__ import annotations

import pytest

from flowtime_core.records.distribution import BuiltinProfile, Distribution, InlineProfile, Profile
from flowtime_core.records.model import PmfNode
from tests.support.documents import faults_of, model_of

TWO = "pmf: {values: [1, 2], probabilities: [0.5, 0.5]}"


def pmf_node(rest: str) -> PmfNode:
    """The pmf node that a text describes."""
    (node,) = model_of(f"nodes: [{{id: p, kind: pmf, {rest}}}]").nodes
    assert isinstance(node, PmfNode)
    return node


@pytest.mark.parametrize("text", [TWO, "pmf: {'1': 0.5, ' 2.0 ': 0.5}"])
def test_shapes(text: str) -> None:
    """A pmf is two lists or, as of old, a map from value to probability, in declaration order (SEMANTICS 2.3)."""
    assert pmf_node(text).distribution == Distribution(values=(1, 2), probabilities=(0.5, 0.5))


@pytest.mark.parametrize(
    ("pmf", "faults"),
    [
        ("{values: [1, 2], probabilities: [1]}", ["has 2 values and 1 probabilities, expected as many"]),
        ("{values: [], probabilities: []}", ["has no values"]),
        ("{}", ["has no values"]),
        ("{values: [1, 1.0], probabilities: [1, 1]}", ["has the value 1 twice"]),
        ("{values: [1, 2], probabilities: [1, -0.5]}", ["has the negative probability -0.5"]),
        ("{values: [1, 2], probabilities: [0, 0]}", ["has probabilities with the sum 0.0, expected a sum above 0"]),
        (
            "{values: [1, 2], probabilities: [1.0e+308, 1.0e+308]}",
            ["has probabilities with the sum inf, expected a sum above 0"],
        ),
        ("{values: [1]}", ["has no probabilities"]),
        ("{probabilities: [1]}", ["has no values"]),
        ("{x: 1}", ["has the key 'x', expected a number"]),
    ],
)
def test_pmf_faults(pmf: str, faults: list[str]) -> None:
    """A pmf has as many distinct values as probabilities, none negative, with a finite sum above 0 (SEMANTICS 2.3)."""
    found = faults_of(f"nodes: [{{id: p, kind: pmf, pmf: {pmf}}}]")
    assert [fault.partition(": ")[2] for fault in found] == [f"the pmf of node 'p' {fault}" for fault in faults]
    assert all(fault.startswith("invalid_pmf /nodes/0/pmf") for fault in found)


def test_pmf_types() -> None:
    """A pmf that is absent, no mapping or holds no numbers says so (SEMANTICS 2.3)."""
    example = "(pmf: {values: [80, 120], probabilities: [0.5, 0.5]})"
    assert faults_of("nodes: [{id: p, kind: pmf}]") == [f"invalid_pmf /nodes/0: node 'p' has no pmf {example}"]
    assert faults_of("nodes: [{id: p, kind: pmf, pmf: 5}]") == [
        f"invalid_pmf /nodes/0/pmf: pmf of node 'p' is the number 5, expected a mapping {example}"
    ]
    assert faults_of("nodes: [{id: p, kind: pmf, pmf: {'1': x}}]") == [
        "invalid_pmf /nodes/0/pmf/1: the probability of 1 in the pmf of node 'p' is not a finite number"
    ]
    assert faults_of("nodes: [{id: p, kind: pmf, pmf: {values: [x], probabilities: [1]}}]") == [
        "invalid_pmf /nodes/0/pmf/values/0: values[0] of the pmf of node 'p' is the text 'x', expected a finite number"
    ]


@pytest.mark.parametrize(
    ("text", "profile"),
    [
        ("{kind: builtin, name: three-shift}", BuiltinProfile(name="three-shift")),
        ("{name: hub-rush-hour, alignment: Clock}", BuiltinProfile(name="hub-rush-hour", alignment="clock")),
        ("{kind: inline, weights: [1, 2, 0]}", InlineProfile(weights=(1, 2, 0))),
        ("{weights: [1, 1, 1]}", InlineProfile(weights=(1, 1, 1))),
        ("null", None),
    ],
)
def test_profiles(text: str, profile: Profile | None) -> None:
    """A profile is builtin or inline, and the kind may be left out (SEMANTICS 2.4)."""
    assert pmf_node(f"{TWO}, profile: {text}").profile == profile


@pytest.mark.parametrize(
    ("profile", "fault"),
    [
        (
            "{name: three-shft}",
            (
                "invalid_profile /nodes/0/profile/name: the profile of node 'p' has the name "
                "'three-shft', expected one of "
                "weekday-office, three-shift, hub-rush-hour (did you mean 'three-shift')"
            ),
        ),
        (
            "{weights: [1, 2]}",
            "series_length /nodes/0/profile/weights: the profile of node 'p' has 2 weights, expected one per bin: 3",
        ),
        (
            "{weights: [1, 2, -1]}",
            (
                "invalid_profile /nodes/0/profile/weights: weights of the profile of node 'p' must not "
                "be negative, and their "
                "mean must be above 0"
            ),
        ),
        (
            "{weights: [0, 0, 0]}",
            (
                "invalid_profile /nodes/0/profile/weights: weights of the profile of node 'p' must not "
                "be negative, and their "
                "mean must be above 0"
            ),
        ),
        ("{kind: inline}", "invalid_profile /nodes/0/profile: the profile of node 'p' has no weights"),
    ],
)
def test_profile_faults(profile: str, fault: str) -> None:
    """Builtin names are known; inline weights are one per bin, none negative, not all 0 (SEMANTICS 2.4)."""
    assert faults_of(f"nodes: [{{id: p, kind: pmf, {TWO}, profile: {profile}}}]") == [fault]


def test_clock_needs_start() -> None:
    """A profile aligned to the clock needs a start of the grid (SEMANTICS 2.4)."""
    node = f"{{id: p, kind: pmf, {TWO}, profile: {{name: three-shift, alignment: clock}}}}"
    assert faults_of("grid: {bins: 3, binSize: 1, binUnit: hours}", f"nodes: [{node}]") == [
        (
            "invalid_profile /nodes/0/profile/alignment: the profile of node 'p' is aligned to the "
            "clock, but the grid has no "
            "start (give grid.start)"
        )
    ]


def test_profile_without_grid() -> None:
    """Where the grid cannot be read, weights and alignment are not judged by it."""
    node = f"{{id: p, kind: pmf, {TWO}, profile: {{weights: [1]}}}}"
    assert len(faults_of("grid: {}", f"nodes: [{node}]")) == 3
