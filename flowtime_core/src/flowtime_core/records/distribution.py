"""Discrete distributions (probability mass functions) and time-of-day profiles."""

from __future__ import annotations

from typing import Final, Literal

from attrs import frozen

Alignment = Literal["stretch", "clock"]
PROFILE_NAMES: Final = ("weekday-office", "three-shift", "hub-rush-hour")


@frozen(kw_only=True)
class Distribution:
    """Values with their probabilities, as written (SEMANTICS 2.3)."""

    values: tuple[float, ...]
    probabilities: tuple[float, ...]


@frozen(kw_only=True)
class BuiltinProfile:
    """One of the named 24-hour shapes (SEMANTICS 2.4)."""

    name: str
    alignment: Alignment = "stretch"


@frozen(kw_only=True)
class InlineProfile:
    """One weight per bin."""

    weights: tuple[float, ...]


Profile = BuiltinProfile | InlineProfile
