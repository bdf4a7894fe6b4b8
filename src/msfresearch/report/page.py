"""An executed notebook as one page: no script, no request, nothing that is not on the list."""

from __future__ import annotations

import base64
import copy
import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, NamedTuple, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from nbformat import NotebookNode, from_dict

from msfresearch.errors import ReleaseError
from msfresearch.report import sanitize
from msfresearch.report.check import check_page, policy
from msfresearch.report.wording import check_lang, check_status, clean, count, say

__all__ = ["Input", "Provenance", "check_page", "render_notebook", "render_template"]

_PARAMETER_TAGS = {"parameters", "injected-parameters"}
# What a page takes of an output that comes in several kinds, best first.
_KINDS = ("text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/plain")


class Input(NamedTuple):
    """A file that a page was made from; `rows` is None where rows do not count."""

    file: str
    sha256: str
    rows: int | None


@dataclass(frozen=True)
class Provenance:
    """How a page was made, printed at its end.

    Attributes
    ----------
    wave, status : str
        Id of the wave; ``real`` or ``rehearsal``.
    inputs : tuple of Input
        Files with SHA-256 and number of rows; names relative to the repository.
    package_version, commit : str
        Version of msfresearch and the commit it ran from; None where there is none.
    parameters, seeds, versions : mapping
        Parameters of the notebook, seeds by name, versions by package.
    code_url : str, optional
        Where the code of this version stands on the web.
    """

    wave: str
    status: str
    inputs: tuple[Input | tuple[str, str, int | None], ...]
    package_version: str
    commit: str | None
    parameters: Mapping[str, object] = field(default_factory=dict)
    seeds: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    code_url: str | None = None


def render_notebook(
    notebook: NotebookNode,
    *,
    lang: str,
    status: str,
    wave_title: str,
    provenance: Provenance,
    home_link: str,
) -> str:
    """A self-contained page of an executed notebook.

    Parameters
    ----------
    notebook : NotebookNode
        Executed; left as it is. Its first-level heading becomes the title of the page.
    lang : str
        Language of the page.
    status : str
        ``real`` or ``rehearsal``; a rehearsal carries the words in title, banner and figures.
    wave_title : str
        Name of the wave in words.
    provenance : Provenance
        Printed at the end, with counts of what was left out.
    home_link : str
        Relative address of the list of waves.

    Returns
    -------
    str
        HTML, the same bytes for the same input.

    Raises
    ------
    ReleaseError
        If a cell ended in an error, a figure has no alternative text, the status does not fit,
        or `check_page` finds a fault.
    """
    check_lang(lang)
    if check_status(status) != provenance.status:
        raise ReleaseError(
            "page and provenance disagree on the status", found=provenance.status, expected=status
        )
    prepared, streams, outputs = _prepare(notebook)
    body, headings = sanitize.clean_body(_export(prepared), lang)
    _check_stamps(prepared, status, lang)
    first = next((heading.text for heading in headings if heading.level == 1), "")
    left_out = [
        say(key, lang, n=n)
        for key, n in (("left out streams", streams), ("left out outputs", outputs))
        if n
    ]
    title_key = "rehearsal title" if status == "rehearsal" else "page title"
    page = render_template(
        "page.html.j2",
        lang,
        title=say(title_key, lang, heading=first, wave=clean(wave_title)),
        rehearsal=status == "rehearsal",
        wave_title=clean(wave_title),
        home_link=home_link,
        contents=[h for h in headings if h.level in {2, 3}],
        body=Markup(body),  # cleaned above, checked below
        facts=_facts(provenance, left_out, lang),
        short=[say(f"provenance {key}", lang) for key in ("parameters", "seeds", "versions")],
    )
    check_page(page)
    return page


