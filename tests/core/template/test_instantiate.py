"""From template and values to a model (CONTRACT 3)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flowtime_core.codec.yaml import read_yaml
from flowtime_core.errors import DocumentInvalidError
from flowtime_core.records.document import Plain
from flowtime_core.records.model import ConstNode
from flowtime_core.template.instantiate import (
    RESERVED_IDS,
    Instance,
    instantiate,
    instantiate_document,
    read_model,
    read_template,
)
from tests.support.documents import shown, template_faults, template_text

PARAMETERS = """
- {name: bins, type: integer, default: 3, maximum: 9}
- {name: load, type: array, default: [1, 2, 3]}
"""
BODY = """
grid: {bins: "${bins}", binSize: 1, binUnit: hours}
nodes: [{id: a, kind: const, values: "${load}"}]
"""


TEXT = template_text(PARAMETERS, BODY)


def made(given: dict[str, Plain] | None = None) -> Instance:
    """The instance of the template of these tests."""
    return instantiate_document(read_yaml(TEXT, source="t.yaml"), given or {})


def test_model() -> None:
    """Parameters shape the model, the window gives the grid its start, and defaults count as parameters."""
    instance = made({"bins": 2, "load": [5, 6]})
    assert instance.model.nodes == (ConstNode(id="a", values=(5, 6)),)
    assert instance.model.grid.bins == 2
    assert instance.model.grid.start == datetime(2025, 1, 1, tzinfo=UTC)
    assert instance.model.metadata.id == "demo"
    assert instance.parameters == {"bins": 2, "load": [5, 6]}
    assert instance.findings == ()
    assert instance.plain["nodes"] == [{"id": "a", "kind": "const", "values": [5, 6]}]
    assert made().parameters == {"bins": 3, "load": [1, 2, 3]}


def test_pure() -> None:
    """Equal inputs give equal instances, in whatever form they are given."""
    first, second = (instantiate_document(read_yaml(TEXT, source="t.yaml"), {"bins": bins}) for bins in (3, 3.0))
    assert first == second


def test_length() -> None:
    """An array that does not fit the grid is named with the rule and its length."""
    assert template_faults(TEXT, {"bins": 4}) == [
        (
            "parameter_length /nodes/0/values: parameter 'load': node 'a' has 3 values, expected one per bin: 4"
            " (one number alone stands for every bin)"
        )
    ]


def test_origin() -> None:
    """A fault in a value that a parameter gave names the parameter."""
    text = template_text("- {name: unit, type: string}", 'grid: {bins: 3, binSize: 1, binUnit: "${unit}"}')
    assert template_faults(text, {"unit": "hour"}) == [
        (
            "invalid_grid /parameters/unit: binUnit of the grid is 'hour', expected one of seconds, "
            "minutes, hours, days, weeks "
            "(from parameter 'unit') (did you mean 'hours')"
        )
    ]
    number = template_text("- {name: v, type: number}", 'nodes: [{id: a, values: ["${v}", 2]}]')
    assert template_faults(number, {"v": 1}) == [
        (
            "series_length /nodes/0/values: node 'a' has 2 values, expected one per bin: 3"
            " (one number alone stands for every bin)"
        )
    ]


def test_all_at_once() -> None:
    """Faults of header, parameters, placeholders and body are reported together, once, the request first."""
    head = "metadata: {id: demo, title: Demo, version: 1}"
    parameters = "- {name: bins, type: integer, default: x}\n- {name: load, type: array}\n- {name: spare, type: string}"
    body = """
