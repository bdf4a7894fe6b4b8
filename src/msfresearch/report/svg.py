"""A drawing as SVG: the same bytes every time, and few of them."""

from __future__ import annotations

import io
import re

from matplotlib.figure import Figure as Drawing

_GLYPH = re.compile(r'(<path id="g[^"]*" d=")([^"]*)(" transform="scale\()0\.015625(\)"/>)')
_STEP = re.compile(r"([MLQCZ])([^MLQCZ]*)", re.IGNORECASE)
_MARKS = re.compile(r'(<g clip-path="[^"]*")>\n((?:<use [^>]*/>\n){2,})</g>')
_COARSE = 8  # 256 steps to the em: finer than a screen shows


def to_svg(drawing: Drawing) -> str:
    """The drawing as SVG text: no date, no comments, coordinates to a hundredth of a point."""
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    drawing.savefig(buffer, format="svg", metadata=nothing)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    return _shrink(text)


def _shrink(text: str) -> str:
    """Half the bytes: matplotlib writes for people to read, and a page has a limit."""
    text = text.replace("DejaVuSans-", "g").replace("xlink:href", "href")
    text = re.sub(r'<g id="[^"]*"', "<g", text)
    text = _GLYPH.sub(lambda m: f"{m[1]}{_steps(m[2])}{m[3]}{_COARSE / 64:g}{m[4]}", text)
    # Only coordinates are rounded: the scale of a text needs its digits.
    text = re.sub(r'\b(?:d|x|y)="[^"]*"|translate\([^)]*\)', lambda m: _round(m[0]), text)
    text = re.sub(r'(<use href="#g\w+") transform="translate\(([\d.]+) 0\)"', r'\1 x="\2"', text)
    text = re.sub(r'\bd="[^"]*"', lambda m: re.sub(r"\s*([A-Za-z])\s*", r"\1", m[0]), text)
    text = re.sub(r'style="[^"]*"', lambda m: m[0].replace(": ", ":").replace("; ", ";"), text)
    text = re.sub(r"<g>\s*</g>|<defs>\s*</defs>", "", text)
    return _MARKS.sub(_share_style, re.sub(r"\n\s*", "\n", text))


def _share_style(found: re.Match[str]) -> str:
    """Marks of one style say so once, on their group."""
    styles = set(re.findall(r' style="[^"]*"', found[2]))
    if len(styles) != 1:
        return found[0]
    style = styles.pop()
    return f"{found[1]}{style}>\n{found[2].replace(style, '')}</g>"


def _round(text: str) -> str:
    return re.sub(r"-?\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), text)


def _steps(path: str) -> str:
    """The outline of a letter in coarser units, each point told from the one before."""
    out: list[str] = []
    x = y = 0
    for letter, rest in _STEP.findall(path):
        numbers = [round(float(number) / _COARSE) for number in rest.split()]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        if letter == "M":
            out.append(f"M{points[0][0]} {points[0][1]}")
        elif letter == "L" and points[0][1] == y:
            out.append(f"h{points[0][0] - x}")
        elif letter == "L" and points[0][0] == x:
            out.append(f"v{points[0][1] - y}")
        else:
            moved = " ".join(f"{px - x} {py - y}" for px, py in points)
            out.append(letter.lower() + moved.replace(" -", "-"))
        if points:
            x, y = points[-1]
    return "".join(out)
