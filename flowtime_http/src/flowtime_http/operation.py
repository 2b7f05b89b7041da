"""An operation of the service: one row of the route table, and how a request becomes a call of its handler."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import evolve, frozen
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from flowtime_core.errors import Cancelled
from flowtime_core.shell.disk_tree import read_steadily
from flowtime_http.answer import with_etag
from flowtime_http.call import Call, Service
from flowtime_http.errors import FAILURE, Problem, problem_of, problem_response
from flowtime_http.log import ATTRIBUTE
from flowtime_http.middleware import request_id_of
from flowtime_http.query import Query, read_query

if TYPE_CHECKING:
    from starlette.requests import Request

    from flowtime_http.stop import Stop
    from flowtime_http.work import Work

LOGGER: Final = logging.getLogger("flowtime.http")
Handler: TypeAlias = Callable[[Service, Call], Response]
GONE: Final = 499
"""What the log says of a request whose client did not wait for the answer; nobody is sent it."""

JSON: Final = ("application/json",)
YAML: Final = (
    "application/yaml",
    "application/x-yaml",
    "text/yaml",
    "text/x-yaml",
    "text/plain",
    "application/json",
    "application/octet-stream",
)


@frozen(kw_only=True)
class Body:
    """What an operation takes as its body: media types, and the name of its schema where it is JSON."""

    media_types: tuple[str, ...]
    schema: str = ""
    required: bool = True


@frozen(kw_only=True)
class Answer:
    """What an operation answers: a schema for JSON, other media types as text."""

    schema: str = ""
    media_types: tuple[str, ...] = JSON
    doc: str = "The answer."


@frozen(kw_only=True)
class Operation:
    """One row of the route table.

    Attributes
    ----------
    path : str
        As OpenAPI and Starlette write it: ``/v1/runs/{runId}``.
    name : str
        Its operationId.
    headers : mapping of name to meaning
        Headers that it reads.
    answers : mapping of status to Answer
        What it answers when all is well.
    errors : tuple of int
        What it may refuse with, beyond what every operation may.
    evaluates : bool
        Whether it evaluates a model, or takes as much time and memory, so that only a few run at once.
    """

    method: str
    path: str
    name: str
    doc: str
    handler: Handler
    query: tuple[Query, ...] = ()
    headers: Mapping[str, str] = {}
    body: Body | None = None
    answers: Mapping[int, Answer]
    errors: tuple[int, ...] = ()
    evaluates: bool = False

    @property
    def writes(self) -> bool:
        """Whether it may change what is stored."""
        return self.method != "GET"


async def respond(service: Service, work: Work, operation: Operation, request: Request) -> Response:
    """Return the answer to a request, whatever happens; what nobody foresaw is logged whole and told in one word."""
    with work.admitted() as stop:
        try:
            with stop.whole:
                return await _answer(service, work, operation, request, stop)
            raise Cancelled("the service is stopping")  # noqa: TRY301 - told as every other error
        except ClientDisconnect:
            return Response(status_code=GONE)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            problem = _problem(service, operation, request, error)
            return Response(status_code=GONE) if stop.has_departed else problem_response(problem, service.private)


async def _answer(service: Service, work: Work, operation: Operation, request: Request, stop: Stop) -> Response:
    call = await _call(service, operation, request, stop)

    def handle() -> Response:
        answer = partial(operation.handler, service, call)
        return answer() if operation.writes else read_steadily(answer)

    if not operation.evaluates:
        response = await work.read(handle, writes=operation.writes)
    else:
        watcher = asyncio.create_task(_watch(request, stop))
        try:
            response = await work.evaluate(handle, stop, writes=operation.writes)
        finally:
            watcher.cancel()
    return response if operation.writes else with_etag(response, request.headers)


async def _watch(request: Request, stop: Stop) -> None:
    """Stop the work when its client goes; the body has been read, so that nothing else can come."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    stop.depart()


def _problem(service: Service, operation: Operation, request: Request, error: Exception) -> Problem:
    problem = problem_of(error)
    if isinstance(error, Cancelled):
        headers = {"Retry-After": str(service.settings.retry_after)}
        return evolve(problem, detail="the service is stopping", headers=headers)
    if problem.status == FAILURE:
        facts = {"requestId": request_id_of(request.scope)}
        LOGGER.error("%s failed", operation.name, exc_info=error, extra={ATTRIBUTE: facts})
    return problem


async def _call(service: Service, operation: Operation, request: Request, stop: Stop) -> Call:
    return Call(
        path=dict(request.path_params),
        query=read_query(operation.query, request.query_params),
        headers=request.headers,
        body=await _read_body(service, operation, request),
        request_id=request_id_of(request.scope),
        cancel=stop,
    )


async def _read_body(service: Service, operation: Operation, request: Request) -> bytes:
    """Return the body.

    Raises
    ------
    HTTPException
        408 when it takes too long, 413 when it is too large, 415 when it has a type that is not taken.
    """
    limit = service.settings.body_bytes
    try:
        async with asyncio.timeout(service.settings.body_seconds):
            body = await _receive(request, limit)
    except TimeoutError:
        raise HTTPException(408, "the body did not arrive in time", {"Connection": "close"}) from None
    if operation.body is not None and (body or operation.body.required):
        _check_media_type(operation.body, request)
    return body


async def _receive(request: Request, limit: int) -> bytes:
    parts: list[bytes] = []
    length = 0
    async for part in request.stream():
        parts.append(part)
        length += len(part)
        if length > limit:
            message = f"the body has more than {limit} bytes"
            raise HTTPException(413, message, {"Connection": "close"})
    return b"".join(parts)


def _check_media_type(body: Body, request: Request) -> None:
    stated = request.headers.get("content-type", "")
    media_type = stated.partition(";")[0].strip().lower()
    if media_type not in body.media_types:
        message = f"Content-Type is {media_type[:80]!r}, expected one of {', '.join(body.media_types)}"
        raise HTTPException(415, message, {"Accept": ", ".join(body.media_types)})
