"""Tests of the rehearsal; a small frame for them."""

from __future__ import annotations

import pandas as pd

_COUNTRIES = {
    "ARG": ("south", "high", 0.8),
    "BOL": ("south", "low", 0.5),
    "CHL": ("south", "high", 0.9),
    "CIV": ("west", "low", 0.4),
    "SEN": ("west", "low", 0.7),
    "GHA": ("west", "high", None),
    "CAN": ("north", "high", 0.9),
    "EST": ("north", "high", 0.95),
    "FRA": ("north", "high", 0.85),
    "KEN": ("west", "low", 0.6),
}


def small_frame(copies: int = 1) -> pd.DataFrame:
    """Ten countries, three of which have local members too."""
    rows = [
        (f"{country}:national", country, "national", *groups, copies)
        for country, groups in _COUNTRIES.items()
    ]
    rows += [
        (f"{country}:local", country, "local", *_COUNTRIES[country], 2 * copies)
        for country in ("ARG", "CAN", "KEN")
    ]
    columns = ["member", "country", "level", "region", "income", "cspart", "n_members"]
    return pd.DataFrame(rows, columns=columns).astype({"cspart": "Float64", "n_members": "Int64"})
