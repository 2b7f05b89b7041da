"""The query of a request: what an operation takes, read strictly, and told to OpenAPI by the same record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from attrs import frozen

from flowtime_core.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

    from flowtime_core.records.document import Plain

Value: TypeAlias = "int | str | bool | None"
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,15}")
_FLAGS: Final = {"true": True, "false": False}


@frozen(kw_only=True)
class Query:
    """One parameter of a query.

    Attributes
    ----------
    default : int, str, bool or None
        The value when it is not given.
    required : bool
        It has to be given.
    minimum, maximum : int or None
        Bounds of an integer.
    options : tuple of str
        The words that are taken, in any case; empty for any text.
    """

    name: str
    kind: Literal["integer", "boolean", "string"]
    doc: str
    default: Value = None
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None
    options: tuple[str, ...] = ()

    def read(self, text: str | None) -> Value:
        """Return the value of a text.

        Raises
        ------
        InputError
            When it does not fit.
        """
        if text is None:
            return self.default
        value = self._parse(text)
        if value is None:
            raise InputError(f"{self.name} is {text[:80]!r}, expected {self.expected}")
        return value

    @property
    def expected(self) -> str:
        """What is taken, in words."""
        if self.kind == "boolean":
            return "true or false"
        if self.options:
            return f"one of {', '.join(self.options)}"
        if self.kind == "string":
            return "a text"
        low = "" if self.minimum is None else f" from {self.minimum}"
        return f"an integer{low}" + ("" if self.maximum is None else f" to {self.maximum}")

    def schema(self) -> dict[str, Plain]:
        """Return the JSON Schema."""
        plain: dict[str, Plain] = {
            "type": self.kind,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "default": self.default,
            "enum": list(self.options) or None,
        }
        return {key: value for key, value in plain.items() if value is not None}

    def _parse(self, text: str) -> Value:
        match self.kind:
            case "boolean":
                return _FLAGS.get(text.casefold())
            case "integer":
                return self._integer(text)
            case _:
                options = {option.casefold(): option for option in self.options}
                return options.get(text.casefold()) if options else text

    def _integer(self, text: str) -> int | None:
        if _INTEGER.fullmatch(text) is None:
            return None
        number = int(text)
        low = number if self.minimum is None else self.minimum
        high = number if self.maximum is None else self.maximum
        return number if low <= number <= high else None


def read_query(known: tuple[Query, ...], given: QueryParams) -> dict[str, Value]:
    """Return the value of every known parameter; what is not known is ignored.

    Raises
    ------
    InputError
        When one is given twice, does not fit, or is absent and required.
    """
    return {query.name: _read(query, given) for query in known}


def _read(query: Query, given: QueryParams) -> Value:
    texts = given.getlist(query.name)
    if len(texts) > 1:
        raise InputError(f"{query.name} is given twice", hint="give it once")
    if query.required and not texts:
        near = did_you_mean(query.name, list(given))
        raise InputError(f"the query has no {query.name}", hint=near or f"{query.name}: {query.doc}")
    return query.read(given.get(query.name))
