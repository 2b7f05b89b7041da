"""Who is to blame for a template that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowtime_core.errors import DocumentInvalidError, DocumentSyntaxError, StoredTemplateError
from flowtime_core.records.limits import Limits
from flowtime_core.records.run import RunRequest, Submission
from flowtime_core.shell.blame import blame_library
from flowtime_core.shell.library import Library
from flowtime_core.shell.resolve import validate_request
from tests.support.desk import TEMPLATE


def ask(folder: Path, text: str, kind: type[Exception], **request: object) -> str:
    """Ask something of a template in a folder; what is raised is exactly of a kind."""
    (folder / "desk.yaml").write_text(text, encoding="utf-8")
    library = Library((folder,))
    asked = RunRequest(**({"template_id": "desk"} | request))  # type: ignore[arg-type]
    with pytest.raises(kind) as caught, blame_library(asked, library):
        validate_request(asked, library).require()
    assert type(caught.value) is kind
    return str(caught.value)


BROKEN = TEMPLATE.replace('expr: "${rate} * 1"', 'expr: "nobody * 1"')


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        (TEMPLATE, {}),
        (TEMPLATE, {"rate": "fast"}),
        (TEMPLATE, {"rate": -1}),
        (TEMPLATE, {"rate": 1, "bins": 2}),
        (TEMPLATE, {"rate": 1, "rte": 2}),
        (TEMPLATE.replace("window: {start: 2025-01-01T00:00:00Z, timezone: UTC}\n", ""), {"rate": 1}),
    ],
)
def test_a_sound_template_asked_wrongly_is_the_fault_of_who_asks(
    tmp_path: Path, text: str, parameters: dict[str, object]
) -> None:
    """Parameters, and a mode that the template was not made for, are the caller's."""
    ask(tmp_path, text, DocumentInvalidError, parameters=parameters)


def test_a_broken_template_is_the_fault_of_the_library(tmp_path: Path) -> None:
    """Whether or not it needs parameters; the findings are those of the template alone."""
    assert "nobody" in ask(tmp_path, BROKEN, StoredTemplateError, parameters={"rate": 1})
    whole = BROKEN.replace("required: true", "default: 3")
    assert "nobody" in ask(tmp_path, whole, StoredTemplateError, parameters={"shape": 1})


def test_a_template_that_cannot_be_read_is_too(tmp_path: Path) -> None:
    """A syntax error is told with its place."""
    assert "desk.yaml:1:" in ask(tmp_path, "a: [", StoredTemplateError)


@pytest.mark.parametrize(("text", "kind"), [("a: [", DocumentSyntaxError), (BROKEN, DocumentInvalidError)])
def test_a_document_that_is_sent_is_the_senders(tmp_path: Path, text: str, kind: type[Exception]) -> None:
    """The library has no part in it."""
    ask(tmp_path, TEMPLATE, kind, template_id="", document=Submission(text=text))


def test_a_template_that_is_too_large_when_nothing_is_asked_cannot_be_judged(tmp_path: Path) -> None:
    """What the caller asked wrongly stays the caller's fault."""
    (tmp_path / "desk.yaml").write_text(TEMPLATE.replace("required: true", "default: 3"), encoding="utf-8")
    asked, library = RunRequest(template_id="desk", parameters={"rate": -1}), Library((tmp_path,))
    with (
        pytest.raises(DocumentInvalidError) as caught,
        blame_library(asked, library, limits=Limits(series_values=1)),
    ):
        validate_request(asked, library).require()
    assert type(caught.value) is DocumentInvalidError


def test_nothing_wrong_is_nobodys_fault(tmp_path: Path) -> None:
    """The block simply ends."""
    with blame_library(RunRequest(template_id="desk"), Library((tmp_path,))):
        pass
