"""Models and templates in tests: small texts with a hole for what a test is about."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

import pytest

from flowtime_core.codec.model import ModelReading, model_from_document
from flowtime_core.codec.reader import Fields
from flowtime_core.codec.report import Report
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.errors import DocumentInvalidError
from flowtime_core.records.model import Model
from flowtime_core.template.instantiate import instantiate_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.document import Plain

GRID = "grid: {bins: 3, binSize: 1, binUnit: hours, start: 2025-01-01T00:00:00Z}"
NODES = "nodes: [{id: a, kind: const, values: 1}]"


def shown(findings: Iterable[Diagnostic]) -> list[str]:
    """Each finding as ``code pointer: message (hint)``."""
    lines: list[str] = []
    for finding in findings:
        hint = f" ({finding.hint})" if finding.hint else ""
        pointer = finding.location.pointer if finding.location is not None else ""
        lines.append(f"{finding.code} {pointer}: {finding.message}{hint}")
    return lines


def fields_of(text: str) -> Fields:
    """The fields of a YAML mapping."""
    document = read_yaml(text, source="a.yaml")
    assert isinstance(document.plain, dict)
    return Fields(Report(document), document.plain, "", "the thing")


def read_text(text: str, reserved: Iterable[str] = ("MIN",)) -> ModelReading:
    """What a YAML text reads as."""
    return model_from_document(read_yaml(text, source="m.yaml"), reserved=tuple(reserved))


def read_parts(*parts: str) -> ModelReading:
    """What a model with a grid of three hours, a node ``a`` and the given sections reads as."""
    sections = [part.partition(":")[0] for part in parts]
    base = [text for text in (GRID, NODES) if text.partition(":")[0] not in sections]
    return read_text("\n".join(["schemaVersion: 1", *base, *parts]))


def model_of(*parts: str) -> Model:
    """The model with the given sections, which has no findings."""
    reading = read_parts(*parts)
    assert shown(reading.findings) == []
    assert reading.model is not None
    return reading.model


def faults_of(*parts: str) -> list[str]:
    """The findings about a model with the given sections."""
    return shown(read_parts(*parts).findings)


def template_text(parameters: str = "", body: str = "", *, head: str = "") -> str:
    """A template of three bins with a service A, its parameters and more sections."""
    declared = f"parameters:\n{indent(parameters.strip(), '  ')}" if parameters else ""
    return "\n".join(
        part
        for part in (
            head or "metadata: {id: demo, title: Demo, version: 1.0.0}",
            "window: {start: 2025-01-01T00:00:00Z, timezone: UTC}" if "window:" not in head else "",
            declared,
            "" if "grid:" in body else "grid: {bins: 3, binSize: 1, binUnit: hours}",
            "" if "topology:" in body else "topology: {nodes: [{id: A, semantics: {arrivals: a, served: a}}]}",
            "" if "\nnodes:" in f"\n{body}" else NODES,
            body,
        )
        if part
    )


def template_faults(text: str, given: Mapping[str, Plain] | None = None) -> list[str]:
    """The findings that forbid instantiating a template."""
    with pytest.raises(DocumentInvalidError) as caught:
        instantiate_document(read_yaml(text, source="t.yaml"), given or {})
    return shown(caught.value.findings)
