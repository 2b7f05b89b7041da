"""What the names of a model mean (SEMANTICS 4.2)."""

from __future__ import annotations

import pytest

from flowtime_core.engine.compile import compile_model
from flowtime_core.engine.names import resolve_names
from flowtime_core.errors import did_you_mean
from flowtime_core.records.model import BufferNode
from flowtime_core.records.policy import WipLimit
from flowtime_core.records.topology import Semantics, TopologyNode
from tests.support.build import bound, error_of, errors_of, model, place, series, told, values
from tests.support.tables import run


def test_derived_roles_are_read_by_their_node() -> None:
    """4.2 ``Node.role`` reads what the engine derives: 5 arrive, 2 are served, 3 wait."""
    nodes = series(a=5, x="Desk.queueDepth * 100 + Desk.served")
    table = run(model(1, nodes, [place("Desk", "queue", arrivals="a", capacity=2)]))
    assert values(table, "x") == [302.0]


def test_a_role_of_a_mapped_role_is_the_mapped_series() -> None:
    """4.2 ``Node.arrivals`` is the series that arrivals names, and a role may name such a role in turn."""
    places = [place("A", arrivals="a", served="A.arrivals"), place("B", "queue", arrivals="A.served")]
    table = run(model(1, series(a=7, x="A.served + B.arrivals"), places))
    assert values(table, "x") == [14.0]
    assert values(table, "queueDepth@B") == [7.0]


def test_an_undeclared_name_becomes_an_alias_of_what_is_derived() -> None:
    """4.2 ``queueDepth: backlog`` names the derived depth, for expressions and roles."""
    places = [place("Q", "queue", arrivals="a", queueDepth="backlog"), place("R", "queue", arrivals="backlog")]
    table = run(model(2, series(a=3, x="backlog"), places))
    assert values(table, "x") == [3.0, 6.0]
    assert values(table, "queueDepth@R") == [3.0, 9.0]


def test_served_may_be_named_too() -> None:
    """4.2 A derived server's served may carry an alias."""
    table = run(model(1, series(a=3, x="done"), [place("Q", "queue", arrivals="a", capacity=2, served="done")]))
    assert values(table, "x") == [2.0]


def test_an_authored_depth_is_never_recomputed() -> None:
    """4.2 A role that names a declared series uses it unchanged, and the node derives nothing."""
    plan = compile_model(model(1, series(a=1, q=9), [place("Q", "queue", arrivals="a", capacity=5, queueDepth="q")]))
    assert "served@Q" not in plan.series
    assert plan.role_keys["Q", "queueDepth"] == "q"


def test_a_depth_bound_to_a_number_is_not_computed() -> None:
    """4.2 A number for the depth is a mapped depth."""
    assert (
        "served@Q" not in compile_model(model(1, series(a=1), [place("Q", "queue", capacity=5, queueDepth=4)])).series
    )


def test_served_that_names_nothing_counts_as_not_mapped() -> None:
    """4.2 An undeclared served is a warning; with a capacity it is the name of what is derived."""
    table = run(model(1, series(a=3), [place("S", arrivals="a", served="servd"), place("Q", "queue", served="a2")]))
    assert [code for code, _, _ in told(table)] == ["served_not_mapped", "served_not_mapped"]


def test_other_roles_must_exist() -> None:
    """4.2 Arrivals, capacity, errors, attempts and failures must exist."""
    for role in ("arrivals", "capacity", "errors", "attempts", "failures"):
        assert (
            error_of(
                model(1, series(a=1), [TopologyNode(id="S", semantics=Semantics(bindings={role: bound("nothing")}))])
            ).code
            == "unknown_series"
        )


def test_a_dotted_role_of_nothing_is_unknown() -> None:
    """4.2 ``A.served`` where A serves nothing names nothing; a ring of roles names nothing either."""
    assert error_of(model(1, series(a=1), [place("A"), place("B", arrivals="A.served")])).code == "unknown_series"
    ring = [place("A", arrivals="B.arrivals"), place("B", arrivals="A.arrivals")]
    assert resolve_names(model(1, [], ring)).role("A", "arrivals") is None


def test_old_spellings_are_read() -> None:
    """4.1 ``Q.queue`` is the old spelling of ``Q.queueDepth``, in expressions and in roles."""
    places = [place("Q", "queue", arrivals="a"), place("R", "queue", arrivals="Q.queue")]
    table = run(model(1, series(a=3, x="Q.queue"), places))
    assert (values(table, "x"), values(table, "queueDepth@R")) == ([3.0], [3.0])


def test_ids_with_dots_stand_in_backquotes() -> None:
    """2.6 A declared ``a.b`` is read in backquotes, a node ``N-1`` as backquoted before its role."""
    nodes = [*series(x="`a.b` + `N-1`.served"), *series(**{"a.b": 4})]
    table = run(model(1, nodes, [place("N-1", "queue", arrivals=9, capacity=2)]))
    assert values(table, "x") == [6.0]


