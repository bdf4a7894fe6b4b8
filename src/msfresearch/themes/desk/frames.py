"""Which themes each version of the frame had: of others nobody was asked.

A decision names the version that it was made under. Without its list of themes, a theme that came
later would look as if people had denied it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from msfresearch.errors import CodebookError, SourceError
from msfresearch.files import write_bytes
from msfresearch.themes.codebook import Codebook

NAME = "frames.json"


def read_frames(folder: Path) -> dict[str, tuple[str, ...]]:
    """Version of the frame to the ids of its themes.

    Parameters
    ----------
    folder : Path
        A wave's folder of logs.

    Returns
    -------
    dict
        Empty before anything was coded.

    Raises
    ------
    SourceError
        When the file does not hold lists of ids by version.
    """
    path = folder / NAME
    if not path.exists():
        return {}
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        return {str(version): _ids(themes) for version, themes in held.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        raise SourceError(
            "not the themes of each version of the frame",
            file=path,
            expected="a mapping of versions to lists of theme ids",
            action="put back a copy; it is written when sheets go out and come back",
        ) from None


def keep_frame(folder: Path, codebook: Codebook) -> None:
    """Note the themes of a version; the file's bytes do not depend on the order of the calls.

    Raises
    ------
    CodebookError
        When the version was noted with other themes: it has to be raised with every theme that
        comes or goes.
    """
    frames: Mapping[str, tuple[str, ...]] = read_frames(folder)
    themes = tuple(codebook.themes)
    known = frames.get(codebook.version)
    if known is not None:
        if set(known) != set(themes):
            raise CodebookError(
                "the themes of the frame changed, and its version did not",
                column="version",
                found=codebook.version,
                expected="another version: decisions were made under this one with other themes",
                action="raise `version` in codebook/themes.yml",
            )
        return
    every = {**frames, codebook.version: themes}
    text = json.dumps({v: sorted(every[v]) for v in sorted(every)}, indent=1) + "\n"
    write_bytes(folder / NAME, text.encode("ascii"))


def _ids(themes: object) -> tuple[str, ...]:
    if not isinstance(themes, list) or not all(isinstance(one, str) for one in themes):
        raise TypeError
    return tuple(themes)
