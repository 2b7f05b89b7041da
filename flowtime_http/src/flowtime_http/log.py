"""The log: one JSON object per line on standard error."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flowtime_core.codec.json import encode_json_compact

if TYPE_CHECKING:
    from flowtime_core.records.document import Plain


class JsonLines(logging.Formatter):
    """A record as one JSON object; of a request its facts, of a fault its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        plain: dict[str, Plain] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "flowtime_request", {}),
        }
        if record.exc_info:
            plain["exception"] = self.formatException(record.exc_info)
        return encode_json_compact(plain).decode()


def log_to_stderr() -> None:
    """Send the log of FlowTime and of its server to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name, level in (("flowtime", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(level)
