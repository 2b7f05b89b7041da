"""From a document to a model ready to evaluate: bound, checked, with its provenance but not yet its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from flowtime_core.codec.model import model_from_document
from flowtime_core.errors import DocumentInvalidError
from flowtime_core.expr.functions import FUNCTIONS
from flowtime_core.records.empty import EMPTY
from flowtime_core.records.model import ConstNode, PmfNode, Rng
from flowtime_core.records.topology import FileBinding
from flowtime_core.template.instantiate import instantiate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flowtime_core.records.diagnostic import Diagnostic
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
    warnings : tuple of Diagnostic
        What reading and binding noticed.
    """

    model: Model
    document: Document
    spec_text: str | None = None
    template: Template | None = None
    parameters: Mapping[str, Plain] = EMPTY
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
        if finding.location is None or finding.location.line is not None
        else evolve(finding, location=document.locate(finding.location.pointer))
        for finding in findings
    )


def prepare_model(document: Document, *, spec_text: str, seed: int | None = None) -> Prepared:
    """Read a model document.

    Raises
    ------
    DocumentInvalidError
        With every finding when any is an error.
    """
    reading = model_from_document(document, reserved=FUNCTIONS)
    model = reading.model
    if model is None or any(finding.is_error for finding in reading.findings):
        message = f"{document.source} is not a valid model"
        raise DocumentInvalidError(message, findings=located(reading.findings, document))
    if seed is not None:
        model = evolve(model, rng=evolve(model.rng or Rng(), seed=seed))
    return Prepared(model=model, document=document, spec_text=spec_text, warnings=located(reading.findings, document))


def prepare_template(
    template: Template, given: Mapping[str, Plain], *, mode: Mode, seed: int | None = None
) -> Prepared:
    """Bind parameters to a template and read the model it makes.

    Raises
    ------
    DocumentInvalidError
        With every finding when any is an error.
    """
    instance = instantiate(template, given, mode)
    model = instance.model
    if seed is not None:
        model = evolve(model, rng=evolve(model.rng or Rng(), seed=seed))
    return Prepared(
        model=model,
        document=template.document,
        template=template,
        parameters=instance.parameters,
        warnings=located(instance.findings, template.document),
    )
