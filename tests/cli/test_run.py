"""`flowtime run`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flowtime_core.shell.disk_tree import read_tree
from tests.cli.conftest import Shell
from tests.support.desk import MODEL, NO_TOPOLOGY
from tests.support.golden import Golden

ORDER = ("run", "--template-id", "order-system", "--deterministic-run-id")


def test_the_main_job_prints_a_table_and_names_the_directory(shell: Shell) -> None:
    """The table has a row per node, and the footer the run and its directory."""
    output = shell(*ORDER).stdout
    for text in ("OrderService", "PackingQueue", "svc+queue", "utilization", "█", "red", "data/runs/run_order-system_"):
        assert text in output
    assert max(map(len, output.splitlines())) <= 100


def test_equal_inputs_are_one_run(shell: Shell) -> None:
    """The second time the same id is reused, and says so."""
    first, second = shell.json(*ORDER), shell.json(*ORDER)
    assert first["metadata"] == second["metadata"]
    assert (first["wasReused"], second["wasReused"]) == (False, True)
    assert "reused" in shell(*ORDER).stdout


def test_two_roots_hold_equal_bytes(shell: Shell) -> None:
    """With SOURCE_DATE_EPOCH directories are byte-identical wherever they stand."""
    trees: list[dict[str, bytes]] = []
    for root in ("one", "two"):
        shell(*ORDER, "--out", root)
        (path,) = (shell.folder / root).glob("run_*")
        trees.append(dict(read_tree(path)))
    assert trees[0] == trees[1]


def test_a_model_file_and_standard_input_are_one(shell: Shell) -> None:
    """A dash reads the model from standard input."""
    by_file = shell.json("run", "model.yaml", "--deterministic-run-id")
    by_pipe = shell("run", "-", "--deterministic-run-id", "--json", input=MODEL)
    assert json.loads(by_pipe.stdout)["metadata"] == by_file["metadata"]


def test_parameters_come_from_options_and_files(shell: Shell) -> None:
    """-p wins over --param-file, which may be YAML or JSON, also on standard input."""
    Path("p.json").write_text('{"rate": 9, "bins": 3}', encoding="utf-8")
    desk = ("run", "--template-id", "desk", "--dry-run", "--json")
    given = json.loads(shell(*desk, "--param-file", "p.json", "-p", "rate=4").stdout)["plan"]["parameters"]
    assert (given["rate"], given["bins"]) == (4, 3)
    piped = json.loads(shell(*desk, "--param-file", "-", input="rate: 2\n").stdout)["plan"]["parameters"]
    assert piped["rate"] == 2


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(shell: Shell, golden: Golden) -> None:
    """The plan is a table of facts."""
    golden.check_text("cli/run-dry.txt", shell("run", "--template-id", "desk", "-p", "rate=4", "--dry-run").stdout)
    assert not Path("data").exists()


def test_a_small_run_as_text(shell: Shell, golden: Golden) -> None:
    """The whole report of a small model."""
    golden.check_text("cli/run.txt", shell("run", "model.yaml", "--run-id", "mine").stdout)


def test_a_run_without_topology_shows_its_series(shell: Shell, golden: Golden) -> None:
    """Warnings stand below the table with the bins they concern."""
    Path("plain.yaml").write_text(NO_TOPOLOGY, encoding="utf-8")
    golden.check_text("cli/run-plain.txt", shell("run", "plain.yaml", "--run-id", "plain").stdout)


@pytest.mark.parametrize("columns", [20, 80, 90, 200])
def test_a_table_keeps_to_the_terminal(shell: Shell, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """Between 80 and 100 columns, whatever the terminal: what matters less is left out."""
    monkeypatch.setenv("COLUMNS", str(columns))
    output = shell(*ORDER, "--out", "r").stdout.splitlines()
    assert max(map(len, output)) <= min(100, max(80, columns))


def test_an_id_of_other_inputs_conflicts(shell: Shell, run_id: str) -> None:
    """Exit code 5 and a hint; --overwrite replaces."""
    Path("other.yaml").write_text(MODEL.replace("[10, 20", "[11, 20"), encoding="utf-8")
    result = shell("run", "other.yaml", "--run-id", run_id, code=5)
    assert (result.stdout, "error[run_exists]" in result.stderr, "hint" in result.stderr) == ("", True, True)
    assert shell.json("run", "other.yaml", "--run-id", run_id, "--overwrite")["wasReused"] is False


def test_data_and_templates_may_stand_elsewhere(shell: Shell) -> None:
    """--data-dir and --templates-dir name other roots."""
    (shell.folder / "templates").rename(shell.folder / "shelf")
    shell("run", "--template-id", "desk", "-p", "rate=4", code=4)
    options = ("--templates-dir", "shelf", "--data-dir", "store", "--run-id", "x")
    shell("run", "--template-id", "desk", "-p", "rate=4", *options)
    assert (shell.folder / "store/runs/x/run.json").is_file()


@pytest.mark.parametrize("root", ["data/runs", "elsewhere"])
def test_what_is_no_run_is_not_overwritten(shell: Shell, root: str) -> None:
    """A directory of the id that holds something else stays, wherever runs are written; exit code 5."""
    work = shell.folder / root / "mine" / "work.txt"
    work.parent.mkdir(parents=True)
    work.touch()
    told = shell("run", "model.yaml", "--run-id", "mine", "--out", root, "--overwrite", code=5).stderr
    assert "exists and is not a run" in told
    assert work.exists()


def test_a_model_takes_no_parameters(shell: Shell) -> None:
    """Neither from options nor from a file: they would change nothing, so they are refused by name."""
    (shell.folder / "values.yaml").write_text("staff: 3\n", encoding="utf-8")
    for options, name in ((("-p", "rate=4"), "rate"), (("--param-file", "values.yaml"), "staff")):
        for command in ("run", "validate"):
            told = shell(command, "model.yaml", *options, code=3).stderr
            assert "model.yaml is no template and takes no parameters: 1 error" in told
            assert f"-p {name}: error[unknown_parameter]: parameter '{name}' is given to a model" in told


def test_a_wrong_parameter_is_named_as_it_was_given(shell: Shell) -> None:
    """A template that ships is not to blame, and its path is of no use."""
    told = shell("run", "--template-id", "http-service", "-p", "bnis=3", "-p", "bins=2", code=3).stderr
    assert told.splitlines() == [
        "error[invalid_document]: the parameters do not fit template 'http-service': 2 errors",
        "-p bnis: error[unknown_parameter]: parameter 'bnis' is not declared by the template (did you mean 'bins')",
        "-p bins: error[parameter_range]: parameter 'bins' is 2, below its minimum 12",
    ]
    told = shell("run", "--template-id", "http-service", "-p", "telemetryRequestsSource=file:no.csv", code=3).stderr
    assert "-p telemetryRequestsSource: error[missing_source]: source 'file:no.csv' cannot be read" in told
