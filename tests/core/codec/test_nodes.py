"""Series nodes on the wire (SEMANTICS 2)."""

from __future__ import annotations

import pytest

from flowtime_core.records.model import BufferNode, ConstNode, ExprNode, SeriesNode
from flowtime_core.records.policy import DispatchSchedule, WipLimit
from tests.support.documents import faults_of, model_of


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("kind: const, values: [1, 2.5, -3]", ConstNode(id="a", values=(1, 2.5, -3))),
        ("values: 5", ConstNode(id="a", values=5.0)),
        ("kind: const, values: null, source: 'file:x.csv'", ConstNode(id="a", source="file:x.csv")),
        ("kind: const, values: [], source: ' file:x.csv '", ConstNode(id="a", source="file:x.csv")),
        ("kind: const, values: '', source: 'file:x.csv'", ConstNode(id="a", source="file:x.csv")),
        ("kind: const, values: [1, 2, 3], source: ''", ConstNode(id="a", values=(1, 2, 3))),
        ("kind: const, values: [1, 2, 3], source: 'file:x'", ConstNode(id="a", values=(1, 2, 3), source="file:x")),
        ("kind: expr, expr: b + 1", ExprNode(id="a", text="b + 1")),
        ("kind: expr, expression: b", ExprNode(id="a", text="b")),
        ("kind: expr, expr: 0", ExprNode(id="a", text="0")),
        ("kind: expr, expr: -2.5", ExprNode(id="a", text="-2.5")),
        ("kind: expr, expr: b, values: null, pmf: null, initial: 3, group: g", ExprNode(id="a", text="b")),
        ("kind: serviceWithBuffer, inflow: b", BufferNode(id="a", inflow="b")),
        (
            (
                "kind: SERVICEWITHBUFFER, inflow: b, outflow: c, loss: d, dispatchSchedule: {periodBins: 2}, "
                "wipLimit: 4, wipOverflow: Q, initialCondition: {queueDepth: 1}"
            ),
            BufferNode(
                id="a",
                inflow="b",
                outflow="c",
                loss="d",
                dispatch=DispatchSchedule(period_bins=2),
                wip=WipLimit(limit=4.0, overflow="Q"),
                initial_depth=1.0,
            ),
        ),
    ],
)
def test_kinds(text: str, node: SeriesNode) -> None:
    """Each kind of series node is read in every spelling; blanks count as absent (SEMANTICS 2.1, 2.2, 2.5)."""
    assert model_of(f"nodes: [{{id: a, {text}}}]").nodes == (node,)


def test_labels() -> None:
    """Metadata of a node become text labels; nulls are left out, nested values warned of."""
    metadata = "{graph.hidden: true, shown: false, weight: 2.50, name: x, none: null}"
    (node,) = model_of(f"nodes: [{{id: a, values: 1, metadata: {metadata}}}]").nodes
    assert node.labels == {"graph.hidden": "true", "shown": "false", "weight": "2.5", "name": "x"}
    assert faults_of("nodes: [{id: a, values: 1, metadata: {x: []}}]") == [
        "unknown_key /nodes/0/metadata/x: x in metadata of node 'a' is a list of 0, expected a text; it is ignored"
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "id: a, values: [1, 2]",
            (
                "series_length /nodes/0/values: node 'a' has 2 values, expected one per bin: 3"
                " (one number alone stands for every bin)"
            ),
        ),
        (
            "id: a, values: []",
            (
                "series_length /nodes/0/values: node 'a' has 0 values, expected one per bin: 3"
                " (one number alone stands for every bin)"
            ),
        ),
        (
            "id: a, values: '1, 2'",
            (
                "schema_violation /nodes/0/values: values of node 'a' is the text '1, 2', expected a "
                "number or a list of one "
                "number per bin"
            ),
        ),
        (
            "id: a, values: [1, true, 3]",
            "schema_violation /nodes/0/values/1: values[1] of node 'a' is true, expected a finite number",
        ),
        ("id: a", "schema_violation /nodes/0: node 'a' has no values (values: [1, 2, 3], values: 5, or a source)"),
        ("id: a, kind: expr", "schema_violation /nodes/0: node 'a' has no expr"),
        (
            "id: a, kind: expr, expr: []",
            "schema_violation /nodes/0/expr: expr of node 'a' is a list of 0, expected a text",
        ),
        ("id: a, kind: serviceWithBuffer", "schema_violation /nodes/0: node 'a' has no inflow"),
        ("values: 1", "schema_violation /nodes/0: node 1 has no id"),
        (
            "id: 1a, values: 1",
            (
                "invalid_id /nodes/0/id: series node id '1a' must begin with a letter or _ and hold "
                "letters, digits, '_', '.' "
                "or '-'"
            ),
        ),
        ("id: MIN, values: 1", "reserved_id /nodes/0/id: series node id 'MIN' is the name of a function (min)"),
        (
            "id: a, kind: exp, expr: b, values: 1",
            (
                "schema_violation /nodes/0/kind: kind of node 'a' is 'exp', expected one of const, expr, pmf, "
                "serviceWithBuffer, router (did you mean 'expr')"
            ),
        ),
        (
            "id: a, values: 1, profile: {name: x}",
            (
                "invalid_profile /nodes/0/profile: node 'a' of kind const has a profile, which only a pmf node may have"
                " (remove it, or write kind: pmf)"
            ),
        ),
    ],
)
def test_faults(text: str, fault: str) -> None:
    """A node that breaks a rule says which, where and how to mend it (SEMANTICS 2.1 to 2.6)."""
    assert faults_of(f"nodes: [{{{text}}}]")[0] == fault


def test_forgotten_kind() -> None:
    """An expression without its kind is recognised."""
    assert faults_of("nodes: [{id: a, expr: b}]") == [
        "schema_violation /nodes/0: node 'a' has no values (write kind: expr)",
        "unknown_key /nodes/0/expr: node 'a' of kind const has expr, which is ignored (is the kind right?)",
    ]


def test_duplicates() -> None:
    """Two series nodes may not share an id, and ids are case-sensitive (SEMANTICS 2.6)."""
    assert faults_of("nodes: [{id: a, values: 1}, {id: A, values: 1}, {id: a, values: 1}]") == [
        "duplicate_id /nodes/2/id: series node 'a' is declared twice (first at line 3)"
    ]


def test_pmf_source() -> None:
    """A pmf node may name the telemetry that replaces it; a schedule on a plain node is carried without meaning."""
    text = "{id: a, kind: pmf, source: 'file:x', pmf: {'1': 1}, dispatchSchedule: {periodBins: 1}}"
    (node,) = model_of(f"nodes: [{text}]").nodes
    assert getattr(node, "source", "") == "file:x"
