"""The command as a process: pipes, colours, encodings."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.cli.conftest import Shell

FLOWTIME = (sys.executable, "-m", "flowtime_cli")


def start(shell: Shell, *arguments: str, input: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:  # noqa: A002
    """Run the command in the test's folder."""
    return subprocess.run(
        [*FLOWTIME, *arguments],
        input=input,
        capture_output=True,
        check=False,
        cwd=shell.folder,
        env={**os.environ, **environment},
    )


def test_standard_output_is_data_and_standard_error_is_talk(shell: Shell) -> None:
    """A model on standard input gives JSON on standard output, and a mistake nothing there."""
    good = start(shell, "validate", "-", "--json", input=(shell.folder / "model.yaml").read_bytes())
    assert (good.returncode, good.stdout[:1], good.stderr) == (0, b"{", b"")
    bad = start(shell, "validate", "-", input=b"a: [\n")
    assert (bad.returncode, bad.stdout, bad.stderr.startswith(b"error[syntax_error]: <stdin>:")) == (3, b"", True)


def test_no_terminal_no_colour_unless_forced(shell: Shell) -> None:
    """FORCE_COLOR colours a pipe, NO_COLOR wins over it, also on standard error."""
    for arguments in (("run", "model.yaml", "--run-id", "c"), ("run", "nowhere.yaml")):
        plain, forced, refused = (
            b"\x1b[" in (done.stdout + done.stderr)
            for done in (
                start(shell, *arguments),
                start(shell, *arguments, FORCE_COLOR="1"),
                start(shell, *arguments, FORCE_COLOR="1", NO_COLOR="1"),
            )
        )
        assert (plain, forced, refused) == (False, True, False)


def test_a_stream_that_knows_no_unicode_gets_none(shell: Shell) -> None:
    """Bars and rules fall back to ASCII, and a foreign title is written by number."""
    model = (shell.folder / "model.yaml").read_text(encoding="utf-8")
    (shell.folder / "model.yaml").write_text(f"metadata: {{id: cafe, title: Café}}\n{model}", encoding="utf-8")
    done = start(shell, "run", "model.yaml", "--run-id", "a", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Caf\\xe9" in done.stdout
    assert b"#" in done.stdout


def test_a_reader_that_goes_away_is_no_error(shell: Shell, run_id: str) -> None:
    """`flowtime series RUN | head -1` says nothing on standard error."""
    model = (shell.folder / "model.yaml").read_text(encoding="utf-8").replace("bins: 4", "bins: 50000")
    model = model.replace("values: [10, 20, 30, 20]", "values: 10")
    (shell.folder / "long.yaml").write_text(model, encoding="utf-8")
    assert start(shell, "run", "long.yaml", "--run-id", "long").returncode == 0
    with subprocess.Popen(
        [*FLOWTIME, "series", "long", "demand"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=shell.folder,
        env={**os.environ, "PYTHONUNBUFFERED": ""},  # unbuffered, a write that is cut short is no error to Python
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert (process.wait(), process.stderr.read()) == (141, b"")


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-"])
def test_a_stream_that_is_closed_leads_nowhere(shell: Shell, closed: str) -> None:
    """The command does what it does, without a word on it and without a fault of ours."""
    script = f'exec "$0" -m flowtime_cli run model.yaml --run-id mine {closed}'
    done = subprocess.run(["/bin/sh", "-c", script, sys.executable], check=False, capture_output=True, cwd=shell.folder)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (done.stdout == b"") == (closed == ">&-")
    assert (shell.folder / "data/runs/mine/run.json").is_file()


@pytest.mark.parametrize("arguments", [("--version",), ("run", "model.yaml", "--run-id", "m", "--json")])
def test_the_command_and_the_module_are_one(shell: Shell, arguments: tuple[str, ...]) -> None:
    """`flowtime` and `python -m flowtime_cli` do the same."""
    code = "from flowtime_cli.main import main; main()"
    named = subprocess.run([sys.executable, "-c", code, *arguments], check=False, capture_output=True, cwd=shell.folder)
    module = start(shell, *arguments)
    assert (named.returncode, module.returncode) == (0, 0)
