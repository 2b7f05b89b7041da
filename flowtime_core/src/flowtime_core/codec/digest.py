"""The one spelling of a hash: ``sha256:`` and 64 hex digits (SEMANTICS 7.4)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from flowtime_core.codec.json import canonical_json

if TYPE_CHECKING:
    from flowtime_core.codec.plain import PlainLike


def sha256_of(data: bytes) -> str:
    """Return the hash of bytes as they are written (SEMANTICS 7.4)."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def sha256_of_canonical(plain: PlainLike) -> str:
    """Return the hash of plain values as canonical JSON, for inputHash and scenarioHash (SEMANTICS 7.4)."""
    return sha256_of(canonical_json(plain))
