"""Write the reference pages that follow from tables in the code: `make docs`.

A test holds the committed pages against what this program makes, so a table and its page cannot drift apart.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowtime_cli.main import cli
from flowtime_core.codec.number import format_number
from flowtime_core.codec.template import template_from_document
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.engine.metrics import RULES
from flowtime_core.expr.functions import FUNCTIONS
from flowtime_core.records.codes import CODES
from flowtime_core.records.measure import MEASURES, OLD_ROLE_SPELLINGS, ROLES
from flowtime_http.errors import CODES_OF_HTTP, STATUSES
from flowtime_http.openapi import ALWAYS
from flowtime_http.routes import OPERATIONS

if TYPE_CHECKING:
    from flowtime_core.expr.functions import Function
    from flowtime_core.records.document import Plain
    from flowtime_core.records.template import Parameter
    from flowtime_http.operation import Operation
    from flowtime_http.query import Query

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE_GUIDE = "docs/templates/README.md"
TEMPLATES = ROOT / "flowtime_core/src/flowtime_core/templates"
MARK = "<!-- `make docs` writes this page from {source}. Do not edit it. -->"

EXPRESSIONS = """\
An expression gives a series one value per bin. It stands in a node of kind `expr`:

```yaml
nodes:
  - id: served
    kind: expr
    expr: MIN(arrivals, capacity)
```

## Grammar

From the loosest to the tightest binding; operators of one line group to the left.

| Form | Meaning |
|---|---|
| `a < b` `a <= b` `a > b` `a >= b` `a == b` `a != b` | 1 where it holds, else 0; with NaN only `!=` holds |
| `a + b` `a - b` | sum, difference |
| `a * b` `a / b` | product, quotient; `x / 0` is 0 and is reported as `division_by_zero` |
| `-a` `+a` | sign |
| `12` `.5` `1.5e3` | a number |
| `arrivals` | a series of the model, or the name that a role gives to what the engine derives |
| `` `order-rate` `` | a series whose id holds `-` or `.` stands in backquotes |
| `Desk.served` | a role of a topology node, mapped or derived |
| `NAME(a, b)` | a function call; the case of function names does not matter |
| `[0, 0.6, 0.4]` | a list of numbers: only as the kernel of `CONV` |

There are no logical operators: `a * b` is "and", `MAX(a, b)` is "or", `1 - a` is "not" for values 0 and 1.

## Earlier bins, and loops

`SHIFT(x, k)` with `k` of 1 or more and `CONV` with a kernel that begins with 0 read only earlier bins. A reference that
always passes through one of them is *lagged*. Lagged references may close a loop: retries and backpressure are written
so. A loop without a lagged reference is the error `same_bin_cycle`. The order of declaration never changes a number.

## Functions

