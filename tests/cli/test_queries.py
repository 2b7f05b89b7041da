"""`flowtime state`, `series`, `runs`, `verify` and `validate`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flowtime_core.pipelines.answer_graph import answer_graph
from flowtime_core.pipelines.answer_metrics import answer_metrics
from flowtime_core.pipelines.answer_state import answer_state, answer_window
from flowtime_core.records.window_options import WindowOptions
from flowtime_core.shell.workspace import Workspace
from tests.cli.conftest import Flip, Shell
from tests.support.desk import MODEL, NO_TOPOLOGY
from tests.support.golden import Golden


def test_the_state_in_json_is_the_answer_of_the_core(shell: Shell, run_id: str) -> None:
    """Snapshot and window are printed as they are."""
    stored = Workspace(Path("data")).open_run(Path("data/runs") / run_id)
    assert shell.json("state", run_id, "--bin", "1") == answer_state(stored, 1)
    assert shell.json("state", run_id, "--window", "0:2") == answer_window(stored, 0, 2)


def test_the_state_as_text(shell: Shell, run_id: str, golden: Golden) -> None:
    """A bin is a row per node, a window adds the course."""
    golden.check_text("cli/state-bin.txt", shell("state", run_id, "--bin", "3").stdout)
    golden.check_text("cli/state-window.txt", shell("state", run_id, "--window", "1:3").stdout)
    golden.check_text("cli/state-steps.txt", shell("state", run_id, "--window", "0:3", "--step", "2").stdout)


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        ((), 2, "give either --bin N or --window A:B"),
        (("--bin", "0", "--window", "0:1"), 2, "give either"),
        (("--window", "one"), 2, "is not A:B"),
        (("--bin", "4"), 3, "expected 0 to 3"),
        (("--window", "0:4"), 3, "expected 0 to 3"),
        (("--window", "3:1"), 3, "error[invalid_bin]: endBin is 1"),
        (("--window", "0:1", "--step", "0"), 3, "step is 0"),
        (("--bin", "0", "--step", "0"), 3, "step is 0"),
    ],
)
def test_bins_that_cannot_be_asked_for(
    shell: Shell, run_id: str, options: tuple[str, ...], code: int, text: str
) -> None:
    """Usage is exit code 2, a bin outside the grid 3, as text and as JSON."""
    for form in ((), ("--json",)):
        assert text in shell("state", run_id, *options, *form, code=code).stderr


def test_a_window_may_be_coarse_and_narrow(shell: Shell, run_id: str) -> None:
    """`--nodes`, `--step` and `--mode` reach the core; a node that is not there is exit code 3."""
    stored = Workspace(Path("data")).open_run(Path("data/runs") / run_id)
    options = WindowOptions(mode="full", nodes=("Desk", "demand"), step=2)
    arguments = ("state", run_id, "--nodes", "Desk, demand", "--step", "2", "--mode", "full")
    assert shell.json(*arguments, "--window", "0:3") == answer_window(stored, 0, 3, options)
    assert shell.json(*arguments, "--bin", "1") == answer_state(stored, 1, options)
    text = shell("state", run_id, "--window", "0:3", "--nodes", "Desk").stdout
    assert "Desk" in text
    assert "Exit" not in text
    assert "error[unknown_node]" in shell("state", run_id, "--bin", "1", "--nodes", "Dusk", code=3).stderr


def test_the_full_state_as_text_lists_what_is_computed(shell: Shell, run_id: str) -> None:
    """Const, pmf and expr nodes have one number each, below the nodes."""
    text = shell("state", run_id, "--bin", "1", "--mode", "full").stdout
    assert ["demand", "20"] in [line.split() for line in text.splitlines()]


def test_graph_and_metrics_in_json_are_the_answers_of_the_core(shell: Shell, run_id: str) -> None:
    """Both are printed as they are."""
    stored = Workspace(Path("data")).open_run(Path("data/runs") / run_id)
    assert shell.json("graph", run_id) == answer_graph(stored)
    assert shell.json("graph", run_id, "--mode", "full") == answer_graph(stored, "full")
    assert shell.json("metrics", run_id) == answer_metrics(stored)
    assert shell.json("metrics", run_id, "--window", "1:2") == answer_metrics(stored, 1, 2)


def test_graph_and_metrics_as_text(shell: Shell, run_id: str, golden: Golden) -> None:
    """A graph is a row per node in the order of flow and per edge; a level a row per node with its course."""
    golden.check_text("cli/graph.txt", shell("graph", run_id).stdout)
    golden.check_text("cli/graph-full.txt", shell("graph", run_id, "--mode", "full").stdout)
    golden.check_text("cli/metrics.txt", shell("metrics", run_id, "--window", "1:3").stdout)


def test_a_graph_without_edges_is_its_nodes(shell: Shell) -> None:
    """There is no empty table."""
    Path("one.yaml").write_text(
        MODEL.replace("    - {id: leave, from: Desk, to: Exit}\n", "").replace("edges:", "edges: []"), encoding="utf-8"
    )
    shell("run", "one.yaml", "--run-id", "one")
    assert "carries" not in shell("graph", "one").stdout


def test_a_run_without_topology_has_no_state(shell: Shell) -> None:
    """The message says what is missing."""
    Path("plain.yaml").write_text(NO_TOPOLOGY, encoding="utf-8")
    shell("run", "plain.yaml", "--run-id", "plain")
    assert "error[no_topology]" in shell("state", "plain", "--bin", "0", code=3).stderr


def test_a_run_is_named_by_id_or_directory(shell: Shell, run_id: str) -> None:
    """An id is looked up in the data root, a path is taken as it is."""
    by_id, by_path = (shell("series", name, "demand").stdout for name in (run_id, f"data/runs/{run_id}"))
    assert by_id == by_path == "bin_index,value\n0,10\n1,20\n2,30\n3,20\n"
    assert "error[run_not_found]" in shell("series", "other", code=4).stderr
    assert "error[run_not_found]" in shell("series", "no/such/dir", code=4).stderr


def test_a_directory_of_the_same_name_hides_no_run(shell: Shell, run_id: str) -> None:
    """A bare name is an id first; it is a directory where no run has that id, and with a separator always."""
    told = shell("series", run_id, "demand").stdout
    Path(run_id).mkdir()
    assert shell("series", run_id, "demand").stdout == told
    Path(run_id).rmdir()
    shutil.copytree(f"data/runs/{run_id}", "copy")
    assert shell("series", "copy", "demand").stdout == shell("series", "./copy", "demand").stdout == told
    Path(run_id).mkdir()
    assert "error[run_not_found]" in shell("series", f"./{run_id}", "demand", code=4).stderr


def test_nodes_may_be_named_one_by_one(shell: Shell, run_id: str) -> None:
    """Commas and repetition are one."""
    several = shell.json("state", run_id, "--bin", "1", "--nodes", "Desk", "--nodes", "Exit")
    assert several == shell.json("state", run_id, "--bin", "1", "--nodes", "Desk,Exit")
    assert [node["id"] for node in several["nodes"]] == ["Desk", "Exit"]


def test_series_are_listed_and_printed(shell: Shell, run_id: str, golden: Golden) -> None:
    """Without names there is a table; with names CSV; with --json either in plain values."""
    golden.check_text("cli/series.txt", shell("series", run_id).stdout)
    golden.check_text("cli/series-two.csv", shell("series", run_id, "Desk.served", "demand").stdout)
    listed = shell.json("series", run_id)
    assert (listed["runId"], listed["series"][0]["id"], "values" in listed["series"][0]) == (
        run_id,
        "demand@DEMAND@DEFAULT",
        False,
    )
    assert shell.json("series", run_id, "demand")["series"][0]["values"] == [10, 20, 30, 20]
    assert "did you mean 'demand'" in shell("series", run_id, "demnad", code=4).stderr
    assert "hint: it has 8, as demand, staff, size" in shell("series", run_id, "?", code=4).stderr


def test_runs_are_listed_and_shown(shell: Shell, run_id: str, golden: Golden) -> None:
    """A list has a line per run, a damaged one says so; showing a run repeats what running it printed."""
    printed = shell("run", "model.yaml", "--run-id", "again").stdout
    assert shell("runs", "show", "again").stdout == printed
    assert shell.json("runs", "show", run_id)["metadata"]["runId"] == run_id
    (shell.folder / "data/runs/broken").mkdir()
    (shell.folder / "data/runs/broken/run.json").write_text("{", encoding="utf-8")
    golden.check_text("cli/runs-list.txt", shell("runs", "list").stdout)
    assert [run["runId"] for run in shell.json("runs", "list")["items"]] == ["again", "mine", "broken"]
    assert shell("runs", "list", "--template-id", "none").stdout == "no runs\n"
    assert "page is 0, expected 1 or more" in shell("runs", "list", "--page", "0", code=3).stderr


def test_a_run_verifies_until_a_byte_changes(shell: Shell, run_id: str, flip: Flip) -> None:
    """Every file of the directory counts; what differs is named and the exit code is 8."""
    folder = shell.folder / "data/runs" / run_id
    assert "every file is as it was written" in shell("verify", run_id).stdout
    assert shell.json("verify", str(folder)) == {"path": str(folder), "verified": True, "differences": []}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        before = path.read_bytes()
        flip(path)
        result = shell("verify", run_id, code=8)
        assert (result.stdout, path.relative_to(folder).as_posix() in result.stderr) == ("", True)
        path.write_bytes(before)
    flip(folder / "spec.yaml")
    assert shell.json("verify", run_id, code=8)["differences"][0]["path"] == "spec.yaml"


def test_a_valid_document_has_a_plan(shell: Shell, golden: Golden) -> None:
    """--plan prints how the model is evaluated, also in JSON."""
    assert shell("validate", "model.yaml").stdout == "model.yaml: valid model\n"
    plan = shell("validate", "model.yaml", "--plan").stdout
    golden.check_text("cli/validate-plan.txt", plan)
    assert shell.json("validate", "model.yaml", "--plan")["plan"] == plan
    assert shell.json("validate", "model.yaml") == {
        "valid": True,
        "kind": "model",
        "source": "model.yaml",
        "errors": [],
        "warnings": [],
    }


def test_an_invalid_document_is_data_with_json_and_an_error_without(shell: Shell) -> None:
    """Both ways the exit code is 3."""
    Path("model.yaml").write_text(MODEL.replace("MIN(demand", "MIN(demnad"), encoding="utf-8")
    answer = shell.json("validate", "model.yaml", "--plan", code=3)
    assert (answer["valid"], answer["errors"][0]["line"], "plan" in answer) == (False, 16, False)
    assert shell("validate", "model.yaml", code=3).stdout == ""


def test_a_document_from_standard_input_is_named_so(shell: Shell) -> None:
    """Places in what was piped name standard input."""
    result = shell("validate", "-", input=MODEL.replace("MIN(demand", "MIN(demnad"), code=3)
    assert "<stdin>:16:" in result.stderr


def test_warnings_of_a_valid_document_are_shown(shell: Shell) -> None:
    """A key without meaning is named with its place, and the document is valid."""
    Path("model.yaml").write_text(MODEL + "colour: red\n", encoding="utf-8")
    assert "model.yaml:21:9: warning[unknown_key]" in shell("validate", "model.yaml").stdout
