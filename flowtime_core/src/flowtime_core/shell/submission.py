"""Documents that a caller hands over: a file, a text, or standard input."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from flowtime_core.codec.report import describe
from flowtime_core.codec.text import decode_text
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.errors import InputError, NotFoundError
from flowtime_core.records.limits import DEFAULT_LIMITS
from flowtime_core.records.run import Submission
from flowtime_core.shell.filesystem import storage_errors

if TYPE_CHECKING:
    from flowtime_core.records.document import Plain

_SUFFIXES: Final = (".yaml", ".yml", ".json")


def read_submission(path: Path) -> Submission:
    """Return a model or template file.

    Raises
    ------
    NotFoundError
        There is no such file.
    DocumentSyntaxError
        The file is not UTF-8, or too large.
    StorageError
        The file system refused.
    """
    with storage_errors(path):
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            message = f"there is no file {path}"
            raise NotFoundError(message, hint="mend the path; a template of the library goes by its id") from error
    return submit_bytes(data, source=str(path), folder=path.parent)


def submit_bytes(data: bytes, *, source: str, folder: Path = Path()) -> Submission:
    """Return a document that was read as bytes; its relative sources begin in ``folder``.

    Raises
    ------
    DocumentSyntaxError
        The bytes are not UTF-8, or too many.
    """
    text = decode_text(data, source=source, limit=DEFAULT_LIMITS.document_bytes)
    return Submission(text=text, source=source, folder=str(folder))


def submit_text(text: str, *, source: str = "model") -> Submission:
    """Return a document that is a text of the caller's."""
    return Submission(text=text, source=source)


def is_path(text: str) -> bool:
    """Tell whether a word means a file rather than the id of a template."""
    return "/" in text or text.lower().endswith(_SUFFIXES) or Path(text).is_file()


def read_mapping(submission: Submission) -> dict[str, Plain]:
    """Return the values that a document maps names to; an empty document maps none.

    Raises
    ------
    DocumentSyntaxError
        The document is neither YAML nor JSON.
    InputError
        It is not a mapping.
    """
    plain = read_yaml(submission.text, source=submission.source).plain
    if plain is None:
        return {}
    if not isinstance(plain, dict):
        message = f"{submission.source} holds {describe(plain)}, expected a mapping"
        raise InputError(message, hint="write name: value, one per line")
    return plain
