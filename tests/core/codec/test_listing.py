"""Lists of runs as texts: in the index, and in the query of a URL."""

from __future__ import annotations

import pytest

from flowtime_core.codec.listing import decode_listing, encode_listing, read_query
from flowtime_core.errors import InputError
from flowtime_core.records.listing import RunListing


def test_a_listing_that_is_none_is_refused() -> None:
    """The index is a cache: what cannot be read in it is made again."""
    with pytest.raises(InputError, match="cannot be read"):
        decode_listing('{"runId": 7}')


def test_a_listing_without_a_grid_is_read_back() -> None:
    """What it does not say stands nowhere in its text."""
    run = RunListing(run_id="run_a", template_id="desk")
    text = encode_listing(run)
    assert "grid" not in text
    assert "durationMinutes" not in text
    assert decode_listing(text) == run


@pytest.mark.parametrize("text", ["perhaps", "1", "yes"])
def test_a_flag_is_true_or_false(text: str) -> None:
    """Anything else is refused with what was expected."""
    with pytest.raises(InputError, match="expected true or false"):
        read_query({"hasWarnings": text})
