"""Which themes go together, whether enough was read, and what was released to be quoted."""

from __future__ import annotations

import math

import pandas as pd

from msfresearch.release.quotes import Quote, Released, released
from msfresearch.report import figures, tables
from msfresearch.report.chapters.common import lower_first
from msfresearch.report.chapters.themes import TOO_FEW, Coded, how, suppressed
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
#: Fewer pairs than this are told in the table alone.
FEWEST_DRAWN = 3
#: New themes in the last answers below which reading on is said to bring hardly any.
SATURATED = 0.5
OF_PAIRS = (
    "Whoever writes of one theme may write of another more often than chance would have it. The "
    "odds ratio says how much more, its interval whether that could be luck: 1 is no connection, 2 "
    "is twice the odds."
)
NO_PAIR = "No two themes stand together in enough answers to be told."
OF_SATURATION = (
    "Reading more answers brings new themes at first and hardly any later. Where the curve is "
    "still rising at its end, more answers would have brought more."
)


def pairs(coded: Coded) -> pd.DataFrame:
    """Every pair of themes; see `msfresearch.themes.looking.together.together`."""
    assert coded.study is not None  # only the stage that codes asks
    members = coded.answers.set_index("answer_id")["member"]
    return together(coded.study.codes, members)


def pairs_shown(
    found: pd.DataFrame, coded: Coded, status: str, lang: str
) -> list[Figure | tables.Table | Prose]:
    """What can be told of pairs: a figure of several, words, a table; one sentence if nothing."""
    told = _told(found)
    if told.empty:
        return [paragraph(f"{NO_PAIR} Looked at were {number(len(found), 0, lang)} pairs.")]
    drawn = [pair_figure(told, coded, status, lang)] if len(told) >= FEWEST_DRAWN else []
    return [*drawn, paragraph(pair_words(found, lang)), pair_table(told, coded, lang)]


def _told(found: pd.DataFrame) -> pd.DataFrame:
    """Pairs that stand in enough answers, the clearest first."""
    told = found.dropna(subset=["log_odds", "low", "high"])
    return told.sort_values("low", ascending=False, kind="stable")


def _names(told: pd.DataFrame, coded: Coded) -> list[str]:
    labels = dict(zip(coded.frame["theme"], coded.frame["label"], strict=True))
    pairs = zip(told["first"], told["second"], strict=True)
    return [f"{labels[a]} + {lower_first(labels[b])}" for a, b in pairs]


def pair_figure(told: pd.DataFrame, coded: Coded, status: str, lang: str) -> Figure:
    """The pairs that go together most clearly, with their intervals."""
    shown = told.head(DRAWN)
    return figures.forest(
        shown.assign(label=_names(shown, coded), view="95% interval"),
        "label",
        "log_odds",
        "low",
        "high",
        "view",
        title="Themes that stand together in one answer",
        caption=f"The {len(shown)} pairs that stand together most clearly, of "
        f"{number(len(told), 0, lang)} that stand in enough answers. Intervals count "
        f"{coded.counts}. {how(coded)}",
        xlabel="Odds ratio on the scale of its natural logarithm; 0 is no connection",
        status=status,
        lang=lang,
    )


def pair_words(found: pd.DataFrame, lang: str) -> str:
    """How many pairs go together or apart, and how many are not told."""
    told = _told(found)
    above, below = int((told["low"] > 0).sum()), int((told["high"] < 0).sum())
    return (
        f"Pairs of themes that stand in enough answers to be told: {number(len(told), 0, lang)} of "
        f"{number(len(found), 0, lang)}. More often together than by chance: "
        f"{number(above, 0, lang)}; less often: {number(below, 0, lang)}; no difference shown: "
        f"{number(len(told) - above - below, 0, lang)}. The intervals are not adjusted for the "
        "number of pairs."
    )


def pair_table(told: pd.DataFrame, coded: Coded, lang: str) -> tables.Table:
    """The pairs that go together most clearly with their counts."""
    told = told.head(DRAWN)
    odds = told[["log_odds", "low", "high"]].astype("float64").map(math.exp)
    shown = pd.DataFrame(
        {
            "pair": _names(told, coded),
            "both": told["n_both"].to_list(),
            "expected": told["expected"].to_list(),
            "odds": [
                interval(*row, digits=1, level=None, null_value=1, lang=lang)
                for row in odds.itertuples(index=False)
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
            "odds": "Odds ratio (95% interval)",
        },
        formats={"expected": "1dp"},
        layout="records",
        lang=lang,
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
    new, n, once = float(last["expected_in_last"]), int(last["last"]), int(last["n_codes_once"])
    brings = number(new, 1, lang)
    return (
        f"{number(int(last['n_codes']), 0, lang)} of {len(coded.frame)} themes are found"
        + (f", {number(once, 0, lang)} of them in a single answer" if once else "")
        + f". Whatever the order of reading, the last {number(n, 0, lang)} answers bring {brings} "
        "new themes on average: "
        + (
            "reading more answers of this kind would hardly bring another theme of the frame."
            if new < SATURATED
            else "more answers would have brought more themes of the frame."
        )
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
            f"Answers that stand in the middle of their theme, and could be quoted: "
            f"{number(passed.withheld, 0, lang)}. None is shown, because nobody has approved one "
            "for publication in codebook/approved-quotes.yml."
        )
    said = [f"“{row['text']}” ({row['language']})" for row in passed.quotes.to_dict("records")]
    said.append(f"Held back, because nobody approved them: {number(passed.withheld, 0, lang)}.")
    return bullets(*said)
