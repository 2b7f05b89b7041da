"""What every step has in common: what it reads."""

from __future__ import annotations

from attrs import frozen


class Reading:
    """What a step reads unless it says otherwise: nothing."""

    @property
    def reads(self) -> tuple[str, ...]:
        """Keys read in the same bin."""
        return ()

    @property
    def lagged(self) -> tuple[str, ...]:
        """Keys of which only earlier bins are read."""
        return ()

    @property
    def provisional(self) -> tuple[str, ...]:
        """Keys that a first pass over the bin takes as absent, and a second pass reads (SEMANTICS 4.7)."""
        return ()


def present(*keys: str | None) -> tuple[str, ...]:
    """Return the keys that are there."""
    return tuple(key for key in keys if key is not None)


@frozen(kw_only=True)
class SeriesStep(Reading):
    """A step that is known by the series it computes."""

    key: str

    @property
    def label(self) -> str:
        """What findings call this step."""
        return self.key

    @property
    def writes(self) -> tuple[str, ...]:
        """Keys of the series the step computes."""
        return (self.key,)
