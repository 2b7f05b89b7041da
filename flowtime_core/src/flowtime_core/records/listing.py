"""Runs as lists show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from flowtime_core.errors import InputError
from flowtime_core.records.diagnostic import count_warnings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from attrs import Attribute

    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.grid import Grid
    from flowtime_core.records.model import Mode

LARGEST_PAGE: Final = 200
USUAL_PAGE: Final = 50


@frozen(kw_only=True)
class RunListing:
    """One run of a list; ``damage`` says why a damaged one shows nothing but its id.

    Attributes
    ----------
    run_id : str
        The name of its directory, by which it is asked for.
    provenance_hash : str
        Hash of the model, as in the metadata of a state.
    written_ns : int
        When its summary was written here [ns since 1970]: what orders runs of one second. No list shows it.
    """

    run_id: str
    mode: Mode = "simulation"
    template_id: str = ""
    template_title: str = ""
    template_version: str = ""
    created: datetime | None = None
    grid: Grid | None = None
    warnings: tuple[Diagnostic, ...] = ()
    provenance_hash: str = ""
    input_hash: str = ""
    damage: str = ""
    written_ns: int = 0

    @property
    def warning_count(self) -> int:
        """How many warnings the run has, remarks aside."""
        return count_warnings(self.warnings)


def _positive(query: RunQuery, attribute: Attribute[int], value: int) -> None:
    del query
    if value < 1:
        message = f"{attribute.name.replace('_', ' ')} is {value}, expected 1 or more"
        raise InputError(message)


def _encodable(query: RunQuery, attribute: Attribute[str], value: str) -> None:
    del query
    try:
        value.encode()
    except UnicodeEncodeError as error:
        message = f"{attribute.name.replace('_', ' ')} is not a text: it holds half of a surrogate pair"
        raise InputError(message) from error


@frozen(kw_only=True)
class RunQuery:
    """Which runs to list; an empty text and None keep all.

    Attributes
    ----------
    page, page_size : int
        From 1; a size beyond ``LARGEST_PAGE`` counts as that.
    mode, template_id : str
        Equal, whatever the case.
    has_warnings : bool or None
        With or without warnings.
    q : str
        Part of the run's id, or of the id or title of its template, whatever the case.
    is_sound : bool
        Only runs that are not damaged.
    """

    page: int = field(default=1, validator=_positive)
    page_size: int = field(default=USUAL_PAGE, validator=_positive)
    mode: str = field(default="", validator=_encodable)
    template_id: str = field(default="", validator=_encodable)
    has_warnings: bool | None = None
    q: str = field(default="", validator=_encodable)
    is_sound: bool = False

    @property
    def size(self) -> int:
        """How many runs a page has."""
        return min(self.page_size, LARGEST_PAGE)

    @property
    def first(self) -> int:
        """How many runs come before the page."""
        return (self.page - 1) * self.size

    def keeps(self, run: RunListing) -> bool:
        """Tell whether a run passes the filters; a damaged one passes none but ``q``."""
        wanted = self.q.casefold()
        if wanted not in search_text(run):
            return False
        if run.damage:
            return not (self.is_sound or self.mode or self.template_id) and self.has_warnings is None
        return (
            (not self.mode or self.mode.casefold() == run.mode)
            and (not self.template_id or self.template_id.casefold() == run.template_id.casefold())
            and (self.has_warnings is None or self.has_warnings == (run.warning_count > 0))
        )


def search_text(run: RunListing) -> str:
    """Return what ``q`` looks into."""
    return f"{run.run_id}\n{run.template_id}\n{run.template_title}".casefold()


@frozen(kw_only=True)
class RunPage:
    """A page of a list, newest run first; ``total`` counts every page."""

    items: tuple[RunListing, ...]
    total: int
    page: int
    page_size: int


def age_of(run: RunListing) -> int | None:
    """Return the place of a run in time [µs before 1970], None where unknown."""
    return None if run.created is None else -round(run.created.timestamp() * 1e6)


def newest_first(runs: Iterable[RunListing]) -> tuple[RunListing, ...]:
    """Return runs in the order of lists: newest first, those without a time last.

    Times of creation are in whole seconds. Of runs of one second that comes first which was written last, as far as
    the file system knows; what it holds for equally old goes by id.
    """
    return tuple(sorted(runs, key=lambda run: (run.created is None, age_of(run) or 0, -run.written_ns, run.run_id)))


def page_of(runs: Iterable[RunListing], query: RunQuery) -> RunPage:
    """Return the page that a query asks for, of all runs there are."""
    kept = newest_first(run for run in runs if query.keeps(run))
    shown = kept[query.first : query.first + query.size]
    return RunPage(items=shown, total=len(kept), page=query.page, page_size=query.size)
