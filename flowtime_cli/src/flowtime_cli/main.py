"""The command ``flowtime``. Commands are imported when they run, so that help and completion stay fast."""

from __future__ import annotations

import sys
from typing import Final

import click

from flowtime_cli._version import __version__
from flowtime_cli.app import App
from flowtime_cli.stream import open_closed_streams

COMMANDS: Final = {
    "run": ("flowtime_cli.run:run", "Evaluate a template or model and show what came out."),
    "validate": ("flowtime_cli.validate:validate", "Check a model or template: every finding with place and fix."),
    "template": ("flowtime_cli.template:template", "List, show, check and instantiate templates."),
    "runs": ("flowtime_cli.runs:runs", "List runs, show or delete one."),
    "state": ("flowtime_cli.state:state", "Show every node of a run at one bin or over a window."),
    "graph": ("flowtime_cli.graph:graph", "Show the nodes and edges of a run in the order of flow."),
    "metrics": ("flowtime_cli.metrics:metrics", "Show how often each node finished what came to it."),
    "series": ("flowtime_cli.series:series", "List the series of a run, or print some as CSV."),
    "export": ("flowtime_cli.export:export", "Write every series of a run as one table for other tools."),
    "telemetry": ("flowtime_cli.telemetry:telemetry", "Capture runs as telemetry, and replay telemetry as runs."),
    "verify": ("flowtime_cli.verify:verify", "Recompute every hash of a run or capture."),
}

EPILOG: Final = """\b
Start here:
  flowtime run --template-id order-system
  flowtime template list

\b
Completion, here for bash (zsh_source and fish_source too):
  eval "$(_FLOWTIME_COMPLETE=bash_source flowtime)"

\b
Exit codes:
  0 ok                3 invalid input     6 input or output     130 interrupted
  1 failure           4 not found         7 limit exceeded
  2 usage             5 conflict          8 verification failed"""


@click.group(
    cls=App,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EPILOG,
)
@click.version_option(__version__, prog_name="flowtime", message="%(prog)s %(version)s")
def cli() -> None:
    """FlowTime: model service flows, run them and look inside."""


def main() -> None:
    """Run the command line."""
    open_closed_streams()
    cli.main(sys.argv[1:], prog_name="flowtime")
