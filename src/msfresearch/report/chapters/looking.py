"""Which themes go together, whether enough was read, and what was released to be quoted."""

from __future__ import annotations

import pandas as pd

from msfresearch.release.quotes import Quote, Released, released
from msfresearch.report import figures, tables
from msfresearch.report.chapters.common import lower_first
from msfresearch.report.chapters.themes import TOO_FEW, Coded, suppressed
from msfresearch.report.figure import Figure
from msfresearch.report.prose import Prose, bullets, paragraph
from msfresearch.report.wording import interval, number
from msfresearch.themes.looking.saturation import found_themes, last_read, saturation
from msfresearch.themes.looking.together import together
from msfresearch.themes.looking.typical import typical
from msfresearch.wave import Wave

#: Pairs drawn.
DRAWN = 10
#: Share of the answers that counts as the last ones read.
LAST = 0.1
OF_PAIRS = (
    "Whoever writes of one theme may write of another more often than chance would have it. The "
    "odds ratio says how much more, its interval whether that could be luck: 1 is no connection."
)
OF_SATURATION = (
    "Reading more answers brings new themes at first and hardly any later. Where the curve is "
    "still rising at its end, more answers would have brought more."
)


def pairs(coded: Coded) -> pd.DataFrame:
    """Every pair of themes; see `msfresearch.themes.looking.together.together`."""
    assert coded.study is not None  # only the stage that codes asks
    members = coded.answers.set_index("answer_id")["member"]
    return together(coded.study.codes, members)


def pair_figure(found: pd.DataFrame, coded: Coded, status: str, lang: str) -> Figure | Prose:
    """The pairs that go together most clearly, with their intervals."""
    told = found.dropna(subset=["log_odds", "low"])
    told = told.sort_values("low", ascending=False, kind="stable").head(DRAWN)
    if told.empty:
        return paragraph("No two themes stand together in enough answers to be told.")
    labels = dict(zip(coded.frame["theme"], coded.frame["label"], strict=True))
    return figures.forest(
        told.assign(
            label=[
                f"{labels[a]} + {lower_first(labels[b])}"
                for a, b in zip(told["first"], told["second"], strict=True)
            ],
            view="95% interval",
        ),
        "label",
        "log_odds",
        "low",
        "high",
        "view",
        title="Themes that stand together in one answer",
        caption=f"The {len(told)} pairs with the highest lower end, of "
        f"{number(int(found['log_odds'].notna().sum()), 0, lang)} that stand in enough answers. "
        f"Intervals count {coded.counts}.",
        xlabel="Odds ratio on the scale of its natural logarithm; 0 is no connection",
        status=status,
        lang=lang,
    )


def pair_words(found: pd.DataFrame, lang: str) -> str:
    """How many pairs go together or apart, and how many are not told."""
    told = found.dropna(subset=["log_odds", "low", "high"])
    above, below = int((told["low"] > 0).sum()), int((told["high"] < 0).sum())
    return (
        f"Of {number(len(told), 0, lang)} pairs in enough answers "
        f"{number(above, 0, lang)} stand together and {number(below, 0, lang)} apart more often "
        f"than chance, by intervals that are not adjusted for their number; "
        f"{number(len(found) - len(told), 0, lang)} pairs are too rare to be told."
    )


def curve(coded: Coded) -> pd.DataFrame:
    """Themes known after so many answers."""
    assert coded.study is not None
    return saturation(found_themes(coded.study.codes), coded.answers)


def curve_figure(found: pd.DataFrame, coded: Coded, status: str, lang: str) -> Figure | Prose:
    """The saturation curve."""
    if suppressed(coded) or not len(found):
        return paragraph(TOO_FEW)
    return figures.growth_curve(
        found,
        "n_read",
        "expected",
        "low",
        "high",
        ceiling=len(coded.frame),
        title="After how many answers is nothing new read?",
        caption="Themes known after reading so many answers, on average over all orders of "
        "reading; the band holds 95 of 100 orders.",
        xlabel="Answers read",
        status=status,
        lang=lang,
    )


def curve_words(found: pd.DataFrame, coded: Coded, lang: str) -> str:
    """How many themes were found, and how many of them in one answer only."""
    if suppressed(coded) or not len(found):
        return TOO_FEW
    assert coded.study is not None
    tail = max(1, round(LAST * len(coded.answers)))
    last = last_read(found_themes(coded.study.codes), coded.answers, [tail]).iloc[0]
    return (
        f"{number(int(last['n_codes']), 0, lang)} of {len(coded.frame)} themes are found; "
        f"{number(int(last['n_codes_once']), 0, lang)} of them in a single answer. In any order, "
        f"the last {number(int(last['last']), 0, lang)} answers bring "
        f"{number(float(last['expected_in_last']), 1, lang)} new themes on average."
    )


def gate(coded: Coded, wave: Wave, quotes: tuple[Quote, ...]) -> Released:
    """The most typical answers of every theme, as far as somebody approved them to be shown."""
    assert coded.study is not None
    middle = typical(coded.study.codes, coded.answers)
    ids = set(middle["answer_id"].dropna())
    return released(coded.answers[coded.answers["answer_id"].isin(ids)], wave.id, quotes)


def quoted(passed: Released, lang: str) -> Prose:
    """The approved passages, or that there are none."""
    if passed.quotes.empty:
        return paragraph(
            f"The answers in the middle of each theme are {number(passed.withheld, 0, lang)}. None "
            "is shown: nobody has approved one for publication in codebook/approved-quotes.yml."
        )
    said = [f"“{row['text']}” ({row['language']})" for row in passed.quotes.to_dict("records")]
    said.append(f"{number(passed.withheld, 0, lang)} more are held back: nobody approved them.")
    return bullets(*said)


def pair_table(found: pd.DataFrame, coded: Coded, lang: str) -> tables.Table | Prose:
    """The pairs of the figure with their counts."""
    told = found.dropna(subset=["log_odds", "low"])
    told = told.sort_values("low", ascending=False, kind="stable").head(DRAWN)
    if told.empty:
        return paragraph("No two themes stand together in enough answers to be told.")
    labels = dict(zip(coded.frame["theme"], coded.frame["label"], strict=True))
    shown = pd.DataFrame(
        {
            "pair": [
                f"{labels[a]} + {lower_first(labels[b])}"
                for a, b in zip(told["first"], told["second"], strict=True)
            ],
            "both": told["n_both"].to_list(),
            "expected": told["expected"].to_list(),
            "odds": [
                interval(*(float(row[k]) for k in ("log_odds", "low", "high")), level=None)
                for row in told.to_dict("records")
            ],
        }
    )
    return tables.table(
        shown,
        "Pairs of themes that stand together",
        stub="pair",
        columns={
            "pair": "Themes",
            "both": "Answers with both",
            "expected": "Expected by chance",
            "odds": "Log odds ratio (95% interval)",
        },
        formats={"expected": "1dp"},
        lang=lang,
    )
