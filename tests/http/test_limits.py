"""How large a run one caller may ask for."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from flowtime_cli.main import cli
from flowtime_http import Settings, server
from tests.http.conftest import DESK, YAML, Build, Site
from tests.support.desk import TEMPLATE

LARGE = """\
schemaVersion: 1
grid: {bins: 100000000, binSize: 1, binUnit: hours}
nodes:
  - {id: a, kind: const, values: 1}
"""
TEMPLATE_OF_ANY_SIZE = (
    TEMPLATE.replace("max: 24", "max: 1000000000")
    .replace('values: "${demand}"', "values: 1")
    .replace("binUnit: hours", "binUnit: minutes")
)


def ask(site: Site, path: str) -> Any:  # noqa: ANN401 - an answer
    """Ask for something of a hundred million bins."""
    (site.folder / "templates/desk.yaml").write_text(TEMPLATE_OF_ANY_SIZE, encoding="utf-8")
    parameters = {"rate": 4, "bins": 100_000_000}
    if path in {"/v1/run", "/v1/validate"}:
        return site.client.post(path, content=LARGE, headers=YAML)
    return site.client.post(path, json=parameters if "generate" in path else DESK | {"parameters": parameters})


@pytest.mark.parametrize(
    "path", ["/v1/run", "/v1/validate", "/v1/runs", "/v1/runs?dryRun=true", "/api/v1/templates/desk/generate"]
)
def test_a_small_document_cannot_ask_for_much_memory(site: Site, path: str) -> None:
    """413 before anything of that size is made, wherever a model is evaluated or checked."""
    tracemalloc.start()
    try:
        answer = ask(site, path)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()
    assert (answer.status_code, answer.json()["code"]) == (413, "limit_exceeded")
    assert "10000000 values" in answer.json()["detail"]


def test_the_service_may_be_told_another_limit(build: Build) -> None:
    """What it computes counts, and health tells the limit."""
    site = build(series_values=11)
    assert site.post("/v1/runs", DESK, 413)["code"] == "limit_exceeded"
    assert site.get("/v1/healthz")["capabilities"]["limits"]["maxSeriesValues"] == 11
    assert build(series_values=100).post("/v1/runs", DESK, 201)


@pytest.mark.parametrize(("options", "values"), [([], 10_000_000), (["--series-values", "5"], 5)])
def test_the_command_sets_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], values: int
) -> None:
    """Ten million values by default, a twentieth of what the library takes."""
    told: list[Settings] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(server, "serve", lambda settings, **_: told.append(settings))
    assert CliRunner().invoke(cli, ["serve", *options, "--quiet"]).exit_code == 0
    assert told[0].series_values == values


def test_an_export_waits_for_its_turn_as_an_evaluation_does(build: Build) -> None:
    """It takes as much time and memory; reads go on meanwhile."""
    site = build(evaluations=1, waiting=0)
    run_id = site.run()
    work = site.client.app.state.work  # type: ignore[attr-defined]
    work._free -= 1
    answer = site.client.get(f"/v1/runs/{run_id}/export/csv")
    assert (answer.status_code, answer.json()["code"]) == (503, "too_busy")
    assert site.get(f"/v1/runs/{run_id}")
    work._free += 1
    assert site.client.get(f"/v1/runs/{run_id}/export/csv").status_code == 200
