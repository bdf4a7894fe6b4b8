"""YAML that people edit: read safely, checked against a model, wrong lines named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from msfresearch.errors import MsfResearchError

Model = TypeVar("Model", bound=BaseModel)


def load_model(
    path: Path,
    model: type[Model],
    error: type[MsfResearchError],
    context: dict[str, Any] | None = None,
) -> Model:
    """Read a YAML file into a pydantic model.

    Parameters
    ----------
    path : Path
        UTF-8 file with one YAML mapping.
    model : type of BaseModel
        What it must hold.
    error : type of MsfResearchError
        The error to raise: it gets file, line, key, found and expected.
    context : dict, optional
        What the model's validators need to know beside the file.

    Returns
    -------
    model
        The validated content.
    """
    node, data = _read(path, error)
    try:
        return model.model_validate(data, context=context)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        more = wrong.error_count() - 1
        message = first["msg"].removeprefix("Value error, ")
        key = ".".join(_named(data, first["loc"]))
        kind = first["type"]
        problem = {
            "missing": "a key is missing",
            "extra_forbidden": "an unknown key",
        }.get(kind, "a value is not allowed")
        raise error(
            problem + (f" (and {more} more)" if more else ""),
            file=path,
            row=_line_of(node, first["loc"]),
            column=key or None,
            found=None if kind == "missing" else first["input"],
            expected=_expected(model, first["loc"], kind, message),
            action=f"mend {path.name} and run again",
        ) from None


def _named(data: Any, loc: tuple[int | str, ...]) -> list[str]:
    """The way to a key; an entry of a list that has an id is called by it, not by its number."""
    names: list[str] = []
    for part in loc:
        within = isinstance(data, dict | list)
        inside = isinstance(part, int) == isinstance(data, list)
        try:
            data = data[part] if within and inside else None
        except (LookupError, TypeError):
            data = None
        known = isinstance(part, int) and isinstance(data, dict) and isinstance(data.get("id"), str)
        names.append(data["id"] if known else str(part))
    return names


def _expected(model: type[BaseModel], loc: tuple[int | str, ...], kind: str, message: str) -> str:
    if kind == "extra_forbidden" and len(loc) == 1:
        return "one of: " + ", ".join(model.model_fields)
    return message


def _read(path: Path, error: type[MsfResearchError]) -> tuple[yaml.Node, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise error(
            "no such file",
            file=path,
            action="write it (codebook/README.md says how), or name another in the file above it",
        ) from None
    except UnicodeDecodeError as wrong:
        raise error(
            "not UTF-8",
            file=path,
            found=f"byte {wrong.object[wrong.start]:#x} at {wrong.start}",
            action="save it as UTF-8",
        ) from None
    except OSError as wrong:
        raise error("cannot be read", file=path, found=wrong.strerror) from None
    try:
        _check_depth(text)
        loader = _Loader(text)
        node = loader.get_single_node()
        data = None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark
        raise error(
            "not readable as YAML",
            file=path,
            row=None if mark is None else mark.line + 1,
            found=wrong.problem,
            action="mend that line: quotes closed, the same indent, no tabs",
        ) from None
    # A tag before what it does not fit (!!int x) ends in whatever Python raises on it.
    except (
        yaml.YAMLError,
        RecursionError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
    ) as wrong:
        raise error("not readable as YAML", file=path, found=wrong) from None
    if not isinstance(data, dict) or node is None:
        raise error("holds no mapping", file=path, found=type(data).__name__, expected="key: value")
    return node, data


#: Mappings and lists within each other, at most: libyaml's composer calls itself for each.
_DEEPEST = 100


def _check_depth(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, _Fast):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            mark: Any = event.start_mark  # of libyaml, or of PyYAML's own parser
            raise yaml.MarkedYAMLError(
                problem=f"more than {_DEEPEST} levels within each other", problem_mark=mark
            )


#: libyaml's parser where PyYAML was built with it: ten times as fast, the same documents.
_Fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Fast):  # type: ignore[misc, valid-type]
    """Safe, and strict about a key written twice; yes/no/on/off and dates stay text."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(
                None, None, "a key is no plain word", key_node.start_mark
            )
        key = loader.construct_object(key_node)
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} stands twice", key_node.start_mark
            )
        seen.add(key)
    return dict(yaml.SafeLoader.construct_mapping(loader, node, deep=True))


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_NOT_AS_WRITTEN = tuple(f"tag:yaml.org,2002:{kind}" for kind in ("timestamp", "int", "float"))
# YAML 1.1 reads the answer codes Yes and No as booleans, a date as no text, 010 as eight and 1:30
# as ninety; a survey needs them as they are written. Numbers are those of YAML 1.2.
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in _NOT_AS_WRITTEN and (tag != "tag:yaml.org,2002:bool" or first in "tTfF")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"[-+]?(0|[1-9][0-9]*)$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)


def _line_of(node: yaml.Node, loc: tuple[int | str, ...]) -> int:
    """Line of the innermost node that the location reaches."""
    line = node.start_mark.line
    for part in loc:
        found: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key_node, value_node in node.value:
                if key_node.value == str(part):
                    line, found = key_node.start_mark.line, value_node
        elif (
            isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value)
        ):
            found = node.value[part]
            line = found.start_mark.line
        if found is None:
            break
        node = found
    return line + 1
