"""Bytes to text, and errors that show the line."""

from __future__ import annotations

import pytest

from flowtime_core.codec.text import decode_text, place_of, syntax_error
from flowtime_core.errors import DocumentSyntaxError


@pytest.mark.parametrize("data", [b"\xef\xbb\xbfa", "\ufeffa", b"a", "a"])
def test_decode_text_drops_a_byte_order_mark(data: bytes | str) -> None:
    """Text and UTF-8 bytes read alike, with or without a byte order mark."""
    assert decode_text(data, source="s", limit=10) == "a"


@pytest.mark.parametrize(
    ("data", "place"),
    [(b"\xff", (1, 1)), ("ü\nüx".encode() + b"\xc3(", (2, 3)), ("ab\n\ud800", (2, 1)), ("a".encode("utf-16"), (1, 1))],
)
def test_decode_text_refuses_other_encodings(data: bytes | str, place: tuple[int, int]) -> None:
    """What is not UTF-8 is refused with the place of the first fault."""
    with pytest.raises(DocumentSyntaxError) as caught:
        decode_text(data, source="s")
    assert (caught.value.code, caught.value.line, caught.value.column) == ("encoding_error", *place)


def test_decode_text_is_bounded_in_bytes() -> None:
    """The limit counts bytes: at the limit is accepted, one more is refused."""
    assert decode_text("üü", source="s", limit=4) == "üü"
    with pytest.raises(DocumentSyntaxError, match="5 bytes, more than the limit of 4") as caught:
        decode_text("üüa", source="s", limit=4)
    assert caught.value.code == "document_too_large"


def test_place_of_counts_every_line_ending() -> None:
    """LF, CRLF and a lone CR each end one line."""
    text = "a\nb\r\nc\rde"
    assert [place_of(text, text.index(c)) for c in "abcde"] == [(1, 1), (2, 1), (3, 1), (4, 1), (4, 2)]


def test_syntax_error_shows_the_line_with_a_caret() -> None:
    """The caret stands below the column."""
    error = syntax_error("wrong", source="s", text="a\nbcd\n", place=(2, 2))
    assert str(error) == "s:2:2: wrong\nbcd\n ^"


def test_syntax_error_shows_part_of_a_long_line() -> None:
    """A line of a megabyte does not fill the screen, and the caret still points at the fault."""
    error = syntax_error("wrong", source="s", text="a" * 500 + "X" + "b" * 500, place=(1, 501))
    assert len(error.text) == 120
    assert error.text[error.span[0]] == "X"


def test_syntax_error_after_the_last_line() -> None:
    """A place behind the text shows no line."""
    assert str(syntax_error("wrong", source="s", text="a", place=(2, 1))) == "s:2:1: wrong"
