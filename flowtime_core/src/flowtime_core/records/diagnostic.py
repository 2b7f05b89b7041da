"""Findings: values that say where, what, how bad and how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from attrs import Attribute, Factory, field, frozen

from flowtime_core.records.codes import CODES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flowtime_core.errors import DocumentSyntaxError

Severity = Literal["error", "warning", "info"]

REQUEST: Final = "request"
"""Source of a place in what was asked, rather than in a document."""

_PARAMETERS: Final = "/parameters/"


@frozen(kw_only=True)
class Location:
    """A place in a document: JSON pointer, and 1-based line and column where the text is known."""

    pointer: str = ""
    line: int | None = None
    column: int | None = None
    source: str = ""

    @property
    def parameter(self) -> str:
        """The parameter of a request that the place is, else nothing."""
        given = self.source == REQUEST and self.pointer.startswith(_PARAMETERS)
        return self.pointer.removeprefix(_PARAMETERS).replace("~1", "/").replace("~0", "~") if given else ""

    def __str__(self) -> str:
        """Return ``source:line:column`` as far as known, else the pointer."""
        if self.line is None:
            return self.pointer or self.source
        return f"{self.source}:{self.line}:{self.column}" if self.source else f"{self.line}:{self.column}"


@frozen(order=True)
class BinRange:
    """Bins ``first`` to ``last``, both included."""

    first: int
    last: int

    def __str__(self) -> str:
        """Return ``first-last`` or the single bin."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


def bin_ranges(bins: Iterable[int]) -> tuple[BinRange, ...]:
    """Fold ascending bin numbers into ranges."""
    ranges: list[BinRange] = []
    for t in bins:
        if ranges and t == ranges[-1].last + 1:
            ranges[-1] = BinRange(ranges[-1].first, t)
        else:
            ranges.append(BinRange(t, t))
    return tuple(ranges)


def _known(_instance: object, _attribute: Attribute[str], value: str) -> None:
    if value not in CODES:
        message = f"{value!r} is not in the code table"
        raise ValueError(message)


def _severity_of(finding: Diagnostic) -> Severity:
    return CODES[finding.code].severity if finding.code in CODES else "error"


@frozen(kw_only=True)
class Diagnostic:
    """One finding.

    ``bins`` names every bin concerned, ``value`` the worst value and ``total`` their sum, where that means something.
    ``span`` is the part of an expression at fault, ``excerpt`` that line of the expression with a caret line below.
    The severity defaults to the one the code table gives.
    """

    code: str = field(validator=_known)
    message: str
    severity: Severity = field(default=Factory(_severity_of, takes_self=True))
    location: Location | None = None
    node_id: str | None = None
    edge_ids: tuple[str, ...] = ()
    bins: tuple[BinRange, ...] = ()
    value: float | None = None
    total: float | None = None
    hint: str = ""
    span: tuple[int, int] | None = None
    excerpt: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the finding forbids going on."""
        return self.severity == "error"

    def __str__(self) -> str:
        """Return one line: place, severity, code, message, bins, hint; below it the excerpt, if there is one."""
        place = f"{self.location}: " if self.location is not None and str(self.location) else ""
        bins = f" [bins {', '.join(str(b) for b in self.bins)}]" if self.bins else ""
        hint = f" ({self.hint})" if self.hint else ""
        excerpt = "".join(f"\n    {line}" for line in self.excerpt.splitlines())
        return f"{place}{self.severity}[{self.code}]: {self.message}{bins}{hint}{excerpt}"


def count_warnings(findings: Iterable[Diagnostic]) -> int:
    """Return how many findings are more than a remark: what lists and filters call warnings."""
    return sum(finding.severity != "info" for finding in findings)


def syntax_finding(error: DocumentSyntaxError) -> Diagnostic:
    """Return what an unreadable text is told as where findings are listed."""
    place = Location(line=error.line, column=error.column, source=error.source)
    return Diagnostic(code=error.code, message=error.message, location=place, hint=error.hint)
