"""No page tells how to reach a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msfresearch.errors import ReleaseError
from msfresearch.release.contacts import find_contacts, refuse_contacts


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("write to maria.lopez+ogp@sociedad-civil.org.mx please", "e-mail address"),
        ("maria [at] ong.org", "e-mail address"),
        ("maria (arroba) ong.org", "e-mail address"),
        ("call +34 612 345 678", "telephone number"),
        ("call 0033 6 12 34 56 78", "telephone number"),
        ("appelez le 06 12 34 56 78", "telephone number"),
        ("móvil 612 345 678", "telephone number"),
        ("(202) 555-0173", "telephone number"),
        ("follow @some_activist", "handle"),
        ("see www.my-own-page.org/me", "web address"),
    ],
)
def test_a_contact_is_found_and_its_words_are_the_text_s(text: str, kind: str) -> None:
    found = list(find_contacts(text))
    assert kind in {contact.kind for contact in found}
    assert all(text[c.start : c.end] == c.words for c in found)


@pytest.mark.parametrize(
    "text",
    [
        "1,461 commitments in 77 plans of 52 countries",
        "0.22 (95% interval −0.06 to 0.50), p = 0.115",
        "SHA-256 1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 of 2016-07-01",
        "2012 2013 2014 2015 2016",
        "612 of 1,927; 345 of 678",
        "pandas 3.1.1, numpy 2.4.6",
    ],
)
def test_figures_dates_and_fingerprints_are_no_contacts(text: str) -> None:
    assert list(find_contacts(text)) == []


def test_a_page_with_a_contact_is_refused_without_repeating_it() -> None:
    page = "<p>ask <b>ana&#64;ong.org</b></p>"
    with pytest.raises(ReleaseError, match="1: e-mail address") as wrong:
        refuse_contacts(page, name="page.html")
    assert "ana" not in str(wrong.value)


def test_a_contact_in_a_link_is_refused() -> None:
    with pytest.raises(ReleaseError):
        refuse_contacts('<a href="mailto:ana@ong.org">write</a>', name="page.html")


def test_the_sources_cited_may_be_linked_and_nothing_else() -> None:
    page = '<a href="https://example.org/a.csv">https://example.org/a.csv</a>'
    refuse_contacts(page, name="page.html", allowed={"https://example.org/a.csv"})
    with pytest.raises(ReleaseError, match="web address"):
        refuse_contacts(page, name="page.html")


def test_style_and_links_within_the_page_are_not_read_as_contacts() -> None:
    refuse_contacts('<style>@media print {a{}}</style><a href="#method">m</a>', name="page.html")


@given(st.text())
def test_any_text_can_be_searched(text: str) -> None:
    assert all(text[c.start : c.end] == c.words for c in find_contacts(text))
