"""The model that a template makes."""

from __future__ import annotations

from pathlib import Path

import pytest

import flowtime_core as ft
from flowtime_core.records.limits import Limits
from flowtime_core.records.run import RunRequest, Submission
from flowtime_core.shell.generate import generate_model
from tests.support.desk import MODEL, MOMENT, TEMPLATE, library


def test_a_generated_model_runs_as_its_template_does(tmp_path: Path) -> None:
    """The text is a model of its own with the same numbers, and equal inputs give equal text."""
    shelf = library(tmp_path)
    request = RunRequest(template_id="desk", parameters={"rate": 4})
    made = generate_model(request, library=shelf, created=MOMENT)
    again = generate_model(request, library=shelf, created=MOMENT.replace(year=2026))
    assert made.text == again.text
    direct = ft.run("desk", parameters={"rate": 4}, templates_dir=tmp_path)
    assert dict(ft.run(made.text).series) == dict(direct.series)


def test_the_answer_names_the_provenance(tmp_path: Path) -> None:
    """Model text and provenance stand side by side; only the provenance knows the time."""
    request = RunRequest(template_id="desk", parameters={"rate": 4}, seed=9)
    plain = generate_model(request, library=library(tmp_path), created=MOMENT).to_plain()
    provenance = plain["provenance"]
    assert isinstance(provenance, dict)
    assert (provenance["templateId"], provenance["generatedAt"]) == ("desk", "2025-03-01T12:00:00Z")
    assert "2025-03-01" not in str(plain["model"])


def test_telemetry_files_may_come_later(tmp_path: Path) -> None:
    """A simulation has to have the files it reads, telemetry is bound when it runs."""
    text = TEMPLATE.replace('values: "${demand}"', 'source: "file:calls.csv"')
    document = Submission(text=text, folder=str(tmp_path))
    request = RunRequest(document=document, mode="telemetry", parameters={"rate": 4})
    made = generate_model(request, library=library(tmp_path), created=MOMENT)
    assert "mode: telemetry" in made.text
    simulation = RunRequest(document=Submission(text=MODEL.replace("values: [10, 20, 30, 20]", "source: file:x.csv")))
    with pytest.raises(ft.DocumentInvalidError, match=r"file:x\.csv"):
        generate_model(simulation, library=library(tmp_path), created=MOMENT)


def test_a_model_past_the_limit_is_not_made(tmp_path: Path) -> None:
    """1.1 Generating is bounded as running is."""
    request = RunRequest(template_id="desk", parameters={"rate": 4})
    with pytest.raises(ft.LimitError, match="2 series x 3 bins pass the limit of 5 values"):
        generate_model(request, library=library(tmp_path), created=MOMENT, limits=Limits(series_values=5))
