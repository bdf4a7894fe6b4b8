"""Tables of our reports: great_tables' structure, plain cells only, everything escaped."""

from __future__ import annotations

import hashlib
import html
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from msfresearch.errors import MsfResearchError
from msfresearch.report.wording import check_lang, clean, number, p_value, percent, say

FORMATS = ("text", "int", "share", "1dp", "2dp", "3dp", "p")
LAYOUTS = ("columns", "records")

# Stands for a missing cell until great_tables has escaped the rest; `clean` lets no answer hold it.
_MISSING = "\x1a"

# For JupyterLab alone: a page removes this and brings its own style.
_STYLE = (
    "<style>.gt_scroll{overflow-x:auto;max-width:62em}"
    ".gt_scroll .gt_table{border-collapse:collapse;font-size:1em;margin:0;"
    "border-top:2px solid;border-bottom:2px solid}"
    ".gt_scroll caption{text-align:left;font-weight:600;padding:.3em 0;color:inherit}"
    ".gt_scroll .gt_table :is(th,td){padding:.35em .8em;text-align:left;vertical-align:top;"
    "max-width:none;white-space:normal;border-bottom:1px solid rgba(128,128,128,.35)}"
    ".gt_scroll .gt_table .gt_right{text-align:right;font-variant-numeric:tabular-nums}"
    ".gt_scroll .gt_stub{font-weight:400}.table-note{font-size:.9em;max-width:62em;margin:.4em 0}"
    ".gt_scroll{position:relative}.gt_scroll .hidden-text{position:absolute;overflow:hidden;"
    "clip-path:inset(50%);width:1px;height:1px;white-space:nowrap}</style>"
)


@dataclass(frozen=True, eq=False)
class Table:
    """A table to display in a notebook or on a page.

    Attributes
    ----------
    element : str
        The ``<table>`` element, with caption and header scopes.
    caption : str
        Its caption.
    data : DataFrame
        The values shown, before they were formatted.
    notes : tuple of str
        Lines below it.
    """

    element: str
    caption: str
    data: pd.DataFrame
    notes: tuple[str, ...] = ()

    @property
    def markup(self) -> str:
        """The table and its notes, which stand outside it: a wide table scrolls, they do not."""
        return self.element + "".join(
            f'<p class="table-note">{html.escape(note)}</p>' for note in self.notes
        )

    def _repr_html_(self) -> str:
        label = html.escape(self.caption, quote=True)
        element, below = self.element, ""
        if self.notes:
            # A notebook holds many tables: the id comes from the words, so that no two differ.
            words = "\n".join((self.caption, *self.notes)).encode("utf-8", "surrogatepass")
            anchor = f"notes-{hashlib.sha256(words).hexdigest()[:12]}"
            element = element.replace("<table", f'<table aria-describedby="{anchor}"', 1)
            below = f'<div id="{anchor}">{self.markup.removeprefix(self.element)}</div>'
        return (
            f'<div class="gt_scroll" tabindex="0" role="region" aria-label="{label}">'
            f"{_STYLE}{element}</div>{below}"
        )


def table(
    df: pd.DataFrame,
    caption: str,
    *,
    stub: str | None = None,
    formats: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
    notes: str | Sequence[str] | None = None,
    max_rows: int | None = None,
    layout: str = "columns",
    lang: str = "en",
) -> Table:
    """A table with a caption, header scopes, and one format per column.

    Parameters
    ----------
    df : DataFrame
        What to show, all columns in their order; a named index comes first as columns.
    caption : str
        What the table shows.
    stub : str, optional
        The column whose cells head the rows.
    formats : mapping, optional
        Column to one of ``text``, ``int``, ``share`` (0.37 is 37%), ``1dp``, ``2dp``, ``3dp`` or
        ``p`` (a p-value). Others by type: whole numbers ``int``, numbers ``2dp``, else ``text``.
    columns : mapping, optional
        Column to the label that heads it.
    notes : str or sequence of str, optional
        Lines below the table.
    max_rows : int, optional
        Show the first rows only; how many of how many is printed below.
    layout : str
        ``columns``, or ``records`` for a table of long texts: on a phone and on paper each row
        of a page becomes a block of lines "label: value", headed by the stub.
    lang : str
        Language of our own words.

    Returns
    -------
    Table

    Raises
    ------
    MsfResearchError
        For an unknown column, format or layout, two columns of one name, or no row or column.
    """
    check_lang(lang)
    if layout not in LAYOUTS:
        raise MsfResearchError("an unknown layout", found=layout, expected=", ".join(LAYOUTS))
    data = df.reset_index() if any(name is not None for name in df.index.names) else df
    data = data.reset_index(drop=True)
    names = _check(data, caption, stub, formats or {}, columns or {})
    shown = data if max_rows is None else data.head(max_rows)
    kinds = {name: (formats or {}).get(name) or _kind(data[name]) for name in names}
    labels = [_plain((columns or {}).get(name, name)) or "–" for name in names]
    if len(set(labels)) < len(labels):
        raise MsfResearchError(
            "two columns under one label", found=next(x for x in labels if labels.count(x) > 1)
        )
    cells = pd.DataFrame(
        {
            label: [_cell(value, kinds[name], lang) for value in shown[name]]
            for label, name in zip(labels, names, strict=True)
        },
        dtype="object",
    )
    lines = [notes] if isinstance(notes, str) else list(notes or [])
    if len(shown) < len(data):
        counts = {"shown": number(len(shown), 0, lang), "total": number(len(data), 0, lang)}
        lines.append(say("rows shown", lang, **counts))
    right = [label for label, name in zip(labels, names, strict=True) if kinds[name] != "text"]
    head = labels[names.index(stub)] if stub is not None else None
    element = _element(cells, _plain(caption), head, right, layout, lang)
    notes = tuple(filter(None, map(_plain, lines)))
    return Table(element, _plain(caption), shown, notes)


