"""A template: a model with holes, and the parameters that fill them (CONTRACT 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import frozen

if TYPE_CHECKING:
    from flowtime_core.records.document import Document, Plain
    from flowtime_core.records.model import Mode, ModelMetadata, Rng

ParameterType = Literal["integer", "number", "boolean", "string", "array"]


@frozen(kw_only=True)
class Parameter:
    """A declared parameter with its rules. ``default`` is None when there is none."""

    name: str
    type: ParameterType
    title: str = ""
    description: str = ""
    default: Plain = None
    has_default: bool = False
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    enum: tuple[Plain, ...] | None = None
    item_type: str | None = None


@frozen(kw_only=True)
class Template:
    """A checked template; ``document`` holds the body with its placeholders and places."""

    metadata: ModelMetadata
    parameters: tuple[Parameter, ...]
    document: Document
    mode: Mode = "simulation"
    rng: Rng | None = None
    capture_key: str = ""
    generator: str = "flowtime-sim"
