"""Options that several commands share, and what they stand for in the core."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack

import click

from flowtime_cli.complete import complete_run, complete_template

if TYPE_CHECKING:
    from collections.abc import Callable

    from flowtime_core.records.document import Plain
    from flowtime_core.records.event import Observer
    from flowtime_core.records.model import Mode
    from flowtime_core.records.run import RunRequest, StoredRun, Submission
    from flowtime_core.shell.library import Library
    from flowtime_core.shell.workspace import Workspace


class Settings(TypedDict, total=False):
    """What a request says beyond its document and parameters."""

    mode: Mode
    capture_dir: str
    from_run: str
    bindings: dict[str, str]
    provenance: Submission | None
    seed: int | None
    run_id: str | None
    deterministic: bool
    overwrite: bool
    dry_run: bool


Command = TypeVar("Command", bound="Callable[..., Any]")

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path)

log_option = click.option(
    "--log", type=FILE, help="Write what happens as JSON lines to a file, also of a failure; - is standard error."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
data_dir_option = click.option("--data-dir", type=FOLDER, help="Data root; $FLOWTIME_DATA_DIR wins.  [default: ./data]")
templates_dir_option = click.option(
    "--templates-dir",
    type=FOLDER,
    help="Templates to prefer over $FLOWTIME_TEMPLATES_DIR, ./templates and those that ship.",
)
run_argument = click.argument("run_name", metavar="RUN", shell_complete=complete_run)
template_argument = click.argument("template_id", metavar="TEMPLATE", shell_complete=complete_template)
seed_option = click.option("--seed", type=int, help="Seed that is recorded and hashed.")
mode_option = click.option(
    "--mode",
    type=click.Choice(["simulation", "telemetry"]),
    default="simulation",
    show_default=True,
    help="What the template is made into.",
)


view_option = click.option(
    "--mode",
    type=click.Choice(["operational", "full"]),
    default="operational",
    show_default=True,
    help="The topology only, or the const, pmf and expr nodes behind it too.",
)


def examples(*lines: str) -> str:
    """Return the end of a help text: commands that work as they stand, which a test runs."""
    title = "Example" if len(lines) == 1 else "Examples"
    return "\n".join(["\b", f"{title}:", *(f"  {line}" for line in lines)])


def parameter_options(command: Command) -> Command:
    """Add ``-p name=value`` and ``--param-file``."""
    single = click.option(
        "-p",
        "--param",
        "params",
        multiple=True,
        metavar="NAME=VALUE",
        callback=split_pairs,
        help="Set a parameter; arrays are JSON. Repeatable, wins over --param-file.",
    )
    whole = click.option("--param-file", type=FILE, help="YAML or JSON mapping of parameters; - is standard input.")
    return single(whole(command))


def split_pairs(ctx: click.Context, option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Return name=value texts as a mapping."""
    del ctx, option
    return dict(map(_pair, values))


def _pair(value: str) -> tuple[str, str]:
    name, equals, text = value.partition("=")
    if not (name.strip() and equals):
        message = f"{value!r} is not NAME=VALUE"
        raise click.BadParameter(message)
    return name.strip(), text


def open_workspace(data_dir: Path | None, out: Path | None = None) -> Workspace:
    """Return the runs under the data root, or under the runs root that ``--out`` names."""
    from flowtime_core.shell.environment import data_root
    from flowtime_core.shell.workspace import Workspace

    return Workspace(data_root(data_dir), runs_folder=out)


def open_library(templates_dir: Path | None) -> Library:
    """Return the templates along the search path."""
    from flowtime_core.shell.environment import template_folders
    from flowtime_core.shell.library import Library

    return Library(template_folders(templates_dir))


def read_document(path: Path) -> Submission:
    """Return a document from a file, or from standard input for ``-``."""
    from flowtime_core.shell.submission import read_submission, submit_bytes

    return submit_bytes(sys.stdin.buffer.read(), source="<stdin>") if str(path) == "-" else read_submission(path)


def require_one(model: Path | None, template_id: str | None) -> None:
    """Refuse to be told of both a model and a template, or of neither."""
    if (model is None) == (template_id is None):
        message = "give either a MODEL file or --template-id"
        raise click.UsageError(message)


def request_for(
    model: Path | None,
    template_id: str | None,
    params: dict[str, str],
    param_file: Path | None,
    **settings: Unpack[Settings],
) -> RunRequest:
    """Return the request for a model file or a template, whichever is named."""
    from flowtime_core.records.run import RunRequest

    return RunRequest(
        template_id=template_id or "",
        document=None if model is None else read_document(model),
        parameters=read_parameters(param_file),
        parameter_texts=params,
        **settings,
    )


def run_path(run_name: str, data_dir: Path | None) -> Path:
    """Return the directory of a run: of a path with a separator, of the run with that id, else a directory here."""
    from flowtime_core.errors import InputError, NotFoundError

    path = Path(run_name)
    if "/" in run_name:
        return path
    try:
        return open_workspace(data_dir).find_run(run_name)
    except (InputError, NotFoundError):
        if path.is_dir():
            return path
        raise


def open_stored(run_name: str, data_dir: Path | None) -> StoredRun:
    """Return a run by its id or its directory."""
    path = run_path(run_name, data_dir)
    return open_workspace(data_dir).open_run(path)


def parse_window(ctx: click.Context, option: click.Parameter, value: str | None) -> tuple[int, int] | None:
    """Return ``A:B`` as two bins."""
    del ctx, option
    if value is None:
        return None
    first, _, last = value.partition(":")
    if not (first.strip().isdecimal() and last.strip().isdecimal()):
        message = f"{value!r} is not A:B, as in 0:11"
        raise click.BadParameter(message)
    return int(first), int(last)


def split_names(ctx: click.Context, option: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Return ``A,B`` and ``C`` as names."""
    del ctx, option
    return tuple(name for value in values for part in value.split(",") if (name := part.strip()))


def log_of_run(path: Path | None) -> AbstractContextManager[Observer]:
    """Write the events of a run to a file, to standard error for ``-``, or nowhere."""
    from flowtime_core.shell.event_log import run_log
    from flowtime_core.shell.progress import ignore

    if path is None:
        return nullcontext(ignore)
    return run_log(sys.stderr if str(path) == "-" else path)


def print_json(plain: dict[str, Plain] | list[Plain]) -> None:
    """Print plain values on standard output as JSON."""
    from flowtime_core.codec.json import encode_json

    click.echo(encode_json(plain), nl=False)


def read_parameters(path: Path | None) -> dict[str, Plain]:
    """Return the parameters of a file; nothing without one."""
    from flowtime_core.shell.submission import read_mapping

    return {} if path is None else read_mapping(read_document(path))
