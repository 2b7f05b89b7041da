"""What is wrong with a file of a run, in one line."""

from __future__ import annotations

import pytest

from flowtime_core.codec.stored import decode_stored_json, reason_of
from flowtime_core.errors import InputError, VerificationError


def test_a_damaged_file_is_named_once() -> None:
    """The path, the line and what is wrong there; no text of the file with a caret."""
    with pytest.raises(VerificationError) as caught:
        decode_stored_json(b'{\n  "a": 1,,\n}', path="run.json")
    assert caught.value.message.startswith("run.json: line 2: ")
    assert "\n" not in caught.value.message
    assert caught.value.message.count("run.json") == 1


def test_what_has_no_line_is_told_without_one() -> None:
    """Not every fault has a place."""
    assert reason_of(InputError("too long")) == "too long"
