"""The empty mapping that records default to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

EMPTY: Final[Mapping[Any, Any]] = {}
