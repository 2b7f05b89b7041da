"""How a request ends before its time: who asked has gone, or the service ends."""

from __future__ import annotations

import threading

from anyio import CancelScope


class Stop:
    """The end of one request: a token that its thread asks, and scopes that cut what waits on the event loop.

    Attributes
    ----------
    queue : CancelScope
        Around waiting for a turn to evaluate: left as soon as there is nobody, or no time, to evaluate for.
    whole : CancelScope
        Around all of it: left when the service ends. A thread that may write is waited for even then, as only it
        knows whether it has written.
    has_departed : bool
        Nobody waits for the answer.
    """

    def __init__(self) -> None:
        self._flag = threading.Event()
        self.queue = CancelScope()
        self.whole = CancelScope()
        self.has_departed = False

    def is_set(self) -> bool:
        """Tell whether to stop; any thread may ask."""
        return self._flag.is_set()

    def depart(self) -> None:
        """Stop because who asked has gone."""
        self.has_departed = True
        self._flag.set()
        self.queue.cancel()

    def end(self) -> None:
        """Stop because the service ends."""
        self._flag.set()
        self.queue.cancel()
        self.whole.cancel()
