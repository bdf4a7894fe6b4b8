"""How far coders agree, people and machines, with intervals."""

from msfresearch.themes.agreement.nominal import kappa_of_table, krippendorff_alpha
from msfresearch.themes.agreement.tables import agreement_table, raw_table
from msfresearch.themes.agreement.verdict import verdict

__all__ = ["agreement_table", "kappa_of_table", "krippendorff_alpha", "raw_table", "verdict"]
