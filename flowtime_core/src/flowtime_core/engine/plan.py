"""The plan: what is computed, in which order. Made by ``compile``, read by ``simulate``, printed by ``describe``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowtime_core.engine.steps import Step
    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.model import Model
    from flowtime_core.records.series import SeriesKind


@frozen(kw_only=True)
class Component:
    """Steps in same-bin order. A loop is run bin by bin, anything else whole series at a time (SEMANTICS 3.4)."""

    steps: tuple[Step, ...]
    loop: bool


@frozen(kw_only=True)
class SeriesInfo:
    """Unit and kind of a computed series, and the id under which it is written."""

    id: str
    unit: str
    kind: SeriesKind


@frozen(kw_only=True)
class Plan:
    """A compiled model.

    Attributes
    ----------
    components : tuple of Component
        In order of evaluation.
    series : mapping of engine key to SeriesInfo
        Every series the plan computes, declared ones first.
    inputs : mapping of node id to engine key
        What a batch may override: const and pmf nodes, with the series that holds their own values.
    role_keys : mapping of (node id, role) to engine key
        Roles that read a series, mapped or derived.
    written : tuple of str
        Keys that outputs and topology select for the run directory.
    classes : mapping of engine key to class ids
        Series that are made of classes of flow.
    source_rates : mapping of engine key to rates by class
        How sources are split [entities/bin].
    warnings : tuple of Diagnostic
        What compiling noticed.
    """

    model: Model
    components: tuple[Component, ...]
    series: Mapping[str, SeriesInfo]
    inputs: Mapping[str, str]
    role_keys: Mapping[tuple[str, str], str]
    written: tuple[str, ...]
    classes: Mapping[str, tuple[str, ...]]
    source_rates: Mapping[str, Mapping[str, float]]
    warnings: tuple[Diagnostic, ...]
