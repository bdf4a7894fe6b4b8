"""How much the machine decides at a stated error, and whether the error on fresh answers is within.

``python benchmarks/decision.py [--shared FOLDER] [--resamplings N] [--error E]`` from the checkout.
The open question of the Canadian Election Study 2019 (one theme of 19 per answer), coded by the
learned coder held out by text. In each resampling the texts are parted in halves at random:
thresholds are chosen on the answers of one half and applied to those of the other, texts being the
clusters. Prints the quantiles of the achieved error, the share of resamplings within the limit, and
the share of answers decided, three times: every answer counted, every distinct text counted once,
and every answer with a threshold per language.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
import pandas as pd

from msfresearch.themes.coder import out_of_fold
from msfresearch.themes.decision import choose, decide

HOME = Path(__file__).resolve().parent.parent
FILE = "ces2019_most_important_issue.csv"


def read(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Answers that a person gave a theme, and their marks."""
    raw = pd.read_csv(folder / "text" / FILE, dtype="str", keep_default_na=False)
    raw = raw[(raw["text"].str.strip() != "") & (raw["theme"] != "")]
    ids = [f"r{row}" for row in raw["row"]]
    answers = pd.DataFrame(
        {"answer_id": ids, "text": raw["text"].to_numpy(), "language": raw["lang"].to_numpy()}
    )
    themes = sorted(set(raw["theme"]))
    marks = {theme: (raw["theme"] == theme).to_numpy(dtype=float) for theme in themes}
    return answers, pd.DataFrame(marks, index=ids)


def resample(
    probabilities: pd.DataFrame,
    marks: pd.DataFrame,
    texts: pd.Series,
    languages: pd.Series | None,
    *,
    resamplings: int,
    error: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Achieved error and share of answers decided, per resampling."""
    names = np.array(sorted(set(texts)))
    achieved, covered = [], []
    for seed in range(resamplings):
        chosen = names[np.random.default_rng([5, seed]).random(len(names)) < 0.5]
        held = texts.isin(set(chosen)).to_numpy()
        told = None if languages is None else languages[held]
        thresholds = choose(
            probabilities[held],
            marks[held],
            languages=told,
            clusters=texts[held],
            error=error,
            exclusive=True,
        )
        fresh = None if languages is None else languages[~held]
        decided = decide(probabilities[~held], thresholds, fresh)
        accepted = decided.notna().all(axis=1)
        wrong = (decided[accepted].astype(float) != marks[~held][accepted]).any(axis=1)
        achieved.append(wrong.mean() if len(wrong) else 0.0)
        covered.append(accepted.mean())
    return np.array(achieved), np.array(covered)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = os.environ.get("MSFRESEARCH_SHARED", HOME.parent / "shared")
    parser.add_argument("--shared", type=Path, default=Path(default))
    parser.add_argument("--resamplings", type=int, default=100)
    parser.add_argument("--error", type=float, default=0.1)
    asked = parser.parse_args()
    answers, marks = read(asked.shared)
    probabilities = out_of_fold(answers, marks, exclusive=True).loc[marks.index]
    by_id = answers.set_index("answer_id")
    texts, languages = by_id["text"].str.lower().str.strip(), by_id["language"]
    once = (~texts.duplicated()).to_numpy()
    for name, rows, told in (
        ("every answer", np.ones(len(texts), dtype=bool), None),
        ("every distinct text", once, None),
        ("every answer, per language", np.ones(len(texts), dtype=bool), languages),
    ):
        achieved, covered = resample(
            probabilities[rows],
            marks[rows],
            texts[rows],
            told,
            resamplings=asked.resamplings,
            error=asked.error,
        )
        low, middle, high = np.quantile(achieved, [0.05, 0.5, 0.95])
        print(f"{name}: {rows.sum()} answers, {asked.resamplings} resamplings")
        print(f"  achieved error {middle:.3f} ({low:.3f} to {high:.3f}), limit {asked.error}")
        print(f"  within the limit: {(achieved <= asked.error).mean():.0%}")
        least, middle, most = np.quantile(covered, [0.05, 0.5, 0.95])
        print(
            f"  decided by the machine: {middle:.0%} ({least:.0%} to {most:.0%}), "
            f"mean {covered.mean():.0%}, nothing in {(covered == 0).mean():.0%} of resamplings"
        )


if __name__ == "__main__":
    main()
