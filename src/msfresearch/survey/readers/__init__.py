"""Raw files to tables of text: one module per platform, nothing converted, nothing guessed."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd

from msfresearch.survey.readers.delimited import read_delimited
from msfresearch.survey.readers.export import Column, Export, Step
from msfresearch.survey.source import ExportOptions, Layout, Source

__all__ = ["Column", "Export", "Step", "read_delimited", "read_export", "read_source"]


def read_source(source: Source, path: Path) -> pd.DataFrame:
    """Read one raw file as text.

    Parameters
    ----------
    source : Source
        What the manifest says of the file.
    path : Path
        The file.

    Returns
    -------
    DataFrame
        One column of ``str`` per header, no missing values; the index ``line`` is the line of
        the file on which a row begins, counted from 1.
    """
    return read_delimited(path, source.layout)


def read_export(
    path: Path, options: ExportOptions, layout: Layout | None = None, structure: Path | None = None
) -> Export:
    """Read a platform's export as text, with the platform recognised or as the manifest says.

    Parameters
    ----------
    path : Path
        The export, as the platform wrote it.
    options : ExportOptions
        What the file cannot tell; its columns that are mapped to a role get it here.
    layout : Layout, optional
        Encoding and delimiter of a delimited file.
    structure : Path, optional
        The survey's structure, of a platform that exports one beside the answers.

    Returns
    -------
    Export
        Text, columns with their roles, and an account of what was done.

    Raises
    ------
    SourceError
        When the file cannot be read, when no platform or more than one is recognised, or when
        something in it stays in doubt; with what to write into wave.yml.
    """
    from msfresearch.survey.readers.roles import with_mapped_roles

    return with_mapped_roles(_read(path, options, layout, structure), options, path)


def _read(
    path: Path, options: ExportOptions, layout: Layout | None, structure: Path | None
) -> Export:
    # A reader is imported when a file needs it: some bring libraries that are slow to start.
    from msfresearch.survey.readers.guards import WORKBOOKS, sniff
    from msfresearch.survey.readers.recognise import recognise_rows, spss
    from msfresearch.survey.readers.text import HEAD, read_rows

    rows = None
    if options.platform is not None:
        platform, reason = options.platform, "the manifest says so"
    elif (seen := spss(path)) is not None:
        platform, reason = seen
    else:
        # A workbook cannot be read in part; what is read of it is not read again.
        whole = sniff(path) in WORKBOOKS
        rows = read_rows(path, layout, options.sheet, limit=None if whole else HEAD)
        platform, reason = recognise_rows(rows)
        rows = rows if whole else None
    if platform == "spss":
        from msfresearch.survey.readers.spss import read_spss

        return dataclasses.replace(read_spss(path, options, layout, structure), reason=reason)
    rows = rows or read_rows(path, layout, options.sheet)
    if platform == "limesurvey":
        from msfresearch.survey.readers.limesurvey import limesurvey_export

        return dataclasses.replace(limesurvey_export(rows, options, structure), reason=reason)
    if platform == "kobo":
        from msfresearch.survey.readers.kobo import kobo_export

        return dataclasses.replace(kobo_export(rows, options, structure), reason=reason)
    if platform == "qualtrics":
        from msfresearch.survey.readers.qualtrics import qualtrics_export

        return qualtrics_export(rows, options, reason)
    if platform == "surveymonkey":
        from msfresearch.survey.readers.surveymonkey import surveymonkey_export

        return surveymonkey_export(rows, options, reason)
    if platform == "google_forms":
        from msfresearch.survey.readers.google_forms import google_forms_export

        return google_forms_export(rows, options, reason)
    from msfresearch.survey.readers.plain import plain_export

    return plain_export(rows, reason)