def render_template(name: str, lang: str, **values: object) -> str:
    """One of our templates with the house's style, its policy and our words in `lang`."""
    environment = Environment(
        loader=PackageLoader("msfresearch.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    source, _, _ = PackageLoader("msfresearch.report").get_source(environment, "page.css")
    style = source.strip()
    return environment.get_template(name).render(
        lang=lang,
        style=Markup(style),
        policy=policy(style),
        say=lambda key, **words: say(key, lang, **words),
        **values,
    )


def _export(notebook: NotebookNode) -> str:
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="basic",
        exclude_input=True,
        exclude_anchor_links=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        embed_images=False,
    )
    body, _ = exporter.from_notebook_node(notebook)
    return str(body)


def _prepare(notebook: NotebookNode) -> tuple[NotebookNode, int, int]:
    """The cells to show, outputs cleaned; and how many streams and outputs were left out."""
    out = copy.deepcopy(notebook)
    # nbconvert takes a title and a language from here; ours come from the page.
    out.metadata = _node({"title": ""})
    cells, streams, outputs = [], 0, 0
    for number, cell in enumerate(out.cells, start=1):
        if cell.cell_type not in {"markdown", "code"}:
            continue
        if _PARAMETER_TAGS & set(cell.metadata.get("tags", [])):
            continue
        cell.metadata = _node({})
        if cell.cell_type == "code":
            kept = [_output(output, number) for output in cell.outputs]
            streams += sum(output.get("name") == "stderr" for output in cell.outputs)
            outputs += sum(
                new is None and old.output_type != "stream"
                for old, new in zip(cell.outputs, kept, strict=True)
            )
            cell.outputs = [output for output in kept if output is not None]
            if not cell.outputs:
                continue
        cells.append(cell)
    out.cells = cells
    return out, streams, outputs


def _output(output: NotebookNode, number: int) -> NotebookNode | None:
    if output.output_type == "error":
        raise ReleaseError(
            f"cell {number} ended in an error",
            found=f"{output.get('ename')}: {output.get('evalue')}",
            action="mend the notebook and run it again",
        )
    if output.output_type == "stream":
        return (
            None if output.name == "stderr" else _display({"text/plain": _clean_lines(output.text)})
        )
    kind = next((kind for kind in _KINDS if kind in output.data), None)
    if kind is None:
        return None
    content = output.data[kind]
    text = content if isinstance(content, str) else "".join(content)
    if kind == "text/plain":
        return _display({"text/plain": _clean_lines(text)})
    if kind == "text/markdown":
        from nbconvert.filters import markdown2html

        text = markdown2html(text)
    elif kind.startswith("image/"):
        alt = output.metadata.get(kind, {}).get("alt") or output.metadata.get("alt")
        text = _image(kind, text, alt, number)
    return _display({"text/html": sanitize.clean_output(text)})


def _display(data: Mapping[str, str]) -> NotebookNode:
    return _node({"output_type": "display_data", "data": dict(data), "metadata": {}})


def _node(values: dict[str, Any]) -> NotebookNode:
    return cast("NotebookNode", from_dict(values))


def _clean_lines(text: str) -> str:
    """Printed text without control characters, its line ends kept."""
    return "\n".join(clean(line) for line in text.replace("\r\n", "\n").split("\n"))


def _image(kind: str, content: str, alt: Any, number: int) -> str:
    if not alt:
        raise ReleaseError(
            f"a figure without alternative text in cell {number}",
            found=kind,
            action="draw it with msfresearch.report.figures",
        )
    if kind == "image/svg+xml":
        content = base64.b64encode(content.encode("utf-8")).decode("ascii")
    source = "".join(content.split())
    return f'<figure><img src="data:{kind};base64,{source}" alt="{html.escape(str(alt))}"></figure>'


def _check_stamps(notebook: NotebookNode, status: str, lang: str) -> None:
    """A figure carries the mark of a rehearsal exactly where the wave is one."""
    mark = say("rehearsal alt", lang, alt="").strip()
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            markup = output.data.get("text/html", "")
            for alt in sanitize.alternatives(markup):
                if alt.startswith(mark) != (status == "rehearsal"):
                    raise ReleaseError(
                        "a figure whose stamp does not fit the status of the wave",
                        found=alt[:80],
                        expected=status,
                        action="pass the wave's status to the figure: status=wave.status",
                    )


def _facts(
    provenance: Provenance, left_out: Sequence[str], lang: str
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Lines of the provenance: a term, and pairs of text and code."""
    inputs = []
    for file, sha256, rows in provenance.inputs:
        if PurePath(file).is_absolute() or ".." in PurePath(file).parts:
            raise ReleaseError(
                "an input named by its place on one machine",
                found=file,
                expected="a path relative to the repository",
            )
        known = "provenance no rows" if rows is None else "provenance input"
        label = say(known, lang, rows=count(rows or 0, "row", lang))
        inputs.append((f"{clean(file)}: {label}", clean(sha256)))
    none = [(say("provenance none", lang), "")]
    commit = provenance.commit
    facts = [
        ("wave", [("", clean(provenance.wave))]),
        ("status", [(say(f"status {provenance.status}", lang), "")]),
        ("inputs", inputs or none),
        ("package", [(f"msfresearch {clean(provenance.package_version)}", "")]),
        ("commit", [("", clean(commit))] if commit else [(say("provenance no commit", lang), "")]),
        ("parameters", _pairs(provenance.parameters) or none),
        ("seeds", _pairs(provenance.seeds) or none),
        ("versions", _pairs(provenance.versions) or none),
    ]
    if provenance.code_url:
        facts.append(("code", [(clean(provenance.code_url), "link")]))
    if left_out:
        facts.append(("left out", [(line, "") for line in left_out]))
    return [(say(f"provenance {key}", lang), lines) for key, lines in facts]


def _pairs(values: Mapping[str, object]) -> list[tuple[str, str]]:
    return [
        (f"{clean(name)}:", clean(value if isinstance(value, str) else _json(value)))
        for name, value in sorted(values.items())
    ]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
