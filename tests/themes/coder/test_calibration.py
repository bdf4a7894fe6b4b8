"""A probability of .7 comes true seven times in ten."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, softmax

from msfresearch.themes.coder.calibration import calibrate

N, THEMES = 6_000, 4


def drawn(exclusive: bool, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores of two members that exaggerate and err, the truth, and its probabilities."""
    random = np.random.Generator(np.random.PCG64(seed))
    odds = random.normal(0, 1.5, (2 * N, THEMES)) + np.array([-2.0, -1.0, 0.0, 0.5])
    probable = softmax(odds, axis=1) if exclusive else expit(odds)
    if exclusive:
        pick = (random.random((2 * N, 1)) > probable.cumsum(axis=1)).sum(axis=1)
        marks = np.eye(THEMES)[pick]
    else:
        marks = (random.random(odds.shape) < probable).astype(float)
    first = 3 * odds + 1 + random.normal(0, 1, odds.shape)
    second = 0.4 * odds - 2 + random.normal(0, 1, odds.shape)
    return np.stack([first, second]), marks, probable


@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize("seed", [1, 2])
def test_probabilities_of_new_answers_are_calibrated_within_sampling_error(
    exclusive: bool, seed: int
) -> None:
    scores, marks, _ = drawn(exclusive, seed)
    fitted = calibrate(scores[:, :N], marks[:N], exclusive=exclusive)
    found = fitted.probabilities(scores[:, N:])
    for theme in range(THEMES):
        order = np.argsort(found[:, theme])
        for part in np.array_split(order, 10):
            told = found[part, theme]
            error = np.sqrt((told * (1 - told)).sum()) / len(part)
            # Four standard errors of a bin, and what the fit itself errs by.
            assert abs(told.mean() - marks[N:][part, theme].mean()) < 4 * error + 0.01
    if exclusive:
        np.testing.assert_allclose(found.sum(axis=1), 1)


def test_scores_that_say_nothing_give_the_share() -> None:
    random = np.random.Generator(np.random.PCG64(3))
    marks = (random.random((N, 1)) < 0.2).astype(float)
    fitted = calibrate(random.normal(0, 1, (1, N, 1)), marks)
    found = fitted.probabilities(random.normal(0, 1, (1, N, 1)))
    np.testing.assert_allclose(found, marks.mean(), atol=0.03)


def test_a_higher_score_never_lowers_the_probability() -> None:
    random = np.random.Generator(np.random.PCG64(4))
    scores = random.normal(0, 1, (1, 200, 1))
    fitted = calibrate(scores, (scores[0] < 0).astype(float))
    low, high = fitted.probabilities(np.array([[[-3.0], [3.0]]]))
    assert low <= high


@pytest.mark.parametrize("exclusive", [False, True])
def test_a_theme_without_scores_has_no_probability_and_harms_no_other(exclusive: bool) -> None:
    scores, marks, _ = drawn(exclusive, 5)
    scores[:, :, 2] = np.nan
    kept = marks[:, 2] == 0
    found = calibrate(scores[:, kept], marks[kept], exclusive=exclusive).probabilities(scores)
    assert np.isnan(found[:, 2]).all()
    assert not np.isnan(found[:, [0, 1, 3]]).any()
    if exclusive:
        np.testing.assert_allclose(np.nansum(found, axis=1), 1)


def test_a_theme_of_few_answers_follows_the_others() -> None:
    scores, marks, probable = drawn(False, 6)
    marks[20:, 3] = np.nan
    found = calibrate(scores[:, :N], marks[:N]).probabilities(scores[:, N:])
    assert np.corrcoef(found[:, 3], probable[N:, 3])[0, 1] > 0.9
    assert np.abs(found[:, 3] - probable[N:, 3]).mean() < 0.15
