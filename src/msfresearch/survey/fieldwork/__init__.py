"""How a wave was fielded, whom it reached, and what weighting to the frame makes of it."""

from msfresearch.survey.fieldwork.balance import ORDERS, Weighed, balance, beside_frame, weigh
from msfresearch.survey.fieldwork.coverage import Coverage, coverage
from msfresearch.survey.fieldwork.curve import Curve, curve, window_of
from msfresearch.survey.fieldwork.design import Kish, kish
from msfresearch.survey.fieldwork.estimates import estimates
from msfresearch.survey.fieldwork.funnel import Funnel, funnel
from msfresearch.survey.fieldwork.margins import Margin, frame_margins
from msfresearch.survey.fieldwork.rake import Raked, per_member, rake
from msfresearch.survey.fieldwork.rates import (
    Cases,
    cases,
    cases_of,
    outcome_rates,
    participation,
)
from msfresearch.survey.fieldwork.relaunch import Relaunch, relaunch
from msfresearch.survey.fieldwork.response import Representativeness, r_indicator

__all__ = [
    "ORDERS",
    "Cases",
    "Coverage",
    "Curve",
    "Funnel",
    "Kish",
    "Margin",
    "Raked",
    "Relaunch",
    "Representativeness",
    "Weighed",
    "balance",
    "beside_frame",
    "cases",
    "cases_of",
    "coverage",
    "curve",
    "estimates",
    "frame_margins",
    "funnel",
    "kish",
    "outcome_rates",
    "participation",
    "per_member",
    "r_indicator",
    "rake",
    "relaunch",
    "weigh",
    "window_of",
]
