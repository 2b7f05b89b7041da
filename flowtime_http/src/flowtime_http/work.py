"""Work off the event loop: reads in threads, evaluations in a few of them with a queue of known length."""

from __future__ import annotations

from typing import TYPE_CHECKING, ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from collections.abc import Callable

Parameters = ParamSpec("Parameters")
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
        self._free = evaluations + waiting
        self._retry_after = retry_after

    async def read(
        self, function: Callable[Parameters, Answer], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Answer:
        """Run what only reads."""
        return await to_thread.run_sync(lambda: function(*args, **kwargs))

    async def evaluate(
        self, function: Callable[Parameters, Answer], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Answer:
        """Run what evaluates a model.

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
            return await to_thread.run_sync(lambda: function(*args, **kwargs), limiter=self._limiter)
        finally:
            self._free += 1
