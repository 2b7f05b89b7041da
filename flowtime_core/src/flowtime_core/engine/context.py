"""What the compiler knows while it works: names, sources, the steps made so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import define, field

from flowtime_core.engine.steps import GivenStep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowtime_core.engine.names import Names
    from flowtime_core.engine.steps import Step
    from flowtime_core.records.model import Model
    from flowtime_core.records.run import SourceFile


@define
class Context:
    """State of one compilation.

    Attributes
    ----------
    places : dict of engine key to JSON pointer
        Where each step comes from, by the first series it writes.
    whole_uses : dict of engine key to keys
        Series that a key reads through a whole-series function.
    """

    model: Model
    names: Names
    sources: Mapping[str, SourceFile]
    steps: list[Step] = field(factory=list["Step"])
    places: dict[str, str] = field(factory=dict[str, str])
    whole_uses: dict[str, tuple[str, ...]] = field(factory=dict[str, tuple[str, ...]])

    @property
    def bins(self) -> int:
        """Number of bins of the grid."""
        return self.model.grid.bins

    def add(self, step: Step, pointer: str) -> None:
        """Keep a step and the place it comes from."""
        self.steps.append(step)
        self.places[step.writes[0]] = pointer

    def report(
        self, code: str, pointer: str, message: str, *, node_id: str | None = None, hint: str = "", excerpt: str = ""
    ) -> None:
        """Keep a finding."""
        self.names.report(code, pointer, message, node_id=node_id, hint=hint, excerpt=excerpt)

    def number(self, key: str, value: float, pointer: str) -> None:
        """Add a series of one number for every bin."""
        values = np.full((self.bins, 1), value)
        self.add(GivenStep(key=key, origin="number", values=values, note=f"{value:.6g} in every bin"), pointer)

    def source(self, uri: str, pointer: str, node_id: str) -> SourceFile | None:
        """Return the file behind a URI, or report that it was not given or has a wrong length."""
        found = self.sources.get(uri)
        if found is None:
            self.report("missing_source", pointer, f"source {uri!r} of {node_id!r} was not found", node_id=node_id)
            return None
        if len(found.values) != self.bins:
            message = f"source {uri!r} of {node_id!r} has {len(found.values)} bins, expected {self.bins}"
            self.report("series_length", pointer, message, node_id=node_id)
            return None
        return found

    def resolve(self, name: str, pointer: str, user: str) -> str | None:
        """Return the key behind a plain name, or report that there is none."""
        key = self.names.text(name)
        if key is None:
            hint = self.names.suggest(name, self.names.candidates)
            self.report("unknown_series", pointer, f"{user} names {name!r}, which is not declared", hint=hint)
        return key
