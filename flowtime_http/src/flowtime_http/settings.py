"""What a service is told when it starts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from flowtime_core.records.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TOKEN: Final = "FLOWTIME_HTTP_TOKEN"  # noqa: S105 - the name of a variable


@frozen(kw_only=True)
class Settings:
    """Where a service finds things and how much it lets one caller have.

    Attributes
    ----------
    data_dir : Path or None
        Data root; ``$FLOWTIME_DATA_DIR`` wins, ``./data`` where neither is there.
    templates_dir : Path or None
        Templates to prefer over ``$FLOWTIME_TEMPLATES_DIR``, ``./templates`` and those that ship.
    sources_dir : Path or None
        The only place below which callers may name files; ``telemetry/`` in the data root where None.
    token : str
        What callers must send as ``Authorization: Bearer``; empty lets everyone in.
    cors_origins : tuple of str
        Origins of web pages that may call; none by default.
    body_bytes : int
        Largest body of a request [bytes].
    evaluations, waiting : int
        How many evaluations run at once, and how many more may wait; the next gets 503.
    series_values : int
        Largest run: series x bins [values]. The library and the command line take twenty times as many.
    retry_after : int
        When a caller who got 503 may come again [s].
    header_seconds, body_seconds, idle_seconds, graceful_seconds : float
        How long the head of a request, its body, the next request and the end of a running one may take [s]; the
        first head of a connection counts from its opening, every other from its first byte.
    connections : int
        How many connections may be open at once.
    """

    data_dir: Path | None = None
    templates_dir: Path | None = None
    sources_dir: Path | None = None
    token: str = field(default="", repr=False)
    cors_origins: tuple[str, ...] = ()
    body_bytes: int = DEFAULT_LIMITS.document_bytes
    evaluations: int = field(factory=lambda: os.cpu_count() or 1)
    waiting: int = 32
    series_values: int = 10_000_000
    retry_after: int = 1
    header_seconds: float = 10.0
    body_seconds: float = 30.0
    idle_seconds: float = 15.0
    graceful_seconds: float = 20.0
    connections: int = 512


def token_of(environ: Mapping[str, str] = os.environ) -> str:
    """Return ``$FLOWTIME_HTTP_TOKEN``: a secret stands on no command line, where every user of the machine reads it."""
    return environ.get(TOKEN, "").strip()
