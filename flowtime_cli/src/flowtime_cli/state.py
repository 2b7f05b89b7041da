"""``flowtime state``: every node of a run at one bin or over a window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowtime_cli import options
from flowtime_cli.options import examples

if TYPE_CHECKING:
    from flowtime_core.records.run import StoredRun
    from flowtime_core.records.window_options import ViewMode, WindowOptions


@click.command(
    epilog=examples(
        "flowtime state RUN --bin 12",
        "flowtime state RUN --window 0:11 --json",
        "flowtime state RUN --window 0:287 --step 12 --json",
    )
)
@options.run_argument
@click.option("--bin", "at", type=int, metavar="N", help="The bin to show, from 0.")
@click.option("--window", metavar="A:B", callback=options.parse_window, help="The bins to show, both ends included.")
@options.view_option
@click.option(
    "--nodes", metavar="ID,...", multiple=True, callback=options.split_names, help="Show these nodes only. Repeatable."
)
@click.option("--step", type=int, default=1, metavar="N", help="Bins that one value of a window stands for.")
@options.data_dir_option
@options.json_option
def state(
    *,
    run_name: str,
    at: int | None,
    window: tuple[int, int] | None,
    mode: ViewMode,
    nodes: tuple[str, ...],
    step: int,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    """Show every node of RUN, a run id or a run directory, at one bin or over a window."""
    from flowtime_core.records.window_options import WindowOptions

    if (at is None) == (window is None):
        message = "give either --bin N or --window A:B"
        raise click.UsageError(message)
    stored = options.open_stored(run_name, data_dir)
    first, last = window or (at or 0, None)
    shown = WindowOptions(mode=mode, nodes=nodes, step=step)
    _print_json(stored, first, last, shown) if as_json else _print_text(stored, first, last, shown)


def _print_json(stored: StoredRun, first: int, last: int | None, shown: WindowOptions) -> None:
    from flowtime_core.pipelines.answer_state import answer_state, answer_window

    if last is None:
        options.print_json(answer_state(stored, first, shown))
    else:
        options.print_json(answer_window(stored, first, last, shown))


def _print_text(stored: StoredRun, first: int, last: int | None, shown: WindowOptions) -> None:
    from flowtime_cli.render import Screen
    from flowtime_cli.state_report import snapshot_lines, window_lines
    from flowtime_cli.stream import show

    screen = Screen.of_stdout()
    if last is None:
        show(snapshot_lines(stored, first, shown, screen))
    else:
        show(window_lines(stored, first, last, shown, screen))
