"""Which series carry which classes (SEMANTICS 4.10, 4.11)."""

from __future__ import annotations

from attrs import evolve

from flowtime_core.engine.compile import compile_model
from flowtime_core.records.model import ConstNode, FlowClass, Model, Route, RouterNode
from flowtime_core.records.policy import WipLimit
from tests.support.build import edge, model, place, series, shared
from tests.support.classed_models import classed

BOTH = ("blue", "red")


def carried(made: Model) -> dict[str, tuple[str, ...]]:
    """The classes of every series that carries any, less those of the engine alone."""
    plan = compile_model(made)
    return {key: names for key, names in plan.classes.items() if key in plan.series}


def test_only_what_reads_a_classed_source_carries_classes() -> None:
    """4.10 A source carries its classes in order of id, and so does what passes them on."""
    made = classed(model(1, series(a=4, b=2, c=1, s="a + c", d="b * 2")), a={"red": 1, "blue": 1}, b={"green": 1})
    assert carried(made) == {"a": BOTH, "b": ("green",), "s": BOTH, "d": ("green",)}


def test_a_model_without_classes_carries_none() -> None:
    """4.10 Nothing is carried where nothing is split."""
    assert carried(model(1, series(a=4, s="a + 1"), [place("Q", "queue", arrivals="s", capacity=1)])) == {}


def test_a_loop_carries_what_enters_it() -> None:
    """4.10 A series has classes as soon as one operand that can pass them on has: the least fixed point over loops."""
    made = classed(
        model(2, series(n=1, a=4, x="a + SHIFT(y, 1)", y="n + SHIFT(x, 1) * 0.5", alone="n + SHIFT(alone, 1)")),
        a={"red": 1, "blue": 1},
    )
    assert carried(made) == {"a": BOTH, "x": BOTH, "y": BOTH}


def test_a_product_in_a_loop_keeps_the_left_mix_however_late_it_is_known() -> None:
    """4.10 ``late`` carries red through the loop, so ``late * b`` keeps red, not the blue of ``b``."""
    nodes = series(a=1, b=2, kept="late * b", late="SHIFT(later, 1)", later="a + SHIFT(late, 1)")
    made = classed(model(2, nodes), a={"red": 1}, b={"blue": 1})
    assert carried(made)["kept"] == ("red",)
    assert carried(classed(model(2, nodes[::-1]), a={"red": 1}, b={"blue": 1})) == carried(made)


def test_a_queue_carries_the_classes_of_arrivals_and_overflow() -> None:
    """4.10, 4.11 Depth, served and overflow carry every class that can occur: red from upstream, blue of its own."""
    first = place(
        "First", "queue", arrivals="a", capacity=1, wip=WipLimit(limit=2.0, overflow="Second"), errors="wasted"
    )
    second = place("Second", "queue", arrivals="b", capacity=1)
    made = classed(model(1, series(a=9, b=1, wasted=1), [first, second]), a={"red": 1}, b={"blue": 1})
    assert carried(made) == {
        "a": ("red",),
        "b": ("blue",),
        "queueDepth@First": ("red",),
        "served@First": ("red",),
        "overflow@First": ("red",),
        "queueDepth@Second": BOTH,
        "served@Second": BOTH,
    }


def test_a_router_gives_each_target_what_can_reach_it() -> None:
    """4.6, 4.10 Class routes carry their classes where the input has them; the rest carry what is left."""
    router = RouterNode(
        id="r",
        input="a",
        routes=(
            Route(target="hot", classes=("red", "gold")),
            Route(target="cold", weight=2.0),
            Route(target="mixed", classes=("green",)),
            Route(target="mixed"),
            Route(target="never", classes=("silver",)),
        ),
    )
    made = classed(model(1, [*series(a=4), router]), a={"red": 1, "blue": 1, "green": 1})
    made = evolve(made, classes=(*made.classes, FlowClass(id="gold"), FlowClass(id="silver")))
    assert carried(made) == {
        "a": ("blue", "green", "red"),
        "r": ("blue", "green", "red"),
        "hot": ("red",),
        "cold": ("blue",),
        "mixed": ("blue", "green"),
    }


def test_two_routers_to_one_target_bring_the_classes_of_both() -> None:
    """4.6 A target that is a declared series is overridden: its own split counts no more."""
    routers = [
        RouterNode(id="r1", input="a", routes=(Route(target="t"),)),
        RouterNode(id="r2", input="b", routes=(Route(target="t"),)),
    ]
    nodes = [*series(a=4, b=2), ConstNode(id="t", values=7.0), *routers]
    made = classed(model(1, nodes), a={"red": 1}, b={"blue": 1}, t={"green": 1})
    assert carried(made)["t"] == BOTH


def test_sinks_retries_and_edges_carry_what_they_take() -> None:
    """4.10 A sink carries arrivals and errors, an echo and exhausted failures the failures, an edge its source."""
    service = place("S", arrivals="a", served="a", attempts="a", failures="f", retry_kernel=(0.0, 1.0), max_attempts=2)
    end = place("End", "sink", arrivals="a", errors="f")
    edges = [edge("e", "S", "End", lag=1), edge("again", "End", "S")]
    made = classed(model(1, series(a=4, f=1), [service, end], edges=edges), a={"red": 1}, f={"blue": 1})
    found = carried(made)
    assert found["retryEcho@S"] == found["exhaustedFailures@S"] == ("blue",)
    assert found["served@End"] == found["flowVolume@again"] == BOTH
    assert found["flowVolume@e"] == found["inTransit@e"] == ("red",)
    assert found["retryVolume@again"] == ("blue",)


def test_allocations_carry_no_classes_and_caps_keep_them() -> None:
    """4.7, 4.10 Demand and grants are amounts; the capped series and ``unserved`` carry what was served."""
    service = place("S", constraints=("db",), arrivals="a", served="s")
    made = classed(model(1, series(a=4, s=4), [service], constraints=[shared("db", 1)]), a={"blue": 1}, s={"red": 1})
    assert carried(made) == {"a": ("blue",), "s": ("red",), "unserved@S": ("red",)}
