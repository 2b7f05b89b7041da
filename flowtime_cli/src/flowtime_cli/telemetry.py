"""``flowtime telemetry``: runs as measured data."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowtime_cli import options, progress
from flowtime_cli.app import LazyGroup
from flowtime_cli.complete import complete_run
from flowtime_cli.options import examples

if TYPE_CHECKING:
    from flowtime_core.records.telemetry import CaptureRequest, CreatedCapture, GapConfiguration

COMMANDS = {
    "capture": ("flowtime_cli.telemetry:capture", "Write a run as a collector would have measured it."),
    "bundle": ("flowtime_cli.telemetry_run:bundle", "Make a run of a capture and a model."),
    "run": ("flowtime_cli.telemetry_run:telemetry_run", "Make a run of what was measured, from a template or model."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def telemetry() -> None:
    """Capture runs as telemetry, gaps and all, and make runs of what was measured."""


@click.command(
    epilog=examples(
        "flowtime telemetry capture --run RUN --dry-run",
        "flowtime telemetry capture --run RUN --gap-detect --output capture",
    )
)
@click.option("--run-dir", type=options.FOLDER, help="The directory of a run.")
@click.option("--run", "run_name", shell_complete=complete_run, help="The id of a run under the data root.")
@click.option(
    "--output", "--out", type=options.FOLDER, help="Directory to write.  [default: telemetry/RUN in the data root]"
)
@click.option("--gaps", type=options.FILE, help="YAML or JSON file of rules that make gaps; - is standard input.")
@click.option("--gap-detect", is_flag=True, help="Tell bins that are missing in the run.")
@click.option("--gap-fill-gaps", is_flag=True, help="Write 0 where bins are missing in the run.")
@click.option("--gap-fill-nan", is_flag=True, help="Write 0 where the run has no finite number.")
@click.option("--dry-run", is_flag=True, help="Show files, rows, warnings and gaps, write nothing.")
@click.option("--log", type=options.FILE, help="Write what happened as JSON lines to a file; - is standard error.")
@click.option("--no-verify", is_flag=True, help="Capture a run as it is, even if it is damaged.")
@click.option("--overwrite", is_flag=True, help="Replace a capture that is there.")
@options.data_dir_option
@options.json_option
def capture(
    *,
    run_dir: Path | None,
    run_name: str | None,
    output: Path | None,
    gaps: Path | None,
    gap_detect: bool,
    gap_fill_gaps: bool,
    gap_fill_nan: bool,
    dry_run: bool,
    log: Path | None,
    no_verify: bool,
    overwrite: bool,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    """Write the metrics of every node of a run as CSV files with a manifest; rules make gaps in them."""
    from flowtime_core.records.telemetry import CaptureRequest, GapHandling

    request = CaptureRequest(
        gaps=_read_gaps(gaps),
        handling=GapHandling(detect=gap_detect, fill_gaps=gap_fill_gaps, fill_nan=gap_fill_nan),
        verify=not no_verify,
        overwrite=overwrite,
        dry_run=dry_run,
    )
    run = _run_path(run_dir, run_name, data_dir)
    with progress.shown("capturing", wanted=not as_json and str(log) != "-"):
        created = _create(run, request, output, log, data_dir)
    show_capture(created, as_json=as_json)


def show_capture(created: CreatedCapture, *, as_json: bool) -> None:
    """Print a capture."""
    if as_json:
        from flowtime_core.codec.capture_answer import capture_to_plain

        options.print_json(capture_to_plain(created))
    else:
        from flowtime_cli.render import Screen
        from flowtime_cli.stream import show
        from flowtime_cli.telemetry_report import capture_lines

        show(capture_lines(created, Screen.of_stdout()))


def _run_path(run_dir: Path | None, run_name: str | None, data_dir: Path | None) -> Path:
    if (run_dir is None) == (run_name is None):
        message = "give either --run-dir or --run"
        raise click.UsageError(message)
    return options.run_path(run_name, data_dir) if run_dir is None and run_name is not None else Path(run_dir or "")


def _read_gaps(path: Path | None) -> GapConfiguration | None:
    """Return the rules of a file, or of standard input for ``-``."""
    from flowtime_core.codec.gap_configuration import decode_gap_configuration
    from flowtime_core.shell.capture import read_gaps

    if path is None or str(path) != "-":
        return None if path is None else read_gaps(path)
    given = options.read_document(path)
    return decode_gap_configuration(given.text, source=given.source)


def _create(
    run: Path, request: CaptureRequest, output: Path | None, log: Path | None, data_dir: Path | None
) -> CreatedCapture:
    from flowtime_core.shell.capture import create_capture
    from flowtime_core.shell.clock import now
    from flowtime_core.shell.event_log import event_log

    make = partial(
        create_capture, run, request, workspace=options.open_workspace(data_dir), captured=now(), output=output
    )
    if str(log) != "-":
        return make(log=log)
    with event_log(sys.stderr) as observer:
        return make(observer=observer)
