"""Every example: the run directory, states, plan and the text of the command line are golden files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen
from click.testing import CliRunner

import flowtime_core as ft
from flowtime_cli.main import cli
from flowtime_core.codec.json import decode_json, encode_json
from flowtime_core.codec.schema import schema_findings
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.engine.describe import describe_plan
from flowtime_core.pipelines.answer_state import answer_state, answer_window
from flowtime_core.records.document import Document
from flowtime_core.shell.disk_tree import read_tree
from tests.support.golden import Golden
from tests.support.reference import ROOT

EXAMPLES = ROOT / "examples"
TEMPLATES = ROOT / "flowtime_core/src/flowtime_core/templates"
CLOCK = "1767225600"
"""2026-01-01T00:00:00Z: when every golden run is made."""

SCHEMAS = {
    "run.json": "run",
    "manifest.json": "manifest",
    "series/index.json": "series-index",
    "model/telemetry/telemetry-manifest.json": "telemetry-manifest",
    "model/model.yaml": "model",
    "spec.yaml": "model",
}


@frozen(kw_only=True)
class Example:
    """A model file, or a template with a file of parameters."""

    name: str
    model: Path | None = None
    template_id: str = ""
    parameters: Path | None = None
    whole_window: bool = False

    @property
    def arguments(self) -> list[str]:
        """What to say to `flowtime run` and `flowtime validate`."""
        if self.model is not None:
            return [str(self.model)]
        given = [] if self.parameters is None else ["--param-file", str(self.parameters)]
        return ["--template-id", self.template_id, *given]

    def validate(self) -> ft.Validation:
        """Check it with the library."""
        if self.model is not None:
            return ft.validate(self.model)
        values = {} if self.parameters is None else read_yaml(self.parameters.read_bytes(), source=self.name).plain
        assert isinstance(values, dict)
        return ft.validate(self.template_id, parameters=values)


def _examples() -> Iterator[Example]:
    for path in sorted((EXAMPLES / "models").glob("*.yaml")):
        yield Example(name=f"models/{path.stem}", model=path, whole_window=True)
    for template_id in sorted(path.stem for path in TEMPLATES.glob("*.yaml")):
        yield Example(name=f"{template_id}/default", template_id=template_id, whole_window=True)
        for path in sorted((EXAMPLES / template_id).glob("*.yaml")):
            yield Example(name=f"{template_id}/{path.stem}", template_id=template_id, parameters=path)


ALL = tuple(_examples())


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder to work in, a clock that stands still, a terminal of 100 columns without colours."""
    monkeypatch.chdir(tmp_path)
    for name in ("FLOWTIME_DATA_DIR", "FLOWTIME_TEMPLATES_DIR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", CLOCK)
    monkeypatch.setenv("COLUMNS", "100")


def _check_schema(name: str, document: Document) -> None:
    assert schema_findings(name, document) == ()


@pytest.mark.parametrize("example", ALL, ids=lambda example: example.name)
@pytest.mark.usefixtures("still")
def test_an_example_gives_its_golden_files(example: Example, golden: Golden) -> None:
    """Run directory, states, window, plan and command line of an example are as they were, and fit the schemas."""
    done = CliRunner().invoke(cli, ["run", *example.arguments, "--deterministic-run-id"])
    assert done.exit_code == 0, done.output
    [directory] = Path("data/runs").iterdir()
    ft.verify(directory)
    tree = read_tree(directory)
    for path, schema in SCHEMAS.items():
        read = read_yaml if path.endswith(".yaml") else decode_json
        _check_schema(schema, read(tree[path], source=path))
    run = ft.open_run(directory)
    bins = run.model.grid.bins
    states = {f"state-{t}.json": answer_state(run.stored, t) for t in (0, bins // 2, bins - 1)}
    if example.whole_window:
        states["window.json"] = answer_window(run.stored, 0, bins - 1)
    for path, plain in states.items():
        _check_schema("time-travel-state", Document(source=path, plain=plain))
    plan = example.validate().plan
    assert plan is not None
    texts = {"run.txt": done.stdout.encode(), "plan.txt": describe_plan(plan).encode()}
    run_files = {f"run/{path}": data for path, data in tree.items()}
    state_files = {path: encode_json(plain) for path, plain in states.items()}
    golden.check(f"examples/{example.name}", {**run_files, **state_files, **texts})


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_shipped_template_fits_its_schema(path: Path) -> None:
    """The published schema accepts every template that ships."""
    _check_schema("template", read_yaml(path.read_bytes(), source=path.name))


def test_every_file_of_the_examples_is_a_case() -> None:
    """Nothing lies in examples/ that no test runs."""
    files = {path for example in ALL for path in (example.model, example.parameters) if path is not None}
    present = {path for path in EXAMPLES.rglob("*") if path.is_file()}
    gaps = {EXAMPLES / f"gaps/{path.name}" for path in TEMPLATES.glob("*.yaml")}  # cases of test_captures.py
    # The scripts are run by the tests of the command line and of the service.
    workflow = {EXAMPLES / f"workflow/{name}" for name in ("replay.sh", "replay-http.sh")}
    assert present - files == {EXAMPLES / "README.md", EXAMPLES / "models/guests.csv", *workflow, *gaps}
