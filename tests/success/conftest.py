"""Tables as cleaning gives them: the real ones, read straight from the mirror, and made-up ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from msfresearch.success.plan import Analysis, Plan, load_plan

RENAMED = {"UK": "United Kingdom", "USA": "United States"}
WHY = {"NR": "not_reviewed", "NA": "not_applicable", "ND": "no_data", "": "blank"}


def _text(path: Path, header_row: int) -> pd.DataFrame:
    raw = pd.read_csv(path, header=None, dtype="str", keep_default_na=False)
    names = [name or f"empty_{at}" for at, name in enumerate(raw.iloc[header_row])]
    return raw.set_axis(names, axis=1).drop(index=range(header_row + 1))


def _whole(values: pd.Series) -> pd.Series:
    return pd.to_numeric(values, errors="coerce").astype("Int64")


@pytest.fixture(scope="session")
def raw_plans(shared: Path) -> pd.DataFrame:
    plans = _text(shared / "data" / "ogp_process_2016_raw.csv", 2)
    plans = plans[plans["Action Plan Number"].isin(["1", "2", "3"])]
    return plans.assign(
        plan_id=plans["Country name"] + "-" + plans["Action Plan Number"],
        country=plans["Country name"],
    ).reset_index(drop=True)


@pytest.fixture(scope="session")
def raw_commitments(shared: Path, raw_plans: pd.DataFrame) -> pd.DataFrame:
    rows = _text(shared / "data" / "ogp_irm_commitments_2016_raw.csv", 1)
    rows["country"] = rows["Country"].replace(RENAMED)
    rows["plan_id"] = rows["country"] + "-" + rows["Action Plan Number"]
    rows["row_id"] = [f"c{number:04}" for number in range(len(rows))]
    return rows.merge(
        raw_plans[["plan_id", "_Regular forum"]], on="plan_id", how="left", validate="m:1"
    )


@pytest.fixture(scope="session")
def commitments(raw_commitments: pd.DataFrame) -> pd.DataFrame:
    raw = raw_commitments
    starred = _whole(raw["Starred (current formula) progress report"])
    for earlier in ("Starred (2015 only)", "Starred (pre-June 2014 assessments)"):
        starred = starred.fillna(_whole(raw[earlier]))
    return raw[["row_id", "plan_id", "country"]].assign(
        regular_forum=_whole(raw["_Regular forum"]),
        specificity=_whole(raw["_Specificity"]),
        potential_impact=_whole(raw["_Pot Impact Coded"]),
        completion=_whole(raw["_CompletionProgress"]),
        starred=starred,
    )


@pytest.fixture(scope="session")
def reasons(raw_commitments: pd.DataFrame) -> pd.DataFrame:
    """Why a completion or forum code is missing; the forum has none where no plan was found."""
    return pd.DataFrame(
        {
            "regular_forum": raw_commitments["_Regular forum"].map(WHY),
            "completion": raw_commitments["_CompletionProgress"].map(WHY),
        }
    )


@pytest.fixture(scope="session")
def plans(raw_plans: pd.DataFrame) -> pd.DataFrame:
    levels = ["Inform", "Consult", "Involve", "Collaborate", "Empower"]
    level = raw_plans["IAP2 level during development"]
    return raw_plans[["country"]].assign(
        row_id=raw_plans["plan_id"],
        year=_whole(raw_plans["Action Plan Number"]) + 2010,
        regular_forum=_whole(raw_plans["_Regular forum"]),
        number_of_steps=_whole(raw_plans["_Number of steps followed (out of 6)"]),
        iap2_development=pd.Categorical(level.where(level.isin(levels)), levels, ordered=True),
    )


@pytest.fixture(scope="session")
def countries(shared: Path) -> pd.DataFrame:
    raw = pd.read_csv(
        shared / "data" / "odb2014_ODB-2014-Survey-Ordered.csv", dtype="str", keep_default_na=False
    )
    return pd.DataFrame(
        {
            "row_id": raw["ISO3"],
            "country": raw["ISO3"],
            "region": raw["Region"],
            "csoc": _whole(raw["ODB.2013.C.CSOC"]),
            "account": _whole(raw["ODB.2013.I.ACCOUNT"]),
        }
    )


@pytest.fixture(scope="session")
def plan(home: Path) -> Plan:
    return load_plan(home / "codebook" / "plan.yml")


@pytest.fixture(scope="session")
def forum(plan: Plan) -> Analysis:
    return plan.analysis("irm-2016", "regular_forum")


@pytest.fixture(scope="session")
def make_commitments() -> Callable[..., pd.DataFrame]:
    """Commitments of plans within members, for which the forum makes no difference."""

    def make(
        seed: int, *, members: int = 52, plans: int = 77, size: int = 19, icc: float = 0.2
    ) -> pd.DataFrame:
        random = np.random.default_rng(seed)
        member_of = np.concatenate(
            [np.arange(members), random.integers(0, members, plans - members)]
        )
        forum = random.permutation(np.arange(plans) % 2)
        rows = np.repeat(np.arange(plans), random.poisson(size, plans) + 1)
        noise = random.normal(size=len(rows)) * np.sqrt(1 - icc)
        shift = random.normal(size=members)[member_of] * np.sqrt(icc)
        latent = shift[rows] + noise
        return pd.DataFrame(
            {
                "commitment_id": [f"c{at:05}" for at in range(len(rows))],
                "plan_id": [f"p{at:03}" for at in rows],
                "member": [f"m{at:03}" for at in member_of[rows]],
                "regular_forum": pd.array(forum[rows], dtype="Int64"),
                "specificity": pd.array(np.digitize(latent, [-1, 0, 1]), dtype="Int64"),
                "completion": pd.array(np.digitize(latent, [-1.5, -1, 0, 1]) + 1, dtype="Int64"),
            }
        )

    return make
