"""Distributions and profiles on the wire (SEMANTICS 2.3, 2.4)."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Final, get_args

from flowtime_core.codec.number import json_number, parse_number
from flowtime_core.codec.report import finite
from flowtime_core.errors import InputError
from flowtime_core.records.distribution import (
    PROFILE_NAMES,
    Alignment,
    BuiltinProfile,
    Distribution,
    InlineProfile,
)

if TYPE_CHECKING:
    from flowtime_core.codec.reader import Fields
    from flowtime_core.records.distribution import Profile
    from flowtime_core.records.document import Plain
    from flowtime_core.records.grid import Grid

_PMF: Final = "invalid_pmf"
_PMF_EXAMPLE: Final = "pmf: {values: [80, 120], probabilities: [0.5, 0.5]}"
_PROFILE: Final = "invalid_profile"
_ALIGNMENTS: Final[tuple[Alignment, ...]] = get_args(Alignment)


def read_distribution(fields: Fields) -> Distribution | None:
    """Return the ``pmf`` of a node: ``{values, probabilities}`` or, as of old, value to probability."""
    what = f"the pmf of {fields.what}"
    pmf = fields.mapping("pmf", what=what, required=True, code=_PMF, hint=_PMF_EXAMPLE)
    if pmf is None:
        return None
    if pmf.plain.keys() & {"values", "probabilities"}:
        return _two_lists(pmf)
    return _value_map(pmf)


def _two_lists(pmf: Fields) -> Distribution | None:
    values = pmf.numbers("values", required=True, code=_PMF)
    probabilities = pmf.numbers("probabilities", required=True, code=_PMF)
    pmf.close()
    if values is None or probabilities is None:
        return None
    if len(values) != len(probabilities):
        text = f"{pmf.what} has {len(values)} values and {len(probabilities)} probabilities, expected as many"
        pmf.error("", text, code=_PMF)
        return None
    return _checked(pmf, values, probabilities)


def _value_map(pmf: Fields) -> Distribution | None:
    values: list[float] = []
    probabilities: list[float] = []
    for key, item in pmf.plain.items():
        probability = finite(item)
        try:
            values.append(parse_number(key.strip()))
        except InputError:
            pmf.error(key, f"{pmf.what} has the key {key!r}, expected a number", code=_PMF)
            return None
        if probability is None:
            pmf.error(key, f"the probability of {key} in {pmf.what} is not a finite number", code=_PMF)
            return None
        probabilities.append(probability)
    return _checked(pmf, tuple(values), tuple(probabilities))


def _checked(pmf: Fields, values: tuple[float, ...], probabilities: tuple[float, ...]) -> Distribution | None:
    """Apply SEMANTICS 2.3: not empty, distinct values, no negative probability, a finite sum above 0."""
    negative = [p for p in probabilities if p < 0]
    total = sum(probabilities)
    if not values:
        fault = "has no values"
    elif len(set(values)) != len(values):
        twice = next(value for value, count in Counter(values).items() if count > 1)
        fault = f"has the value {json_number(twice)} twice"
    elif negative:
        fault = f"has the negative probability {json_number(negative[0])}"
    elif not (total > 0 and math.isfinite(total)):
        fault = f"has probabilities with the sum {total!r}, expected a sum above 0"
    else:
        return Distribution(values=values, probabilities=probabilities)
    pmf.error("", f"{pmf.what} {fault}", code=_PMF)
    return None


def read_profile(fields: Fields, grid: Grid | None) -> Profile | None:
    """Return the profile of a pmf node, builtin or inline (SEMANTICS 2.4)."""
    profile = fields.mapping("profile", what=f"the profile of {fields.what}")
    if profile is None:
        return None
    default = "inline" if profile.take("weights")[1] is not None else "builtin"
    kind = profile.choice("kind", options=("builtin", "inline"), default=default)
    result = _inline(profile, grid) if kind == "inline" else _builtin(profile, grid)
    profile.close()
    return result


def _builtin(profile: Fields, grid: Grid | None) -> BuiltinProfile | None:
    name = profile.text("name")
    alignment: Alignment = profile.choice("alignment", options=_ALIGNMENTS, default="stretch")
    if name not in PROFILE_NAMES:
        text = f"{profile.what} has the name {name!r}, expected one of {', '.join(PROFILE_NAMES)}"
        profile.error("name", text, code=_PROFILE, hint=profile.report.suggest(name, PROFILE_NAMES))
        return None
    if alignment == "clock" and grid is not None and grid.start is None:
        text = f"{profile.what} is aligned to the clock, but the grid has no start"
        profile.error("alignment", text, code=_PROFILE, hint="give grid.start")
    return BuiltinProfile(name=name, alignment=alignment)


def _inline(profile: Fields, grid: Grid | None) -> InlineProfile | None:
    weights = profile.numbers("weights", required=True, code=_PROFILE)
    if weights is None:
        return None
    if grid is not None and len(weights) != grid.bins:
        text = f"{profile.what} has {len(weights)} weights, expected one per bin: {grid.bins}"
        profile.error("weights", text, code="series_length")
    elif any(weight < 0 for weight in weights) or not 0 < sum(weights) / len(weights) < math.inf:
        text = f"weights of {profile.what} must not be negative, and their mean must be above 0"
        profile.error("weights", text, code=_PROFILE)
    return InlineProfile(weights=weights)


def distribution_to_plain(distribution: Distribution) -> dict[str, Plain]:
    """Return ``{values, probabilities}``."""
    return {
        "values": [json_number(value) for value in distribution.values],
        "probabilities": [json_number(probability) for probability in distribution.probabilities],
    }


def profile_to_plain(profile: Profile) -> dict[str, Plain]:
    """Return ``{kind, name, alignment}`` or ``{kind, weights}``."""
    if isinstance(profile, InlineProfile):
        return {"kind": "inline", "weights": [json_number(weight) for weight in profile.weights]}
    plain: dict[str, Plain] = {"kind": "builtin", "name": profile.name}
    if profile.alignment != "stretch":
        plain["alignment"] = profile.alignment
    return plain
