"""The log: one JSON object per line on standard error."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Final

from flowtime_core.codec.json import decode_json, encode_json_compact
from flowtime_core.shell.observe import JsonLinesFormatter

if TYPE_CHECKING:
    from flowtime_core.records.document import Plain

ATTRIBUTE: Final = "flowtime_request"
"""Where the record of a request carries its facts."""


class JsonLines(JsonLinesFormatter):
    """A record as one JSON object: of an event its facts, of a request too, of a fault its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        line = super().format(record)
        facts: dict[str, Plain] = getattr(record, ATTRIBUTE, {})
        plain = decode_json(line, source="log").plain if facts else None
        return encode_json_compact(plain | facts).decode() if isinstance(plain, dict) else line


def log_to_stderr() -> None:
    """Send the log of FlowTime and of its server to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name, level in (("flowtime", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(level)
