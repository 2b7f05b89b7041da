"""Hashes (SEMANTICS 7.4)."""

from __future__ import annotations

from flowtime_core.codec.digest import sha256_of, sha256_of_canonical


def test_sha256_of_bytes() -> None:
    """A hash is sha256: and 64 hex digits over the bytes (7.4)."""
    assert sha256_of(b"") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_sha256_of_canonical_knows_neither_order_nor_number_form() -> None:
    """Equal inputs hash equally, however they are ordered or typed (7.4, RFC 8785)."""
    assert sha256_of_canonical({"a": 1, "b": [1.5]}) == sha256_of_canonical({"b": (1.5,), "a": 1.0})
    assert sha256_of_canonical({"a": 1}) == sha256_of(b'{"a":1}')
