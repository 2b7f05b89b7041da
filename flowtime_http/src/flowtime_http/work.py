"""Work off the event loop: reads in threads, evaluations in a few of them with a queue of known length."""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from anyio import CancelScope, CapacityLimiter, to_thread
from starlette.exceptions import HTTPException

from flowtime_core.errors import Cancelled
from flowtime_http.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

Answer = TypeVar("Answer")


class Work:
    """Threads for the work of one service.

    Parameters
    ----------
    evaluations, waiting : int
        How many evaluations run at once, and how many more may wait.
    retry_after : int
        What callers beyond that are told [s].
    """

    def __init__(self, *, evaluations: int, waiting: int, retry_after: int) -> None:
        self._limiter = CapacityLimiter(evaluations)
        self._threads = CapacityLimiter(math.inf)  # the limiter above has counted by then
        self._free = evaluations + waiting
        self._retry_after = retry_after
        self._stops: set[Stop] = set()
        self._is_ending = False

    @contextmanager
    def admitted(self) -> Generator[Stop]:
        """Give a request the token by which it ends before its time."""
        stop = Stop()
        self._stops.add(stop)
        if self._is_ending:
            stop.end()
        try:
            yield stop
        finally:
            self._stops.discard(stop)

    @property
    def is_done(self) -> bool:
        """Whether no request is being answered."""
        return not self._stops

    def end(self) -> None:
        """Stop everything that runs or waits, and whatever comes still; what is being written is finished."""
        self._is_ending = True
        for stop in self._stops:
            stop.end()

    async def read(self, work: Callable[[], Answer], *, writes: bool = False) -> Answer:
        """Run what does not evaluate; unless it writes it is left behind when the service ends."""
        return await to_thread.run_sync(work, abandon_on_cancel=not writes)

    async def evaluate(self, work: Callable[[], Answer], stop: Stop, *, writes: bool = True) -> Answer:
        """Run what takes long, when it is its turn; ``work`` must ask the token before it begins.

        Raises
        ------
        HTTPException
            503 with Retry-After when as many as may be are running or waiting.
        """
        if self._free == 0:
            headers = {"Retry-After": str(self._retry_after)}
            raise HTTPException(503, "too many evaluations are running or waiting", headers)
        self._free -= 1
        try:
            with CancelScope(shield=writes):
                return await self._in_turn(work, stop, writes=writes)
        finally:
            self._free += 1
        raise Cancelled("the service is stopping")

    async def _in_turn(self, work: Callable[[], Answer], stop: Stop, *, writes: bool) -> Answer:
        is_turn = await self._is_turn(stop)
        try:
            # Without a turn it still runs: it asks the token first, and tells who watches that it was stopped.
            return await to_thread.run_sync(work, limiter=self._threads, abandon_on_cancel=not writes)
        finally:
            if is_turn:
                self._limiter.release()

    async def _is_turn(self, stop: Stop) -> bool:
        """Wait for a turn; False when it is not waited for any more."""
        with stop.queue:
            await self._limiter.acquire()
            return True
        return False
