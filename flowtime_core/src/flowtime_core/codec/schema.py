"""JSON Schemas of the published documents: package data, compiled on first use.

A compiled validator stops at its first fault; where a document is written by people, the decoders report all of them.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import fastjsonschema

from flowtime_core.codec.report import Report, join_pointer
from flowtime_core.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.document import Document

SCHEMA_NAMES: Final = (
    "template",
    "model",
    "run",
    "manifest",
    "series-index",
    "telemetry-manifest",
    "gap-config",
    "time-travel-state",
)


@cache
def schema_text(name: str) -> bytes:
    """Return a schema as it is published.

    Raises
    ------
    NotFoundError
        When no schema has that name.
    """
    if name not in SCHEMA_NAMES:
        message = f"there is no schema {name!r}"
        raise NotFoundError(message, hint=f"known are {', '.join(SCHEMA_NAMES)}")
    return files("flowtime_core").joinpath("schemas", f"{name}.schema.json").read_bytes()


def schema_findings(name: str, document: Document) -> tuple[Diagnostic, ...]:
    """Return the first fault of a document against a schema, with its place, or nothing."""
    report = Report(document)
    try:
        _validator(name)(document.plain)
    except fastjsonschema.JsonSchemaValueException as fault:
        pointer = _pointer(fault.path)
        message = fault.message.replace(fault.name or "data", pointer or "the document", 1)
        report.add("schema_violation", pointer, message, hint=f"schemas/{name}.schema.json")
    return report.result()


def _pointer(path: list[str]) -> str:
    """Return the JSON pointer of a validator's path, whose first step is the document itself."""
    pointer = ""
    for step in path[1:]:
        pointer = join_pointer(pointer, step)
    return pointer


@cache
def _validator(name: str) -> Callable[[object], object]:
    definition: dict[str, object] = json.loads(schema_text(name))
    return fastjsonschema.compile(definition, use_default=False, use_formats=False)
