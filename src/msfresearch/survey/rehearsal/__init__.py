"""A wave rehearsed: simulated from its questionnaire, with its dirt, and with the truth beside it.

Nothing here is an estimate or a finding. The people, their answers and the laws by which they
answer are invented, so that everything that follows an export can be run and held against a known
truth while the real file is awaited.
"""

from __future__ import annotations

from msfresearch.survey.rehearsal.simulate import Simulated, simulate
from msfresearch.survey.rehearsal.write import Rehearsed, rehearse

__all__ = ["Rehearsed", "Simulated", "rehearse", "simulate"]
