"""The application: routes from the table, and around them what every request goes through."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from flowtime_http.answer import json_answer
from flowtime_http.call import Service, open_service
from flowtime_http.document_handlers import PROVENANCE
from flowtime_http.errors import problem_of, problem_response
from flowtime_http.meters import metrics_routes
from flowtime_http.middleware import REQUEST_ID, AroundEveryRequest, Gate
from flowtime_http.openapi import openapi_document
from flowtime_http.operation import Operation, respond
from flowtime_http.routes import OPERATIONS
from flowtime_http.settings import Settings
from flowtime_http.work import Work

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from starlette.requests import Request
    from starlette.responses import Response


def create_app(settings: Settings | None = None) -> Starlette:
    """Return the service as an ASGI application; ``state.work.end()`` stops what it does, as a server that ends should.

    Raises
    ------
    NotFoundError
        The directory of templates is not there.
    """
    service = open_service(settings or Settings())
    plain = service.settings
    work = Work(evaluations=plain.evaluations, waiting=plain.waiting, retry_after=plain.retry_after)
    app = Starlette(
        routes=[*_routes(service, work), *_documents()],
        middleware=[Middleware(AroundEveryRequest), *_cors(plain), Middleware(Gate, settings=plain)],
        exception_handlers={HTTPException: _refuse},
    )
    app.state.work = work
    app.router.redirect_slashes = False  # a redirect would be made of a Host that anyone may send
    return app


def _routes(service: Service, work: Work) -> Iterator[Route]:
    by_path: defaultdict[str, dict[str, Operation]] = defaultdict(dict)
    for operation in OPERATIONS:
        by_path[operation.path.replace("{fileName}", "{fileName:path}")][operation.method] = operation
    for path, operations in by_path.items():
        yield Route(path, _endpoint(service, work, operations), methods=list(operations))


def _endpoint(
    service: Service, work: Work, operations: dict[str, Operation]
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await respond(service, work, operations[method], request)

    return endpoint


def _documents() -> Iterator[Route]:
    """Yield what the service tells about itself that is no operation: its description, its numbers."""
    document = json_answer(openapi_document(OPERATIONS))

    async def openapi(request: Request) -> Response:
        del request
        return document

    yield Route("/openapi.json", openapi, name="openapi")
    yield from metrics_routes()


def _cors(settings: Settings) -> list[Middleware]:
    if not settings.cors_origins:
        return []
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "If-None-Match", PROVENANCE, REQUEST_ID],
        expose_headers=["ETag", "Location", "Retry-After", REQUEST_ID],
    )
    return [cors]


async def _refuse(request: Request, error: Exception) -> Response:
    """Answer what no operation has been asked: an unknown path or method."""
    del request
    return problem_response(problem_of(error))
