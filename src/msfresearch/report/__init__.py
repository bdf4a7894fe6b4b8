"""Figures, tables, wording and the page: what a reader of a report sees.

Notebooks write ``from msfresearch.report import figures, prose, tables, wording``.
"""
