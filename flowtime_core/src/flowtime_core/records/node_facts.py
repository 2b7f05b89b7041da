"""What a node is, whatever the bin: its category, what can be measured at it, its classes, its schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import field, frozen

from flowtime_core.records.empty import EMPTY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowtime_core.records.policy import DispatchSchedule

ClassCoverage = Literal["full", "partial", "missing"]
"""Whether the arrivals of a node carry all, some or none of the declared classes (SEMANTICS 4.10)."""


@frozen(kw_only=True)
class Analytics:
    """Which metrics mean something at a node; ``identity`` is its kind as analysis sees it."""

    identity: str = "service"
    has_queue: bool = False
    has_service: bool = True


@frozen(kw_only=True)
class ClassTruth:
    """What a node knows of classes; ``has_fallback`` where classes are declared and it has totals only."""

    coverage: ClassCoverage = "missing"
    has_specific: bool = False
    has_fallback: bool = False


@frozen(kw_only=True)
class NodeFacts:
    """What a node is.

    Attributes
    ----------
    category : str
        ``service``, ``queue``, ``dlq``, ``router``, ``dependency``, ``sink``, ``constant`` or ``expression``.
    aliases : mapping of role to str
        What the model calls its roles.
    explicit : frozenset of str
        Roles that the model maps; the engine derived the others.
    """

    category: str = "service"
    analytics: Analytics = field(factory=Analytics)
    classes: ClassTruth = field(factory=ClassTruth)
    aliases: Mapping[str, str] = field(default=EMPTY, hash=False)
    dispatch: DispatchSchedule | None = None
    max_attempts: int | None = None
    explicit: frozenset[str] = frozenset()
