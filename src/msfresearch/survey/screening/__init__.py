"""Which rows of a survey are answers, and how each was given: declared rules, each counted."""

from msfresearch.survey.screening.rules import Screened, forget_refused, screen

__all__ = ["Screened", "forget_refused", "screen"]
