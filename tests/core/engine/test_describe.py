"""A plan as text that a person can follow."""

from __future__ import annotations

from datetime import UTC, datetime

from attrs import evolve

from flowtime_core.engine.compile import compile_model
from flowtime_core.engine.describe import describe_plan
from flowtime_core.records.grid import Grid
from flowtime_core.records.model import BufferNode, ConstNode, Route, RouterNode
from flowtime_core.records.policy import DispatchSchedule, WipLimit
from tests.support.build import edge, model, place, series, shared

GRID = Grid(bins=2, bin_size=30, bin_unit="minutes", start=datetime(2025, 1, 1, tzinfo=UTC))


def described(*args: object, **more: object) -> list[str]:
    """The lines of the steps, without numbering and padding."""
    text = describe_plan(compile_model(model(2, *args, **more)))  # type: ignore[arg-type] # passed through
    return [" ".join(line.split()) for line in text.splitlines()]


def test_a_plan_is_one_line_per_step_between_grid_and_count() -> None:
    """The grid, the steps in order with their number and kind, and how many series there are."""
    plan = compile_model(evolve(model(2, series(a=[1, 2], b="a * 2")), grid=GRID))
    assert describe_plan(plan) == (
        "2 bins of 30 minutes from 2025-01-01T00:00:00Z\n\n"
        "   1 a    const   2 values\n"
        "   2 b    expr    a * 2\n\n"
        "2 series computed, 2 written\n"
    )


def test_a_loop_is_indented_under_a_line_of_its_own() -> None:
    """3.4 A feedback loop says so, and which references look back."""
    lines = described(series(x="SHIFT(x, 1) + 1"))
    assert lines[:4] == [
        "2 bins of 1 hour",
        "",
        "feedback loop, bin by bin:",
        "1 x expr SHIFT(x, 1) + 1 [earlier bins of x]",
    ]


def test_queues_and_sinks_say_what_they_do() -> None:
    """4.3 Where a queue takes from, what leaves, is lost, gates, limits and begins."""
    full = place(
        "Q",
        "queue",
        initial=3.0,
        dispatch=DispatchSchedule(period_bins=2, phase_offset=1, capacity_series="cap"),
        wip=WipLimit(limit="lim"),
        arrivals="a",
        capacity="c",
        parallelism="p",
        errors="e",
    )
    bare = place("R", "queue", wip=WipLimit(limit=4.0, overflow="Q"), dispatch=DispatchSchedule(period_bins=2))
    sinks = [place("S", "sink", arrivals="a"), place("T", "sink", arrivals="a", errors="e")]
    lines = described(series(a=1, c=1, p=2, e=0, cap=9, lim=9), [full, bare, *sinks])
    found = [line for line in lines if " queue " in line or " sink " in line]
    assert [line.partition(" => ")[0] for line in found] == [
        "7 R queue in nothing, -> releases nothing, every 2 bins from 0, holds up to 4",
        (
            "8 Q queue in a, + overflow@R, -> serves up to c x p, loses e, every 2 bins from 1, at most cap, "
            "holds up to lim, begins with 3"
        ),
        "9 S sink takes a",
        "10 T sink takes a less e",
    ]
    assert [line.partition(" => ")[2] for line in found[:2]] == [
        "queueDepth@R, released@R, overflow@R",
        "queueDepth@Q, served@Q, overflow@Q",
    ]


def test_flows_say_what_they_do() -> None:
    """4.6 to 4.9 Routers, sums, retries, shares, caps and edges each have a line."""
    nodes = [
        *series(a=8, f=1, out=5),
        RouterNode(id="r", input="a", routes=(Route(target="b", weight=3.0), Route(target="c"))),
        RouterNode(id="s", input="a", routes=(Route(target="b"),)),
        BufferNode(id="q", inflow="a"),
        ConstNode(id="o", values=1.0),
    ]
    places = [
        place("S", arrivals="a", served="out", failures="f", constraints=("pool",), max_attempts=2),
        place("N", constraints=("free",), served="o"),
        place("E", arrivals="a", served="a", errors="f", retryEcho="echo"),
    ]
    edges = [
        edge("e", "S", "E", lag=2, weight=3.0),
        edge("g", "S", "N"),
        edge("x", "S", "E", type="effort", multiplier=0.5),
    ]
    lines = described(nodes, places, edges=edges, constraints=[shared("pool", 3), shared("free", "a")])
    text = "\n".join(lines)
    for expected in (
        "r router splits a over b (3), c (1)",
        "b sum part@r@b + part@s@b",
        "retry splits f by attempt, at most 2 => retried@S, exhaustedFailures@S",
        "retryEcho@S retry retried@S again, spread as 0, 0.6, 0.3, 0.1",
        "pool share limit@pool among a",
        "free share a among nothing",
        "out cap uncapped@out by grant@pool@S",
        "flowVolume@e edge out x 3/4, 2 bins later",
        "flowVolume@g edge out x 1/4",
        "flowVolume@x edge out x 0.5",
        "retry splits retryEcho@E by flowVolume@e",
    ):
        assert expected in text
