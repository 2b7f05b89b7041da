"""Documents of the reference read here, and its schemas accept nothing that ours refuse (CONTRACT 2, 3)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from flowtime_core.codec.model import model_from_document, model_to_plain
from flowtime_core.codec.schema import schema_findings, schema_text
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.records.document import Document, Plain
from flowtime_core.records.limits import Limits
from flowtime_core.template.instantiate import RESERVED_IDS, instantiate_document
from tests.support.documents import shown
from tests.support.reference import reference_files
from tests.support.schemas import narrower

LARGE = Limits(document_bytes=1 << 22)
PAIRS = ("manifest", "run", "series-index", "telemetry-manifest", "template", "time-travel-state")


def below(document: Document, key: str) -> Document:
    """The part of a document below a key, with its places."""
    assert isinstance(document.plain, dict)
    marks = {p.removeprefix(f"/{key}"): mark for p, mark in document.marks.items() if p.startswith(f"/{key}")}
    return Document(source=document.source, plain=document.plain[key], marks=marks)


def check_model(document: Document) -> None:
    """A model of the reference has no findings, keeps our schema, and is written and read back as itself."""
    reading = model_from_document(document, reserved=RESERVED_IDS)
    assert shown(reading.findings) == []
    assert reading.model is not None
    assert schema_findings("model", document) == ()
    written = Document(source="", plain=model_to_plain(reading.model))
    assert model_from_document(written).model == reading.model
    assert schema_findings("model", written) == ()


@pytest.mark.parametrize("name", reference_files("engine-cases/*.yaml"))
def test_engine_cases(reference: Path, name: str) -> None:
    """The models of the engine cases are read."""
    check_model(below(read_yaml((reference / name).read_bytes(), source=name), "model"))


def test_api_model(reference: Path) -> None:
    """The model that the reference posts to its API is read."""
    path = reference / "fixtures" / "order-system" / "api-model.yaml"
    check_model(read_yaml(path.read_bytes(), source=path.name))


@pytest.mark.parametrize("name", reference_files("templates/*/*.yaml"))
def test_templates(reference: Path, name: str) -> None:
    """Templates of both generations give a model in both modes, with their defaults."""
    document = read_yaml((reference / name).read_bytes(), source=name)
    assert schema_findings("template", document) == ()
    for mode in ("simulation", "telemetry"):
        instance = instantiate_document(document, {}, mode)
        assert shown(instance.findings) == []
        assert schema_findings("model", Document(source="", plain=instance.plain)) == ()


def test_schema_examples(reference: Path) -> None:
    """The examples inside the reference's schema of models are read."""
    path = reference / "schemas" / "newest" / "model.schema.yaml"
    examples = model_examples(path.read_text("utf-8"))
    assert len(examples) >= 4
    for example in examples:
        check_model(Document(source=path.name, plain=example))


def model_examples(text: str) -> list[Plain]:
    """The top-level ``examples`` of the schema of models."""
    lines = text.splitlines()
    first = lines.index("examples:")
    last = next(i for i in range(first + 1, len(lines)) if lines[i] and lines[i][0] not in " #")
    plain = read_yaml("\n".join(lines[first:last]), source="examples", limits=LARGE).plain
    assert isinstance(plain, dict)
    examples = plain["examples"]
    assert isinstance(examples, list)
    return examples


@pytest.mark.parametrize("name", reference_files("golden/state*.json"))
def test_states(reference: Path, name: str) -> None:
    """The approved answers about states keep our schema."""
    plain = json.loads((reference / name).read_bytes())
    assert schema_findings("time-travel-state", Document(source=name, plain=plain)) == ()


def test_capture(reference: Path) -> None:
    """The manifest of the reference's example bundle keeps our schema."""
    path = reference / "fixtures" / "it-system-telemetry" / "manifest.json"
    plain = json.loads(path.read_bytes())
    assert schema_findings("telemetry-manifest", Document(source=path.name, plain=plain)) == ()


@pytest.mark.parametrize("generation", ["october", "newest"])
@pytest.mark.parametrize("name", PAIRS)
def test_schemas_are_wider(reference: Path, name: str, generation: str) -> None:
    """What a schema of the reference accepts, ours accepts, keyword by keyword."""
    theirs = json.loads((reference / "schemas" / generation / f"{name}.schema.json").read_bytes())
    ours = json.loads(schema_text(name))
    assert narrower(ours, theirs, name) == []


def test_model_schema_is_wider(reference: Path) -> None:
    """What the newest schema of models accepts, ours accepts."""
    path = reference / "schemas" / "newest" / "model.schema.yaml"
    theirs = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    assert narrower(json.loads(schema_text("model")), theirs, "model") == []