def test_a_sink_takes_what_it_gets() -> None:
    """4.2 A sink's served is arrivals less errors, at least 0, unless it is mapped."""
    places = [place("S", "sink", arrivals="a", errors="e"), place("T", "sink", arrivals="a", served="e")]
    table = run(model(2, series(a=[5, 1], e=[2, 3]), places))
    assert values(table, "served@S") == [3.0, 0.0]
    assert "served@T" not in table.arrays


def test_a_sink_may_name_what_a_queue_serves() -> None:
    """4.2 ``served: done`` at a sink reads the alias of a queue's served."""
    places = [
        place("S", "sink", arrivals="a", served="done"),
        place("Q", "queue", arrivals="a", capacity=2, served="done"),
    ]
    table = run(model(1, series(a=3), places))
    assert "served@S" not in table.arrays
    assert table.plan.role_keys["S", "served"] == "served@Q"


def test_a_sink_without_arrivals_takes_nothing() -> None:
    """4.2 Where nothing arrives a sink derives nothing; arrivals that do not exist are an error, not a crash."""
    assert "served@S" not in compile_model(model(1, series(a=1), [place("S", "sink")])).series
    assert error_of(model(1, series(a=1), [place("S", "sink", arrivals="b")])).code == "unknown_series"


def test_the_overflow_of_a_limited_queue_has_a_name() -> None:
    """4.2 ``Desk.overflow`` is what a WIP limit turned away."""
    table = run(
        model(1, series(a=9, x="Desk.overflow"), [place("Desk", "queue", wip=WipLimit(limit=4.0), arrivals="a")])
    )
    assert values(table, "x") == [5.0]


def test_a_buffer_is_read_by_its_id() -> None:
    """2.5 The series of an authored queue among the nodes is its depth."""
    table = run(model(2, [*series(a=3, x="q * 2"), BufferNode(id="q", inflow="a")]))
    assert values(table, "x") == [6.0, 12.0]


def test_the_nearest_name_is_offered() -> None:
    """A hint names the nearest candidate, or nothing when none is near."""
    assert did_you_mean("arivals", {"arrivals", "served"}) == "did you mean 'arrivals'"
    assert did_you_mean("zzz", {"arrivals"}) == ""


# --- roles that read roles ------------------------------------------------------------------------


def test_a_chain_of_roles_may_be_long() -> None:
    """4.2 Thousands of nodes may each read the role of the one before: the way is walked, not recursed."""
    places = [place("N0", arrivals="a"), *(place(f"N{i}", arrivals=f"N{i - 1}.arrivals") for i in range(1, 3000))]
    assert resolve_names(model(1, series(a=1), places)).role("N2999", "arrivals") == "a"


def test_served_that_leads_nowhere_is_derived() -> None:
    """4.2, 4.3a `B.served`, which nothing maps, counts as not mapped: A is a server, and C, which reads itself."""
    places = [
        place("A", "queue", arrivals="a", capacity=4, served="B.served"),
        place("B", arrivals="a"),
        place("C", "queue", arrivals="a", capacity=4, served="C.served"),
        place("D", "queue", arrivals="a", capacity=4, served="A.served"),
    ]
    table = run(model(2, series(a=10), places))
    assert [values(table, f"{name}@A") for name in ("served", "queueDepth")] == [[4.0, 4.0], [6.0, 12.0]]
    assert values(table, "served@C") == [4.0, 4.0]
    assert table.plan.role_keys["D", "served"] == "served@A"
    told = [(found.code, found.node_id) for found in table.plan.warnings]
    assert told == [("served_not_mapped", "A"), ("served_not_mapped", "C")]


@pytest.mark.parametrize("text", ["a@DEFAULT", "a@A@DEFAULT", "a"])
def test_the_class_of_totals_may_stand_behind_a_series(text: str) -> None:
    """4.2 Older models write the class of totals: it is the same series, and an alias the same name."""
    places = [place("Q", "queue", arrivals=text, capacity=4, queueDepth=text.replace("a", "backlog", 1))]
    names = resolve_names(model(1, series(a=1), places))
    assert (names.role("Q", "arrivals"), names.text("Q.arrivals")) == ("a", "a")
    assert names.findings == []


def test_backquotes_before_a_role_are_for_ids_with_dots() -> None:
    """4.2 In roles as in expressions."""
    places = [place("A.x", arrivals="a"), place("B", arrivals="`A.x`.arrivals")]
    assert resolve_names(model(1, series(a=1), places)).role("B", "arrivals") == "a"


def test_no_alias_is_the_name_of_a_function() -> None:
    """2.6 `served: SUM` would name a series that no expression can tell from the function."""
    finding = error_of(model(1, series(a=1), [place("Q", "queue", arrivals="a", capacity=4, served="SUM")]))
    assert (finding.code, finding.hint) == ("reserved_id", "sum")


def test_very_many_mistakes_are_told_without_suggestions() -> None:
    """The search for what was meant is slow: the first hundred findings get one, the rest get none."""
    texts = {f"e{i}": f"nope_{i}" for i in range(150)}
    hints = [finding.hint for finding in errors_of(model(1, series(nope=1, **texts)))]
    assert hints[0] == "did you mean 'nope'"
    assert hints[100:] == [""] * 50
