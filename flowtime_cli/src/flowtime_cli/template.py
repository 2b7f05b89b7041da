"""``flowtime template``: what can be run, and the models it makes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowtime_cli import options
from flowtime_cli.app import LazyGroup
from flowtime_cli.complete import complete_template
from flowtime_cli.options import examples

if TYPE_CHECKING:
    from flowtime_core.records.model import Mode
    from flowtime_core.shell.library import LibraryEntry

COMMANDS = {
    "list": ("flowtime_cli.template:list_templates", "List the templates along the search path."),
    "show": ("flowtime_cli.template:show_template", "Show a template and its parameters."),
    "generate": ("flowtime_cli.template:generate", "Print the model that a template makes."),
    "validate": ("flowtime_cli.template:validate_template", "Check a template with its defaults."),
    "schema": ("flowtime_cli.template:schema", "Print the JSON Schema of templates, or of one's parameters."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def template() -> None:
    """List, show, check and instantiate templates."""


@click.command("list", epilog=examples("flowtime template list"))
@options.templates_dir_option
@options.json_option
def list_templates(*, templates_dir: Path | None, as_json: bool) -> None:
    """List the templates along the search path; the first folder that has an id wins."""
    from flowtime_cli.render import Screen
    from flowtime_cli.stream import show
    from flowtime_cli.template_report import list_lines
    from flowtime_core.codec.template_answer import template_to_plain

    entries = options.open_library(templates_dir).entries()
    if as_json:
        options.print_json([template_to_plain(entry.template) for entry in entries if entry.template is not None])
    else:
        show(list_lines(entries, Screen.of_stdout()))


@click.command("show", epilog=examples("flowtime template show order-system"))
@options.template_argument
@options.templates_dir_option
@click.option("--source", is_flag=True, help="Print the file itself.")
@options.json_option
def show_template(*, template_id: str, templates_dir: Path | None, source: bool, as_json: bool) -> None:
    """Show TEMPLATE and its parameters."""
    from flowtime_cli.render import Screen
    from flowtime_cli.stream import show
    from flowtime_cli.template_report import detail_lines
    from flowtime_core.codec.template_answer import template_detail_to_plain

    entry = options.open_library(templates_dir).find_template(template_id)
    if source:
        _print_source(entry, as_json)
    elif as_json:
        options.print_json(template_detail_to_plain(entry.require()))
    else:
        show(detail_lines(entry.require(), Screen.of_stdout()))


def _print_source(entry: LibraryEntry, as_json: bool) -> None:
    if as_json:
        options.print_json({"id": entry.template_id, "path": entry.source, "source": entry.text})
    else:
        click.echo(entry.text, nl=False)


@click.command(epilog=examples("flowtime template generate order-system -p bins=48"))
@options.template_argument
@options.parameter_options
@options.seed_option
@options.mode_option
@click.option("--out", type=options.FOLDER, help="Write model.yaml and provenance.json into a directory instead.")
@options.templates_dir_option
@options.json_option
def generate(
    *,
    template_id: str,
    params: dict[str, str],
    param_file: Path | None,
    seed: int | None,
    mode: Mode,
    out: Path | None,
    templates_dir: Path | None,
    as_json: bool,
) -> None:
    """Print the model that TEMPLATE makes, as YAML, or with its provenance as JSON."""
    from flowtime_core.shell.clock import now
    from flowtime_core.shell.generate import generate_model, write_model

    request = options.request_for(None, template_id, params, param_file, seed=seed, mode=mode)
    made = generate_model(request, library=options.open_library(templates_dir), created=now())
    if out is not None:
        _say_written(write_model(made, out), as_json)
    elif as_json:
        options.print_json(made.to_plain())
    else:
        click.echo(made.text.encode(), nl=False)


def _say_written(paths: tuple[Path, ...], as_json: bool) -> None:
    written = [str(path) for path in paths]
    if as_json:
        options.print_json({"files": [*written]})
    else:
        click.echo(f"wrote {' and '.join(written)}")


@click.command("validate", epilog=examples("flowtime template validate order-system"))
@options.template_argument
@options.parameter_options
@options.templates_dir_option
@options.json_option
def validate_template(
    *, template_id: str, params: dict[str, str], param_file: Path | None, templates_dir: Path | None, as_json: bool
) -> None:
    """Check TEMPLATE with its defaults, or with the parameters given; exit 3 on errors."""
    from flowtime_cli.validate import show_validation
    from flowtime_core.shell.resolve import validate_request

    request = options.request_for(None, template_id, params, param_file)
    show_validation(validate_request(request, options.open_library(templates_dir)), as_json=as_json)


@click.command(epilog=examples("flowtime template schema order-system"))
@click.argument("template_id", required=False, metavar="[TEMPLATE]", shell_complete=complete_template)
@options.templates_dir_option
@click.option("--json", "as_json", is_flag=True, help="As without it: a schema is JSON.")
def schema(*, template_id: str | None, templates_dir: Path | None, as_json: bool) -> None:
    """Print the JSON Schema of template files, or of the parameters that TEMPLATE takes."""
    del as_json
    from flowtime_core.codec.schema import schema_text
    from flowtime_core.codec.template_answer import parameter_schema

    if template_id is None:
        click.echo(schema_text("template"), nl=False)
    else:
        options.print_json(parameter_schema(options.open_library(templates_dir).find_template(template_id).require()))
