"""``flowtime export``: a run as one table for other tools."""

from __future__ import annotations

from pathlib import Path

import click

from flowtime_cli import options, progress
from flowtime_cli.options import examples


@click.command(
    epilog=examples("flowtime export RUN", "flowtime export RUN --format ndjson -o -", "flowtime export RUN -o run.csv")
)
@options.run_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "ndjson", "parquet"]),
    default="csv",
    show_default=True,
    help="How to write it; parquet needs flowtime-core[arrow].",
)
@click.option("-o", "--output", type=options.FILE, help="- is standard output.  [default: aggregates/ of the run]")
@options.data_dir_option
@options.json_option
def export(*, run_name: str, form: str, output: Path | None, data_dir: Path | None, as_json: bool) -> None:
    """Write every series of RUN, a run id or a run directory, as one table: a row per series and bin."""
    if str(output) == "-":
        _print(run_name, form, data_dir)
        return
    with progress.shown("writing the table", wanted=not as_json):
        path = _write(run_name, form, output, data_dir)
    if as_json:
        options.print_json({"format": form, "path": str(path), "bytes": path.stat().st_size})
    else:
        click.echo(f"wrote {path}")


def _print(run_name: str, form: str, data_dir: Path | None) -> None:
    from flowtime_core.artifacts.export import export_run

    click.echo(export_run(options.open_stored(run_name, data_dir), form), nl=False)


def _write(run_name: str, form: str, output: Path | None, data_dir: Path | None) -> Path:
    from flowtime_core.artifacts.export import export_run
    from flowtime_core.shell.filesystem import replace_file

    if output is None:
        return options.open_workspace(data_dir).export_run(options.run_path(run_name, data_dir), form)
    replace_file(output, export_run(options.open_stored(run_name, data_dir), form))
    return output
