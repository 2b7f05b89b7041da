"""Answers: the JSON that the command line prints, texts, and tags by which a client sees that nothing has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from flowtime_core.codec.digest import sha256_of
from flowtime_core.codec.json import encode_json_compact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import Headers

    from flowtime_core.codec.plain import PlainLike

_KEPT: Final = ("ETag", "Cache-Control", "Vary")
_OK: Final = 200
_NOT_MODIFIED: Final = 304


def json_answer(plain: PlainLike, status: int = _OK, headers: Mapping[str, str] | None = None) -> Response:
    """Return plain values as JSON."""
    return Response(encode_json_compact(plain), status, headers=headers, media_type="application/json")


def text_answer(data: bytes, media_type: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return a document as it is."""
    return Response(data, media_type=media_type, headers=headers)


def with_etag(response: Response, headers: Headers) -> Response:
    """Tag an answer with the digest of its body, and send the tag alone to a client that has the body already.

    A run never changes, but its id may come to name another: so clients keep the body and ask each time.
    """
    if response.status_code != _OK or "Cache-Control" in response.headers:
        return response
    digest = sha256_of(bytes(response.body)).removeprefix("sha256:")
    response.headers["ETag"] = f'"{digest}"'
    response.headers["Cache-Control"] = "no-cache"
    if not {"*", response.headers["ETag"]} & _tags(headers.get("if-none-match", "")):
        return response
    kept = {name: response.headers[name] for name in _KEPT if name in response.headers}
    return Response(status_code=_NOT_MODIFIED, headers=kept)


def _tags(text: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in text.split(",")}
