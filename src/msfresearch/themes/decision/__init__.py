"""Accept, abstain, or to a person: thresholds for an error rate that a user states."""

from msfresearch.themes.decision.routing import coverage, decide, to_person
from msfresearch.themes.decision.thresholds import Limits, Thresholds, choose

__all__ = ["Limits", "Thresholds", "choose", "coverage", "decide", "to_person"]
