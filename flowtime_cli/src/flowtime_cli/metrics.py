"""``flowtime metrics``: how often each node of a run finished what came to it."""

from __future__ import annotations

from pathlib import Path

import click

from flowtime_cli import options
from flowtime_cli.options import examples


@click.command(epilog=examples("flowtime metrics RUN", "flowtime metrics RUN --window 0:11 --json"))
@options.run_argument
@click.option("--window", metavar="A:B", callback=options.parse_window, help="These bins only, both ends included.")
@options.data_dir_option
@options.json_option
def metrics(*, run_name: str, window: tuple[int, int] | None, data_dir: Path | None, as_json: bool) -> None:
    """Show how often each node of RUN, a run id or a run directory, served at least 95% of what came to it."""
    from flowtime_cli.metrics_report import metrics_lines
    from flowtime_cli.render import Screen
    from flowtime_cli.stream import show
    from flowtime_core.pipelines.answer_metrics import answer_metrics

    stored = options.open_stored(run_name, data_dir)
    first, last = window or (0, None)
    if as_json:
        options.print_json(answer_metrics(stored, first, last))
    else:
        show(metrics_lines(stored, first, last, Screen.of_stdout()))