grid: {bins: "${bins}", binSize: 1, binUnit: hours}
nodes: [{id: a, kind: const, values: "${lod}"}, {id: MIN, values: "${load}"}, {id: b, values: x}]
"""
    found = template_faults(template_text(parameters, body, head=head), {"load": 1})
    assert [line.partition(":")[0] for line in found] == [
        "parameter_type /parameters/load",
        "schema_violation /metadata/version",
        "invalid_default /parameters/0/default",
        "undeclared_placeholder /nodes/0/values",
        "reserved_id /nodes/1/id",
        "schema_violation /nodes/2/values",
        "unused_parameter /parameters/2",
    ]


def test_window_hole() -> None:
    """A window start that a parameter gives must be UTC as well."""
    head = 'metadata: {id: demo, title: Demo, version: 1.0.0}\nwindow: {start: "${s}", timezone: UTC}'
    text = template_text("- {name: s, type: string}", head=head)
    (fault,) = template_faults(text, {"s": "2025-01-01T00:00:00+01:00"})
    assert fault.startswith(
        "invalid_grid /parameters/s: start of the window is '2025-01-01T00:00:00+01:00', expected UTC"
    )


def test_mode_first() -> None:
    """The mode that is asked for decides what is checked, not the template's own (T4)."""
    text = template_text(
        head="mode: telemetry\nmetadata: {id: demo, title: Demo, version: 1.0.0}", body="topology: {nodes: []}"
    )
    document = read_yaml(text, source="t")
    assert instantiate_document(document, {}).model.mode == "telemetry"
    with pytest.raises(DocumentInvalidError) as caught:
        instantiate_document(document, {}, "simulation")
    assert [finding.code for finding in caught.value.findings] == ["no_topology"]


def test_warnings() -> None:
    """Warnings do not forbid a run and come with the instance."""
    text = template_text("- {name: spare, type: string}", "outptus: []")
    instance = instantiate_document(read_yaml(text, source="t"), {})
    assert [finding.code for finding in instance.findings] == ["unused_parameter", "unknown_key"]


def test_no_mapping() -> None:
    """A document that is no mapping is neither template nor model."""
    for read in (read_template, read_model, lambda document: instantiate_document(document, {})):
        with pytest.raises(DocumentInvalidError, match=r"is not a valid (template|model): 1 error"):
            read(read_yaml("[]", source="t"))


def test_read_template() -> None:
    """A template without faults in its header is read once and instantiated many times."""
    template, findings = read_template(read_yaml(TEXT, source="t"))
    assert findings == ()
    assert instantiate(template, {"bins": 3}).model == made().model


def test_read_model() -> None:
    """A plain model is read with the function names reserved (SEMANTICS 2.6)."""
    text = "{schemaVersion: 1, grid: {bins: 1, binSize: 1, binUnit: hours}, nodes: [{id: NAME, values: 1}]}"
    instance = read_model(read_yaml(text.replace("NAME", "a"), source="m"), "telemetry")
    assert instance.model.mode == "telemetry"
    assert (instance.parameters, instance.findings) == ({}, ())
    for name in ("MAX", "AVG"):
        assert name in RESERVED_IDS
        with pytest.raises(DocumentInvalidError) as caught:
            read_model(read_yaml(text.replace("NAME", name), source="m"))
        assert shown(caught.value.findings) == [
            f"reserved_id /nodes/0/id: series node id '{name}' is the name of a function ({name.lower()})"
        ]


def test_a_request_that_does_not_fit_is_told_as_such() -> None:
    """Where nothing but what was given is wrong, neither the message nor a place is about the text of the template."""
    grid = 'grid: {bins: 1, binSize: 1, binUnit: "${unit}"}'
    text = template_text("- {name: unit, type: string, default: hours}", grid)
    with pytest.raises(DocumentInvalidError) as caught:
        instantiate_document(read_yaml(text, source="/somewhere/t.yaml"), {"unti": 1, "unit": "hour"})
    assert caught.value.message == "the parameters do not fit template 'demo': 2 errors"
    assert {str(finding.location) for finding in caught.value.findings} == {"/parameters/unti", "/parameters/unit"}
    assert "somewhere" not in str(caught.value)
    wrong = text.replace("default: hours", "default: hour")
    with pytest.raises(DocumentInvalidError, match="is not a valid template") as caught:
        instantiate_document(read_yaml(wrong, source="t"), {})
    assert str(caught.value.findings[0].location).startswith("t:")


def test_message() -> None:
    """The error counts its errors and names the document, where it has a name."""
    with pytest.raises(DocumentInvalidError) as caught:
        read_model(read_yaml("{}", source=""))
    assert caught.value.message == "the document is not a valid model: 3 errors"
