"""Runs as lists show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from datetime import datetime

    from flowtime_core.records.grid import Grid
    from flowtime_core.records.model import Mode


@frozen(kw_only=True)
class RunListing:
    """One run of a list; ``damage`` says why a damaged one shows nothing but its id."""

    run_id: str
    mode: Mode = "simulation"
    template_id: str = ""
    template_title: str = ""
    template_version: str = ""
    created: datetime | None = None
    grid: Grid | None = None
    warning_count: int = 0
    provenance_hash: str = ""
    input_hash: str = ""
    damage: str = ""


@frozen(kw_only=True)
class RunPage:
    """A page of a list, newest run first; ``total`` counts every page."""

    items: tuple[RunListing, ...]
    total: int
    page: int
    page_size: int
