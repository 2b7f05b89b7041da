"""Templates on the wire: what stands around the body (CONTRACT 3)."""

from __future__ import annotations

import pytest

from flowtime_core.codec.template import template_from_document, window_findings
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.records.document import Document
from flowtime_core.records.model import ModelMetadata, Rng
from flowtime_core.records.template import Parameter, Template
from tests.support.documents import shown

HEAD = "metadata: {id: demo, title: Demo, version: 1.0.0}"


def template_of(text: str) -> Template:
    """The template of a text, which has no findings."""
    reading = template_from_document(read_yaml(text, source="t.yaml"))
    assert shown(reading.findings) == []
    assert reading.template is not None
    return reading.template


def test_header() -> None:
    """A template says who it is, its mode, generator, capture key, random generator and parameters."""
    text = """
metadata: {id: demo, title: Demo, version: 1.2.3-beta.1, narrative: n, tags: [x], captureKey: k}
mode: telemetry
generator: mine
rng: {kind: pcg32, seed: 7}
window: {start: 2025-01-01T00:00:00Z, timezone: UTC}
parameters: [{name: p, type: string, default: x}]
grid: {bins: "${p}"}
"""
    template = template_of(text)
    assert template == Template(
        metadata=ModelMetadata(id="demo", title="Demo", version="1.2.3-beta.1", narrative="n", tags=("x",)),
        parameters=(Parameter(name="p", type="string", default="x", has_default=True),),
        document=template.document,
        mode="telemetry",
        rng=Rng(seed=7),
        capture_key="k",
        generator="mine",
    )


def test_defaults() -> None:
    """A template needs no more than who it is."""
    template = template_of(HEAD)
    assert (template.mode, template.generator, template.rng) == ("simulation", "flowtime-sim", None)
    assert (template.parameters, template.capture_key) == ((), "")


def test_holes_wait() -> None:
    """Placeholders in the header are not judged before they are filled."""
    text = """
metadata: {id: "${i}", title: "${t}", version: "${v}"}
mode: ${m}
rng: {seed: "${s}"}
window: {start: "${w}", timezone: nowhere}
"""
    template = template_of(text)
    assert (template.mode, template.rng) == ("simulation", None)


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("[]", ["schema_violation : a template is a mapping, this document is a list of 0"]),
        ("grid: {}", ["schema_violation : the template has no metadata (metadata: {id, title, version})"]),
        (
            "metadata: {}",
            [
                "schema_violation /metadata: the metadata has no version (version: 1.0.0)",
                "schema_violation /metadata: the metadata has no id",
                "schema_violation /metadata: the metadata has no title",
            ],
        ),
        (
            "metadata: {id: a b, title: T, version: 1.10}",
            [
                (
                    "invalid_id /metadata/id: template id 'a b' must begin with a letter or digit and "
                    "hold these, '.', '_' or '-'"
                ),
                (
                    "schema_violation /metadata/version: version of the metadata is the number 1.1, "
                    "expected a text (put it in "
                    "quotes)"
                ),
            ],
        ),
        (
            "metadata: {id: a, title: T, version: v1}",
            [
                (
                    "schema_violation /metadata/version: version of the metadata is 'v1', expected "
                    "three numbers N.N.N (as in "
                    "1.0.0 or 2.1.0-beta)"
                )
            ],
        ),
        (
            "metadata: {id: a, title: T, version: ' '}",
            ["schema_violation /metadata: the metadata has no version (version: 1.0.0)"],
        ),
        (
            f"{HEAD}\nmode: sim",
            ["schema_violation /mode: mode of the template is 'sim', expected one of simulation, telemetry"],
        ),
        (
            f"{HEAD}\nwindow: {{start: 2025-01-01T00:00:00+01:00, timezone: CET}}",
            [
                (
                    "invalid_grid /window/start: start of the window is '2025-01-01T00:00:00+01:00', expected UTC "
                    "(write 2024-12-31T23:00:00Z)"
                ),
                "schema_violation /window/timezone: timezone of the window is 'CET', expected one of UTC",
            ],
        ),
    ],
)
def test_faults(text: str, findings: list[str]) -> None:
    """What a template must say about itself is asked for, all at once (CONTRACT 3)."""
    reading = template_from_document(read_yaml(text, source="t.yaml"))
    assert shown(reading.findings) == findings
    assert reading.template is None


def test_window_findings() -> None:
    """The window of a filled body is judged like that of a template without placeholders."""
    assert window_findings(Document(source="", plain=[])) == ()
    document = Document(source="", plain={"window": {"start": "soon"}})
    assert [finding.code for finding in window_findings(document)] == ["invalid_grid"]
