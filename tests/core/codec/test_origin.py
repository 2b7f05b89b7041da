"""Where a model comes from, as documents say (CONTRACT 5)."""

from __future__ import annotations

import pytest

from flowtime_core.codec.origin import decode_origin, named, origin_of_model
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.errors import DocumentInvalidError, DocumentSyntaxError
from flowtime_core.records.bundle import Origin
from flowtime_core.records.document import Document
from flowtime_core.records.model import ModelMetadata

TEXT = (
    '{"templateId": "desk", "templateVersion": "1.2.0", "templateTitle": null, "parameters": {"rate": 4}, "links": []}'
)


def test_a_provenance_is_read_as_far_as_it_goes() -> None:
    """Template and parameters are taken, null counts as absent, the rest passes."""
    origin = decode_origin(TEXT, source="provenance.json")
    assert origin == Origin(template_id="desk", template_version="1.2.0", parameters={"rate": 4})
    assert decode_origin("{}", source="provenance.json") == Origin()


def test_what_is_no_provenance_is_refused() -> None:
    """A text that is no JSON, a list, or an id that is a number."""
    with pytest.raises(DocumentSyntaxError):
        decode_origin("desk", source="provenance.json")
    for text in ("[]", '{"templateId": 4}'):
        with pytest.raises(DocumentInvalidError, match=r"provenance\.json is not a valid provenance"):
            decode_origin(text, source="provenance.json")


def test_a_generated_model_says_where_it_comes_from() -> None:
    """Its provenance block counts; a model without one says nothing."""
    made = read_yaml("provenance: {templateId: desk, parameters: {rate: 4}}", source="model.yaml")
    assert origin_of_model(made) == Origin(template_id="desk", parameters={"rate": 4})
    assert origin_of_model(read_yaml("nodes: []", source="model.yaml")) is None
    assert origin_of_model(Document(source="model.yaml", plain=[])) is None


def test_a_model_takes_the_name_of_its_template() -> None:
    """What the origin does not know stays."""
    own = ModelMetadata(id="own", title="Own", version="0.1.0")
    assert named(own, Origin(template_id="desk")) == ModelMetadata(id="desk", title="Own", version="0.1.0")
    assert named(own, Origin(template_title="Desk", template_version="2.0.0")).title == "Desk"
