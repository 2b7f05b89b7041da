"""`flowtime template`."""

from __future__ import annotations

from pathlib import Path

import flowtime_core as ft
from flowtime_core.codec.schema import schema_text
from tests.cli.conftest import Shell
from tests.support.desk import TEMPLATE
from tests.support.golden import Golden


def test_templates_are_listed_with_the_broken_ones(shell: Shell, golden: Golden) -> None:
    """A template that cannot be read hides no other and names its file."""
    Path("templates/odd.yaml").write_text("metadata: [\n", encoding="utf-8")
    lines = shell("template", "list").stdout.splitlines()
    own = [line for line in lines if line.startswith(("template ", "─", "desk ", "odd "))]
    golden.check_text("cli/template-list.txt", "\n".join(own) + "\n")
    assert shell.json("template", "list")[0]["id"] == "desk"


def test_no_templates_is_an_answer(shell: Shell) -> None:
    """An empty folder before the shipped ones hides nothing; a missing one is an error."""
    Path("none").mkdir()
    assert "order-system" in shell("template", "list", "--templates-dir", "none").stdout
    assert "error[not_found]" in shell("template", "list", "--templates-dir", "nowhere", code=4).stderr


def test_a_template_is_shown(shell: Shell, golden: Golden) -> None:
    """Parameters stand in a table with what they allow; --source prints the file."""
    golden.check_text("cli/template-show.txt", shell("template", "show", "desk").stdout)
    assert shell("template", "show", "desk", "--source").stdout == TEMPLATE
    shown = shell.json("template", "show", "desk", "--source")
    assert shown == {"id": "desk", "path": "templates/desk.yaml", "source": TEMPLATE}
    assert shell.json("template", "show", "desk")["parameters"][0]["name"] == "bins"
    assert "did you mean 'desk'" in shell("template", "show", "dest", code=4).stderr


def test_a_template_without_parameters_has_no_table(shell: Shell) -> None:
    """Limits on one side only, and none at all, are shown as such."""
    head = "metadata: {id: bare, title: Bare, version: 1.0.0, description: Nothing to set}\n"
    Path("templates/bare.yaml").write_text(head, encoding="utf-8")
    assert shell("template", "show", "bare").stdout == "Bare · bare 1.0.0\n\nNothing to set\n"
    rules = "[{name: a, type: number, max: 5}, {name: b, type: number}]"
    Path("templates/bare.yaml").write_text(f"{head}parameters: {rules}\n", encoding="utf-8")
    assert "up to 5" in shell("template", "show", "bare").stdout


def test_a_generated_model_runs(shell: Shell) -> None:
    """The text on standard output is a model; JSON adds where it comes from."""
    text = shell("template", "generate", "desk", "-p", "rate=4").stdout
    assert ft.run(text).series["staff"].values.tolist() == [4, 4, 4]
    made = shell.json("template", "generate", "desk", "-p", "rate=4", "--seed", "5")
    assert (made["provenance"]["rng"]["seed"], made["provenance"]["templateId"]) == (5, "desk")
    assert "mode: telemetry" in shell("template", "generate", "desk", "-p", "rate=4", "--mode", "telemetry").stdout


def test_generating_into_a_directory_says_what_was_written(shell: Shell) -> None:
    """As a line, or as JSON."""
    generate = ("template", "generate", "desk", "-p", "rate=4", "--out", "made")
    assert shell(*generate).stdout == "wrote made/model.yaml and made/provenance.json\n"
    assert shell.json(*generate) == {"files": ["made/model.yaml", "made/provenance.json"]}
    assert {path.name for path in Path("made").iterdir()} == {"model.yaml", "provenance.json"}


def test_a_template_is_validated_with_parameters(shell: Shell) -> None:
    """What is required has to be given."""
    assert "valid template" in shell("template", "validate", "desk", "-p", "rate=4").stdout
    assert "error[missing_parameter]" in shell("template", "validate", "desk", code=3).stderr


def test_schemas_are_printed(shell: Shell) -> None:
    """Without an id the schema of template files as published, with one that of its parameters."""
    assert shell("template", "schema").stdout.encode() == schema_text("template")
    assert '"required"' in shell("template", "schema", "desk").stdout
    for arguments in (("template", "schema"), ("template", "schema", "desk")):
        assert shell(*arguments, "--json").stdout == shell(*arguments).stdout
