"""Runs of every origin answer: made by HTTP, by the command line, by the reference."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from flowtime_cli.main import cli
from tests.http.conftest import DESK, Site
from tests.support.desk import MODEL


def by_http(site: Site) -> str:
    """A run of a template, over HTTP."""
    return site.run()


def by_sent_model(site: Site) -> str:
    """A run of a model that was sent."""
    return site.run_model()


def by_command(site: Site) -> str:
    """A run of the command line."""
    (site.folder / "model.yaml").write_text(MODEL, encoding="utf-8")
    arguments = ["run", "model.yaml", "--data-dir", str(site.folder / "data"), "--run-id", "typed"]
    assert CliRunner().invoke(cli, arguments).exit_code == 0
    return "typed"


def by_capture(site: Site) -> str:
    """A telemetry run."""
    body = {"templateId": "desk", "parameters": {"rate": 4}, "telemetry": {"sourceRunId": site.run()}}
    return str(site.post("/v1/runs", body, 201)["metadata"]["runId"])


def by_the_reference(site: Site) -> str:
    """A directory as the reference writes it: less in every document, and directly in the data root."""
    site.run()
    source = site.folder / "data/runs/mine"
    target = site.folder / "data/run_20250101T000000Z_0123abcd"
    source.rename(target)
    for path, keep in (
        (
            "run.json",
            ("schemaVersion", "runId", "engineVersion", "grid", "scenarioHash", "modelHash", "warnings", "series"),
        ),
        (
            "model/metadata.json",
            ("templateId", "templateVersion", "templateTitle", "schemaVersion", "mode", "modelHash"),
        ),
    ):
        _thin(target / path, keep)
    for path in ("model/provenance.json", "manifest.json"):
        (target / path).unlink()
    return target.name


def _thin(path: Path, keep: tuple[str, ...]) -> None:
    plain: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({key: plain[key] for key in keep if key in plain}), encoding="utf-8")


@pytest.mark.parametrize(
    "make", [by_http, by_sent_model, by_command, by_capture, by_the_reference], ids=lambda make: make.__name__
)
def test_a_run_answers_wherever_it_comes_from(site: Site, make: Any) -> None:  # noqa: ANN401 - a maker of runs
    """Listing, detail, state, window, graph, index, model; and detail and state tell one metadata, byte for byte."""
    run_id = make(site)
    assert run_id in [item["runId"] for item in site.get("/v1/runs")["items"]]
    own = f"/v1/runs/{run_id}"
    detail, state = site.get(own), site.get(f"{own}/state?binIndex=1")
    window = site.get(f"{own}/state_window?startBin=0&endBin=2")
    assert detail["canReplay"] is True
    texts = {json.dumps(answer["metadata"]) for answer in (detail, state, window)}
    assert len(texts) == 1
    for rest in ("graph", "metrics", "index", "model"):
        assert site.client.get(f"{own}/{rest}").status_code == 200


def test_creation_tells_the_same_metadata_as_the_state(site: Site) -> None:
    """Also at once."""
    made = site.post("/v1/runs", DESK, 201)
    assert json.dumps(made["metadata"]) == json.dumps(site.get(made["links"]["state"] + "?binIndex=0")["metadata"])
