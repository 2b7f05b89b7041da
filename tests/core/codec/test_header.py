"""What stands around the nodes of a model (SEMANTICS 4.10, CONTRACT 2, 3)."""

from __future__ import annotations

import pytest

from flowtime_core.records.model import ClassArrival, FlowClass, ModelMetadata, Output, Rng
from tests.support.documents import faults_of, model_of


@pytest.mark.parametrize(
    ("parts", "mode"),
    [
        ([], "simulation"),
        (["mode: ''"], "simulation"),
        (["mode: ' Telemetry '"], "telemetry"),
        (["provenance: {mode: telemetry}"], "telemetry"),
        (["provenance: {mode: telemetry}", "mode: simulation"], "simulation"),
    ],
)
def test_mode(parts: list[str], mode: str) -> None:
    """The mode is that of the model, else that of its provenance, else simulation."""
    assert model_of(*parts).mode == mode


def test_metadata() -> None:
    """Metadata are read as they are, and a capture key is no unknown key."""
    text = "{id: i, title: t, description: d, narrative: n, version: 1.0.0, tags: [x, y], captureKey: c}"
    assert model_of(f"metadata: {text}").metadata == ModelMetadata(
        id="i", title="t", description="d", narrative="n", version="1.0.0", tags=("x", "y")
    )


def test_metadata_from_provenance() -> None:
    """A model without metadata is known by the template its provenance names."""
    model = model_of("provenance: {templateId: i, templateVersion: 1.0.0}")
    assert model.metadata == ModelMetadata(id="i", version="1.0.0")
    assert model_of().metadata == ModelMetadata()


@pytest.mark.parametrize(
    ("text", "rng"),
    [
        ("null", None),
        ("{}", Rng()),
        ("{kind: PCG32, seed: 7}", Rng(seed=7)),
        ("{seed: '-7'}", Rng(seed=-7)),
        ("{seed: 7.0}", Rng(seed=7)),
    ],
)
def test_rng(text: str, rng: Rng | None) -> None:
    """The generator is pcg32 with an integer seed, also written as text."""
    assert model_of(f"rng: {text}").rng == rng


@pytest.mark.parametrize("seed", ["x", "1.5", "true", "9.1e+15", "'99999999999999999999'", "''"])
def test_rng_seed_faults(seed: str) -> None:
    """A seed is an integer that every reader of JSON holds exactly."""
    (fault,) = faults_of(f"rng: {{seed: {seed}}}")
    assert fault.startswith("schema_violation /rng/seed: seed of rng is ")
    assert fault.endswith(", expected an integer below 2^53")


def test_rng_kind() -> None:
    """Another generator is an error, for the numbers would be others."""
    assert faults_of("rng: {kind: mt19937}") == [
        "schema_violation /rng/kind: kind of rng is 'mt19937', expected one of pcg32"
    ]


def test_outputs() -> None:
    """Outputs select a series, under both spellings of series and file name, and may exclude some."""
    text = (
        "[{series: '*', exclude: [a]}, {source: a, filename: sub/a.csv, id: x, description: y}, {series: a, as: null}]"
    )
    assert model_of(f"outputs: {text}").outputs == (
        Output(series="*", exclude=("a",)),
        Output(series="a", file_name="sub/a.csv"),
        Output(series="a"),
    )


@pytest.mark.parametrize("name", ["../a.csv", "/a.csv", "a//b.csv", "./a.csv", "C:a.csv", "a\\\\b.csv", "a\\tb.csv"])
def test_output_stays_inside(name: str) -> None:
    """The file name of an output may not leave its folder."""
    (fault,) = faults_of(f'outputs: [{{series: a, as: "{name}"}}]')
    assert fault.startswith("schema_violation /outputs/0/as: the file name ")
    assert fault.endswith(" leaves the folder (write a plain name, as in served.csv)")


def test_output_faults() -> None:
    """An output without a series selects nothing."""
    assert faults_of("outputs: [{as: a.csv}]") == ["schema_violation /outputs/0: output 1 has no series"]


def test_classes() -> None:
    """Classes and the arrivals that carry them are read, a rate in both spellings (SEMANTICS 4.10)."""
    model = model_of(
        "classes: [{id: gold, displayName: Gold, description: d}, {id: rest-1}]",
        "traffic: {arrivals: [{nodeId: a, classId: gold, pattern: {kind: constant, ratePerBin: 3}}, "
        "{nodeId: a, classId: rest-1, pattern: {kind: poisson, rate: 1}}]}",
    )
    assert model.classes == (FlowClass(id="gold", display_name="Gold", description="d"), FlowClass(id="rest-1"))
    assert model.class_arrivals == (
        ClassArrival(node_id="a", class_id="gold", rate=3.0),
        ClassArrival(node_id="a", class_id="rest-1", rate=1.0),
    )
    assert model_of("traffic: {arrivals: [{nodeId: a}]}").class_arrivals == (ClassArrival(node_id="a", class_id=""),)


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        (["classes: [{}]"], "schema_violation /classes/0: class 1 has no id"),
        (["classes: [{id: a}, {id: a}]"], "duplicate_id /classes/1/id: class 'a' is declared twice (first at line 4)"),
        (
            ["classes: [{id: DEFAULT}]"],
            "invalid_id /classes/0/id: class id 'DEFAULT' must hold letters, digits, '_' or '-', and not be DEFAULT",
        ),
        (
            ["classes: [{id: a.b}]"],
            "invalid_id /classes/0/id: class id 'a.b' must hold letters, digits, '_' or '-', and not be DEFAULT",
        ),
        (
            ["classes: [{id: gold}]", "traffic: {arrivals: [{nodeId: a, classId: gld}]}"],
            "unknown_class /traffic/arrivals/0/classId: class 'gld' is not declared (did you mean 'gold')",
        ),
        (
            ["classes: [{id: gold}]", "traffic: {arrivals: [{nodeId: a}]}"],
            "schema_violation /traffic/arrivals/0: arrival 'a' has no classId",
        ),
        (
            ["traffic: {arrivals: [{nodeId: a, pattern: {ratePerBin: -1}}]}"],
            (
                "schema_violation /traffic/arrivals/0/pattern/ratePerBin: ratePerBin of the pattern of arrival 'a' is "
                "-1, expected at least 0"
            ),
        ),
    ],
)
def test_class_faults(parts: list[str], fault: str) -> None:
    """Class ids are unique and not the name of totals, and arrivals name declared classes (SEMANTICS 4.10)."""
    assert faults_of(*parts) == [fault]
