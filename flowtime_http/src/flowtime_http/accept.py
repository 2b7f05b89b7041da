"""What a client takes: the ``Accept`` header of RFC 9110, 12.5.1."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

VARY: Final = {"Vary": "Accept"}
"""The header of every answer that depends on what the client takes."""

_QUALITY: Final = re.compile(r"\s*q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*", re.IGNORECASE)


def ranked(accept: str, offered: Sequence[str]) -> list[str]:
    """Return the media types of ``offered`` that a header takes: what it likes best first, of equals the first offered.

    Of the ranges that fit a type the most exact decides, and q=0 refuses. Without a header everything is taken;
    a q that is no number from 0 to 1 counts as 1.
    """
    ranges = _ranges(accept)
    qualities = {kind: _quality(kind, ranges) for kind in offered}
    return sorted((kind for kind in offered if qualities[kind] > 0), key=lambda kind: -qualities[kind])


def _ranges(accept: str) -> dict[str, float]:
    ranges: dict[str, float] = {}
    for part in (accept.strip() or "*/*").split(","):
        name, *parameters = part.split(";")
        given = [float(found[1]) for found in map(_QUALITY.fullmatch, parameters) if found]
        ranges[name.strip().lower()] = given[0] if given else 1.0
    return ranges


def _quality(kind: str, ranges: dict[str, float]) -> float:
    fitting = (kind, f"{kind.partition('/')[0]}/*", "*/*")
    return next((ranges[name] for name in fitting if name in ranges), 0.0)
