"""From documents to prepared models, and from these to runs."""

from __future__ import annotations

import numpy as np
import pytest

import flowtime_core as ft
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.pipelines.evaluate import describe_origin, evaluate_run
from flowtime_core.pipelines.prepare import is_template, place_of_text, prepare_model, prepare_template
from flowtime_core.records.document import Document
from flowtime_core.records.run import Provenance, SourceFile
from tests.support.desk import MODEL, MOMENT, TEMPLATE


def document(text: str) -> Document:
    """The document of a text."""
    return read_yaml(text, source="t.yaml")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (MODEL, False),
        (TEMPLATE, True),
        ("parameters: []", True),
        ("a: [{b: '${c}'}]", True),
        ("[1]", False),
        ("", False),
    ],
)
def test_a_template_declares_parameters_or_has_holes(text: str, *, answer: bool) -> None:
    """Anything else is taken as a model."""
    assert is_template(document(text)) is answer


def test_a_text_is_found_where_it_stands_first() -> None:
    """Lists and mappings are walked in document order; a text that is not there has no place."""
    found = document("a: 1\nb: [x, {c: file:y}]\nd: file:y\n")
    assert str(place_of_text(found, "file:y")) == "t.yaml:2:12"
    assert place_of_text(found, "file:z") is None


def test_a_document_that_is_no_mapping_is_no_template() -> None:
    """What stands around the body is checked first."""
    with pytest.raises(ft.DocumentInvalidError, match="is not a valid template"):
        prepare_template(document("[1]"), {}, texts={})


def provenance(text: str, seed: int | None = None) -> Provenance:
    """Where the run of a model comes from."""
    return describe_origin(prepare_model(document(text), spec_text=text, seed=seed), {})


def test_the_input_hash_of_a_model_follows_its_meaning_not_its_spelling() -> None:
    """Comments and order of keys change nothing; a value and the seed do."""
    first = provenance(MODEL)
    assert provenance(f"# a comment\n{MODEL}") == first
    assert (
        provenance(
            MODEL.replace("kind: const, values: [10", "values: [10").replace("30, 20]}", "30, 20], kind: const}")
        )
        == first
    )
    assert provenance(MODEL.replace("[10, 20", "[11, 20")).input_hash != first.input_hash
    assert provenance(MODEL, seed=7).input_hash != first.input_hash


def test_an_error_of_evaluation_is_an_error_of_the_document() -> None:
    """A simulation refuses values that only evaluating shows (SEMANTICS 6.3)."""
    text = MODEL.replace("kind: queue\n", "kind: queue\n      wipLimitSeries: limit\n").replace(
        "  - {id: size", "  - {id: limit, kind: const, values: [1, -1, 1, 1]}\n  - {id: size"
    )
    prepared = prepare_model(document(text), spec_text=text)
    with pytest.raises(ft.DocumentInvalidError, match="values that simulation mode refuses") as caught:
        evaluate_run(prepared, {}, created=MOMENT)
    assert caught.value.findings[0].code == "negative_wip_limit"


def test_a_role_bound_to_a_file_is_a_source_and_an_input() -> None:
    """A file: URI of a role is read like that of a node."""
    text = MODEL.replace("capacity: staff}", 'capacity: "file:staff.csv"}')
    prepared = prepare_model(document(text), spec_text=text)
    assert prepared.file_uris() == ("file:staff.csv",)
    source = SourceFile(uri="file:staff.csv", digest="sha256:1", values=np.ones(4))
    assert describe_origin(prepared, {source.uri: source}).bindings == {"Desk.capacity": "sha256:1"}