NaN passes through every function except `CONV`, `STEP` and comparisons. "Literal" means that a number must be written
there, not an expression.
"""

KINDS = {
    "elementwise": ("Bin by bin", "The value in a bin depends on the same bin of the arguments."),
    "generator": ("Patterns", "Made from the number of the bin."),
    "history": ("Over time", "The value in a bin depends on this bin and earlier ones."),
    "whole": (
        "Over the whole series",
        "One number, the same in every bin. Not allowed on a series of its own feedback loop.",
    ),
}


def pages() -> dict[str, str]:
    """Every generated page by its path below the root."""
    return {
        TEMPLATE_GUIDE: template_guide(),
        "docs/reference/expressions.md": expressions_page(),
        "docs/reference/codes.md": codes_page(),
        "docs/reference/measures.md": measures_page(),
        "docs/reference/cli.md": cli_page(),
        "docs/reference/http.md": http_page(),
    }


def _page(title: str, source: str, body: Iterator[str]) -> str:
    return "\n".join([f"# {title}", "", MARK.format(source=source), "", *body]).rstrip() + "\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _head(*cells: str) -> list[str]:
    return [_row(*cells), "|" + "---|" * len(cells)]


# --- expressions ----------------------------------------------------------------------------------


def expressions_page() -> str:
    """The functions, from the one table that the checker and the evaluator read."""
    return _page("Expressions", "the table of functions in `flowtime_core.expr.functions`", _expressions())


def _expressions() -> Iterator[str]:
    yield EXPRESSIONS
    for kind, (title, meaning) in KINDS.items():
        yield from (f"### {title}", "", meaning, "", *_head("Function", "Value", "Example"))
        for function in FUNCTIONS.values():
            if function.kind == kind:
                yield _row(f"`{function.signature}`", _value(function), f"`{function.example}`")
        yield ""


def _value(function: Function) -> str:
    parts = [function.doc]
    parts += [f"`{p.name}`: literal, {p.rule.text}" for p in function.parameters if p.rule is not None]
    if function.lag is not None:
        parts.append(f"reads `{function.parameters[0].name}` only in earlier bins {function.lag.text}")
    if function.aliases:
        parts.append(f"also written {', '.join(f'`{alias}`' for alias in function.aliases)}")
    return "; ".join(parts)


# --- codes ----------------------------------------------------------------------------------------


def codes_page() -> str:
    """The codes of findings and errors."""
    return _page("Codes", "the table in `flowtime_core.records.codes`", _codes())


def _codes() -> Iterator[str]:
    yield "Every finding and every error carries a code. The code is stable; the text beside it may become clearer."
    yield ""
    yield "An *error* stops what was asked for. A *warning* is kept with the run, an *info* only tells something."
    yield ""
    yield from _head("Code", "Severity", "Meaning", "What to do")
    for name, code in sorted(CODES.items()):
        yield _row(f"`{name}`", code.severity, code.meaning, code.fix)


# --- measures -------------------------------------------------------------------------------------


def measures_page() -> str:
    """Measures, roles and derived metrics."""
    source = "`flowtime_core.records.measure` and `flowtime_core.engine.metrics`"
    return _page("Measures, roles and metrics", source, _measures())


def _measures() -> Iterator[str]:
    yield "A *flow* is a total per bin, a *state* is a level at the end of the bin. A series takes unit and kind from"
    yield "the first role that reads it; a series no role reads has the unit `unspecified`."
    yield from ("", "## Measures", "", *_head("Measure", "Unit", "Kind", "Meaning"))
    for name, measure in MEASURES.items():
        yield _row(f"`{name}`", measure.unit, measure.kind, measure.meaning)
    yield from ("", "## Roles", "", "A topology node maps these in `semantics`, in this order in every listing:", "")
    yield ", ".join(f"`{role}`" for role in ROLES) + "."
    old = ", ".join(f"`{before}` for `{now}`" for before, now in OLD_ROLE_SPELLINGS.items())
    yield from ("", f"Old spellings are read, never written: {old}.")
    yield from ("", "## Derived metrics", "")
    yield "Computed from the roles of a node. A metric is null in a bin where it is undefined, never 0."
    yield from ("", *_head("Metric", "Unit", "Needs", "Kinds of node"))
    for rule in RULES:
        needs = " or ".join(" and ".join(f"`{name}`" for name in sorted(need)) for need in rule.needs)
        kinds = "any" if len(rule.kinds) > 4 else ", ".join(sorted(rule.kinds))  # noqa: PLR2004 - all or a few
        yield _row(f"`{rule.metric}`", rule.unit, needs, kinds)


# --- command line ---------------------------------------------------------------------------------


def cli_page() -> str:
    """Every command with its help, from click's own tree."""
    return _page("Command line", "the commands of `flowtime_cli`", _commands())


def _commands() -> Iterator[str]:
    yield "`--help` after any command prints the same. Every command answers in JSON with `--json`; data goes to"
    yield "stdout, errors go to stderr as `error[code]: text`."
    yield ""
    yield from _command(cli, "flowtime", None)


def _command(command: click.Command, path: str, parent: click.Context | None) -> Iterator[str]:
    context = click.Context(
        command, info_name=path.rpartition(" ")[2], parent=parent, terminal_width=100, **command.context_settings
    )
    yield f"## `{path}`"
    yield ""
    yield f"```text\n{inspect.cleandoc(command.get_help(context))}\n```"
    yield ""
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                yield from _command(child, f"{path} {name}", context)


# --- HTTP -----------------------------------------------------------------------------------------


def http_page() -> str:
    """Every operation of the service, from the table that its router reads."""
    return _page("HTTP", "the route table in `flowtime_http.routes` and the table of statuses in its `errors`", _http())


