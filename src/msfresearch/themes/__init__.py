"""What people wrote: the code frame, the words that fire it, shares, and what it does not catch."""

from msfresearch.themes.codebook import Codebook, Pattern, Theme, load_codebook
from msfresearch.themes.matcher import match
from msfresearch.themes.shares import theme_shares
from msfresearch.themes.unseen import distinctive_stems, pattern_counts

__all__ = [
    "Codebook",
    "Pattern",
    "Theme",
    "distinctive_stems",
    "load_codebook",
    "match",
    "pattern_counts",
    "theme_shares",
]
