"""Edges in states (SEMANTICS 4.9): as stored, else as the engine would compute them; classes, rates, filters."""

from __future__ import annotations

import math

import numpy as np
import pytest
from attrs import evolve

from flowtime_core.records.diagnostic import BinRange, Diagnostic
from flowtime_core.records.edge_state import EdgeWindow
from flowtime_core.records.window_options import WindowOptions
from flowtime_core.state.facts import edge_quality
from flowtime_core.state.snapshot import snapshot
from flowtime_core.state.window import window
from tests.support.stored_runs import Node, edge, stored_run, with_classes, with_edges, with_series

NAN = math.nan
A = Node(
    id="A",
    roles={
        "arrivals": [10, 10, 10, 10],
        "served": [8, 4, 0, 8],
        "attempts": [10, 5, 0, 10],
        "failures": [1, 2, 0, 5],
    },
)
B = Node(id="B", kind="sink", roles={"arrivals": [1, 1, 1, 1], "served": [1, 1, 1, 1]})
RUN = stored_run(A, B)


def _edge(way: str, step: int = 1, **fields: object) -> EdgeWindow:
    return window(with_edges(RUN, edge(way, **fields)), 0, 3, WindowOptions(step=step)).edges[0]


def test_a_stored_edge_is_shown_as_it_is() -> None:
    """What the engine published is not computed again."""
    run = with_edges(RUN, edge("A->B", id="ab"))
    run = with_series(run, totals={"edge_ab_flowVolume@EDGE_AB_FLOWVOLUME": [1, 2, 3, 4]})
    [shown] = window(run, 1, 2).edges
    assert (shown.edge.id, {name: values.tolist() for name, values in shown.volumes.items()}) == (
        "ab",
        {"flowVolume": [2, 3]},
    )
    assert snapshot(run, 3).edges[0].volumes == {"flowVolume": 4}


def test_flow_is_shared_by_weight() -> None:
    """SEMANTICS 4.9: 8 served over weights 3 and 1 of one type: 6 and 2; an effort edge shares on its own."""
    run = with_edges(
        RUN, edge("A->B", id="x", weight=3.0), edge("A->B", id="y"), edge("A->B", id="z", type="effort", multiplier=2.0)
    )
    shown = {one.edge.id: one.volumes["flowVolume"].tolist() for one in window(run, 0, 3).edges}
    assert shown == {"x": [6, 3, 0, 6], "y": [2, 1, 0, 2], "z": [16, 8, 0, 16]}


def test_a_lag_delays_and_keeps_in_transit() -> None:
    """SEMANTICS 4.9: lag 2: nothing arrives in bins 0 and 1, then 8 and 4; 8, 12, 4, 8 are under way."""
    shown = _edge("A->B", lag=2).volumes
    assert shown["flowVolume"].tolist() == [0, 0, 8, 4]
    assert shown["inTransit"].tolist() == [8, 12, 4, 8]


def test_an_edge_that_carries_attempts_has_a_retry_rate() -> None:
    """SEMANTICS 4.9: failures/attempts of the source, 1/10, 2/5, null at 0, 5/10, lagged as the edge."""
    shown = _edge("A->B", measure="attempts", multiplier=2.0).volumes
    assert shown["attemptsVolume"].tolist() == [20, 10, 0, 20]
    np.testing.assert_array_equal(shown["retryRate"], [0.1, 0.4, NAN, 0.5])
    np.testing.assert_array_equal(_edge("A->B", measure="load", lag=1).volumes["retryRate"], [NAN, 0.1, 0.4, NAN])


def test_a_retry_rate_over_a_step_is_that_of_its_sums() -> None:
    """CONTRACT 6: 3 of 15 in bins 0-1, 5 of 10 in bins 2-3."""
    assert _edge("A->B", step=2, measure="attempts").volumes["retryRate"].tolist() == [0.2, 0.5]


def test_failures_go_over_edges_that_measure_them() -> None:
    """SEMANTICS 4.9: each failure as often as the multiplier says; errors stand in where the node maps them."""
    assert _edge("A:failures->B", multiplier=0.5).volumes.keys() == {"failuresVolume"}
    assert _edge("A:failures->B", multiplier=0.5).volumes["failuresVolume"].tolist() == [0.5, 1, 0, 2.5]


def test_a_missing_role_gives_no_series_and_no_edge() -> None:
    """SEMANTICS 4.9: A has no errors, so the edge carries nothing that could be shown."""
    assert window(with_edges(RUN, edge("A->B", measure="errors")), 0, 3).edges == ()


