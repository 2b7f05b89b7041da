"""Fill the placeholders ``${name}`` of a parsed tree, typed; text is never parsed again (CONTRACT 3, T2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from attrs import frozen

from flowtime_core.codec.number import format_number
from flowtime_core.codec.report import join_pointer
from flowtime_core.errors import did_you_mean
from flowtime_core.records.diagnostic import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowtime_core.records.document import Plain
    from flowtime_core.records.template import Template
    from flowtime_core.template.parameters import BoundParameters

_PLACEHOLDER: Final = re.compile(r"\$\{([^{}]*)\}")


@frozen(kw_only=True)
class Substitution:
    """A body without placeholders.

    Attributes
    ----------
    plain : dict
        The template without its ``parameters``, in the same shape: every JSON pointer means the same place.
    origins : mapping of JSON pointer to parameter name
        Scalars that were exactly one placeholder.
    unresolved : frozenset of JSON pointers
        Scalars that keep a placeholder because it has no value.
    """

    plain: dict[str, Plain]
    origins: Mapping[str, str]
    unresolved: frozenset[str]
    findings: tuple[Diagnostic, ...]


def substitute(template: Template, bound: BoundParameters) -> Substitution:
    """Return the body with each placeholder replaced by its parameter's value.

    A scalar that is exactly one placeholder takes the value with its type; inside a longer text the value is formatted:
    canonical numbers, ``true`` or ``false``, lists as ``[a, b]``. Keys are never replaced.
    """
    whole = template.document.plain
    body = {key: item for key, item in whole.items() if key != "parameters"} if isinstance(whole, dict) else {}
    filler = _Filler(template, bound)
    plain = {key: filler.fill(item, join_pointer("", key)) for key, item in body.items()}
    return Substitution(
        plain=plain,
        origins=filler.origins,
        unresolved=frozenset(filler.unresolved),
        findings=(*filler.findings, *filler.unused()),
    )


class _Filler:
    """One walk over a body."""

    def __init__(self, template: Template, bound: BoundParameters) -> None:
        self.template = template
        self.bound = bound
        self.names = {parameter.name: index for index, parameter in enumerate(template.parameters)}
        self.used: set[str] = set()
        self.origins: dict[str, str] = {}
        self.unresolved: set[str] = set()
        self.findings: list[Diagnostic] = []

    def fill(self, value: Plain, pointer: str) -> Plain:
        """Return a value with its placeholders filled."""
        if isinstance(value, str):
            return self._text(value, pointer) if "${" in value else value
        if isinstance(value, list):
            return [self.fill(item, join_pointer(pointer, index)) for index, item in enumerate(value)]
        if isinstance(value, dict):
            return {key: self.fill(item, self._key(key, pointer)) for key, item in value.items()}
        return value

    def unused(self) -> list[Diagnostic]:
        """Return a warning for every parameter that no placeholder names."""
        return [
            Diagnostic(
                code="unused_parameter",
                message=f"parameter {name!r} is used nowhere",
                location=self.template.document.locate(join_pointer("/parameters", index)),
                hint=f"use it as ${{{name}}} or remove it",
            )
            for name, index in self.names.items()
            if name and name not in self.used
        ]

    def _key(self, key: str, pointer: str) -> str:
        below = join_pointer(pointer, key)
        if _PLACEHOLDER.search(key):
            message = f"the key {key!r} holds a placeholder, but only values are filled"
            self._add("undeclared_placeholder", below, message)
        return below

    def _text(self, text: str, pointer: str) -> Plain:
        names = _PLACEHOLDER.findall(text)
        missing = [name for name in names if not self._resolve(name, pointer)]
        if missing:
            self.unresolved.add(pointer)
            return text
        exact = _PLACEHOLDER.fullmatch(text)
        if exact is not None:
            self.origins[pointer] = exact[1]
            return self.bound.values[exact[1]]
        return _PLACEHOLDER.sub(lambda match: format_value(self.bound.values[match[1]]), text)

    def _resolve(self, name: str, pointer: str) -> bool:
        """Tell whether a placeholder has a value, and say why not unless that is already known."""
        if name in self.names:
            self.used.add(name)
        if name in self.bound.values:
            return True
        if name not in self.names:
            hint = did_you_mean(name, self.names, len(self.findings)) or "declare it under parameters"
            message = f"the placeholder ${{{name}}} names no declared parameter"
            self._add("undeclared_placeholder", pointer, message, hint)
        elif name not in self.bound.faulty:
            message = f"parameter {name!r} has neither a value nor a default, and ${{{name}}} needs one"
            self._add("missing_parameter", pointer, message, f"-p {name}=...")
        return False

    def _add(self, code: str, pointer: str, message: str, hint: str = "") -> None:
        location = self.template.document.locate(pointer)
        self.findings.append(Diagnostic(code=code, message=message, location=location, hint=hint))


def format_value(value: Plain) -> str:
    """Return a parameter value as it stands inside a longer text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return format_number(value)
    if isinstance(value, list):
        return f"[{', '.join(format_value(item) for item in value)}]"
    return str(value)
