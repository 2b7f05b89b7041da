"""Every error is one message and one exit code."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from flowtime_cli import errors
from flowtime_cli.errors import EXIT_CODES, exit_code, report
from flowtime_core.errors import DocumentSyntaxError, FlowTimeError, LimitError
from tests.cli.conftest import Shell


def _descendants(kind: type[FlowTimeError]) -> Iterator[type[FlowTimeError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)


def test_every_class_of_errors_has_an_exit_code() -> None:
    """Each class below FlowTimeError is listed, or has a base below FlowTimeError that is."""
    listed = EXIT_CODES.keys() - {FlowTimeError}
    assert all(listed & set(kind.__mro__) for kind in _descendants(FlowTimeError))


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (FlowTimeError, 1),
        (DocumentSyntaxError, 3),
        (LimitError, 7),
        (PermissionError, 6),
        (MemoryError, 7),
        (click.BadParameter, 2),
        (click.Abort, 130),
        (ZeroDivisionError, 1),
    ],
)
def test_the_nearest_base_decides(kind: type[BaseException], code: int) -> None:
    """Exit codes are those of the contract; what nobody foresaw is a failure."""
    assert exit_code(kind) == code


def test_a_fault_of_ours_is_one_line_unless_it_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sees a traceback; FLOWTIME_DEBUG lets it through."""
    monkeypatch.delenv("FLOWTIME_DEBUG", raising=False)
    assert report(ZeroDivisionError("oops")) == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err.splitlines()[0]) == ("", "error[internal_error]: ZeroDivisionError: oops")
    monkeypatch.setenv("FLOWTIME_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        report(ZeroDivisionError("oops"))


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (click.Abort(), "error[cancelled]: interrupted\n"),
        (OSError(28, "No space left on device"), "error[storage_failed]: [Errno 28] No space left on device\n"),
        (click.ClickException("Odd."), "error[usage]: odd\n"),
        (LimitError("too many", hint="ask for fewer"), "error[limit_exceeded]: too many\nhint: ask for fewer\n"),
    ],
)
def test_messages_have_one_form(error: Exception, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`error[code]: text`, and a hint where there is one."""
    report(error)
    assert capsys.readouterr().err == text


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("run",), "give either a MODEL file or --template-id"),
        (("run", "m.yaml", "--template-id", "desk"), "give either a MODEL file or --template-id"),
        (("run", "--template-id", "desk", "-p", "rate"), "'rate' is not NAME=VALUE"),
        (("run", "--template-id", "desk", "-p", "=1"), "'=1' is not NAME=VALUE"),
        (("rum",), "no such command 'rum'"),
        (("run", "--template"), "--template-id"),
        (("runs", "shw"), "no such command 'shw'"),
    ],
)
def test_usage_is_exit_code_2_with_a_hint(shell: Shell, arguments: tuple[str, ...], text: str) -> None:
    """Every usage error says which help to read."""
    result = shell(*arguments, code=2)
    assert (result.stdout, text in result.stderr, "--help shows" in result.stderr) == ("", True, True)


def test_a_run_id_that_is_no_id_is_invalid_input(shell: Shell) -> None:
    """A path is never taken as an id."""
    assert "error[invalid_run_id]" in shell("run", "model.yaml", "--run-id", "../x", code=3).stderr


def test_a_disk_that_refuses_is_exit_code_6(shell: Shell) -> None:
    """A file where a folder should be is a fault of storage."""
    (shell.folder / "file").write_text("", encoding="utf-8")
    assert "error[storage_failed]" in shell("run", "model.yaml", "--data-dir", "./file/x", code=6).stderr


def test_interrupting_ends_with_130(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is quiet."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("flowtime_core.shell.create.create_run", interrupt)
    assert "error[cancelled]" in shell("run", "model.yaml", code=130).stderr


def test_a_caller_may_want_the_exception(shell: Shell) -> None:
    """Without standalone mode errors go to the caller, as in any click program."""
    from flowtime_cli.main import cli

    with pytest.raises(click.UsageError):
        cli.main(["run"], standalone_mode=False)
    assert errors.exit_code(click.UsageError) == 2
