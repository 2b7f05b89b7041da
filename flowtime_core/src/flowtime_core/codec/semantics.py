"""What the roles of a topology node mean, on the wire (SEMANTICS 4.1, 4.2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flowtime_core.codec.number import json_number
from flowtime_core.codec.policy import number_or_name
from flowtime_core.records.measure import OLD_ROLE_SPELLINGS, ROLES
from flowtime_core.records.topology import FileBinding, NumberBinding, SelfBinding, Semantics, SeriesBinding

if TYPE_CHECKING:
    from flowtime_core.codec.reader import Fields
    from flowtime_core.records.document import Plain
    from flowtime_core.records.topology import Binding

_SPELLINGS: Final[dict[str, tuple[str, ...]]] = {
    role: (role, *(old for old, new in OLD_ROLE_SPELLINGS.items() if new == role)) for role in ROLES
}
_UNUSED: Final = frozenset({"retryBudgetRemaining", "backoffStrategy", "exhaustedPolicy"})
_SERIES_NAME: Final = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_.-]*|`[^`]+`\.[A-Za-z]+)(?:@[A-Za-z0-9._-]+)*")
_SERIES_PREFIX: Final = "series:"


def read_semantics(node: Fields) -> Semantics:
    """Return the roles of a node; an old spelling counts where the new one is absent (SEMANTICS 4.1)."""
    fields = node.mapping("semantics", what=f"semantics of {node.what}")
    if fields is None:
        return Semantics()
    bindings = {role: read_binding(fields, *names) for role, names in _SPELLINGS.items()}
    kernel = fields.numbers("retryKernel")
    if kernel == ():
        fields.error("retryKernel", f"retryKernel of {node.what} is empty, expected at least one number")
    attempts = fields.integer("maxAttempts", minimum=1)
    sla = fields.number("slaMin")
    aliases = _read_aliases(fields)
    fields.close(_UNUSED)
    return Semantics(
        bindings={role: binding for role, binding in bindings.items() if binding is not None},
        retry_kernel=kernel,
        max_attempts=attempts,
        sla_minutes=sla,
        aliases=aliases,
    )


def read_binding(fields: Fields, *names: str) -> Binding | None:
    """Return what a role is mapped to: a series, number, ``self`` or file (SEMANTICS 4.1); blank is none."""
    key, value = fields.take(*names)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    target = number_or_name(value)
    if target is None:
        fields.mismatch(key, value, "a series, a number, self, or a file: URI")
        return None
    if not isinstance(target, str):
        return NumberBinding(value=target)
    if target.startswith("file:"):
        return FileBinding(uri=target)
    if target == "self":
        return _self(fields, key, names[0])
    return _series(fields, key, target.removeprefix(_SERIES_PREFIX))


def _self(fields: Fields, key: str, role: str) -> SelfBinding | None:
    if role == "queueDepth":
        return SelfBinding()
    fields.error(key, f"{key} of {fields.what} is self, which only queueDepth may be", code="invalid_topology")
    return None


def _series(fields: Fields, key: str, name: str) -> SeriesBinding | None:
    if _SERIES_NAME.fullmatch(name):
        return SeriesBinding(name=name)
    hint = "write an expr node and name it here"
    fields.error(key, f"{key} of {fields.what} is {name!r}, which is no series id", code="invalid_id", hint=hint)
    return None


def _read_aliases(fields: Fields) -> dict[str, str]:
    aliases = fields.mapping("aliases", what=f"aliases in {fields.what}")
    if aliases is None:
        return {}
    return {key: text for key in aliases.plain if (text := aliases.text(key))}


def semantics_to_plain(semantics: Semantics) -> dict[str, Plain]:
    """Return roles in their documented order, then retry, SLA and aliases (SEMANTICS 4.1)."""
    plain: dict[str, Plain] = {
        role: binding_to_plain(semantics.bindings[role]) for role in _SPELLINGS if role in semantics.bindings
    }
    if semantics.retry_kernel is not None:
        plain["retryKernel"] = [json_number(tap) for tap in semantics.retry_kernel]
    if semantics.max_attempts is not None:
        plain["maxAttempts"] = semantics.max_attempts
    if semantics.sla_minutes is not None:
        plain["slaMin"] = json_number(semantics.sla_minutes)
    if semantics.aliases:
        plain["aliases"] = dict(semantics.aliases)
    return plain


def binding_to_plain(binding: Binding) -> Plain:
    """Return a series id, a number, ``self`` or a URI."""
    match binding:
        case SeriesBinding(name=name):
            return name
        case NumberBinding(value=value):
            return json_number(value)
        case SelfBinding():
            return "self"
        case _:
            return binding.uri
