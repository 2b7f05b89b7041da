"""Something to look at while work takes long: one line on a terminal that goes away when the work is done."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import TextIO

    from flowtime_core.records.event import Event, Observer

PATIENCE: Final = 1.0
"""How long people wait without a sign [s]."""
STEP: Final = 0.1
"""How often the line changes [s]."""

_SIGNS: Final = "|/-\\"
_CLEAR: Final = "\r\x1b[K"


class Indicator:
    """The line: a sign that turns, what is being done, and for how long.

    Parameters
    ----------
    stream : text stream
        The terminal.
    stage : str
        What is done as long as no event says more.
    clock : function
        What time it is [s].
    """

    def __init__(self, stream: TextIO, stage: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._stage = stage
        self._clock = clock
        self._began = clock()
        self._drawn = 0

    def observe(self, event: Event, /) -> None:
        """Learn what is being done."""
        self._stage = event.message

    def turn(self, wait: Callable[[float], bool]) -> None:
        """Draw until there is nothing more to wait for, then wipe the line; what is done at once is never drawn."""
        pause = PATIENCE
        while not wait(pause):
            self._draw()
            pause = STEP
        if self._drawn:
            self._write(_CLEAR)

    def _draw(self) -> None:
        sign = _SIGNS[self._drawn % len(_SIGNS)]
        self._drawn += 1
        self._write(f"{_CLEAR}{sign} {self._stage}, {self._clock() - self._began:.0f} s")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


@contextlib.contextmanager
def shown(stage: str, *, wanted: bool = True) -> Generator[Observer]:
    """Show that the work of the block goes on, where standard error is a terminal; the block may tell its events."""
    from flowtime_core.shell.progress import ignore

    if not (wanted and sys.stderr.isatty()):
        yield ignore
        return
    indicator, done = Indicator(sys.stderr, stage), threading.Event()
    drawing = threading.Thread(target=indicator.turn, args=(done.wait,), daemon=True)
    drawing.start()
    try:
        yield indicator.observe
    finally:
        done.set()
        drawing.join()