def test_without_failures_there_is_no_rate() -> None:
    """SEMANTICS 4.9: an edge whose source does not say how many attempts failed carries its attempts only."""
    source = evolve(A, roles={name: A.roles[name] for name in ("arrivals", "served", "attempts")})
    run = with_edges(stored_run(source, B), edge("A->B", measure="attempts"))
    assert window(run, 0, 3).edges[0].volumes.keys() == {"attemptsVolume"}


CLASSED = with_series(
    with_classes(with_edges(RUN, edge("A->B", id="ab"), edge("A->B", id="other")), "gold", "free"),
    totals={"edge_ab_flowVolume@EDGE_AB_FLOWVOLUME": [8, 4, 0, 8]},
    gold={"edge_ab_flowVolume@EDGE_AB_FLOWVOLUME": [6, 1, 0, 8]},
)


def test_classes_of_an_edge_are_shown_where_stored() -> None:
    """SEMANTICS 4.10: gold is 6, 1, 0, 8 of the flow; a class that never flows is absent."""
    [first, second] = window(CLASSED, 0, 3).edges
    assert first.by_class["gold"]["flowVolume"].tolist() == [6, 1, 0, 8]
    assert first.by_class.keys() == {"gold"}
    assert second.by_class == {}
    assert snapshot(CLASSED, 0).edges[0].by_class == {"gold": {"flowVolume": 6.0}}


def test_options_name_edges_metrics_and_classes() -> None:
    """REF 11: edge ids, edge metrics and class ids choose; an edge without the metric is left out."""
    assert [one.edge.id for one in window(CLASSED, 0, 3, WindowOptions(edges=("other",))).edges] == ["other"]
    assert window(CLASSED, 0, 3, WindowOptions(edge_metrics=("inTransit",))).edges == ()
    assert window(CLASSED, 0, 3, WindowOptions(classes=("free",))).edges[0].by_class == {}


@pytest.mark.parametrize(
    ("classes", "tables", "quality"),
    [
        ((), {}, "missing"),
        ((), {"totals": {"edge_ab_flowVolume@EDGE_AB_FLOWVOLUME": [1, 1, 1, 1]}}, "exact"),
        (("gold",), {"totals": {"edge_ab_flowVolume@EDGE_AB_FLOWVOLUME": [1, 1, 1, 1]}}, "approx"),
        (
            ("gold",),
            {
                "totals": {"edge_ab_flowVolume@EDGE_AB_FLOWVOLUME": [1, 1, 1, 1]},
                "gold": {"A_arrivals@A_ARRIVALS": [1, 1, 1, 1]},
            },
            "partialClass",
        ),
        (
            ("gold",),
            {
                "totals": {"edge_ab_flowVolume@EDGE_AB_FLOWVOLUME": [1, 1, 1, 1]},
                "gold": {"edge_ab_flowVolume@EDGE_AB_FLOWVOLUME": [1, 1, 1, 1], "A_served@A_SERVED": [1, 1, 1, 1]},
            },
            "exact",
        ),
        (
            ("gold",),
            {
                "totals": {
                    "edge_ab_flowVolume@EDGE_AB_FLOWVOLUME": [1, 1, 1, 1],
                    "edge_ba_flowVolume@EDGE_BA_FLOWVOLUME": [1, 1, 1, 1],
                },
                "gold": {"edge_ab_flowVolume@EDGE_AB_FLOWVOLUME": [1, 1, 1, 1], "B_served@B_SERVED": [1, 1, 1, 1]},
            },
            "partialClass",
        ),
    ],
)
def test_edge_quality_says_how_well_edges_tell_classes(
    classes: tuple[str, ...], tables: dict[str, dict[str, list[float]]], quality: str
) -> None:
    """REF 4.2.3: nothing stored, no classes declared, none on edges, those of every source that has them, or not."""
    run = with_edges(RUN, edge("A->B", id="ab"), edge("B->A", id="ba"))
    assert edge_quality(with_series(with_classes(run, *classes), **tables)) == quality


def test_findings_about_edges_stand_with_the_edges() -> None:
    """A recorded warning that names edges is told for each of them, and not again for the run."""
    finding = Diagnostic(code="run_warning", message="mind", edge_ids=("ab", "ba"), bins=(BinRange(1, 2),))
    run = evolve(RUN, warnings=(finding, Diagnostic(code="run_warning", message="all"), evolve(finding, message="too")))
    for answer in (snapshot(run, 0), window(run, 0, 3)):
        assert [warning.message for warning in answer.warnings] == ["all"]
        assert {edge_id: [one.message for one in found] for edge_id, found in answer.edge_warnings.items()} == {
            "ab": ["mind", "too"],
            "ba": ["mind", "too"],
        }
        assert (answer.edge_warnings["ab"][0].start_bin, answer.edge_warnings["ab"][0].end_bin) == (1, 2)
