"""Refuse files over 1 MB: data that large are registered with their hash, not committed.

``python tools/check_size.py FILE …``; exit code 1 and a line for each file that is too large.
"""

from __future__ import annotations

import sys
from pathlib import Path

LIMIT = 1_000_000


def too_large(paths: list[str]) -> list[str]:
    """A line for every file over the limit."""
    sizes = [(path, Path(path).stat().st_size) for path in paths if Path(path).is_file()]
    return [
        f"{path}: {size} bytes, at most {LIMIT} expected" for path, size in sizes if size > LIMIT
    ]


if __name__ == "__main__":
    found = too_large(sys.argv[1:])
    print("\n".join(found))
    sys.exit(bool(found))
