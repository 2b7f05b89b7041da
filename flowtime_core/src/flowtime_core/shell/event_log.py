"""The events of one piece of work as JSON lines, in a file or on a stream."""

from __future__ import annotations

import contextlib
import logging
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from flowtime_core.errors import FlowTimeError, StorageError
from flowtime_core.records.event import RUN_FAILED, Event
from flowtime_core.shell.filesystem import storage_errors
from flowtime_core.shell.observe import LOGGER, JsonLinesFormatter, log_observer, observers

if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import TextIO

    from flowtime_core.records.event import Observer


class _Lines(logging.StreamHandler["TextIO"]):
    """Writes records and remembers when that went wrong: a log that cannot be written stops no work."""

    fault: BaseException | None = None

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's word
        """Remember what went wrong."""
        del record
        self.fault = sys.exc_info()[1]


@contextlib.contextmanager
def event_log(target: Path | TextIO) -> Generator[Observer]:
    """Write every event that the block tells as one line of the log of a service.

    A file is made at once, with its folder, and takes the place of an older one; it holds what was told however the
    block ends.

    Raises
    ------
    StorageError
        The file cannot be made; or, once the work of the block is done, it could not be written.
    """
    with _stream(target) as stream:
        lines = _Lines(stream)
        lines.setFormatter(JsonLinesFormatter())
        logger = logging.Logger(LOGGER.name, logging.INFO)  # noqa: LOG001 - nobody else finds it, so nobody else hears it
        logger.addHandler(lines)
        yield log_observer(logger)
        if lines.fault is not None:
            raise StorageError(f"the log {target} could not be written: {lines.fault}", hint="the work itself is done")


@contextlib.contextmanager
def run_log(target: Path | TextIO) -> Generator[Observer]:
    """Write the events of a run as :func:`event_log`; an error before the first of them is told as its failure."""
    told: list[Event] = []
    with event_log(target) as log:
        try:
            yield observers(log, told.append)
        except FlowTimeError as error:
            if not told:
                log(_early_failure(error))
            raise


@contextlib.contextmanager
def _stream(target: Path | TextIO) -> Generator[TextIO]:
    """Return a stream of the caller's as it is, or a file that is open for the block."""
    if not isinstance(target, Path):
        yield target
        return
    with storage_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        stream = target.open("w", encoding="utf-8")
    try:
        yield stream
    finally:
        with contextlib.suppress(OSError):  # what could not be written has been noticed by who wrote it
            stream.close()


def _early_failure(error: FlowTimeError) -> Event:
    return Event(
        kind=RUN_FAILED,
        level="warning",
        message=f"run failed: {error.message}",
        correlation_id=secrets.token_hex(8),
        facts={"code": error.code},
    )
