"""The empty mapping that records default to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flowtime_core.records.fixed import FixedMapping

if TYPE_CHECKING:
    from collections.abc import Mapping

EMPTY: Final[Mapping[Any, Any]] = FixedMapping({})
