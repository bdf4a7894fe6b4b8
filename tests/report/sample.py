"""A small report with every kind of figure and table, and hostile strings to set in anywhere."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from nbformat import NotebookNode, v4

from msfresearch.report import figures, prose, tables, wording
from msfresearch.report.page import Input, Provenance, render_notebook

_PLAIN = (
    *("ul", "li", "dl", "dt", "dd", "strong", "em", "b", "i", "code", "pre", "hr", "br"),
    *("caption", "tfoot", "figure", "figcaption", "sup", "sub", "bdi"),
    *("details", "summary"),
)
# What the text of a page may hold, written down apart from the list it is cleaned by.
LISTED: dict[str, set[str]] = {
    "a": {"href", "rel"},
    "abbr": {"title"},
    "blockquote": {"class"},
    "div": {"class", "role", "tabindex", "aria-label"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "span": {"class", "aria-hidden"},
    "p": {"class", "id"},
    "table": {"class", "aria-describedby", "role"},
    "tbody": {"role"},
    "thead": {"role"},
    "tr": {"role"},
    "td": {"class", "colspan", "rowspan", "role", "data-label"},
    "th": {"class", "scope", "colspan", "rowspan", "role"},
    **{f"h{level}": {"id"} for level in range(1, 7)},
    **{tag: set() for tag in _PLAIN},
}

LEVELS = pd.DataFrame(
    {
        "item": ["Development"] * 4 + ["Implementation of the plan, both years"] * 4,
        "level": ["Inform", "Consult", "Involve", "Collaborate"] * 2,
        "n": [3, 26, 8, 9, 12, 8, 3, 2],
    }
)
SHARES = pd.DataFrame(
    {
        "region": ["Africa", "Americas", "Asia and the Pacific"],
        "share": [0.37, 0.5, None],
        "low": [0.25, 0.4, None],
        "high": [0.5, 0.6, None],
        "n": [20, 31, 0],
    }
)
MISSING = pd.DataFrame(
    {
        "item": ["Meets regularly", "Meets regularly", "Level"],
        "reason": ["not reviewed", "blank", "not reviewed"],
        "n": [12, 4, 30],
    }
)
EFFECTS = pd.DataFrame(
    {
        "outcome": ["Specificity", "Specificity", "Potential impact", "Potential impact"],
        "view": ["rows", "clustered by country"] * 2,
        "estimate": [0.224, 0.224, -0.107, -0.107],
        "low": [0.14, -0.06, -0.19, -0.27],
        "high": [0.3, 0.5, -0.02, 0.06],
        "p": [2.1e-7, 0.115, 0.014, None],
    }
)
SOURCES = pd.DataFrame(
    {
        "File": ["process.csv", "commitments.csv"],
        "Citation": ["Open Government Partnership, database of the reviewers, July 2016. " * 3] * 2,
        "Licence & terms": ["CC BY 4.0, as the partnership states for its own publications"] * 2,
        "Rows": [116, 1927],
    }
)
PAIRS = pd.DataFrame(
    {
        "country": ["Chile", "Ghana", "Italy", "Kenya"],
        "x": [1.0, 2.0, 3.0, None],
        "y": [2.0, 1.0, 4.0, 3.0],
        "group": ["Americas", "Africa", "Europe", "Africa"],
    }
)


def all_figures(status: str = "real") -> dict[str, figures.Figure]:
    kind = {"title": "What was seen", "caption": "Plans that were coded.", "status": status}
    return {
        "share_bars": figures.share_bars(SHARES, "region", "share", "low", "high", "n", **kind),
        "count_bars": figures.count_bars(LEVELS.head(4), "level", "n", **kind),
        "stacked_levels": figures.stacked_levels(LEVELS, "item", "level", "n", **kind),
        "missing_bars": figures.missing_bars(MISSING, "item", "reason", "n", **kind),
        "forest": figures.forest(EFFECTS, "outcome", "estimate", "low", "high", "view", **kind),
        "scatter": figures.scatter(PAIRS, "x", "y", "country", group="group", **kind),
    }


def all_tables() -> list[tables.Table]:
    wide = EFFECTS.assign(share=0.25, base=1461, note="a longer cell of words")
    return [
        tables.table(wide, "Effects of a regular forum", stub="outcome", formats={"p": "p"}),
        tables.table(LEVELS, "Levels", max_rows=3, notes="Plans coded by reviewers."),
        tables.table(LEVELS, "Levels", columns={"n": "Plans"}),
        tables.table(SOURCES, "Sources", stub="File", notes="Kept as found.", layout="records"),
    ]


def markdown(text: str) -> NotebookNode:
    return v4.new_markdown_cell(text)


def shown(*displays: object) -> NotebookNode:
    """A code cell with outputs as a kernel leaves them."""
    cell = v4.new_code_cell("figure")
    for display in displays:
        data = display if isinstance(display, dict) else {"text/html": display._repr_html_()}
        cell.outputs.append(v4.new_output("display_data", {**data, "text/plain": "object"}))
    return cell


def printed(text: str, name: str = "stdout") -> NotebookNode:
    cell = v4.new_code_cell("print()")
    cell.outputs = [v4.new_output("stream", name=name, text=text)]
    return cell


def notebook(*cells: NotebookNode) -> NotebookNode:
    """A notebook of the cells, ids fixed so that two are equal."""
    out = v4.new_notebook()
    out.cells = list(cells)
    for number, cell in enumerate(out.cells):
        cell["id"] = f"cell-{number}"
    return out


def report(status: str = "real") -> NotebookNode:
    parameters = v4.new_code_cell('wave = "irm-2016"', metadata={"tags": ["parameters"]})
    drawn = all_figures(status)
    finding = wording.verdict(0.22, -0.06, 0.5, outcome="specificity")
    return notebook(
        markdown("# Do forums that meet regularly go with better plans?\n\nA brief."),
        parameters,
        markdown("## What was found"),
        shown(prose.findings(finding, "17 of 46 plans reach Involve.")),
        markdown("## Levels\n\nCoded by [reviewers](https://www.opengovpartnership.org/)."),
        shown(drawn["stacked_levels"], drawn["share_bars"], drawn["count_bars"]),
        markdown("### Effects"),
        shown(drawn["forest"], drawn["scatter"], *all_tables()),
        markdown("## What is not known\n\n> A definition.\n\n| a | b |\n|---|---|\n| 1 | 2 |"),
        shown(drawn["missing_bars"], {"text/html": SHARES._repr_html_()}),
        printed("116 plans\n46 coded\n"),
        printed("a warning", "stderr"),
    )


def provenance(status: str = "real") -> Provenance:
    return Provenance(
        wave="irm-2016",
        status=status,
        inputs=(Input("data/raw/irm-2016/process.csv", "ab" * 32, 116),),
        package_version="0.1.0",
        commit="0123456789abcdef0123456789abcdef01234567",
        parameters={"wave": "irm-2016", "outcomes": ["specificity"]},
        seeds={"resampling": 20190301},
        versions={"pandas": "3.0.0"},
        code_url="https://example.org/code",
    )


def page(content: NotebookNode, status: str = "real") -> str:
    return render_notebook(
        content,
        lang="en",
        status=status,
        wave_title="Independent reviewers' coding, 2016",
        provenance=provenance(status),
        home_link="../../index.html",
    )


def payloads() -> list[str]:
    """Strings that set ``window.ran`` wherever a page runs them."""
    text = Path(__file__).with_name("payloads.txt").read_text(encoding="utf-8")
    return text.splitlines()


def hostile(texts: list[str]) -> NotebookNode:
    """A notebook with every string in every place that respondent text could reach."""
    frame = pd.DataFrame({"answer": texts, "n": range(len(texts))})
    heads = pd.DataFrame([[1] * 8], columns=range(8))
    cells = [markdown("# Answers"), shown(tables.table(frame, " ".join(texts[:20]), stub="answer"))]
    for start in range(0, len(texts), 8):
        few = texts[start : start + 8]
        labels = {index: f"{index} {text}" for index, text in enumerate(few)}
        cells.append(shown(tables.table(heads, f"Heads {start}", columns=labels, notes=few)))
        cells.append(shown(prose.findings(*few, "end"), prose.paragraph(*few, "end")))
    for text in texts:
        cells.append(shown({"text/markdown": text}))
        cells.append(printed(text))
        cells.append(shown({"text/html": f"<div><b>{text}</b></div>"}))
        cells.append(shown({"text/html": f'<img src="data:image/png;base64,AAAA" alt="x {text}">'}))
        cells.append(shown({"application/javascript": text}))
    cells.append(shown({"text/html": frame.to_html(escape=False)}))
    cells.append(
        shown({"text/markdown": "| answer |\n|---|\n" + "\n".join(f"| {t} |" for t in texts)})
    )
    return notebook(*cells)
