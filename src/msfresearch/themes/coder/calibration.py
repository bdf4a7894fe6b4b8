"""From scores of held-out answers to probabilities that mean what they say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from msfresearch.themes.coder.arrays import Bools, Floats

_FIRM_INTERCEPT = 1.0
_FIRM_SLOPE = 10.0


@dataclass(frozen=True)
class Calibration:
    """Slopes of the members' scores and an intercept per theme.

    Attributes
    ----------
    slopes : array of float, shape (members, themes)
        Never negative: a higher score is no reason to doubt.
    intercepts : array of float, shape (themes,)
        NaN for a theme without held-out scores.
    exclusive : bool
        Whether the themes share one probability of 1.
    """

    slopes: Floats
    intercepts: Floats
    exclusive: bool

    def probabilities(self, scores: Floats) -> Floats:
        """Turn scores, shape (members, answers, themes), into probabilities, (answers, themes)."""
        from scipy.special import expit

        odds = (self.slopes[:, None, :] * scores).sum(axis=0) + self.intercepts
        if not self.exclusive:
            return np.asarray(expit(odds))
        able = ~np.isnan(odds)
        top = np.where(able, odds, -np.inf).max(axis=1, keepdims=True, initial=-1e300)
        raised = np.where(able, np.exp(np.where(able, odds - top, 0.0)), np.nan)
        return np.asarray(raised / np.nansum(raised, axis=1, keepdims=True))


def calibrate(scores: Floats, marks: Floats, *, exclusive: bool = False) -> Calibration:
    """Fit Platt's scaling of several members at once (Platt 1999; stacking, Wolpert 1992).

    Each theme has an intercept and a slope per member. Ridge penalties hold the slopes near those
    that all themes have in common, which are learned too, so that a theme of few answers follows
    the others. With ``exclusive`` the odds enter a softmax over the themes, otherwise a logistic
    function each.

    Parameters
    ----------
    scores : array of float, shape (members, answers, themes)
        Of answers that the scores were not learned from; NaN where there is none.
    marks : array of float, shape (answers, themes)
        1, 0, or NaN where no person coded.
    exclusive : bool
        Whether each answer has exactly one of the themes; answers that do not are left out.

    Returns
    -------
    Calibration
    """
    from scipy.optimize import minimize

    members, _, themes = scores.shape
    usable = ~np.isnan(scores).any(axis=0) & ~np.isnan(marks)
    if exclusive:
        usable &= (np.where(usable, marks, 0.0).sum(axis=1) == 1)[:, None]
    given = np.where(usable, scores, 0.0)
    wanted = np.where(usable, marks, 0.0)
    log_loss = _softmax_loss if exclusive else _separate_loss

    def loss(found: Floats) -> tuple[float, Floats]:
        common, slopes, intercepts = _parts(found, members, themes)
        odds = (slopes[:, None, :] * given).sum(axis=0) + intercepts
        value, slope = log_loss(odds, wanted, usable)
        away = slopes - common[:, None]
        value += (_FIRM_SLOPE * (away**2).sum() + _FIRM_INTERCEPT * (intercepts**2).sum()) / 2
        gradient = (
            -_FIRM_SLOPE * away.sum(axis=1),
            ((given * slope).sum(axis=1) + _FIRM_SLOPE * away).ravel(),
            slope.sum(axis=0) + _FIRM_INTERCEPT * intercepts,
        )
        return float(value), np.concatenate(gradient)

    n_slopes = members + members * themes
    start = np.concatenate([np.full(n_slopes, 1 / members), np.zeros(themes)])
    bounds = [(0.0, None)] * n_slopes + [(None, None)] * themes
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    _, slopes, intercepts = _parts(np.asarray(best.x), members, themes)
    return Calibration(slopes, np.where(usable.any(axis=0), intercepts, np.nan), exclusive)


def _parts(found: Floats, members: int, themes: int) -> tuple[Floats, Floats, Floats]:
    """Common slopes, slopes per member and theme, intercepts."""
    common, slopes, intercepts = np.split(found, [members, members + members * themes])
    return common, slopes.reshape(members, themes), intercepts


def _separate_loss(odds: Floats, marks: Floats, usable: Bools) -> tuple[float, Floats]:
    from scipy.special import expit

    value = ((np.logaddexp(0, odds) - marks * odds) * usable).sum()
    return float(value), (expit(odds) - marks) * usable


def _softmax_loss(odds: Floats, marks: Floats, usable: Bools) -> tuple[float, Floats]:
    # A theme that a fold could not learn has no score there; it takes no part in its answers.
    open_to = np.where(usable, odds, -1e9)
    open_to = open_to - open_to.max(axis=1, keepdims=True)
    logs = open_to - np.log(np.exp(open_to).sum(axis=1, keepdims=True))
    return -float((logs * marks).sum()), (np.exp(logs) - marks) * usable