def _element(
    cells: pd.DataFrame,
    caption: str,
    stub: str | None,
    right: Sequence[str],
    layout: str,
    lang: str,
) -> str:
    """The table element; labels stay column names, because great_tables reads units in labels."""
    from great_tables import GT

    built = GT(cells, rowname_col=stub, id="t")
    built = built.cols_align("left", list(cells.columns))
    if right:
        built = built.cols_align("right", list(right))
    if stub is not None:
        built = built.tab_stubhead(stub)
    whole = built.as_raw_html()
    text = whole[whole.index("<table") : whole.rindex("</table>")]
    # Ids would repeat from table to table; scopes say the same. Escaped cells hold no quote mark.
    text = re.sub(r' (?:id|headers|data-quarto-[a-z-]+)="[^"]*"', "", text)
    text = re.sub(r' (?:rowspan|colspan)="1"', "", text)
    title = f'<span class="caption-text">{html.escape(caption)}</span>'
    text = text.replace(">", f"><caption>{title}</caption>", 1)
    hidden = (
        '<span aria-hidden="true">–</span>'
        f'<span class="hidden-text">{html.escape(say("no value", lang))}</span>'
    )
    if layout == "records":
        text = text.replace('class="gt_table', 'class="gt_table records', 1)
    return text.replace(_MISSING, hidden) + "</table>"


def _plain(value: object) -> str:
    return clean(value).strip()


def _cell(value: object, kind: str, lang: str) -> str:
    if value is None or value is pd.NA or value is pd.NaT or value == "":
        return _MISSING
    if isinstance(value, float) and not math.isfinite(value):
        return _MISSING
    if isinstance(value, bool):
        return say("yes" if value else "no", lang)
    if kind == "text":
        return clean(value) if str(value).strip() else _MISSING
    amount = float(str(value))
    if kind == "share":
        return percent(amount, 0, lang)
    if kind == "p":
        return p_value(amount, lang)
    return number(amount, 0 if kind == "int" else int(kind[0]), lang)


def _kind(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column):
        return "text"
    if pd.api.types.is_integer_dtype(column):
        return "int"
    return "2dp" if pd.api.types.is_float_dtype(column) else "text"


def _check(
    data: pd.DataFrame,
    caption: str,
    stub: str | None,
    formats: Mapping[str, str],
    columns: Mapping[str, str],
) -> list[str]:
    if not caption.strip():
        raise MsfResearchError("a table without a caption", expected="what the table shows")
    if isinstance(data.columns, pd.MultiIndex):
        raise MsfResearchError(
            "a table with stacked headers", action="give each column one name first"
        )
    names = list(data.columns)
    if data.empty or not names:
        raise MsfResearchError(
            "a table of nothing", action="test whether there is anything to show, and say so"
        )
    if len(set(names)) < len(names):
        raise MsfResearchError(
            "two columns of one name", found=next(x for x in names if names.count(x) > 1)
        )
    for name in (*([stub] if stub is not None else []), *formats, *columns):
        if name not in names:
            raise MsfResearchError(
                "the table lacks a column", column=str(name), found=", ".join(map(str, names))
            )
    for name, kind in formats.items():
        if kind not in FORMATS:
            raise MsfResearchError(
                "an unknown format", column=name, found=kind, expected=", ".join(FORMATS)
            )
        if kind != "text" and not pd.api.types.is_numeric_dtype(data[name]):
            raise MsfResearchError(
                "a format of numbers for a column of text", column=name, found=kind
            )
    return names
