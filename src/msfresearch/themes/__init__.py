"""What people wrote: the code frame, the words that fire it, shares, and what it does not catch."""

from msfresearch.themes.codebook import Codebook, Pattern, Theme, load_codebook
from msfresearch.themes.looking.unseen import distinctive_stems, pattern_counts
from msfresearch.themes.matching.matcher import match
from msfresearch.themes.shares.hits import theme_shares

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
