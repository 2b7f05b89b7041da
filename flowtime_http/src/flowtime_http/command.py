"""``flowtime serve``: found by the command line through its entry point; imports nothing heavy until it runs."""

from __future__ import annotations

from pathlib import Path

import click

_EPILOG = """\b
Example:
  flowtime serve --port 0 --check"""

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command(epilog=_EPILOG)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free one.")
@click.option("--data-dir", type=_FOLDER, help="Data root; $FLOWTIME_DATA_DIR wins.  [default: ./data]")
@click.option(
    "--templates-dir",
    type=_FOLDER,
    help="Templates to prefer over $FLOWTIME_TEMPLATES_DIR, ./templates and those that ship.",
)
@click.option(
    "--sources-dir",
    type=_FOLDER,
    help="The only place of files that callers may name.  [default: telemetry/ in the data root]",
)
@click.option(
    "--cors-origin", "cors_origins", multiple=True, metavar="ORIGIN", help="Web pages that may call. Repeatable."
)
@click.option("--evaluations", type=click.IntRange(1), help="Models evaluated at once.  [default: one per processor]")
@click.option("--waiting", type=click.IntRange(0), default=32, show_default=True, help="Evaluations that may wait.")
@click.option(
    "--series-values",
    type=click.IntRange(1),
    default=10_000_000,
    show_default=True,
    help="Largest run: series x bins.",
)
@click.option("--quiet", is_flag=True, help="Write no log to standard error.")
@click.option("--check", is_flag=True, help="Open everything that is configured, then stop.")
def serve(
    *,
    host: str,
    port: int,
    data_dir: Path | None,
    templates_dir: Path | None,
    sources_dir: Path | None,
    cors_origins: tuple[str, ...],
    evaluations: int | None,
    waiting: int,
    series_values: int,
    quiet: bool,
    check: bool,
) -> None:
    """Answer over HTTP until stopped.

    With $FLOWTIME_HTTP_TOKEN set, callers must send it as Authorization: Bearer.
    """
    from flowtime_http.log import log_to_stderr
    from flowtime_http.server import serve as run
    from flowtime_http.settings import Settings, token_of

    settings = Settings(
        data_dir=data_dir,
        templates_dir=templates_dir,
        sources_dir=sources_dir,
        token=token_of(),
        cors_origins=cors_origins,
        evaluations=evaluations or Settings().evaluations,
        waiting=waiting,
        series_values=series_values,
    )
    if not quiet:
        log_to_stderr()
    run(settings, host=host, port=port, ready=_say, check=check)


def _say(address: str) -> None:
    click.echo(f"FlowTime answers on {address}", err=True)
