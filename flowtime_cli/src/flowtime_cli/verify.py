"""``flowtime verify``: is a run or capture still what was written?"""

from __future__ import annotations

from pathlib import Path

import click

from flowtime_cli import options, progress
from flowtime_cli.options import examples


@click.command(epilog=examples("flowtime verify RUN"))
@options.run_argument
@options.data_dir_option
@options.json_option
def verify(*, run_name: str, data_dir: Path | None, as_json: bool) -> None:
    """Recompute every hash of RUN, a run id, a run directory or a capture; exit 8 and name what differs."""
    from flowtime_core.codec.finding import verification_to_plain
    from flowtime_core.shell.face import verify as verify_path
    from flowtime_core.shell.workspace import verify as differences_of

    path = options.run_path(run_name, data_dir)
    if as_json:
        options.print_json(verification_to_plain(str(path), differences_of(path)))
    with progress.shown("verifying", wanted=not as_json):
        verify_path(path)
    if not as_json:
        click.echo(f"{path}: every file is as it was written")
