"""Bytes of the run index: files that carry the checksum of all they hold, and texts packed small."""

from __future__ import annotations

import zlib
from typing import Final

from flowtime_core.errors import InputError

_CHECK: Final = slice(60, 64)
"""``user_version`` in the header of an SQLite file: ours to use, and here the checksum of all other bytes."""

_USUAL: Final = (
    b'{"bins":[0,1],"binRanges":[[0,1]],"value":0,"message":" is undefined","edgeIds":[""],"nodeId":"","damage":"",'
    b'{"runId":"run_20250101T000000Z_0","templateId":"","templateTitle":"","templateVersion":"1.0.0",'
    b'"mode":"telemetry","mode":"simulation","createdUtc":"2025-01-01T00:00:00Z","startUtc":"2025-01-01T00:00:00Z",'
    b'"durationMinutes":1440,"grid":{"bins":288,"binSize":5,"binUnit":"minutes"},"warningCount":0,"warnings":[],'
    b'"warnings":[{"code":"","message":"","severity":"warning","severity":"info","nodeId":"","binRanges":[[0,1]]}],'
    b'"provenanceHash":"sha256:","inputHash":"sha256:"}'
)
"""What most listings share, so that none has to say it again; part of the format."""


def seal(data: bytes) -> bytes:
    """Return an SQLite file with the checksum of its bytes."""
    sealed = bytearray(data)
    sealed[_CHECK] = checksum(sealed)
    return bytes(sealed)


def is_sealed(data: bytes) -> bool:
    """Tell whether every byte of a file is as it was written."""
    return len(data) >= _CHECK.stop and data[_CHECK] == checksum(data)


def checksum(data: bytes | bytearray) -> bytes:
    """Return the checksum of the bytes of a file around its place."""
    whole = memoryview(data)
    return zlib.crc32(whole[_CHECK.stop :], zlib.crc32(whole[: _CHECK.start])).to_bytes(4, "big")


def pack(text: str) -> bytes:
    """Return the text of a listing in few bytes."""
    packing = zlib.compressobj(zdict=_USUAL)
    return packing.compress(text.encode()) + packing.flush()


def unpack(data: bytes) -> str:
    """Return the text that :func:`pack` packed.

    Raises
    ------
    InputError
        It packed no such bytes.
    """
    try:
        return zlib.decompressobj(zdict=_USUAL).decompress(data).decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise InputError("a listing cannot be unpacked") from error
