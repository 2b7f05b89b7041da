"""Compiling: every finding at once, each with its place and a way to mend it."""

from __future__ import annotations

import math

import pytest
from attrs import evolve

from flowtime_core.engine.compile import compile_model
from flowtime_core.errors import DocumentInvalidError, LimitError
from flowtime_core.records.limits import Limits
from flowtime_core.records.model import BufferNode, ClassArrival, ConstNode, FlowClass, Model, Output, Route, RouterNode
from flowtime_core.records.policy import DispatchSchedule, WipLimit
from flowtime_core.records.topology import FileBinding
from tests.support.build import edge, error_of, errors_of, hours, model, place, series, shared, values
from tests.support.tables import run

QUEUE = {"arrivals": "a", "capacity": 1.0}


def router(*routes: Route, source: str = "a") -> RouterNode:
    """A router named ``r``."""
    return RouterNode(id="r", input=source, routes=routes)


FAULTS = {
    "const length": (
        model(3, series(a=[1, 2])),
        ("series_length", "/nodes/0/values", "const 'a' has 2 values, expected 3, one per bin", ""),
    ),
    "const without anything": (
        model(3, [ConstNode(id="a")]),
        ("series_length", "/nodes/0/values", "const 'a' has 0 values, expected 3, one per bin", ""),
    ),
    "source": (
        model(1, [ConstNode(id="a", source="file:a.csv")]),
        ("missing_source", "/nodes/0/source", "source 'file:a.csv' of 'a' was not found", ""),
    ),
    "role source": (
        model(1, [], [place("Q", "queue", arrivals=FileBinding(uri="file:q.csv"))]),
        (
            "missing_source",
            "/topology/nodes/0/semantics/arrivals",
            "source 'file:q.csv' of 'arrivals@Q' was not found",
            "",
        ),
    ),
    "expression text": (
        model(1, series(x="1 +")),
        ("syntax_error", "/nodes/0/expr", "expression of 'x', column 4: expected a value after '+', not the end", ""),
    ),
    "unknown series": (
        model(1, series(arrivals=1, x="arivals + 1")),
        (
            "unknown_series",
            "/nodes/1/expr",
            "expression of 'x', column 1: 'arivals' is not declared",
            "did you mean 'arrivals'",
        ),
    ),
    "topology node as series": (
        model(1, series(a=1, x="Q + 1"), [place("Q", "queue", arrivals="a")]),
        (
            "unknown_series",
            "/nodes/1/expr",
            "expression of 'x', column 1: 'Q' is not declared",
            "'Q' is a topology node: name one of its roles, such as Q.served",
        ),
    ),
    "unknown node": (
        model(1, series(a=1, x="Quene.queueDepth"), [place("Queue", "queue", arrivals="a")]),
        (
            "unknown_node",
            "/nodes/1/expr",
            "expression of 'x', column 1: no topology node 'Quene'",
            "did you mean 'Queue'",
        ),
    ),
    "unknown role": (
        model(1, series(a=1, x="Q.serverd"), [place("Q", "queue", arrivals="a")]),
        (
            "unknown_role",
            "/nodes/1/expr",
            "expression of 'x', column 1: role 'serverd' of 'Q' is neither mapped nor derived",
            "did you mean 'served'",
        ),
    ),
    "role series": (
        model(1, series(load=1), [place("Q", "queue", arrivals="laod")]),
        (
            "unknown_series",
            "/topology/nodes/0/semantics/arrivals",
            "arrivals of 'Q' names 'laod', which is not declared",
            "did you mean 'load'",
        ),
    ),
    "self": (
        model(1, series(a=1), [place("S", "service", arrivals="a", queueDepth="self")]),
        (
            "invalid_topology",
            "/topology/nodes/0/semantics/queueDepth",
            "queueDepth of 'S' is 'self', which only the queueDepth of a queue may be",
            "make it a queue or a serviceWithBuffer, or name a series",
        ),
    ),
    "one alias twice": (
        model(1, series(a=1), [place("A", "queue", queueDepth="q"), place("B", "queue", queueDepth="q")]),
        (
            "duplicate_id",
            "/topology/nodes/1/semantics/queueDepth",
            "queueDepth of 'B' names 'q', which already names a series of 'A'",
            "choose another",
        ),
    ),
    "one alias at two sinks": (
        model(
            1, series(a=1), [place("A", "sink", arrivals="a", served="d"), place("B", "sink", arrivals="a", served="d")]
        ),
        (
            "duplicate_id",
            "/topology/nodes/1/semantics/served",
            "served of 'B' names 'd', which already names a series of 'A'",
            "choose another",
        ),
    ),
    "two queues of one id": (
        model(1, [*series(a=1), BufferNode(id="Q", inflow="a")], [place("Q", "queue", arrivals="a")]),
        (
            "duplicate_id",
            "/topology/nodes/0/id",
            "queue 'Q' is computed here, and a series node 'Q' is another queue",
            "name it: queueDepth: Q, or give one of them another id",
        ),
    ),
    "two initial depths": (
        model(
            1,
            [*series(a=1), BufferNode(id="q", inflow="a")],
            [place("A", initial=1.0, queueDepth="q"), place("B", initial=2.0, queueDepth="q")],
        ),
        (
            "invalid_topology",
            "/topology/nodes/1/initialCondition",
            "queue 'q' begins with 2 at 'B' and with 1 elsewhere",
            "give it once, at 'q'",
        ),
    ),
    "buffer inflow": (
        model(1, [*series(a=1), BufferNode(id="q", inflow="aa")]),
        ("unknown_series", "/nodes/1/inflow", "inflow of 'q' names 'aa', which is not declared", "did you mean 'a'"),
    ),
    "buffer outflow": (
        model(1, [*series(a=1), BufferNode(id="q", inflow="a", outflow="zz")]),
        ("unknown_series", "/nodes/1/outflow", "outflow of 'q' names 'zz', which is not declared", ""),
    ),
    "buffer loss": (
        model(1, [*series(a=1), BufferNode(id="q", inflow="a", loss="zz")]),
        ("unknown_series", "/nodes/1/loss", "loss of 'q' names 'zz', which is not declared", ""),
    ),
    "dispatch capacity": (
        model(
            1,
            series(a=1),
            [place("Q", "queue", dispatch=DispatchSchedule(period_bins=2, capacity_series="zz"), arrivals="a")],
        ),
        (
            "unknown_series",
            "/topology/nodes/0/dispatchSchedule/capacitySeries",
            "capacitySeries of 'Q' names 'zz', which is not declared",
            "",
        ),
    ),
    "limit series": (
        model(1, series(a=1), [place("Q", "queue", wip=WipLimit(limit="zz"), arrivals="a")]),
        ("unknown_series", "/topology/nodes/0/wipLimit", "wipLimit of 'Q' names 'zz', which is not declared", ""),
    ),
    "negative limit": (
        model(1, series(a=1), [place("Q", "queue", wip=WipLimit(limit=-1), arrivals="a")]),
        ("invalid_topology", "/topology/nodes/0/wipLimit", "wipLimit of 'Q' is -1, expected 0 or more", ""),
    ),
    "overflow target": (
        model(1, series(a=1), [place("Desk", "queue", wip=WipLimit(limit=1.0, overflow="Dsk"), arrivals="a")]),
        (
            "invalid_topology",
            "/topology/nodes/0/wipOverflow",
            "wipOverflow of 'Desk' names 'Dsk', which is no queue that the engine derives",
            "did you mean 'Desk'",
        ),
    ),
    "overflow cycle": (
        model(
            1,
            series(a=1),
            [
                place("A", "queue", wip=WipLimit(limit=1.0, overflow="B"), arrivals="a"),
                place("B", "queue", wip=WipLimit(limit=1.0, overflow="A"), arrivals="a"),
            ],
        ),
        (
            "same_bin_cycle",
            "/topology/nodes/0",
            "series depend on each other within one bin: A -> B -> A",
            "read one of them from an earlier bin, as in SHIFT(x, 1)",
        ),
    ),
    "router input": (
        model(1, [*series(a=1), router(Route(target="b"), source="zz")]),
        ("unknown_series", "/nodes/1/inputs/queue", "input of router 'r' names 'zz', which is not declared", ""),
    ),
    "route weight": (
        model(1, [*series(a=1), router(Route(target="b", weight=0.0))]),
        (
            "invalid_topology",
            "/nodes/1/routes/0/weight",
            "route of 'r' to 'b' has weight 0, expected more than 0",
            "",
        ),
    ),
    "class twice": (
        model(1, [*series(a=1), router(Route(target="b", classes=("x",)), Route(target="c", classes=("x",)))]),
        ("invalid_topology", "/nodes/1/routes/1/classes", "router 'r' routes class 'x' twice", ""),
    ),
    "router target": (
        model(1, [*series(a=1), BufferNode(id="q", inflow="a"), router(Route(target="q"))]),
        ("invalid_topology", "/nodes/1", "a router cannot override 'q': it is no const, pmf or expr node", ""),
    ),
    "retry without failures": (
        model(1, series(a=1), [place("S", arrivals="a", retryEcho="echo")]),
        (
            "missing_mapping",
            "/topology/nodes/0/semantics/retryEcho",
            "the retry echo of 'S' needs failures or errors, and neither is mapped",
            "map failures",
        ),
    ),
    "no attempts": (
        model(1, series(a=1), [place("S", arrivals="a", errors="a", max_attempts=0)]),
        (
            "invalid_topology",
            "/topology/nodes/0/semantics/maxAttempts",
            "maxAttempts of 'S' is 0, expected 1 or more",
            "",
        ),
    ),
    "attempts of nothing": (
        model(1, series(a=1), [place("S", errors="a", max_attempts=2)]),
        (
            "invalid_topology",
            "/topology/nodes/0/semantics/maxAttempts",
            "maxAttempts of 'S' needs attempts or arrivals, and neither is mapped",
            "",
        ),
    ),
    "attempts in the same bin": (
        model(1, series(a=1), [place("S", arrivals="a", errors="a", max_attempts=2, retry_kernel=(0.5,))]),
        (
            "invalid_topology",
            "/topology/nodes/0/semantics/maxAttempts",
            "maxAttempts of 'S' needs a retry kernel that begins with 0, got 0.5",
            "",
        ),
    ),
    "constraint capacity": (
        model(
            1,
            series(a=1),
            [place("Q", "queue", constraints=("db",), arrivals="a", capacity=1.0)],
            constraints=[shared("db", "zz")],
        ),
        (
            "unknown_series",
            "/topology/constraints/0/semantics/served",
            "served of constraint 'db' names 'zz', which is not declared",
            "",
        ),
    ),
    "constrained borrower": (
        model(
            1,
            series(a=1),
            [
                place("Q", "queue", arrivals="a", capacity=1.0),
                place("S", constraints=("db",), arrivals="a", served="Q.served"),
            ],
            constraints=[shared("db", 1.0)],
        ),
        (
            "invalid_topology",
            "/topology/nodes/1/semantics/served",
            "constrained node 'S': its served series 'served@Q' is computed for another node",
            "",
        ),
    ),
    "edge lag": (
        model(1, series(a=1), [place("S", arrivals="a", served="a")], edges=[edge("e", "S", "S", lag=-1)]),
        ("invalid_topology", "/topology/edges/0/lag", "lag of edge 'e' is -1, expected 0 or more", ""),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_place_message_and_hint(fault: str) -> None:
    """4 Each fault is one finding: code, JSON pointer, what is wrong, and a way to mend it where there is one."""
    faulty, expected = FAULTS[fault]
    finding = error_of(faulty)
    assert finding.location is not None
    assert (finding.code, finding.location.pointer, finding.message, finding.hint) == expected


def traffic(*arrivals: tuple[str, str], classes: tuple[str, ...] = ("x", "y")) -> Model:
    """A model with one source ``a`` whose classes are given."""
    return evolve(
        model(1, series(a=1)),
        classes=tuple(FlowClass(id=name) for name in classes),
        class_arrivals=tuple(ClassArrival(node_id=node, class_id=name) for node, name in arrivals),
    )


@pytest.mark.parametrize(
    ("faulty", "code", "pointer", "hint"),
    [
        (traffic(("aa", "x")), "unknown_series", "/traffic/arrivals/0/nodeId", "did you mean 'a'"),
        (traffic(("a", "xx")), "unknown_class", "/traffic/arrivals/0/classId", "did you mean 'x'"),
        (traffic(("a", "x"), ("a", "x")), "duplicate_id", "/traffic/arrivals/1/classId", ""),
    ],
)
def test_traffic_names_sources_and_classes_that_exist(faulty: Model, code: str, pointer: str, hint: str) -> None:
    """4.10 Traffic names a const or pmf node and a declared class, each pair once."""
    finding = error_of(faulty)
    assert finding.location is not None
    assert (finding.code, finding.location.pointer, finding.hint) == (code, pointer, hint)


def test_classes_need_no_declaration() -> None:
    """4.10 Without a list of classes any class may be named."""
    assert compile_model(traffic(("a", "z"), classes=())).classes["a"] == ("z",)


def test_every_finding_comes_at_once_and_errors_first() -> None:
    """All findings of a model are told together, warnings behind errors."""
    faulty = model(2, series(a=[1], x="b + c"), [place("Q", "queue", arrivals="a", served="nobody")])
    assert [finding.code for finding in errors_of(faulty)] == [
        "series_length",
        "unknown_series",
        "unknown_series",
        "served_not_mapped",
    ]
    with pytest.raises(DocumentInvalidError, match="the model cannot be evaluated: 3 errors"):
        compile_model(faulty)
    with pytest.raises(DocumentInvalidError, match=r"the model cannot be evaluated: 1 error\n"):
        compile_model(model(2, series(a=[1])))


def test_a_cycle_is_printed_from_its_first_member_in_declaration_order() -> None:
    """3.4 A same-bin cycle reads along the dependencies, as in ``a -> b -> a``, from the member declared first."""
    finding = error_of(model(1, series(z="1", a="b + z", b="SHIFT(a, 1) + c", c="a")))
    assert finding.message == "series depend on each other within one bin: a -> b -> c -> a"
    assert finding.node_id == "a"


def test_a_series_may_not_read_itself_in_the_same_bin() -> None:
    """3.4 ``x = x + 1`` is the shortest cycle."""
    assert error_of(model(1, series(x="x + 1"))).message == "series depend on each other within one bin: x -> x"


def test_a_cycle_through_a_queue_names_the_place_of_its_first_member() -> None:
    """3.4 A queue and a series of one name are told apart: the place is the queue's."""
    faulty = model(1, series(Q=1), [place("Q", "queue", arrivals="Q.queueDepth")])
    finding = error_of(faulty)
    assert finding.location is not None
    assert finding.location.pointer == "/topology/nodes/0"


def test_a_whole_series_function_may_not_read_its_own_loop() -> None:
    """3.4 MEAN of a series that depends on it through a lag is an error with a place and a way out."""
    finding = error_of(model(2, series(c=1, x="c + MEAN(y)", y="SHIFT(x, 1)")))
    assert finding.location is not None
    assert (finding.code, finding.location.pointer) == ("whole_series_in_loop", "/nodes/1/expr")
    assert finding.message == (
        "expression of 'x' takes a whole-series function of 'y', which depends on it through a feedback loop"
    )
    assert finding.hint == "use a running function such as CUMSUM, EMA or ROLLING_MEAN"


def test_a_whole_series_function_may_read_a_loop_from_outside() -> None:
    """3.4 The mean of a loop is fine outside it, even where the loop holds a queue of the same name."""
    nodes = series(back="SHIFT(Q.queueDepth, 1) + 1", Q="MEAN(back)")
    table = run(model(3, nodes, [place("Q", "queue", arrivals="back")]))
    assert values(table, "back") == [1.0, 2.0, 4.0]
    assert values(table, "Q") == [7 / 3] * 3


def test_a_loop_may_read_the_whole_of_what_is_outside() -> None:
    """3.4 A whole-series function within a loop may read a series that does not depend on the loop."""
    assert values(run(model(2, series(c=[1, 3], x="MEAN(c) + SHIFT(x, 1)"))), "x") == [2.0, 4.0]


def test_an_expression_that_loses_classes_is_told() -> None:
    """4.10 What does not pass on the classes of what it reads is ``class_mix_undefined``, at its place."""
    split = traffic(("a", "x"))
    plan = compile_model(evolve(split, nodes=(*split.nodes, *series(half="a / 2", whole="FLOOR(a)"))))
    (finding,) = plan.warnings
    assert finding.location is not None
    assert (finding.code, finding.node_id, finding.location.pointer) == (
        "class_mix_undefined",
        "whole",
        "/nodes/2/expr",
    )


def test_series_times_bins_is_bounded() -> None:
    """1.1 A model past the limit of values is a clear error."""
    two = model(10, series(a=1, b="a"))
    assert compile_model(two, limits=Limits(series_values=20)).series.keys() == {"a", "b"}
    with pytest.raises(LimitError, match="2 series x 10 bins pass the limit of 19 values"):
        compile_model(two, limits=Limits(series_values=19))


def test_an_absurd_grid_is_refused_before_anything_is_made() -> None:
    """1.1 A million million bins are an error, not a crash for lack of memory."""
    with pytest.raises(LimitError, match="1 series x 1000000000000 bins"):
        compile_model(model(10**12, series(a=1)))
    with pytest.raises(LimitError, match="0 series x 1000000000000 bins"):
        compile_model(model(10**12, [], [place("Q", "queue", arrivals=1.0)]))


def test_derived_series_count_towards_the_limit() -> None:
    """1.1 What queues and roles add is counted as well: one series is declared, four are computed."""
    with pytest.raises(LimitError, match="4 series x 10 bins pass the limit of 30 values"):
        compile_model(model(10, series(a=1), [place("Q", "queue", **QUEUE)]), limits=Limits(series_values=30))


def test_units_and_kinds_come_from_the_first_role_that_reads_a_series() -> None:
    """1.3 The unit is part of the series record: a role's, else unspecified."""
    nodes = series(a=1, t=5, x="a * 2", y="a * 3")
    plan = compile_model(model(1, nodes, [place("S", arrivals="a", served="x", processingTimeMsSum="t")]))
    assert {key: (info.unit, info.kind) for key, info in plan.series.items()} == {
        "a": ("entities/bin", "flow"),
        "t": ("ms/bin", "flow"),
        "x": ("entities/bin", "flow"),
        "y": ("unspecified", "derived"),
    }


def test_edges_have_ids_of_their_own() -> None:
    """4.9 The series of an edge is written ``edge_<id>_<measure>@EDGE_<ID>_<MEASURE>@DEFAULT``."""
    plan = compile_model(model(1, series(a=1), [place("S", arrivals="a", served="a")], edges=[edge("e", "S", "S")]))
    assert plan.series["flowVolume@e"].id == "edge_e_flowVolume@EDGE_E_FLOWVOLUME@DEFAULT"


def test_numbers_bound_to_roles_are_not_written() -> None:
    """4.1 A number bound to a role is a series for the engine and no file; roles that read series are told."""
    plan = compile_model(model(1, series(a=1), [place("Q", "queue", arrivals="a", capacity=3.0)]))
    assert plan.written == ("a", "queueDepth@Q", "served@Q")
    assert plan.role_keys == {
        ("Q", "arrivals"): "a",
        ("Q", "served"): "served@Q",
        ("Q", "queueDepth"): "queueDepth@Q",
    }


def test_an_output_that_selects_nothing_is_a_warning() -> None:
    """A misspelt output is told with its place and the nearest name."""
    chosen = evolve(model(1, series(demand=1, other=2)), outputs=(Output(series="demnad"), Output(series="other")))
    (finding,) = compile_model(chosen).warnings
    assert finding.location is not None
    assert (finding.code, finding.severity, finding.location.pointer) == (
        "unknown_output",
        "warning",
        "/outputs/0/series",
    )
    assert finding.hint == "did you mean 'demand'"


def test_a_grid_in_other_units_compiles_alike() -> None:
    """1.1 The unit of the grid changes no number."""
    grid = evolve(hours(2), bin_size=15, bin_unit="minutes")
    assert values(run(model(0, series(a=[1, math.inf]), grid=grid)), "a") == [1.0, math.inf]
