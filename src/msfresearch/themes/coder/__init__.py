"""The learned coder: from what people coded to a probability per theme."""

from msfresearch.themes.coder.model import Account, FittedCoder, fit, out_of_fold

__all__ = ["Account", "FittedCoder", "fit", "out_of_fold"]
