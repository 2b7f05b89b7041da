"""Requests for captures on the wire."""

from __future__ import annotations

from typing import Any

import pytest

from flowtime_core.codec.capture_request import AskedCapture, capture_request_from_document
from flowtime_core.codec.json import decode_json, encode_json
from flowtime_core.errors import DocumentInvalidError


def read(plain: Any) -> AskedCapture:  # noqa: ANN401 - whatever a caller sends
    """The request that a JSON document states."""
    return capture_request_from_document(decode_json(encode_json(plain), source="request"))


def test_everything_a_request_may_say_is_read() -> None:
    """Names, options and rules."""
    asked = read(
        {
            "source": {"type": "run", "runId": "mine"},
            "output": {"captureKey": "c", "overwrite": True},
            "options": {"dryRun": True, "gapDetect": True, "gapFillGaps": True, "gapFillNan": True},
            "gaps": {"schemaVersion": 1, "rules": [{"bins": [1], "action": "zero"}]},
        }
    )
    assert (asked.run_id, asked.capture_id) == ("mine", "c")
    request, handling = asked.request, asked.request.handling
    assert (request.overwrite, request.dry_run, request.verify) == (True, True, True)
    assert (handling.detect, handling.fill_gaps, handling.fill_nan) == (True, True, True)
    assert request.gaps is not None
    assert len(request.gaps.rules) == 1


def test_a_run_is_all_it_needs() -> None:
    """The capture takes the name of the run."""
    asked = read({"source": {"runId": "mine"}})
    assert (asked.run_id, asked.capture_id, asked.request.gaps) == ("mine", "", None)


@pytest.mark.parametrize("plain", [[], {}, {"source": {"runId": 1}}, {"source": {"type": "file", "runId": "a"}}])
def test_what_names_no_run_is_refused(plain: Any) -> None:  # noqa: ANN401
    """With its place."""
    with pytest.raises(DocumentInvalidError, match="the request is not valid"):
        read(plain)
