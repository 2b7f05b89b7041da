"""How many examples a law gets: some by day, twenty times as many at night."""

from __future__ import annotations

from typing import Final

from hypothesis import settings

AT_NIGHT: Final = 20


def examples(count: int) -> settings:
    """So many examples in the default run, more under the nightly profile."""
    current = settings.default
    is_night = current is not None and current.max_examples >= settings.get_profile("nightly").max_examples
    return settings(max_examples=count * AT_NIGHT if is_night else count)
