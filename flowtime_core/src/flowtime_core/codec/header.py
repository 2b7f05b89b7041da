"""What stands around the nodes of a model: who it is, its mode, random generator, classes and outputs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, get_args

from flowtime_core.codec.number import EXACT_INT, json_number
from flowtime_core.codec.reader import read_unique
from flowtime_core.codec.report import integral
from flowtime_core.records.ids import DEFAULT_CLASS
from flowtime_core.records.model import ClassArrival, FlowClass, Mode, ModelMetadata, Output, Rng

if TYPE_CHECKING:
    from collections.abc import Collection

    from flowtime_core.codec.reader import Fields
    from flowtime_core.records.document import Plain

MODES: Final[tuple[Mode, ...]] = get_args(Mode)
_CLASS_ID: Final = re.compile(r"[A-Za-z0-9_-]+")
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,17}")
_METADATA_ELSEWHERE: Final = frozenset({"captureKey"})


def read_mode(root: Fields, default: Mode = "simulation") -> Mode:
    """Return the mode: that of the document, else that of its provenance, else the default."""
    provenance = root.mapping("provenance", what="the provenance")
    inner: Mode = default if provenance is None else provenance.choice("mode", options=MODES, default=default)
    return root.choice("mode", options=MODES, default=inner)


def read_telemetry(root: Fields) -> str:
    """Return the directory of the capture that a model is bound to, empty for none."""
    fields = root.mapping("telemetry", what="the telemetry")
    if fields is None:
        return ""
    directory = fields.text("directory").strip()
    fields.close()
    return directory


def read_metadata(root: Fields) -> ModelMetadata:
    """Return the metadata, or at least the template id and version that the provenance states."""
    fields = root.mapping("metadata", what="the metadata")
    if fields is None:
        provenance = root.mapping("provenance", what="the provenance")
        if provenance is None:
            return ModelMetadata()
        return ModelMetadata(id=provenance.text("templateId"), version=provenance.text("templateVersion"))
    metadata = metadata_of(fields)
    fields.close(_METADATA_ELSEWHERE)
    return metadata


def metadata_of(fields: Fields, *, required: bool = False) -> ModelMetadata:
    """Return the metadata of a model or template; a template must have an id and a title."""
    return ModelMetadata(
        id=fields.text("id", required=required),
        title=fields.text("title", required=required),
        description=fields.text("description"),
        narrative=fields.text("narrative"),
        version=fields.text("version"),
        tags=fields.texts("tags"),
    )


def read_rng(root: Fields) -> Rng | None:
    """Return the random generator: pcg32 with an integer seed, also one written as text."""
    fields = root.mapping("rng", what="rng")
    if fields is None:
        return None
    kind = fields.choice("kind", options=("pcg32",), default="pcg32")
    _, given = fields.take("seed")
    fields.close()
    if given is None:
        return Rng(kind=kind)
    seed = integral(int(given)) if isinstance(given, str) and _INTEGER.fullmatch(given.strip()) else integral(given)
    if seed is None or abs(seed) > EXACT_INT:
        fields.mismatch("seed", given, "an integer below 2^53")
        return None
    return Rng(kind=kind, seed=seed)


def read_outputs(root: Fields) -> tuple[Output, ...]:
    """Return the selections of series to write."""
    return tuple(_read_output(fields) for fields in root.mappings("outputs", what="output", name_by="series"))


def _read_output(fields: Fields) -> Output:
    output = Output(
        series=fields.text("series", "source", required=True),
        file_name=fields.text("as", "filename") or None,
        exclude=fields.texts("exclude"),
    )
    if output.file_name is not None and not _stays_inside(output.file_name):
        text = f"the file name {output.file_name!r} leaves the folder"
        fields.error(fields.take("as", "filename")[0], text, hint="write a plain name, as in served.csv")
    fields.close(frozenset({"id", "description"}))
    return output


def _stays_inside(name: str) -> bool:
    parts = name.split("/")
    return not any(part in {"", ".", ".."} for part in parts) and name.isprintable() and not set(name) & set('\\:"')


def read_classes(root: Fields) -> tuple[tuple[FlowClass, ...], tuple[ClassArrival, ...]]:
    """Return declared classes and the arrivals that carry them (SEMANTICS 4.10)."""
    found = root.mappings("classes", what="class")
    known = read_unique(found, "class", lambda fields: fields.text("id", required=True))
    classes = tuple(_read_class(fields) for fields in found)
    traffic = root.mapping("traffic", what="the traffic")
    if traffic is None:
        return classes, ()
    arrivals = traffic.mappings("arrivals", what="arrival", name_by="nodeId")
    traffic.close()
    return classes, tuple(_read_arrival(fields, known) for fields in arrivals)


def is_class_id(name: str) -> bool:
    """Tell whether a class may have a name."""
    return name != DEFAULT_CLASS and _CLASS_ID.fullmatch(name) is not None


def _read_class(fields: Fields) -> FlowClass:
    name = fields.text("id")
    if name and not is_class_id(name):
        text = f"class id {name!r} must hold letters, digits, '_' or '-', and not be {DEFAULT_CLASS}"
        fields.error("id", text, code="invalid_id")
    flow_class = FlowClass(id=name, display_name=fields.text("displayName"), description=fields.text("description"))
    fields.close()
    return flow_class


def _read_arrival(fields: Fields, classes: Collection[str]) -> ClassArrival:
    pattern = fields.mapping("pattern", what=f"the pattern of {fields.what}")
    rate = None
    if pattern is not None:
        rate = pattern.number("ratePerBin", "rate", minimum=0)
        pattern.close(("kind",))
    name = fields.text("classId", required=bool(classes))
    if name and classes and name not in classes:
        hint = fields.report.suggest(name, classes)
        fields.error("classId", f"class {name!r} is not declared", code="unknown_class", hint=hint)
    arrival = ClassArrival(node_id=fields.text("nodeId", required=True), class_id=name, rate=rate)
    fields.close()
    return arrival


def header_to_plain(metadata: ModelMetadata) -> dict[str, Plain]:
    """Return metadata in documented order without blanks."""
    texts = (
        ("id", metadata.id),
        ("title", metadata.title),
        ("description", metadata.description),
        ("narrative", metadata.narrative),
        ("version", metadata.version),
    )
    plain: dict[str, Plain] = {key: text for key, text in texts if text}
    if metadata.tags:
        plain["tags"] = list(metadata.tags)
    return plain


def rng_to_plain(rng: Rng) -> dict[str, Plain]:
    """Return ``{kind, seed}``."""
    return {"kind": rng.kind, "seed": rng.seed}


def output_to_plain(output: Output) -> dict[str, Plain]:
    """Return ``{series, as, exclude}`` without blanks."""
    plain: dict[str, Plain] = {"series": output.series}
    if output.file_name is not None:
        plain["as"] = output.file_name
    if output.exclude:
        plain["exclude"] = list(output.exclude)
    return plain


def arrival_to_plain(arrival: ClassArrival) -> dict[str, Plain]:
    """Return ``{nodeId, classId, pattern}``."""
    plain: dict[str, Plain] = {"nodeId": arrival.node_id}
    if arrival.class_id:
        plain["classId"] = arrival.class_id
    pattern: dict[str, Plain] = {"kind": "constant"}
    if arrival.rate is not None:
        pattern["ratePerBin"] = json_number(arrival.rate)
    plain["pattern"] = pattern
    return plain