def _http() -> Iterator[str]:
    yield "`flowtime serve` answers these. `/openapi.json` says the same to machines, with the schema of every answer;"
    yield "`docs/http/flowtime.http` has an example of each that an editor can send."
    yield ""
    yield "Answers are the JSON that the command line prints with `--json`. A good `GET` carries an `ETag`; sent"
    yield "back as `If-None-Match` it gives 304. Every answer carries `X-Request-Id`: the caller's where one is sent."
    yield ""
    for operation in OPERATIONS:
        yield from _operation(operation)
    yield from ("## Errors", "")
    yield "Every error is `application/problem+json` (RFC 9457) with `type`, `title`, `status`, `detail`, `code`,"
    yield "`error` (the detail once more, for older clients), `hint` if there is one, and `errors` with one entry per"
    yield "finding: `code`, `message`, `pointer`, `line`, `column`. `type` leads to the meaning of the code."
    yield f"Whatever is asked, {', '.join(map(str, ALWAYS[:-1]))} and {ALWAYS[-1]} may be the answer."
    yield from ("", *_head("Status", "Errors"))
    for status in sorted({*STATUSES.values(), *CODES_OF_HTTP}):
        classes = [f"`{kind.__name__}`" for kind, known in STATUSES.items() if known == status]
        codes = [f"`{code}`" for known, code in CODES_OF_HTTP.items() if known == status]
        yield _row(str(status), ", ".join(classes + codes))
    yield ""
    yield "An id that cannot exist, one that may not be asked for and one that does not exist are told alike: 404. A"
    yield "template that is wrong whatever is asked of it is 422; what the caller brought about is 400."


def _operation(operation: Operation) -> Iterator[str]:
    yield from (f"## `{operation.method} {operation.path}`", "", operation.doc, "")
    if operation.query:
        yield from _head("Query", "Value", "Meaning")
        yield from (_row(f"`{query.name}`", _query_value(query), query.doc) for query in operation.query)
        yield ""
    for name, meaning in operation.headers.items():
        yield from (f"Header `{name}`: {meaning}", "")
    if operation.body is not None:
        kind = f"a `{operation.body.schema}`" if operation.body.schema else "a document"
        yield f"Body: {kind} as {', '.join(f'`{name}`' for name in operation.body.media_types)}."
        yield ""
    answers = [f"{status} ({answer.schema or answer.media_types[0]})" for status, answer in operation.answers.items()]
    errors = f"; errors: {', '.join(map(str, operation.errors))}" if operation.errors else ""
    yield f"Answers: {', '.join(answers)}{errors}."
    yield ""


def _query_value(query: Query) -> str:
    if query.required:
        return f"{query.expected}, required"
    return query.expected if query.default is None else f"{query.expected}; default `{json.dumps(query.default)}`"


# --- the tables of the template guide -------------------------------------------------------------

_TABLE = re.compile(r"<!-- parameters of ([a-z-]+) -->\n(?:.*?\n<!-- end -->\n)?", re.DOTALL)
_PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9_]+)\}")


def template_guide() -> str:
    """The guide with the parameter table of each shipped template; the rest of the page is written by hand."""
    text = (ROOT / TEMPLATE_GUIDE).read_text(encoding="utf-8")
    return _TABLE.sub(lambda found: "\n".join([*_parameters(found[1]), "<!-- end -->", ""]), text)


def _parameters(template_id: str) -> Iterator[str]:
    document = read_yaml((TEMPLATES / f"{template_id}.yaml").read_bytes(), source=f"{template_id}.yaml")
    template = template_from_document(document).template
    if template is None or not isinstance(document.plain, dict):
        message = f"{template_id} is not a valid template"
        raise SystemExit(message)
    body = {key: item for key, item in document.plain.items() if key != "parameters"}
    places: dict[str, list[str]] = {}
    for name, place in _places(body, ""):
        places.setdefault(name, []).append(f"`{place}`")
    yield from (f"<!-- parameters of {template_id} -->", f"{template.metadata.description}.", "")
    yield from _head("Parameter", "Type", "Default", "Allowed", "Meaning", "Stands in")
    for parameter in template.parameters:
        stands_in = ", ".join(dict.fromkeys(places[parameter.name]))
        default = f"`{json.dumps(parameter.default)}`"
        meaning = f"{parameter.title}. {parameter.description}"
        yield _row(f"`{parameter.name}`", parameter.type, default, _allowed(parameter), meaning, stands_in)


def _allowed(parameter: Parameter) -> str:
    if parameter.enum is not None:
        return ", ".join(f"`{option}`" for option in parameter.enum)
    if parameter.minimum is None or parameter.maximum is None:
        return "any"
    return f"{format_number(parameter.minimum)} to {format_number(parameter.maximum)}"


def _places(value: Plain, path: str) -> Iterator[tuple[str, str]]:
    """Every placeholder with the path of ids and keys to where it stands."""
    match value:
        case str():
            yield from ((name, path) for name in _PLACEHOLDER.findall(value))
        case list():
            for item in value:
                name = item.get("id") if isinstance(item, dict) else None
                yield from _places(item, f"{path}.{name}" if name else path)
        case dict():
            for key, item in value.items():
                yield from _places(item, f"{path}.{key}" if path else key)
        case _:
            return


def main() -> None:
    """Write every page that is out of date."""
    for path, text in pages().items():
        file = ROOT / path
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            print(f"wrote {path}")


if __name__ == "__main__":
    main()
