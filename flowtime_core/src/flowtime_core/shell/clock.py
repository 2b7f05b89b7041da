"""The clock: the only place that asks what time it is."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from flowtime_core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

FIXED: Final = "SOURCE_DATE_EPOCH"


def now(environ: Mapping[str, str] = os.environ) -> datetime:
    """Return the time in UTC, whole seconds; ``SOURCE_DATE_EPOCH`` stops the clock so that builds repeat byte for byte.

    Raises
    ------
    InputError
        When the variable is set and not a number of seconds since 1970.
    """
    fixed = environ.get(FIXED, "").strip()
    if not fixed:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return datetime.fromtimestamp(int(fixed), UTC)
    except (ValueError, OverflowError, OSError) as error:
        message = f"{FIXED} is {fixed!r}, expected whole seconds since 1970"
        raise InputError(message, hint=f"unset {FIXED} or give it as in 1735689600") from error
