"""Callers who stop after a while."""

from __future__ import annotations


class Patient:
    """A token that says stop once it has been asked more than so many times; counts how often it was."""

    def __init__(self, times: float) -> None:
        self.times = times
        self.asked = 0

    def is_set(self) -> bool:
        """Whether that often."""
        self.asked += 1
        return self.asked > self.times
