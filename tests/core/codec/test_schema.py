"""Published schemas: package data, compiled on first use (CONTRACT 2)."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from flowtime_core.codec.schema import SCHEMA_NAMES, schema_findings, schema_text
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.errors import NotFoundError
from flowtime_core.records.document import Document
from tests.support.documents import shown

PUBLISHED = Path(__file__).parents[3] / "schemas"


@pytest.mark.parametrize("name", SCHEMA_NAMES)
def test_published(name: str) -> None:
    """Each schema is published byte for byte as it ships, and is one itself."""
    assert (PUBLISHED / f"{name}.schema.json").read_bytes() == schema_text(name)
    jsonschema.Draft7Validator.check_schema(json.loads(schema_text(name)))
    assert schema_findings(name, Document(source="", plain={}))


def test_nothing_else_published() -> None:
    """The published folder holds the known schemas only."""
    assert sorted(path.name for path in PUBLISHED.iterdir()) == sorted(f"{n}.schema.json" for n in SCHEMA_NAMES)


def test_unknown() -> None:
    """An unknown schema is not found, and the known ones are named."""
    with pytest.raises(NotFoundError, match="no schema 'x'") as caught:
        schema_text("x")
    assert "template, model, run" in caught.value.hint


def test_place() -> None:
    """A fault is located in the text by pointer, line and column."""
    document = read_yaml(
        "schemaVersion: 1\ngrid: {bins: 2, binSize: 1, binUnit: hours}\nnodes:\n  - {id: 7}", source="m"
    )
    (finding,) = schema_findings("model", document)
    assert shown([finding]) == ["schema_violation /nodes/0/id: /nodes/0/id must be string (schemas/model.schema.json)"]
    assert str(finding.location) == "m:4:10"


@pytest.mark.parametrize("unit", ["seconds", "minutes", "hours", "days", "weeks"])
def test_units(unit: str) -> None:
    """Every unit of SEMANTICS 1.1 is one in every document that has a grid."""
    grid = {"bins": 1, "binSize": 1, "binUnit": unit}
    model = {"schemaVersion": 1, "grid": grid}
    index = {"schemaVersion": 1, "grid": {**grid, "timezone": "UTC"}, "series": []}
    assert (
        schema_findings("model", Document(source="", plain={**model, "grid": {**grid, "binUnit": unit.title()}})) == ()
    )
    assert schema_findings("series-index", Document(source="", plain=index)) == ()
