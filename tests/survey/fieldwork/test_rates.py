import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.errors import AnswerError
from msfresearch.survey.fieldwork import Cases, cases, cases_of, outcome_rates, participation
from msfresearch.survey.respondents import Denominator


@pytest.fixture(scope="module")
def expected(shared):
    return json.loads((shared / "reference/expected/aapor_rates.json").read_text())


def _values(found: Cases, e: float | None = None) -> dict[str, float]:
    return outcome_rates(found, e).set_index("rate")["value"].to_dict()


def test_the_rates_of_a_list_of_dispositions_are_those_of_the_reference(expected):
    found = cases(pd.Series(expected["vector"]))
    assert _values(found, expected["e"]) == pytest.approx(expected["rates_e05"], rel=1e-14)
    assert found.eligibility() == pytest.approx(expected["eligibility_rate_CASRO_vector"])


def test_the_rates_of_counts_are_those_of_the_reference(expected):
    found = Cases(**expected["freq"], NE=0)
    assert _values(found, expected["freq_e"]) == pytest.approx(expected["freq_rates"], rel=1e-14)


def test_eligibility_is_estimated_from_the_known_cases_as_in_the_reference(expected):
    found = Cases(**expected["email_survey_counts"])
    assert found.eligibility() == pytest.approx(expected["email_e"], rel=1e-14)
    assert _values(found) == pytest.approx(expected["email_rates"], rel=1e-14)


def test_weighted_cases_have_the_weighted_rate_of_the_reference_and_no_interval(expected):
    weighted = expected["weighted_RR2"]
    found = cases(pd.Series(expected["vector"]), pd.Series(weighted["w"]))
    rates = outcome_rates(found, 0.5).set_index("rate")
    assert rates.loc["RR2", "value"] == pytest.approx(weighted["RR2w"], rel=1e-14)
    assert rates[["low", "high"]].isna().all(axis=None)


def test_only_a_denominator_that_is_a_count_has_an_interval(expected):
    rates = outcome_rates(Cases(**expected["email_survey_counts"])).set_index("rate")
    without = set(rates.index[rates["low"].isna()])
    assert without == {"RR3", "RR4", "REF2", "CON2", "LOC2"}
    # Wilson's interval of 353 in 1217, worked out by hand.
    assert rates.loc["RR2", ["low", "high"]].tolist() == pytest.approx([0.26525, 0.31619], abs=2e-5)


def test_without_unknown_cases_every_rate_has_an_interval():
    rates = outcome_rates(Cases(I=5, P=1, R=2, NC=3, O=0, UH=0, UO=0, NE=0))
    assert rates["low"].notna().all()


def test_a_rate_over_nothing_is_missing():
    rates = outcome_rates(Cases(I=0, P=0, R=0, NC=0, O=0, UH=0, UO=0, NE=4))
    assert rates["value"].isna().all()


def test_a_rate_that_needs_an_eligibility_nobody_knows_is_missing():
    rates = outcome_rates(Cases(I=0, P=0, R=0, NC=0, O=0, UH=3, UO=0, NE=0)).set_index("rate")
    assert rates.loc["RR1", "value"] == 0
    assert pd.isna(rates.loc["RR3", "value"])


@given(st.lists(st.integers(0, 500), min_size=8, max_size=8), st.floats(0, 1))
def test_rates_stay_in_order_and_within_their_intervals(counts, e):
    rates = outcome_rates(Cases(*counts), e).set_index("rate")
    value = rates["value"].dropna()
    assert value.between(0, 1).all()
    for low, high in (("RR1", "RR3"), ("RR3", "RR5"), ("RR2", "RR4"), ("RR1", "RR2")):
        if low in value and high in value:
            assert value[low] <= value[high] + 1e-12
    told = rates.dropna(subset=["low"])
    assert (told["low"] <= told["value"] + 1e-12).all()
    assert (told["high"] >= told["value"] - 1e-12).all()


def test_break_offs_count_as_refusals_beside_those_of_the_manifest():
    rest = Denominator(refusals=4, noncontacts=10, not_eligible=1, source="the mailing list")
    given_ = pd.Series(["complete"] * 3 + ["partial"] + ["break_off"] * 2)
    found = cases_of(given_, rest)
    assert (found.I, found.P, found.R, found.NC, found.NE) == (3, 1, 6, 10, 1)


def test_an_answer_without_a_disposition_stops_the_rates():
    rest = Denominator(refusals=0, noncontacts=0, source="the mailing list")
    with pytest.raises(AnswerError, match="1 answers have no disposition"):
        cases_of(pd.Series(["complete", None], dtype="str"), rest)


def test_a_code_that_is_no_disposition_is_refused():
    with pytest.raises(ValueError, match="'X'"):
        cases(pd.Series(["I", "X"]))


@pytest.mark.parametrize("wrong", [-1.0, np.nan, np.inf])
def test_cases_are_counted_from_zero(wrong):
    with pytest.raises(ValueError, match="NC"):
        Cases(I=1, P=0, R=0, NC=wrong, O=0, UH=0, UO=0, NE=0)


ANSWERS = pd.DataFrame(
    {
        "member": pd.Series(["CAN:national", "CAN:national", "FRA:national", None], dtype="str"),
        "lang": pd.Series(["en", "fr", "fr", None], dtype="str"),
    }
)


def test_participation_counts_answers_and_members():
    table = participation(ANSWERS, by="lang")
    counts = table.set_index(["group", "measure"])["n"]
    whole = table[table["group"].isna()].set_index("measure")["n"]
    assert whole.to_dict() == {"answers": 4, "members": 2, "answers_without_member": 1}
    assert counts["fr", "members"] == 2
    assert counts["unknown", "answers"] == 1


def test_without_a_denominator_nothing_is_called_a_rate():
    table = participation(ANSWERS, by="lang")
    said = " ".join([*table.columns, *table["measure"], *table["label"]]).lower()
    assert "rate" not in said
    assert not any(code in said.split() for code in ("rr1", "coop1", "con1", "ref1", "loc1"))
    assert (table["n"] == table["n"].astype(int)).all()


def test_every_rate_is_named_by_the_kind_its_code_says():
    kinds = {"RR": "Response", "COOP": "Cooperation", "REF": "Refusal"}
    kinds |= {"CON": "Contact", "LOC": "Location"}
    rates = outcome_rates(Cases(1, 1, 1, 1, 1, 1, 1, 1))
    assert len(rates) == 18
    for rate, label in zip(rates["rate"], rates["label"], strict=True):
        assert label == f"{kinds[rate[:-1]]} rate {rate[-1]}"
