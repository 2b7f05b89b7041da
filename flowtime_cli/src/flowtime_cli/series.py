"""``flowtime series``: the numbers of a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowtime_cli import options
from flowtime_cli.options import examples

if TYPE_CHECKING:
    from flowtime_core.records.run import StoredRun


@click.command(epilog=examples("flowtime series RUN", "flowtime series RUN served@OrderService OrderService.arrivals"))
@options.run_argument
@click.argument("names", nargs=-1, metavar="[ID]...")
@options.data_dir_option
@options.json_option
def series(*, run_name: str, names: tuple[str, ...], data_dir: Path | None, as_json: bool) -> None:
    """Print series of RUN, a run id or a run directory, as CSV; without an ID list what there is."""
    stored = options.open_stored(run_name, data_dir)
    if names:
        _print_values(stored, names, as_json)
    else:
        _print_list(stored, as_json)


def _print_values(stored: StoredRun, names: tuple[str, ...], as_json: bool) -> None:
    from flowtime_core.codec.series_answer import series_to_csv, series_to_plain
    from flowtime_core.pipelines.run import SeriesByName

    chosen = [SeriesByName(stored)[name] for name in names]
    if as_json:
        options.print_json(series_to_plain(stored.run_id, chosen))
    else:
        click.echo(series_to_csv(chosen), nl=False)


def _print_list(stored: StoredRun, as_json: bool) -> None:
    from flowtime_cli.render import Screen, series_table
    from flowtime_cli.stream import show
    from flowtime_core.codec.series_answer import series_to_plain
    from flowtime_core.pipelines.summarise import summarise_series

    if as_json:
        options.print_json(series_to_plain(stored.run_id, list(stored.series.values()), with_values=False))
    else:
        show(series_table(summarise_series(stored), stored.model.grid, Screen.of_stdout()))
