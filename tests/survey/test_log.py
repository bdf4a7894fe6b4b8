"""The log of cleaning holds every rule for every item, noughts included, and adds up."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from msfresearch.home import Home
from msfresearch.survey.cleaning import Cleaned
from msfresearch.survey.log import LOG, MENDING, REASON, by_rule, mended
from msfresearch.wave import open_wave
from tests.conftest import HOME

CSV = "id,country,agree,why\n1,UK,five ,because\n2,FR,97,\n3,NA,NR,NA\n4,KE,NR ,x\n"


@pytest.fixture
def cleaned(small_home: Callable[..., Home]) -> Cleaned:
    return open_wave("small", small_home(CSV.encode())).clean()


@pytest.fixture(scope="module")
def irm() -> Cleaned:
    return open_wave("irm-2016", Home(HOME)).clean()


def cells(log: pd.DataFrame, item: str) -> dict[str, tuple[int, int, int]]:
    mine = log[log["item"] == item]
    numbers = zip(mine["cells_in"], mine["cells_out"], mine["cells_changed"], strict=True)
    return dict(zip(mine["rule"], numbers, strict=True))


def test_every_rule_of_an_item_is_there_with_its_noughts(cleaned: Cleaned) -> None:
    assert cells(cleaned.log, "agree") == {
        "spaces around a code removed": (4, 4, 2),
        "spelling made one": (4, 4, 1),
        f"{REASON}: blank": (4, 4, 0),
        f"{REASON}: not_reviewed": (3, 1, 2),
        f"{REASON}: dont_know": (4, 3, 1),
        f"{REASON}: refused": (3, 3, 0),
        f"{REASON}: not_applicable": (3, 3, 0),
        "read as a level of its scale": (1, 1, 1),
    }
    assert cells(cleaned.log, "country")["country known by an alias only"] == (4, 4, 1)


def test_what_is_kept_as_written_is_read_and_not_changed(cleaned: Cleaned) -> None:
    assert cells(cleaned.log, "why") == {
        f"{REASON}: blank": (4, 3, 1),
        "read as text, kept as written": (3, 3, 0),
    }
    assert cells(cleaned.log, "id")["read as an id, kept as written"] == (4, 4, 0)


@pytest.mark.parametrize("table", ["plans", "commitments"])
def test_the_reasons_of_the_log_are_those_of_the_clean_cells(irm: Cleaned, table: str) -> None:
    log = irm.log[(irm.log["table"] == table) & irm.log["rule"].str.startswith(REASON)]
    logged = log.groupby("item")["cells_changed"].sum()
    derived = {"starred", "number_of_steps"}
    items = [item for item in logged.index if item not in derived]
    why = irm.reasons[table][items].notna().sum()
    assert logged[items].to_dict() == why.to_dict()


def test_every_item_of_a_file_has_a_line_for_its_type(irm: Cleaned) -> None:
    read = irm.log[irm.log["rule"].str.startswith("read as")]
    for name, table in irm.tables.items():
        mine = set(read.loc[read["table"] == name, "item"])
        taken = {"plan", "plan_id", "row_id", "line"}
        assert {c for c in irm.reasons[name] if c != "row_id"} - mine - taken <= {
            "starred",
            *(c for c in table if name == "commitments" and c in irm.tables["plans"]),
        }


def test_a_rule_drops_no_row_and_makes_no_cell(irm: Cleaned) -> None:
    log = LOG.validate(irm.log)
    assert (log["rows_in"] == log["rows_out"]).all()
    added = log[log["cells_out"] > log["cells_in"]]
    assert set(added["rule"]) == {"first available value", "joined to plans"}


def test_the_sums_by_rule_are_those_of_the_log(irm: Cleaned) -> None:
    rules, idle = by_rule(irm.log)
    assert rules["cells_changed"].sum() == irm.log["cells_changed"].sum()
    assert rules["items"].map(len).sum() + idle == irm.log["item"].notna().sum()
    assert idle > 0
    assert not rules.duplicated(["table", "rule"]).any()
    assert rules.groupby("table", sort=False)["rule"].first().tolist() == ["rows read"] * 2


def test_what_was_mended_leaves_out_what_was_only_read(cleaned: Cleaned, irm: Cleaned) -> None:
    assert mended(cleaned.log) == 2 + 1 + 1
    assert mended(irm.log) == irm.log[irm.log["rule"].isin(MENDING)]["cells_changed"].sum() == 1835
