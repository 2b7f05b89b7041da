"""From a document to a model ready to evaluate: bound, checked, with its provenance but not yet its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from flowtime_core.codec.origin import named, origin_of_model
from flowtime_core.codec.report import join_pointer
from flowtime_core.codec.template import template_from_document
from flowtime_core.errors import DocumentInvalidError
from flowtime_core.records.empty import EMPTY
from flowtime_core.records.model import ConstNode, PmfNode, Rng
from flowtime_core.records.topology import FileBinding
from flowtime_core.template.instantiate import instantiate, read_model
from flowtime_core.template.parameters import parse_parameter_text, place_in_request

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from flowtime_core.records.bundle import Origin
    from flowtime_core.records.diagnostic import Diagnostic, Location
    from flowtime_core.records.document import Document, Plain
    from flowtime_core.records.model import Mode, Model
    from flowtime_core.records.template import Template


@frozen(kw_only=True)
class Prepared:
    """A model and where it comes from.

    Attributes
    ----------
    document : Document
        The text that findings point into: the template, or the model as submitted.
    spec_text : str or None
        The model as submitted; None for a template, whose model text is generated.
    template : Template or None
        None for a model given as such.
    parameters : mapping
        Effective parameter values, defaults included.
    model_id : str
        What the caller calls the model; empty where it goes by its digest.
    warnings : tuple of Diagnostic
        What reading and binding noticed.
    """

    model: Model
    document: Document
    spec_text: str | None = None
    template: Template | None = None
    parameters: Mapping[str, Plain] = EMPTY
    model_id: str = ""
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def rng(self) -> Rng:
        """The generator that is recorded and hashed."""
        return self.model.rng or Rng()

    def file_uris(self) -> tuple[str, ...]:
        """Return every ``file:`` URI the model reads, once each, in order."""
        nodes = (node.source for node in self.model.nodes if isinstance(node, (ConstNode, PmfNode)))
        roles = (
            binding.uri
            for node in self.model.topology.nodes
            for binding in node.semantics.bindings.values()
            if isinstance(binding, FileBinding)
        )
        return tuple(dict.fromkeys(uri for uri in (*nodes, *roles) if uri))


def located(findings: Iterable[Diagnostic], document: Document) -> tuple[Diagnostic, ...]:
    """Give findings that only know a JSON pointer their line and column in the document."""
    return tuple(
        finding
        if finding.location is None or finding.location.line is not None or finding.location.source
        else evolve(finding, location=document.locate(finding.location.pointer))
        for finding in findings
    )


def place_of_value(document: Document, parameters: Mapping[str, Plain], text: str) -> Location | None:
    """Return where a text was given: in the document, else by the parameter that has it as its value."""
    names = (name for name, value in parameters.items() if value == text)
    return place_of_text(document, text) or next(map(place_in_request, names), None)


def place_of_text(document: Document, text: str) -> Location | None:
    """Return the first place in a document where a value is exactly this text, or None."""
    for pointer, value in _texts(document.plain, ""):
        if value == text:
            return document.locate(pointer)
    return None


def is_template(document: Document) -> bool:
    """Tell a template from a model: it declares parameters, or holds a placeholder."""
    if isinstance(document.plain, dict) and "parameters" in document.plain:
        return True
    return any("${" in text for _, text in _texts(document.plain, ""))


def _texts(value: Plain, pointer: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield pointer, value
        case list():
            for index, item in enumerate(value):
                yield from _texts(item, join_pointer(pointer, index))
        case dict():
            for key, item in value.items():
                yield from _texts(item, join_pointer(pointer, key))
        case _:
            return


def prepare_model(
    document: Document,
    *,
    spec_text: str,
    seed: int | None = None,
    mode: Mode | None = None,
    origin: Origin | None = None,
) -> Prepared:
    """Read a model document.

    Parameters
    ----------
    mode : "simulation", "telemetry" or None
        Wins over the model's own.
    origin : Origin or None
        Where the model comes from; what it says of itself where None.

    Raises
    ------
    DocumentInvalidError
        With every finding when any is an error.
    """
    instance = read_model(document, mode)
    known = origin or origin_of_model(document)
    model = instance.model if known is None else evolve(instance.model, metadata=named(instance.model.metadata, known))
    return Prepared(
        model=_seeded(model, seed),
        document=document,
        spec_text=spec_text,
        parameters=EMPTY if known is None else known.parameters,
        model_id="" if origin is None else origin.model_id,
        warnings=instance.findings,
    )


def prepare_template(
    document: Document,
    given: Mapping[str, Plain],
    *,
    texts: Mapping[str, str],
    files: Mapping[str, str] = EMPTY,
    mode: Mode | None = None,
    seed: int | None = None,
) -> Prepared:
    """Bind parameters to a template and read the model it makes.

    Parameters
    ----------
    document : Document
        The template.
    given : mapping
        Parameter values.
    texts : mapping of str
        Parameter values as written on a command line; they win over ``given``.
    files : mapping of str
        URIs of measured files by parameter, whatever the letter case of its name; they win over ``given``.
    mode : "simulation", "telemetry" or None
        Wins over the template's own.
    seed : int or None
        Wins over the template's own.

    Raises
    ------
    DocumentInvalidError
        With every finding when any is an error.
    """
    reading = template_from_document(document)
    if reading.draft is None:
        raise DocumentInvalidError(f"{document.source} is not a valid template", findings=reading.findings)
    template = reading.draft
    spelling = {parameter.name.casefold(): parameter.name for parameter in template.parameters}
    bound = {spelling.get(name.casefold(), name): uri for name, uri in files.items()}
    parameters = {**given, **bound, **_read_texts(template, texts)}
    instance = instantiate(template, parameters, mode, earlier=reading.findings)
    return Prepared(
        model=_seeded(instance.model, seed),
        document=document,
        template=template,
        parameters=instance.parameters,
        warnings=instance.findings,
    )


def _read_texts(template: Template, texts: Mapping[str, str]) -> dict[str, Plain]:
    """Return each text in its declared type; of an undeclared parameter as it is, for binding to complain about."""
    declared = {parameter.name: parameter for parameter in template.parameters}
    return {
        name: parse_parameter_text(declared[name], text) if name in declared else text for name, text in texts.items()
    }


def _seeded(model: Model, seed: int | None) -> Model:
    """Return the model with a seed; one that states what holds anyway leaves it as it is, and so its hash."""
    known = model.rng or Rng()
    return model if seed is None or seed == known.seed else evolve(model, rng=evolve(known, seed=seed))
