"""Whether one JSON Schema accepts all that another accepts, judged keyword by keyword."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

Schema: TypeAlias = "dict[str, Any]"
_KINDS = ("object", "array", "string", "number", "integer", "boolean", "null")
_KIND_OF = {str: "string", int: "integer", bool: "boolean", type(None): "null"}
_BOUNDS = ("minimum", "minLength", "minItems", "exclusiveMinimum")
_WIDER_PATTERNS = {
    "^[A-Za-z_][A-Za-z0-9_.-]*$": "^[a-zA-Z_][a-zA-Z0-9_]*$",
    "^sha256:": "^sha256:[a-f0-9]{64}$",
}
"""Patterns of ours that are known to match whatever the other pattern matches."""


def narrower(ours: Schema, theirs: Schema, name: str) -> list[str]:
    """The places where our schema may refuse what theirs accepts."""
    return _Comparison(ours, theirs).narrower(ours, theirs, name)


class _Comparison:
    """Two schemas whose references are followed."""

    def __init__(self, ours: Schema, theirs: Schema) -> None:
        self.ours = ours
        self.theirs = theirs

    def narrower(self, a: Any, b: Any, where: str) -> list[str]:  # noqa: ANN401 - a schema may be a boolean
        """The places where our schema ``a`` may refuse what their schema ``b`` accepts."""
        a, b = _follow(self.ours, a), _follow(self.theirs, b)
        if "anyOf" in b or ("oneOf" in b and "properties" not in b):
            branches = enumerate(b.get("anyOf") or b["oneOf"])
            return [fault for i, branch in branches for fault in self.narrower(a, branch, f"{where}|{i}")]
        if "anyOf" in a:
            return self._any_of(a, b, where)
        return _kinds(a, b, where) + _values(a, b, where) + self._members(a, b, where)

    def _any_of(self, a: Schema, b: Schema, where: str) -> list[str]:
        tries = [self.narrower(branch, b, where) for branch in a["anyOf"]]
        if any(not faults for faults in tries):
            return []
        if len(_types(b)) > 1:
            parts = [
                {**b, "type": kind} for kind in sorted(_types(b) - ({"integer"} if "number" in _types(b) else set()))
            ]
            return [fault for part in parts for fault in self.narrower(a, part, where)] if len(parts) > 1 else tries[0]
        return min(tries, key=len)

    def _members(self, a: Schema, b: Schema, where: str) -> list[str]:
        if not _types(b) & {"object", "array"}:
            return []
        faults = [f"{where}: requires {key}" for key in a.get("required", []) if key not in b.get("required", [])]
        mine, other = a.get("properties", {}), b.get("properties", {})
        rest, extra = a.get("additionalProperties", True), b.get("additionalProperties", True)
        for key, schema in other.items():
            if key in mine:
                faults += self.narrower(mine[key], schema, f"{where}/{key}")
            elif rest is False:
                faults.append(f"{where}: no {key}")
        if other and extra is True and rest is False:
            faults.append(f"{where}: closed")
        if isinstance(extra, dict) and isinstance(rest, dict):
            faults += self.narrower(rest, extra, f"{where}/*")
        if "items" in a and "items" in b:
            faults += self.narrower(a["items"], b["items"], f"{where}[]")
        return faults


def _follow(root: Schema, schema: Any) -> Schema:  # noqa: ANN401 - a schema may be a boolean
    if schema is True:
        return {}
    while "$ref" in schema:
        _, section, key = schema["$ref"].split("/")
        schema = root[section][key]
    return dict(schema)


def _offered(schema: Schema) -> list[Any] | None:
    literal = re.fullmatch(r"\^(\w+)\$", schema.get("pattern", ""))
    if literal is not None:
        return [literal[1]]
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _types(schema: Schema) -> set[str]:
    offered = _offered(schema)
    if offered is not None and "type" not in schema:
        return {_KIND_OF[type(value)] for value in offered}
    given = schema.get("type", _KINDS)
    kinds = {given} if isinstance(given, str) else set(given)
    return kinds | {"integer"} if "number" in kinds else kinds


def _kinds(a: Schema, b: Schema, where: str) -> list[str]:
    refused = _types(b) - _types(a)
    return [f"{where}: type {sorted(refused)}"] if refused else []


def _values(a: Schema, b: Schema, where: str) -> list[str]:
    allowed, offered = _offered(a), _offered(b)
    if allowed is not None and (offered is None or not all(value in allowed for value in offered)):
        return [f"{where}: only {allowed}, theirs {offered or 'anything'}"]
    if offered is not None:
        return []
    pattern: str | None = a.get("pattern")
    theirs: str = b.get("pattern", "")
    known = pattern is None or theirs in (pattern, _WIDER_PATTERNS.get(pattern))
    faults = [] if known else [f"{where}: pattern {pattern!r}, theirs {theirs!r}"]
    implied = {"minLength": 1} if theirs.endswith("+$") else {}
    bounds = {key: b.get(key, implied.get(key, float("-inf"))) for key in _BOUNDS if key in a}
    return faults + [f"{where}: {key} {a[key]}, theirs {bound}" for key, bound in bounds.items() if a[key] > bound]
