"""Templates on disk: looked up by id along a search path, read again when their file changes (contract section 1)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import evolve, field, frozen

from flowtime_core.codec.template import template_from_document
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.errors import DocumentInvalidError, DocumentSyntaxError, NotFoundError, did_you_mean
from flowtime_core.records.diagnostic import Diagnostic, Location, syntax_finding
from flowtime_core.shell.filesystem import storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flowtime_core.records.template import Template

_SUFFIXES: Final = frozenset({".yaml", ".yml"})


@frozen(kw_only=True)
class LibraryEntry:
    """One template file.

    Attributes
    ----------
    template_id : str
        The id it declares, else the name of the file.
    template : Template or None
        None when the file cannot be read as a template; ``findings`` say why.
    source : str
        The path of the file, for messages.
    """

    template_id: str
    text: str = field(repr=False)
    source: str
    template: Template | None
    findings: tuple[Diagnostic, ...] = ()

    def require(self) -> Template:
        """Return the template.

        Raises
        ------
        DocumentInvalidError
            With the findings, when the file cannot be read as one.
        """
        if self.template is None:
            raise DocumentInvalidError(f"{self.source} is not a valid template", findings=self.findings)
        return self.template


@frozen
class _Seen:
    """A file as it was when it was read."""

    modified_ns: int
    size: int
    entry: LibraryEntry


@frozen
class Library:
    """The templates in some folders; the first folder that has an id wins.

    Files are read when they are first needed and again when their time or size changes, so an edit is seen by a process
    that lives long.
    """

    folders: tuple[Path, ...]
    _known: dict[Path, _Seen] = field(factory=dict[Path, _Seen], init=False, repr=False, eq=False)

    def entries(self, about: str = "") -> tuple[LibraryEntry, ...]:
        """Return every template by id, a broken one with its findings; only those whose file mentions ``about``."""
        found: dict[str, LibraryEntry] = {}
        for folder in self.folders:
            found = {entry.template_id: entry for entry in self._folder(folder, about)} | found
        return tuple(found[template_id] for template_id in sorted(found))

    def find_template(self, template_id: str) -> LibraryEntry:
        """Return the template of an id, also a broken one.

        Raises
        ------
        NotFoundError
            ``template_not_found``, with the nearest id.
        """
        entries: dict[str, LibraryEntry] = {}
        for about in (template_id, ""):  # one file is read in a fifth of the time of five
            entries = {entry.template_id: entry for entry in self.entries(about)}
            if template_id in entries:
                return entries[template_id]
        hint = did_you_mean(template_id, entries) or "flowtime template list shows what there is"
        raise NotFoundError(f"there is no template {template_id!r}", code="template_not_found", hint=hint)

    def _folder(self, folder: Path, about: str) -> Iterable[LibraryEntry]:
        """Return the templates of one folder; of two with one id the first file wins and is marked."""
        found: dict[str, LibraryEntry] = {}
        for path in _files(folder):
            if path not in self._known and not _mentions(path, about):
                continue
            entry = self._entry(path)
            first = found.setdefault(entry.template_id, entry)
            if first is not entry:
                found[entry.template_id] = evolve(first, findings=(*first.findings, _ambiguous(first, entry)))
        return found.values()

    def _entry(self, path: Path) -> LibraryEntry:
        with storage_errors(path):
            status = path.stat()
            known = self._known.get(path)
            if known is not None and (known.modified_ns, known.size) == (status.st_mtime_ns, status.st_size):
                return known.entry
            entry = read_template(path.read_bytes(), source=str(path))
        self._known[path] = _Seen(status.st_mtime_ns, status.st_size, entry)
        return entry


def read_template(data: bytes, *, source: str) -> LibraryEntry:
    """Return the template that a file holds, or what is wrong with it: one bad file hides no other."""
    stem = Path(source).stem
    text = data.decode(errors="replace")
    try:
        document = read_yaml(data, source=source)
    except DocumentSyntaxError as error:
        findings = (syntax_finding(error),)
        return LibraryEntry(template_id=stem, text=text, source=source, template=None, findings=findings)
    reading = template_from_document(document)
    declared = "" if reading.draft is None else reading.draft.metadata.id
    return LibraryEntry(
        template_id=declared or stem, text=text, source=source, template=reading.template, findings=reading.findings
    )


def _files(folder: Path) -> Iterator[Path]:
    with storage_errors(folder):
        paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return (path for path in paths if path.suffix.lower() in _SUFFIXES and path.is_file())


def _mentions(path: Path, text: str) -> bool:
    with storage_errors(path):
        return text in path.name or text.encode() in path.read_bytes()


def _ambiguous(first: LibraryEntry, second: LibraryEntry) -> Diagnostic:
    message = f"template {first.template_id!r} is in {first.source} and in {second.source}; the first is used"
    return Diagnostic(code="ambiguous_template", message=message, location=Location(source=second.source))
