"""Run documents against the published schemas of the reference."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from flowtime_core.artifacts.bundle import render_run
from tests.support.runs import evaluated_run

# What this system adds beyond the reference's keys (register O15, contract section 2).
OURS = {
    "run.json": {"mode", "templateId", "templateTitle", "templateVersion", "inputHash", "classes", "classCoverage"},
    "manifest.json": {"files", "manifestHash"},
    "series/index.json": set(),
}
SCHEMAS = {"run.json": "run", "manifest.json": "manifest", "series/index.json": "series-index"}


@pytest.mark.parametrize("path", SCHEMAS)
def test_run_documents_satisfy_the_reference(reference: Path, path: str) -> None:
    """Without the keys that are ours each document is valid against the reference's schema, so its readers read it."""
    schema: Any = json.loads((reference / "schemas" / "newest" / f"{SCHEMAS[path]}.schema.json").read_text())
    document: Any = json.loads(render_run(evaluated_run())[path])
    assert set(document) >= OURS[path]
    plain = {key: value for key, value in document.items() if key not in OURS[path]}
    for warning in plain.get("warnings", []):
        for key in ("binRanges", "total"):
            warning.pop(key, None)
    jsonschema.Draft7Validator(schema).validate(plain)
