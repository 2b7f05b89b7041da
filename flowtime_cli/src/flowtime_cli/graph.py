"""``flowtime graph``: the nodes and edges of a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowtime_cli import options
from flowtime_cli.options import examples

if TYPE_CHECKING:
    from flowtime_core.records.window_options import ViewMode


@click.command(epilog=examples("flowtime graph RUN", "flowtime graph RUN --mode full --json"))
@options.run_argument
@options.view_option
@options.data_dir_option
@options.json_option
def graph(*, run_name: str, mode: ViewMode, data_dir: Path | None, as_json: bool) -> None:
    """Show the nodes of RUN, a run id or a run directory, in the order of flow, and its edges."""
    from flowtime_cli.graph_report import graph_lines
    from flowtime_cli.render import Screen
    from flowtime_cli.stream import show
    from flowtime_core.pipelines.answer_graph import answer_graph

    stored = options.open_stored(run_name, data_dir)
    if as_json:
        options.print_json(answer_graph(stored, mode))
    else:
        show(graph_lines(stored, mode, Screen.of_stdout()))
