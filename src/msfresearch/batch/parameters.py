"""A notebook's parameters, read from its parameters cell and checked before a kernel starts."""

from __future__ import annotations

import ast
import types
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

from msfresearch.errors import ParameterError

#: What a parameters cell may declare.
TYPES: Mapping[str, Any] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "list[str]": list[str],
    "str | None": str | None,
    "int | None": int | None,
}


@dataclass(frozen=True)
class Parameter:
    """One declared parameter: its type as written, and its default."""

    type: str
    default: object


def declared(cells: list[dict[str, Any]], notebook: Path) -> dict[str, Parameter]:
    """Parameters that a notebook declares.

    Parameters
    ----------
    cells : list of dict
        The notebook's cells.
    notebook : Path
        For errors.

    Returns
    -------
    dict
        Name to parameter, in order.

    Raises
    ------
    ParameterError
        When there is not exactly one cell tagged ``parameters``, or a line of it is not
        ``name: type = literal``.
    """
    tagged = [c for c in cells if "parameters" in c.get("metadata", {}).get("tags", [])]
    if len(tagged) != 1:
        raise ParameterError(
            "a notebook needs one parameters cell",
            file=notebook,
            found=f"{len(tagged)} cells tagged `parameters`",
            expected="1",
            action="tag the cell that declares them in JupyterLab's property inspector",
        )
    source = "".join(tagged[0]["source"])
    try:
        tree = ast.parse(source)
    except SyntaxError as wrong:
        raise ParameterError(
            "the parameters cell is not Python", file=notebook, row=wrong.lineno, found=wrong.msg
        ) from None
    found: dict[str, Parameter] = {}
    for line in tree.body:
        if not isinstance(line, ast.AnnAssign) or not isinstance(line.target, ast.Name):
            raise _undeclared(notebook, line, source)
        kind = ast.unparse(line.annotation)
        try:
            default = ast.literal_eval(line.value) if line.value is not None else None
        except ValueError:
            raise _undeclared(notebook, line, source) from None
        if kind not in TYPES:
            raise ParameterError(
                "a parameter of a type that cannot be checked",
                file=notebook,
                row=line.lineno,
                column=line.target.id,
                found=kind,
                expected=", ".join(TYPES),
            )
        parameter = Parameter(kind, default)
        _check(line.target.id, default, parameter, notebook)
        found[line.target.id] = parameter
    return found


def checked(
    given: Mapping[str, object], parameters: Mapping[str, Parameter], notebook: Path
) -> dict[str, object]:
    """All parameters of a run: the given ones over the defaults.

    Raises
    ------
    ParameterError
        At a name the notebook does not declare, or a value of another type.
    """
    for name, value in given.items():
        if name not in parameters:
            raise ParameterError(
                "the notebook has no such parameter",
                file=notebook,
                column=name,
                found=name,
                expected=", ".join(parameters),
            )
        _check(name, value, parameters[name], notebook)
    return {name: given.get(name, p.default) for name, p in parameters.items()}


def _check(name: str, value: object, parameter: Parameter, notebook: Path) -> None:
    if not _is_a(value, TYPES[parameter.type]):
        raise ParameterError(
            "a parameter of the wrong type",
            file=notebook,
            column=name,
            found=f"{value!r} ({type(value).__name__})",
            expected=parameter.type,
        )


def _is_a(value: object, kind: Any) -> bool:
    """Exact types only: True is no int, and a numpy number would change its type in a cell."""
    if isinstance(kind, types.UnionType):
        return any(_is_a(value, one) for one in get_args(kind))
    if get_origin(kind) is list:
        (inner,) = get_args(kind)
        return type(value) is list and all(_is_a(one, inner) for one in value)
    return type(value) is kind


def _undeclared(notebook: Path, line: ast.stmt, source: str) -> ParameterError:
    return ParameterError(
        "a line of the parameters cell declares no typed parameter",
        file=notebook,
        row=line.lineno,
        found=ast.get_source_segment(source, line),
        expected="name: type = literal",
    )
