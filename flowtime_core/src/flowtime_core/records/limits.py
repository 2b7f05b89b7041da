"""Limits that turn an absurd request into a clear error instead of a crash."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class Limits:
    """Bounds on what is read and evaluated."""

    series_values: int = 200_000_000
    document_bytes: int = 1 << 20
    document_depth: int = 32
    expression_bytes: int = 64 << 10
    expression_depth: int = 200


DEFAULT_LIMITS = Limits()
