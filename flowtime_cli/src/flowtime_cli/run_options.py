"""Options of the commands that make runs, and the making itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack

import click

from flowtime_cli import options, progress
from flowtime_cli.complete import complete_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from flowtime_core.records.created import CreatedRun
    from flowtime_core.records.event import Observer
    from flowtime_core.records.run import RunRequest

Command = TypeVar("Command", bound="Callable[..., Any]")


class Place(TypedDict):
    """Where runs and the log are written and templates are found, and how the answer is shown."""

    log: Path | None
    out: Path | None
    data_dir: Path | None
    templates_dir: Path | None
    as_json: bool


capture_dir_option = click.option("--capture-dir", type=options.FOLDER, help="A telemetry directory to replay.")
_CAPTURE = (
    capture_dir_option,
    click.option("--from-run", shell_complete=complete_run, help="A run to capture first and then replay."),
    click.option(
        "--bind",
        "bindings",
        multiple=True,
        metavar="NAME=FILE",
        callback=options.split_pairs,
        help="Let a parameter read a file of the capture. Repeatable.",
    ),
)
_IDENTITY = (
    click.option("--run-id", help="Choose the id of the run."),
    click.option("--deterministic-run-id", "deterministic", is_flag=True, help="Derive the id from the inputs."),
    click.option("--overwrite", is_flag=True, help="Replace a run that has the id."),
    click.option("--dry-run", is_flag=True, help="Check everything, show the plan, write nothing."),
)
_PLACE = (
    options.log_option,
    click.option("--out", type=options.FOLDER, help="Runs root.  [default: runs/ in the data root]"),
    options.data_dir_option,
    options.templates_dir_option,
    options.json_option,
)


def _with(command: Command, *chosen: Callable[[Command], Command]) -> Command:
    for option in reversed(chosen):
        command = option(command)
    return command


def capture_options(command: Command) -> Command:
    """Add which capture is replayed, and which parameters take its files."""
    return _with(command, *_CAPTURE)


def identity_options(command: Command) -> Command:
    """Add the id of the run, and whether it is made at all."""
    return _with(command, *_IDENTITY)


def place_options(command: Command) -> Command:
    """Add where runs and the log are written and templates are found, and how the answer is shown."""
    return _with(command, *_PLACE)


def make(ask: Callable[[], RunRequest], **place: Unpack[Place]) -> None:
    """Create the run of a request and show it; what goes wrong with the request is logged too."""
    from flowtime_core.shell.observe import observers

    is_free = not place["as_json"] and str(place["log"]) != "-"
    with options.log_of_run(place["log"]) as log, progress.shown("reading", wanted=is_free) as watch:
        created = _create(ask(), observers(log, watch), place)
    show_created(created, as_json=place["as_json"])


def _create(request: RunRequest, observer: Observer, place: Place) -> CreatedRun:
    from flowtime_core.shell.clock import now
    from flowtime_core.shell.create import create_run

    return create_run(
        request,
        library=options.open_library(place["templates_dir"]),
        workspace=options.open_workspace(place["data_dir"], place["out"]),
        created=now(),
        observer=observer,
    )


def show_created(created: CreatedRun, *, as_json: bool) -> None:
    """Print a run that was created, or found."""
    if as_json:
        from flowtime_core.codec.created import created_to_plain

        options.print_json(created_to_plain(created))
    else:
        from flowtime_cli.render import Screen
        from flowtime_cli.run_report import created_lines
        from flowtime_cli.stream import show

        show(created_lines(created, Screen.of_stdout()))
