"""Writers of platforms' own exports, from the vendors' documented layouts.

They share nothing with the readers: where the two disagree, one of them is wrong about a vendor.
"""

from __future__ import annotations

from importlib import import_module

from msfresearch.survey.rehearsal.filled import Vendor
from msfresearch.survey.source import Platform


def vendor(platform: Platform) -> Vendor:
    """The platform of that name."""
    found = import_module(f"msfresearch.survey.rehearsal.platforms.{platform}").VENDOR
    assert isinstance(found, Vendor)
    return found
