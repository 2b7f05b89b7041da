"""``SHA256SUMS``: one line per file, as ``sha256sum -c`` reads it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flowtime_core.codec.stored import damaged

if TYPE_CHECKING:
    from collections.abc import Mapping

_PREFIX: Final = "sha256:"
_LINE: Final = re.compile(r"([0-9a-f]{64})  (.+)")


def write_checksums(digests: Mapping[str, str]) -> bytes:
    """Return the text for files by path, in path order; no path holds a line break or a backslash."""
    lines = (f"{digest.removeprefix(_PREFIX)}  {path}\n" for path, digest in sorted(digests.items()))
    return "".join(lines).encode()


def read_checksums(data: bytes, *, path: str) -> dict[str, str]:
    """Return the hash of each file that a text of :func:`write_checksums` lists.

    Raises
    ------
    VerificationError
        ``damaged_run`` when the text is not as it would be written.
    """
    text = data.decode(errors="replace")
    matches = [_LINE.fullmatch(line) for line in text.splitlines()]
    digests = {match[2]: f"{_PREFIX}{match[1]}" for match in matches if match is not None}
    if write_checksums(digests) != data:
        raise damaged(path, "it is not a list of hashes in path order, one file per line")
    return digests
