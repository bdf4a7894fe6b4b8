"""Who answered leaves when a file is read, wherever in it they are written."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from msfresearch.errors import SourceError
from msfresearch.survey import privacy
from msfresearch.survey.contacts import MASKS, mask
from msfresearch.survey.privacy import SEARCHED, UNKNOWN_TEST, Split, address_of, split_personal
from msfresearch.survey.respondents import PERSONAL
from msfresearch.survey.secret import Secret
from tests.survey.canonical import COLUMNS, TABLE, canonical

SECRET = Secret(bytes(range(32)))
OWN = ["_respondent", "_person", "_place", "_test"]
PHONES = (
    "+34 612 345 678",
    "0033 6 12 34 56 78",
    "06 12 34 56 78",
    "(202) 555-0173",
    "+1-202-555-0173",
)


def parted(
    rows: list[dict[str, str]], secret: Secret = SECRET, wave: str = "small-2019", **more: list[str]
) -> Split:
    return split_personal(canonical(rows), TABLE, secret, wave, **more)


def n_of(split: Split, kind: str) -> int:
    return int(split.counts.loc[split.counts["kind"] == kind, "n"].sum())


# What leaves.


def test_every_personal_column_leaves_and_is_kept_apart() -> None:
    row = {f"role:{role}": f"value of {role}" for role in PERSONAL}
    found = parted([row | {"role:response_id": "R_1", "role:progress": "100"}])
    assert [name for name in found.raw if name.startswith("role:")] == ["role:progress"]
    kept = found.restricted.set_index("kind")
    assert set(kept.index) == {*PERSONAL, "response_id"}
    for role in PERSONAL:
        assert kept.loc[role, "value"] == f"value of {role}"
        assert n_of(found, role) == 1
    assert set(kept["line"]) == {2}
    assert set(kept["respondent"]) == set(found.raw["_respondent"])


def test_an_empty_personal_cell_is_nothing_to_keep() -> None:
    found = parted([{"role:email": ""}, {"role:email": "  "}])
    assert len(found.restricted) == 0
    assert n_of(found, "email") == 0


def test_an_open_answer_is_masked_and_kept_whole_apart() -> None:
    words = "Escriba a ana@ong.org o al +34 612 345 678, con DNI 12345678Z"
    found = parted([{"OT_BARRIERS": words}, {}])
    assert found.raw.loc[2, "OT_BARRIERS"] == "Escriba a [e-mail] o al [telephone], con [number]"
    assert found.raw.loc[3, "OT_BARRIERS"] == canonical([{}]).loc[2, "OT_BARRIERS"]
    (kept,) = found.restricted.itertuples()
    assert (kept.kind, kept.value, kept.line) == ("text of OT_BARRIERS", words, 2)
    assert n_of(found, "e-mail address") == n_of(found, "telephone number") == 1
    assert n_of(found, SEARCHED) > 2


def test_codes_dates_and_numbers_within_bounds_stay_as_they_are() -> None:
    row = {"MSF_SHARE_NG": "33.3333333", "role:submitted": "2019-04-01T10:20:30.123456+02:00"}
    found = parted([row])
    before = canonical([row])
    pd.testing.assert_frame_equal(found.raw[before.columns], before)


def test_a_telephone_number_in_a_numeric_field_does_not_stay() -> None:
    found = parted([{"MSF_SHARE_NG": "612345678"}, {"MSF_SHARE_NG": "+34612345678"}])
    assert list(found.raw["MSF_SHARE_NG"]) == ["[number]", "[telephone]"]


# Nothing personal is left.

ANY_COLUMN = st.sampled_from([*COLUMNS, "role:status", "role:collector", "role:administrative"])
PERSONAL_WORDS = st.one_of(
    st.emails(),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).filter(int).map(str),
    st.sampled_from(PHONES),
    st.from_regex(r"\+[1-9][0-9]{9,12}", fullmatch=True),
    st.from_regex(r"[a-z]{3,9} (arroba|\[at\]) [a-z]{3,9}\.(org|com)", fullmatch=True),
    st.from_regex(r"@[a-z][a-z_]{3,12}", fullmatch=True),
    st.from_regex(r"https://[a-z]{3,9}\.org/[a-z]{3,9}", fullmatch=True),
    st.from_regex(r"ES[0-9]{22}", fullmatch=True),
    st.from_regex(r"[0-9]{8}[A-Z]", fullmatch=True),
)


@settings(deadline=None, max_examples=100)
@given(PERSONAL_WORDS, ANY_COLUMN, st.sampled_from(["", "Escríbame a ", "(", "tel: "]))
def test_a_contact_planted_in_any_column_is_nowhere_in_what_is_left(
    words: str, column: str, before: str
) -> None:
    roles = {f"role:{role}": words for role in ("email", "ip", "phone", "external_ref")}
    found = parted([{column: f"{before}{words} , gracias"} | roles, {}])
    left = "\n".join(found.raw.astype("str").to_numpy().ravel())
    assert words not in left
    assert words.casefold() not in left.casefold()
    assert words in "\n".join(found.restricted["value"])


@settings(deadline=None, max_examples=300)
@given(st.text())
def test_masked_text_holds_nothing_more_to_mask(text: str) -> None:
    once, kinds = mask(text)
    assert mask(once) == (once, ())
    assert (once == text) == (not kinds)
    assert set(kinds) <= set(MASKS)


def test_hostile_strings_are_read_and_their_contacts_masked(shared: Path) -> None:
    strings = json.loads((shared / "bad" / "blns" / "blns.json").read_text(encoding="utf-8"))
    found = parted(
        [{"OT_BARRIERS": one, "MSF_DECIDE": one, "TOPICS_other": one} for one in strings]
    )
    assert len(found.raw) == len(strings)
    assert found.raw["_respondent"].is_unique
    for name in COLUMNS:
        left = found.raw[name]
        assert not left.str.contains(r"(?<![0-9.,])[0-9]{7}", regex=True).any()
        assert not left.str.contains(r"(?:https?|ftp)://\w", regex=True).any()
        assert not left.str.contains(r"\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b", regex=True).any()


@pytest.mark.parametrize(
    "text",
    [
        "2016-2018 and 2012 2013 2014, 2019/2020",
        "1,461 commitments in 77 plans of 52 countries",
        "1 500 000 pesos, 1.500.000 euros, from 100 000 - 200 000",
        "0.125 0.250 0.375 of 12.5",
        "2019-04-01 10:20:30 and 01/04/2019 10:20",
        "tod@s l@s ciudadan@s/vecin@s",
        "the run 2019 consultations, Ley 1712 de 2014",
        "and/or U.S./Canada",
    ],
)
def test_years_dates_amounts_and_both_genders_are_left(text: str) -> None:
    assert mask(text) == (text, ())


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("m\u200ba\u00adria@ong.org", "[e-mail]"),
        ("６１２ ３４５ ６７８", "[telephone]"),
        ("maria＠ong．org", "[e-mail]"),
        ("maria arroba gmail punto com", "[e-mail]"),
        ('"maria lopez"@ong.org', "[e-mail]"),
        ("maria@gmail. Com", "[e-mail]. Com"),
        ("IBAN ES91 2100 0418 4502 0005 1332", "IBAN [number]"),
        ("CURP VECJ880326HDFRRN09", "[number]"),
        ("::ffff:192.0.2.7 or 192.0.2.7", "[number] or [number]"),
        ("facebook.com/maria.lopez", "[web address]"),
        ("555-0173, 91 529 82 10", "[telephone], [telephone]"),
    ],
)
def test_disguises_are_seen_through(text: str, masked: str) -> None:
    assert mask(text)[0] == masked


def test_a_name_in_an_answer_is_not_found() -> None:
    # What the docstrings admit: whoever reads the text has still to read it.
    assert mask("Pregunten a María López") == ("Pregunten a María López", ())


@pytest.mark.parametrize(
    "text", ["a" * 200_000 + " @b", "@" * 200_000, "1 " * 100_000, "1" * 200_000, ":" * 200_000]
)
def test_a_monstrous_answer_is_searched_in_time_that_grows_with_its_length(text: str) -> None:
    masked, _ = mask(text)
    assert mask(masked) == (masked, ())


# Pseudonyms.


def test_a_pseudonym_depends_on_the_id_the_wave_and_the_secret_alone() -> None:
    def of(rows: list[dict[str, str]], **changes: object) -> str:
        return str(parted(rows, **changes).raw["_respondent"].iloc[0])  # type: ignore[arg-type]

    name = of([{"role:response_id": "R_1"}])
    assert re.fullmatch("r[0-9a-hjkmnp-tv-z]{12}", name)
    assert name == of([{"role:response_id": " R_1 ", "OT_BARRIERS": "other"}, {}])
    assert name != of([{"role:response_id": "R_2"}])
    assert name != of([{"role:response_id": "R_1"}], wave="small-2020")
    assert name != of([{"role:response_id": "R_1"}], secret=Secret(bytes(range(1, 33))))


ROWS = [
    {"OT_BARRIERS": "a"},
    {"OT_BARRIERS": "a"},
    {"OT_BARRIERS": "b"},
    {"role:response_id": "R_1", "OT_BARRIERS": "c"},
    {"role:response_id": "R_2", "OT_BARRIERS": "c"},
    {"role:response_id": "R_2", "OT_BARRIERS": "d"},
]


@settings(deadline=None, max_examples=25)
@given(st.permutations(ROWS))
def test_pseudonyms_do_not_depend_on_the_order_of_the_rows(rows: list[dict[str, str]]) -> None:
    def named(some: list[dict[str, str]]) -> list[tuple[str, str]]:
        raw = parted(some).raw
        return sorted(zip(raw["_respondent"], raw["OT_BARRIERS"], strict=True))

    assert named(rows) == named(ROWS)
    assert len({name for name, _ in named(rows)}) == len(ROWS)


def test_two_rows_with_one_pseudonym_are_refused_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy.Secret, "pseudonym", lambda *_: "000000000000")
    with pytest.raises(SourceError, match="lines 2, 3") as wrong:
        parted([{"role:response_id": "ana@ong.org"}, {"role:response_id": "eva@ong.org"}])
    assert "ong" not in str(wrong.value)


def persons(*rows: dict[str, str]) -> list[str]:
    return list(parted(list(rows)).raw["_person"])


def test_one_mailbox_is_one_person_however_it_is_written() -> None:
    first, *others, another = persons(
        *({"role:email": one} for one in ("ana@ong.org", " Ana@ONG.org", "ana+ogp@ong.org")),
        {"role:email": "eva@ong.org"},
    )
    assert set(others) == {first}
    assert another not in {first, ""}


def test_a_token_goes_before_a_mailbox_and_is_not_one() -> None:
    a, b, c, d = persons(
        {"role:token": "t1", "role:email": "ana@ong.org"},
        {"role:token": "t2", "role:email": "ana@ong.org"},
        {"role:token": "", "role:email": "t1"},
        {"role:token": "", "role:email": ""},
    )
    assert len({a, b, c}) == 3
    assert d == ""


def test_an_id_that_stands_twice_is_one_person_with_two_pseudonyms() -> None:
    raw = parted([{"role:response_id": "R_1"}, {"role:response_id": "R_1", "TRUST": "1"}]).raw
    assert raw["_respondent"].is_unique
    assert raw["_person"].nunique() == 1
    assert raw["_person"].iloc[0] != ""


def test_one_address_is_one_place_however_it_is_written() -> None:
    raw = parted(
        [
            {"role:ip": one}
            for one in ("192.0.2.7", "::FFFF:192.0.2.7", "192.0.2.7:443", "192.0.2.8")
        ]
    ).raw
    assert raw["_place"].nunique() == 2
    assert raw["_place"].iloc[:3].nunique() == 1
    assert address_of("2001:DB8:0:0::1") == address_of("[2001:db8::1]:80") == "2001:db8::1"


@pytest.mark.parametrize(
    "cell", ["", "*******", "unknown", "0.0.0.0", "127.0.0.1", "::1", "fe80::1"]
)
def test_what_tells_no_place_is_none(cell: str) -> None:
    assert address_of(cell) == ""


@given(st.text(max_size=40))
def test_any_cell_is_an_address_or_none(cell: str) -> None:
    assert address_of(address_of(cell)) == address_of(cell)


# Tests of the form.


def test_tests_are_known_by_their_ids_and_an_id_that_no_row_has_is_counted() -> None:
    rows = [{"role:response_id": "R_1"}, {"role:response_id": "R_2"}]
    found = parted(rows, tests=["R_2", "R_9"])
    assert list(found.raw["_test"]) == ["0", "1"]
    assert n_of(found, UNKNOWN_TEST) == 1
    assert list(parted([{}], tests=["R_2"]).raw["_test"]) == ["0"]


def test_the_table_keeps_its_lines_and_its_other_columns() -> None:
    found = parted([{"role:ip": "192.0.2.7"}, {}])
    assert list(found.raw.index) == [2, 3]
    assert found.raw.index.name == "line"
    assert list(found.raw.columns) == [*COLUMNS, *OWN]
