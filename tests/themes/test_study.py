"""A wave studied whole: the machine speaks where it learned, people where they decided."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from msfresearch.themes.coder import fit
from msfresearch.themes.decision import choose
from msfresearch.themes.desk.log import ADJUDICATOR
from msfresearch.themes.study import LEARNED, PATTERNS, TOGETHER, Study, study
from tests.themes import rounds
from tests.themes.desk.small import FRAME, THEMES, frame
from tests.themes.rounds import decide, first, meant, studied

pytestmark = pytest.mark.usefixtures("words_alone")
GIVEN = rounds.answers(120)
IDS = GIVEN["answer_id"].tolist()
TRUTH = meant(GIVEN)
TRUST = ("trust",)


def dealt(ids: list[str]) -> dict[str, tuple[str, ...]]:
    """Trust by the throw of a coin, whatever was said."""
    dice = np.random.Generator(np.random.PCG64(3))
    return {one: TRUST if dice.random() < 0.5 else () for one in ids}


def careless(given: pd.DataFrame, n: int) -> dict[str, tuple[str, ...]]:
    """What is meant, but in every sixth answer, where it is what the one before means."""
    said = list(meant(given).values())
    ids = list(given["answer_id"])[:n]
    return {one: said[at - 1] if at % 6 == 5 else said[at] for at, one in enumerate(ids)}


def shares_of(study: Study) -> pd.DataFrame:
    return study.shares().set_index("theme")


# what counts


def test_where_nobody_coded_patterns_speak_and_nothing_is_promised(tmp_path: Path) -> None:
    bare = studied(tmp_path / "none", GIVEN)
    assert bare.scores.equals(bare.fired)
    assert bare.fired.loc[IDS[0], "tokenism"] == 1
    assert bare.fired.to_numpy().sum() == len(bare.hits) == 32  # a third of the 96 with a theme
    assert bare.coder is None
    assert bare.coverage() is None
    assert bare.agreement().empty
    assert bare.shares()["share"].isna().all()
    assert bare.unreached == ("en", "es", "fr")


def test_people_are_believed_before_the_machine(tmp_path: Path) -> None:
    decide(tmp_path, GIVEN, "ana", {one: ["trust"] for one in IDS[:40]})
    found = studied(tmp_path, GIVEN)
    assert (found.codes.loc[IDS[:40], "trust"] == 1).all()
    assert (found.codes.loc[IDS[:40], "funding"] == 0).all()
    elsewhere = found.scores.loc[IDS[40:]] >= 0.5
    assert found.codes.loc[IDS[40:]].equals(elsewhere.astype("float64"))


def test_scores_fall_back_to_patterns_where_a_theme_was_not_learned(tmp_path: Path) -> None:
    rare = {one: [theme for theme in said if theme != "funding"] for one, said in TRUTH.items()}
    for one in [one for one, said in TRUTH.items() if "funding" in said][:4]:
        rare[one] = ["funding"]  # four texts: one fewer than are needed
    decide(tmp_path, GIVEN, "ana", {one: rare[one] for one in IDS[:60]})
    found = studied(tmp_path, GIVEN)
    assert found.coder is not None
    assert found.probabilities is not None
    assert list(found.coder.account.untrained) == ["funding"]
    assert found.probabilities["funding"].isna().all()
    assert found.scores["funding"].equals(found.fired["funding"])
    assert found.fired["funding"].sum() > 4
    assert found.scores["trust"].equals(found.probabilities["trust"])
    assert set(found.scores["trust"].unique()) - {0.0, 1.0}


# shares


def test_corrected_shares_use_the_random_draw_alone(tmp_path: Path) -> None:
    """Chosen answers teach the machine; whatever is said of them, what people found stays."""
    decide(tmp_path / "a", GIVEN, "ana", first(GIVEN, 50))
    decide(tmp_path / "b", GIVEN, "ana", first(GIVEN, 50))
    decide(tmp_path / "b", GIVEN, "ana", dict.fromkeys(IDS[60:90], TRUST), "chosen")
    decide(tmp_path / "b", GIVEN, "ben", dict.fromkeys(IDS[90:100], TRUST), "imported")
    alone, more = (studied(tmp_path / name, GIVEN) for name in "ab")
    assert len(more.people.gold.marks) == 90
    assert list(more.sample.index) == list(alone.sample.index)
    assert more.inclusion.equals(alone.inclusion)
    before, after = shares_of(alone), shares_of(more)
    assert set(after["n_human"]) == {50}
    assert after["human_share"].equals(before["human_share"])
    assert float(after.loc["trust", "human_high"]) < 0.5
    # They did teach: the machine itself finds more trust than before.
    assert after.loc["trust", "machine"] > before.loc["trust", "machine"]


def test_an_answer_that_is_not_settled_counts_by_lot_and_leaves_the_sample_whole(
    tmp_path: Path,
) -> None:
    decide(tmp_path, GIVEN, "ana", dict.fromkeys(IDS[:60], ()))
    decide(tmp_path, GIVEN, "ben", dict.fromkeys(IDS[:20], TRUST))
    found = studied(tmp_path, GIVEN)
    assert found.people.gold.counts["open"] == 20
    assert set(found.sample.index) == set(IDS[:60])
    by_lot = found.sample.loc[IDS[:20], "trust"]
    assert 0 < by_lot.sum() < 20  # now the one, now the other
    assert found.sample.equals(studied(tmp_path, GIVEN).sample)
    decide(tmp_path, GIVEN, ADJUDICATOR, dict.fromkeys(IDS[:20], TRUST), "adjudication")
    assert studied(tmp_path, GIVEN).sample.loc[IDS[:20], "trust"].eq(1).all()


def test_what_was_not_learned_goes_to_a_person(tmp_path: Path) -> None:
    decide(tmp_path, GIVEN, "ana", dealt(IDS))
    found = studied(tmp_path, GIVEN)
    assert found.coder is not None
    assert found.decided is not None
    assert set(found.coder.account.untrained) == set(THEMES) - {"trust"}
    assert found.decided[list(found.coder.account.untrained)].isna().all(axis=None)


def test_a_coder_that_learned_nothing_is_not_judged(tmp_path: Path) -> None:
    decide(tmp_path, GIVEN, "ana", dict.fromkeys(IDS[:60], ()))
    found = studied(tmp_path, GIVEN).agreement()
    assert set(found["coders"]) == {f"{TOGETHER}|{PATTERNS}"}


def test_an_answer_that_a_second_coder_had_at_random_is_of_the_random_draw(tmp_path: Path) -> None:
    decide(tmp_path, GIVEN, "ana", first(GIVEN, 30), "chosen")
    decide(tmp_path, GIVEN, "ben", first(GIVEN, 20))
    assert set(studied(tmp_path, GIVEN).sample.index) == set(IDS[:20])


def test_languages_that_nobody_coded_are_left_out_and_told(tmp_path: Path) -> None:
    spoken = dict(zip(GIVEN["answer_id"], GIVEN["language"], strict=True))
    coded = {one: said for one, said in TRUTH.items() if spoken[one] != "fr"}
    decide(tmp_path, GIVEN, "ana", dict(list(coded.items())[:50]))
    french = {one: said for one, said in TRUTH.items() if spoken[one] == "fr"}
    decide(tmp_path, GIVEN, "ana", dict(list(french.items())[:10]), "chosen")
    found = studied(tmp_path, GIVEN)
    assert found.unreached == ("fr",)
    assert set(shares_of(found)["n_answers"]) == {80}
    assert set(found.families()["n_answers"]) == {80}
    assert found.inclusion[[one for one in IDS if spoken[one] == "fr"]].eq(0).all()
    by_place = pd.Series("here", index=pd.Index(IDS))
    assert set(found.shares(by_place)["n_answers"]) == {80}


def test_the_chance_to_be_drawn_is_that_of_the_language(tmp_path: Path) -> None:
    spoken = GIVEN.set_index("answer_id")["language"]
    english, others = IDS[0::3], IDS[1::3]
    decide(tmp_path, GIVEN, "ana", {one: TRUTH[one] for one in english[:30] + others[:10]})
    found = studied(tmp_path, GIVEN)
    assert found.inclusion.groupby(spoken).first().to_dict() == {"en": 0.75, "es": 0.25, "fr": 0}


# what the machine was not taught


def test_held_out_probabilities_stand_for_coded_answers(tmp_path: Path) -> None:
    decide(tmp_path, GIVEN, "ana", dealt(IDS[:60]))
    found = studied(tmp_path, GIVEN)
    assert found.coder is not None
    assert found.probabilities is not None
    held, coded = found.coder.held_out, IDS[:60]
    pd.testing.assert_frame_equal(found.probabilities.loc[coded], held.loc[coded])
    taught = found.coder.probabilities(GIVEN[:60], hits=found.hits)
    assert (np.abs(taught - held.loc[coded])["trust"] > 0.001).mean() > 0.9


@pytest.mark.slow
def test_the_score_of_a_coded_answer_does_not_follow_its_own_mark(tmp_path: Path) -> None:
    """Marks are turned one at a time: a machine that was taught them follows, scores do not."""
    texts = [f"{text} unique{at}" for at, text in enumerate(GIVEN["text"])]
    given = GIVEN.assign(text=texts)
    decide(tmp_path / "as said", given, "ana", first(given, 60))
    before = studied(tmp_path / "as said", given)
    held, taught = [], []
    for at in range(0, 60, 6):
        turned = first(given, 60)
        sign = -1 if "trust" in turned[IDS[at]] else 1
        turned[IDS[at]] = tuple({*turned[IDS[at]]} ^ {"trust"})
        decide(tmp_path / f"{at}", given, "ana", turned)
        after = studied(tmp_path / f"{at}", given)
        one = given[at : at + 1]
        hits = before.hits[before.hits["answer_id"] == IDS[at]]
        assert before.coder is not None
        assert after.coder is not None
        moved = [
            float(coder.probabilities(one, hits=hits)["trust"].iloc[0])
            for coder in (before.coder, after.coder)
        ]
        taught.append(sign * (moved[1] - moved[0]))
        held.append(
            sign * float(after.scores.loc[IDS[at], "trust"] - before.scores.loc[IDS[at], "trust"])
        )
    assert np.mean(taught) > 0.03
    assert np.mean(held) < np.mean(taught) / 3


def test_nobodys_own_words_tell_how_well_the_machine_reads_the_same_person(tmp_path: Path) -> None:
    """Only one member says zebra, always meaning trust: elsewhere nothing teaches that."""
    member = GIVEN["member"] == "M3"
    texts = GIVEN["text"].where(~member, "Zebra zebra, zebra of " + GIVEN["answer_id"].str[9:])
    given = GIVEN.assign(text=texts)
    coded = meant(given)
    for one in given.loc[member, "answer_id"]:
        coded[one] = ("trust",)
    decide(tmp_path, given, "ana", coded)
    found = studied(tmp_path, given)
    mine = list(given.loc[member, "answer_id"])
    alone = fit(given, found.people.gold.marks, hits=found.hits).held_out
    assert alone.loc[mine, "trust"].mean() > 2 * found.scores.loc[mine, "trust"].mean()


@pytest.mark.parametrize("members", [1, 3])
def test_a_wave_of_few_members_is_studied_as_well(tmp_path: Path, members: int) -> None:
    given = rounds.answers(60, members)
    decide(tmp_path, given, "ana", first(given, 30))
    found = studied(tmp_path, given)
    assert found.coder is not None
    assert found.coder.account.folds == 5
    assert found.scores.notna().all(axis=None)


# what the machine may decide


def limits(study: Study) -> pd.DataFrame:
    """Thresholds as numbers: where none passed, nothing is decided."""
    assert study.thresholds is not None
    return study.thresholds.table[["lo", "hi"]].fillna({"lo": 0.0, "hi": 1.0})


def test_the_same_codes_promise_more_about_a_large_wave_than_about_a_small_one(
    tmp_path: Path,
) -> None:
    given = rounds.answers(400, 60)
    decide(tmp_path, given, "ana", careless(given, 180))
    small, large = (study(some, FRAME, tmp_path, {}, error=0.2) for some in (given[:200], given))
    assert (limits(large)["lo"] > limits(small)["lo"]).all()
    assert (limits(large)["hi"] <= limits(small)["hi"]).all()


def test_where_answers_of_one_member_are_misread_together_less_is_promised(tmp_path: Path) -> None:
    """Three of thirty members mean what their words do not say; were they strangers, all alike."""
    given = rounds.answers(240, 30)
    codes = first(given, 200)
    for one in given.loc[given["member"].isin(["M5", "M11", "M17"]), "answer_id"]:
        codes[one] = ("funding",) if "funding" not in codes.get(one, ()) else ("trust",)
    decide(tmp_path, given, "ana", codes)
    together = study(given, FRAME, tmp_path, {}, error=0.2)
    spoken = given.set_index("answer_id")["language"]
    apart = choose(together.scores, together.sample, languages=spoken, error=0.2, batch=240)
    strangers = replace(together, thresholds=apart)
    assert (limits(together)["lo"] < limits(strangers)["lo"]).all()
    assert (limits(together)["hi"] >= limits(strangers)["hi"]).all()


def test_without_a_random_draw_everything_goes_to_a_person(tmp_path: Path) -> None:
    decide(tmp_path, GIVEN, "ana", first(GIVEN, 60), "chosen")
    found = studied(tmp_path, GIVEN)
    assert found.coder is not None
    assert found.sample.empty
    assert found.decided is not None
    assert found.decided.isna().all(axis=None)
    assert found.shares()["share"].isna().all()
    assert found.agreement().empty


def test_a_wave_that_people_coded_whole_is_studied_as_well(tmp_path: Path) -> None:
    decide(tmp_path, GIVEN, "ana", TRUTH)
    found = studied(tmp_path, GIVEN)
    assert len(found.sample) == len(GIVEN)
    shares = shares_of(found)
    assert shares["share"].astype(float).round(6).tolist() == [0.2] * 4


def test_one_coded_answer_teaches_nothing_and_breaks_nothing(tmp_path: Path) -> None:
    decide(tmp_path, GIVEN, "ana", first(GIVEN, 1))
    found = studied(tmp_path, GIVEN)
    assert found.coder is not None
    assert set(found.coder.account.untrained) == set(THEMES)
    assert found.scores.equals(found.fired)


# agreement


def test_coders_are_called_by_letters_and_never_by_name(tmp_path: Path) -> None:
    for name in ("zoe", "ana-maria", ADJUDICATOR):
        draw = "adjudication" if name == ADJUDICATOR else "random"
        codes = first(GIVEN, 5 if name == ADJUDICATOR else 40)
        decide(tmp_path, GIVEN, name, codes, draw)
    found = studied(tmp_path, GIVEN).agreement()
    assert set(found["coders"]) == {
        "coder A|coder B", f"{TOGETHER}|{PATTERNS}", f"{TOGETHER}|{LEARNED}"
    }  # fmt: skip
    told = found.astype("str").to_csv()
    assert not re.search("zoe|ana-maria|adjudicator", told)
    whole = found[(found["level"] == "all") & (found["language"] == "all")]
    people = whole[whole["coders"] == "coder A|coder B"].set_index("coefficient")["value"]
    assert people["alpha_masi"] == 1
    assert set(whole.loc[whole["kind"] == "human-machine", "n_answers"]) == {40}


def test_agreement_is_that_of_the_random_draw_as_it_stands(tmp_path: Path) -> None:
    decide(tmp_path, GIVEN, "ana", first(GIVEN, 40))
    decide(tmp_path, GIVEN, "ben", {one: ["trust"] for one in IDS[30:60]}, "chosen")
    decide(tmp_path, GIVEN, "eve", first(GIVEN, 20))
    decide(tmp_path, GIVEN, "eve", {one: ["trust"] for one in IDS[50:55]}, "chosen")
    texts = [f"{text} Now." if at < 5 else text for at, text in enumerate(GIVEN["text"])]
    found = studied(tmp_path, GIVEN.assign(text=texts)).agreement()
    whole = found[(found["level"] == "all") & (found["language"] == "all")]
    seen = whole.drop_duplicates("coders").set_index("coders")["n_answers"].to_dict()
    assert seen["coder A|coder C"] == 15  # the twenty of eve, less those of another text
    assert seen["coder A|coder B"] == 10  # in both a random and a chosen draw, and so random
    assert seen["coder B|coder C"] == 0  # five they share, which were chosen for both


def test_the_machine_is_judged_on_what_it_was_not_taught(tmp_path: Path) -> None:
    """Of themes dealt out by chance nothing can be learned, and so nothing is found again."""
    decide(tmp_path, GIVEN, "ana", dealt(IDS))
    found = studied(tmp_path, GIVEN).agreement()
    row = found[
        (found["coders"] == f"{TOGETHER}|{LEARNED}")
        & (found["level"] == "trust")
        & (found["language"] == "all")
        & (found["coefficient"] == "cohen")
    ].iloc[0]
    assert abs(row["value"]) < 0.25


def test_letters_do_not_end_at_z(tmp_path: Path) -> None:
    english, one_theme = GIVEN[GIVEN["language"] == "en"], frame(trust="help")
    for at in range(28):
        decide(tmp_path, english, f"c{at:02}", first(english, 2))
    found = study(english, one_theme, tmp_path, {}).agreement()
    names = {name for coders in found["coders"] for name in coders.split("|")}
    assert {"coder Z", "coder AA", "coder AB"} <= names
    assert len(names) == 28 + 2  # people together, and the patterns
