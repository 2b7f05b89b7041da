"""Help, its examples, completion, and how little they import."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from flowtime_cli.main import cli
from tests.cli.conftest import Shell
from tests.support.golden import Golden

HEAVY = ("numpy", "ruamel.yaml", "starlette", "fastjsonschema", "attrs")


def _commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from _commands(command, *path, name)


COMMANDS = [(), *_commands(cli)]


def _help(path: tuple[str, ...]) -> str:
    return CliRunner().invoke(cli, [*path, "--help"], prog_name="flowtime").stdout


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: "-".join(path) or "flowtime")
def test_help_is_as_reviewed(path: tuple[str, ...], golden: Golden) -> None:
    """Every command explains itself."""
    golden.check_text(f"cli/help/{'-'.join(path) or 'flowtime'}.txt", _help(path))


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: "-".join(path) or "flowtime")
def test_the_examples_of_the_help_work(path: tuple[str, ...], shell: Shell) -> None:
    """Each example of a command ends with exit code 0; RUN stands for a run that is there."""
    lines = [line.strip() for line in _help(path).splitlines()]
    examples = [line for line in lines if line.startswith("flowtime ")]
    group = not path or path in {("runs",), ("template",), ("telemetry",)}
    assert examples or group
    shell("run", "--template-id", "order-system", "--run-id", "RUN")
    for example in examples:
        shell(*shlex.split(example)[1:])


def test_no_arguments_are_a_question() -> None:
    """The command alone, and a group alone, show their help."""
    for path in ((), ("runs",)):
        result = CliRunner().invoke(cli, path, prog_name="flowtime")
        assert (result.exit_code, result.stdout) == (0, _help(path))


def test_the_version_is_printed(shell: Shell) -> None:
    """One line with name and version."""
    assert shell("--version").stdout.startswith("flowtime 0.")


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["template", "--help"], []])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    """Help is click and our own few lines."""
    code = (
        "import sys\nfrom flowtime_cli.main import cli\n"
        f"try: cli.main({arguments!r})\nexcept SystemExit: pass\n"
        f"sys.exit(any(name in sys.modules for name in {HEAVY!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("flowtime ru", ["run", "runs"]),
        ("flowtime runs ", ["list", "show", "delete"]),
        ("flowtime run --template-id de", ["desk"]),
        ("flowtime template show order", ["order-system"]),
        ("flowtime state mi", ["mine"]),
        ("flowtime run --determ", ["--deterministic-run-id"]),
    ],
)
def test_completion_knows_commands_options_and_ids_and_imports_nothing_heavy(
    shell: Shell, run_id: str, words: str, expected: list[str]
) -> None:
    """Ids come from names of files alone."""
    count = len(words.split(" ")) - 1
    code = (
        "import sys\nfrom flowtime_cli.main import cli\n"
        "try: cli.main([], prog_name='flowtime', complete_var='_FLOWTIME_COMPLETE')\nexcept SystemExit: pass\n"
        f"sys.exit(any(name in sys.modules for name in {HEAVY!r}))"
    )
    environment = {"_FLOWTIME_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(count)}
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, env=environment, cwd=shell.folder
    )
    assert done.returncode == 0, done.stderr
    assert [line.partition(",")[2] for line in done.stdout.splitlines()] == expected
