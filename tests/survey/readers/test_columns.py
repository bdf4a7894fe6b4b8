"""Headers: words without markup, and names that stay apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.survey.readers.columns import key, unique, with_markup, words


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("<strong>Is</strong> there<br>a forum?", "Is there a forum?"),
        ("<p>One</p><p>Two</p>", "One Two"),
        ("Fair &amp; open&nbsp;?", "Fair & open ?"),
        ("Why?*", "Why?"),
        ("Why?<sup>1</sup>", "Why?"),
        ("Why? ²", "Why?"),
        ("Area in m²", "Area in m²"),
        ("< 18", "< 18"),
        ("a < b and c > d", "a < b and c > d"),
        ("zero\u200bwidth", "zerowidth"),
    ],
)
def test_markup_goes_and_words_stay(header: str, said: str) -> None:
    assert words(header) == said
    assert with_markup([header]) == (said != header)


def test_spellings_of_one_header_share_their_key() -> None:
    assert key("Dirección IP") == key(" direccion_ip ") == key("<b>DIRECCIÓN</b> IP")


@given(st.lists(st.sampled_from(["", "a", "a (2)", "a (3)", "unnamed column 1", "b"])))
def test_names_are_made_unique_and_first_ones_keep_theirs(names: list[str]) -> None:
    made, changed = unique(names)
    assert len(set(made)) == len(names) == len(made)
    assert "" not in made
    assert all(made[i] == names[i] for i in range(len(names)) if i not in changed)
    firsts = {names.index(name) for name in names if name}
    assert not firsts & set(changed)
