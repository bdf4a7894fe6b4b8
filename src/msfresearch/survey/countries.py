"""Countries met on ISO 3166: every spelling of every source, or nobody's."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from msfresearch.errors import ManifestError
from msfresearch.survey.source import Strict
from msfresearch.yamlfile import load_model


class Countries(Strict):
    """``codebook/countries.yml``: the spellings that ISO 3166 does not know."""

    aliases: dict[str, str]
    wgi_codes: dict[str, str]
    other_codes: tuple[str, ...]

    def by_name(self, names: Iterable[str]) -> dict[str, str | None]:
        """ISO 3166 alpha-3 code of each distinct name or code.

        Parameters
        ----------
        names : iterable of str
            Names or codes as the sources write them.

        Returns
        -------
        dict
            Name to code; None where the name is no country's. Nothing is guessed: a name is
            known to ISO 3166 in English, Spanish or French, declared as an alias, or unknown.
        """
        import pycountry

        found: dict[str, str | None] = {}
        for name in dict.fromkeys(names):
            # One name, however it was typed: "Côte d’Ivoire", an accent apart, a space too many.
            plain = " ".join(unicodedata.normalize("NFC", name).replace("’", "'").split())
            code = self.aliases.get(name) or self.aliases.get(plain)
            if code is None:
                try:
                    code = str(pycountry.countries.lookup(plain).alpha_3)
                except LookupError:
                    code = _translated().get(plain.casefold())
            found[name] = code
        return found

    def by_code(self, codes: Iterable[str]) -> dict[str, str | None]:
        """ISO 3166 alpha-3 code of each distinct code; aggregates such as "WLD" are None."""
        import pycountry

        found: dict[str, str | None] = {}
        for code in dict.fromkeys(codes):
            meant = self.wgi_codes.get(code, code)
            known = pycountry.countries.get(alpha_3=meant) is not None or meant in self.other_codes
            found[code] = meant if known else None
        return found

    def by_member(self, codes: Iterable[str]) -> dict[str, str | None]:
        """Country of each member code: three letters for a nation, ISO 3166 alpha-2 and two
        more for a local member, which belongs to a nation but is not it (None).
        """  # noqa: D205
        return {
            code: self.by_code([code])[code] if len(code) == 3 else None
            for code in dict.fromkeys(codes)
        }


@lru_cache(maxsize=1)
def _translated() -> dict[str, str]:
    """Spanish and French names of ISO 3166, case folded, each to its alpha-3 code.

    A name that two countries share, in one language or across them, is nobody's here.
    """
    import gettext

    import pycountry

    meant: dict[str, set[str]] = {}
    for language in ("es", "fr"):
        words = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language])
        for country in pycountry.countries:
            for name in ("name", "common_name", "official_name"):
                english = getattr(country, name, None)
                if english is not None:
                    key = words.gettext(english).casefold()
                    meant.setdefault(key, set()).add(str(country.alpha_3))
    return {name: codes.pop() for name, codes in meant.items() if len(codes) == 1}


def load_countries(path: Path) -> Countries:
    """Read ``codebook/countries.yml``."""
    return load_model(path, Countries, ManifestError)


def country_name(code: str) -> str:
    """Short English name of an ISO 3166 alpha-3 code; the code itself where it has none."""
    import pycountry

    country = pycountry.countries.get(alpha_3=code)
    if country is None:
        return code
    return str(getattr(country, "common_name", country.name)).partition(",")[0]
