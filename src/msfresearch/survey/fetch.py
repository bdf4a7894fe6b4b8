"""Registered sources brought home: from a mirror folder or the published file, checked by hash."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from msfresearch.errors import SourceError
from msfresearch.files import sha256_of, write_bytes
from msfresearch.survey.arrival import RECEIVED, REHEARSED
from msfresearch.survey.source import Source

MIRROR_VARIABLE = "MSFRESEARCH_MIRROR"
TIMEOUT_SECONDS = 20


@dataclass(frozen=True)
class Fetched:
    """What became of one source.

    Attributes
    ----------
    file
        Name of the raw file.
    how
        ``present``: it was there and its hash is right; ``mirror``, ``download``: it came
        now; ``absent``: it could not be had, and ``reason`` says why in one line.
    """

    file: str
    how: Literal["present", "mirror", "download", "absent"]
    reason: str = ""


def mirror_folder() -> Path | None:
    """The mirror folder of the environment, None when none is set or it does not exist."""
    named = os.environ.get(MIRROR_VARIABLE, "")
    return Path(named) if named and Path(named).is_dir() else None


def fetch(source: Source, folder: Path, *, mirror: Path | None, download: bool) -> Fetched:
    """Bring one source into a wave's raw folder.

    Parameters
    ----------
    source : Source
        What the manifest says of it.
    folder : Path
        The wave's raw folder.
    mirror : Path, optional
        A folder that holds copies of registered sources.
    download : bool
        Whether the published file may be asked for over the network.

    Returns
    -------
    Fetched
        How it came, or why it did not. A file that is there is never overwritten.

    Raises
    ------
    SourceError
        When a file is there, in the mirror or at the URL, but is not the one registered.
    """
    target = folder / source.name
    if target.exists():
        verify(source, target)
        return Fetched(source.name, "present")
    if mirror is not None:
        copy = mirror / (source.mirror_file or source.name)
        if copy.exists():
            verify(source, copy)
            write_bytes(target, copy.read_bytes())
            return Fetched(source.name, "mirror")
    if source.committed:
        raise SourceError(
            "a file of the repository is missing", file=target, action="restore it from git"
        )
    if source.url is None:
        return Fetched(source.name, "absent", f"published nowhere; put the export at {target.name}")
    if source.changed_since_published is not None:
        return Fetched(
            source.name,
            "absent",
            f"cannot be downloaded: the file read here differs from the published one "
            f"({source.changed_since_published.strip()}); set {MIRROR_VARIABLE} to a folder that "
            f"holds {source.mirror_file or source.name}",
        )
    if not download:
        return Fetched(source.name, "absent", "not fetched yet")
    return _download(source.url, source, target)


def _download(url: str, source: Source, target: Path) -> Fetched:
    import pooch

    pooch.get_logger().setLevel("WARNING")
    partial = target.with_name(f".{target.name}.download")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        pooch.retrieve(
            url,
            known_hash=f"sha256:{source.sha256}",
            fname=partial.name,
            path=partial.parent,
            downloader=pooch.HTTPDownloader(progressbar=False, timeout=TIMEOUT_SECONDS),
        )
        partial.replace(target)
    except OSError as wrong:
        return Fetched(
            source.name,
            "absent",
            f"the network did not give it ({type(wrong).__name__}); offline, set "
            f"{MIRROR_VARIABLE} to a folder that holds it",
        )
    except ValueError:
        raise SourceError(
            "the published file is not the one registered",
            file=target,
            found="another SHA-256",
            expected=source.sha256,
            action="compare the two versions before renewing the hash in the manifest",
        ) from None
    finally:
        partial.unlink(missing_ok=True)
    return Fetched(source.name, "download")


def verify(source: Source, path: Path) -> None:
    """Check a raw file against its fingerprint.

    Raises
    ------
    SourceError
        When the file is absent or its SHA-256 is another.
    """
    if not path.exists():
        raise SourceError(
            "no such file", file=path, action="put the export there, or fetch the wave"
        )
    try:
        found = sha256_of(path)
    except OSError as wrong:
        raise SourceError(
            "cannot be read", file=path, found=wrong.strerror, action="mend the file's rights"
        ) from None
    if found != source.sha256:
        raise SourceError(
            "the raw file changed",
            file=path,
            found=f"SHA-256 {found} ({path.stat().st_size} bytes)",
            expected=f"SHA-256 {source.sha256}",
            action=_way_out(path.parent),
        )


def _way_out(folder: Path) -> str:
    """What to do about a changed file: it depends on where its fingerprint was written down."""
    if (folder / REHEARSED).exists():
        return f"make the rehearsal anew: msfresearch rehearse {folder.name}"
    if (folder / RECEIVED).exists():
        return f"restore the file; if the new one is meant, take {RECEIVED} away"
    return "restore the file; if the new one is meant, write its hash into the manifest"
