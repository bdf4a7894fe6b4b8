"""REFI-QDA files as they are read: those of every program that writes them, checked place by place.

Programs differ in namespaces, braces and case of identifiers, byte order marks, line ends, what
they count as one sign, and where they put a text or a coder. All of that is taken; a place is
only taken where the words there are those of our answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd

from msfresearch.errors import AnswerError
from msfresearch.themes.codebook import Codebook
from msfresearch.themes.exchange.codes import Matched, match_codes, plain_guid, read_codes
from msfresearch.themes.exchange.decided import Said, check_date, coder_names, day_of, imported
from msfresearch.themes.exchange.names import guid, source_names
from msfresearch.themes.exchange.package import local, open_codebook, open_project
from msfresearch.themes.exchange.positions import TextFile, choose, readings
from msfresearch.themes.exchange.qda import ORIGIN, coding_guid
from msfresearch.themes.exchange.shapes import Imported, Remarks

_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,12}\s*")
#: Parts of a project that say nothing of codes on texts.
_UNREAD = ("Cases", "Notes", "Links", "Sets", "Graphs")
#: A name for whoever coded where the file does not say.
UNNAMED = "imported"


@dataclass(frozen=True)
class _Place:
    """One coding of a text as the file counts it; no span for one of the whole text."""

    coding: str
    code: str
    user: str
    at: str
    span: tuple[int, int] | None
    words: str


def read_qdc(path: Path, codebook: Codebook) -> Imported:
    """Read a REFI-QDA codebook and match its codes to the frame.

    Parameters
    ----------
    path : Path
        A ``.qdc`` of any program.
    codebook : Codebook
        The frame.

    Returns
    -------
    Imported
        Codes, and in ``left`` those without a theme; no codings.

    Raises
    ------
    AnswerError
        For XML that cannot be read or must not be.
    CodebookError
        For an identifier or a name that stands twice.
    """
    remarks = Remarks()
    root = open_codebook(path)
    matched = match_codes(read_codes(_child(root, "Codes"), path), codebook, remarks)
    _count_unread(root, remarks)
    return imported((), matched, codebook, "", remarks)


def read_qdpx(
    path: Path,
    answers: pd.DataFrame,
    codebook: Codebook,
    at: str,
    coders: Mapping[str, str] | None = None,
) -> Imported:
    """Read the codings of a REFI-QDA project.

    Parameters
    ----------
    path : Path
        A ``.qdpx`` of any program.
    answers : DataFrame
        ``answer_id``, ``text``: the answers that were exported.
    codebook : Codebook
        The frame.
    at : str
        Date of codings for which the file tells none.
    coders : mapping, optional
        Name of a user in the file to our name of the coder.

    Returns
    -------
    Imported

    Raises
    ------
    AnswerError
        For an archive or XML that cannot be read or must not be, or an identifier that two texts
        or users have.
    CodebookError
        For an identifier or a name that two codes have.
    """
    check_date(at)
    remarks = Remarks()
    package = open_project(path)
    root = package.root
    matched = match_codes(
        read_codes(_child(_child(root, "CodeBook"), "Codes"), path), codebook, remarks
    )
    users = _users(root, path)
    _count_unread(root, remarks)
    texts = list(_texts(root, remarks))
    _check_once([plain_guid(text.get("guid")) for text in texts], "two texts", path)
    known = _Answers(answers)
    ours = root.get("origin") == ORIGIN
    variables = {
        plain_guid(one.get("guid")): one.get("name", "")
        for one in _children(_child(root, "Variables"), "Variable")
    }
    files = package.texts([_file_of(text) for text in texts])
    placed: list[tuple[str, _Place, tuple[int, int] | None]] = []
    for text, content in zip(texts, files, strict=True):
        answer_id = known.of(text, variables)
        where = f"text {text.get('name') or text.get('guid') or '?'}"
        if answer_id is None:
            remarks.add(where, "none of these answers: its codings were not taken")
            continue
        places = list(_places(text, answer_id, remarks))
        for one, span in _spans(
            text, content, known.files[answer_id], places, answer_id, remarks, ours=ours
        ):
            placed.append((answer_id, one, span))
    names = {
        user: users.get(user, "") or UNNAMED for user in sorted({one.user for _, one, _ in placed})
    }
    if len(set(names.values())) < len(names):
        remarks.add("users", "some have one name, or none: taken as one coder")
    called = coder_names(names.values(), coders or {}, remarks)
    said = list(_said(placed, known.files, matched, names, called, remarks))
    return imported(said, matched, codebook, at, remarks)


class _Answers:
    """Our answers, found by whatever a text of the project still has of them."""

    def __init__(self, answers: pd.DataFrame) -> None:
        ids = [str(answer_id) for answer_id in answers["answer_id"]]
        self.files = {
            answer_id: TextFile.of(text)
            for answer_id, text in zip(ids, answers["text"], strict=True)
        }
        self._by_guid = {guid("answer", answer_id): answer_id for answer_id in ids}
        self._by_name = {name: answer_id for answer_id, name in source_names(ids).items()}
        self._variable = guid("variable", "answer_id")

    def of(self, text: ET.Element, variables: Mapping[str, str]) -> str | None:
        """By identifier, by the variable that holds the id, by name with or without ending."""
        found = self._by_guid.get(plain_guid(text.get("guid")))
        if found is not None:
            return found
        for value in _children(text, "VariableValue"):
            reference = _child(value, "VariableRef")
            key = plain_guid(None if reference is None else reference.get("targetGUID"))
            if key == self._variable or variables.get(key) == "answer_id":
                told = _child(value, "TextValue")
                if told is not None and (told.text or "") in self.files:
                    return told.text
        name = (text.get("name") or "").strip()
        for one in (name, name.removesuffix(".txt")):
            if one in self._by_name:
                return self._by_name[one]
            if one in self.files:
                return one
        return None


def _users(root: ET.Element, path: Path) -> dict[str, str]:
    users = _children(_child(root, "Users"), "User")
    guids = [plain_guid(user.get("guid")) for user in users]
    _check_once(guids, "two users", path)
    names = [" ".join((user.get("name") or user.get("id") or "").split()) for user in users]
    return dict(zip(guids, names, strict=True))


def _check_once(guids: list[str], what: str, path: Path) -> None:
    seen: set[str] = set()
    for one in guids:
        if one and one in seen:
            raise AnswerError(
                f"{what} with one identifier",
                file=path,
                found=one,
                action="export the project again; the file does not say which of them is meant",
            )
        seen.add(one)


def _texts(root: ET.Element, remarks: Remarks) -> Iterator[ET.Element]:
    for source in _child(root, "Sources") or ():
        if local(source) == "TextSource":
            yield source
        else:
            name = source.get("name") or source.get("guid") or "?"
            remarks.add(f"source {name}", f"{local(source)}: only texts are read")


def _file_of(text: ET.Element) -> str:
    """Name of a text's file in the archive; empty where it is elsewhere or inline."""
    told = text.get("plainTextPath") or ""
    found = re.fullmatch(r"internal:/{0,3}([^/\\:]+)", told)
    return found[1] if found and found[1] not in (".", "..") else ""


def _places(text: ET.Element, answer_id: str, remarks: Remarks) -> Iterator[_Place]:
    """Every coding of a text, on a selection or on the text itself."""
    for element in text:
        if local(element) == "Coding":
            yield from _coding(element, element, None)
        elif local(element) == "PlainTextSelection":
            codings = _children(element, "Coding")
            told = [element.get("startPosition") or "", element.get("endPosition") or ""]
            if not codings:
                remarks.add(f"answer {answer_id}", "a selection without a code: a note, not read")
            elif not all(map(_NUMBER.fullmatch, told)):
                remarks.add(f"answer {answer_id}", "a selection without a place: not taken")
            else:
                for coding in codings:
                    yield from _coding(coding, element, (int(told[0]), int(told[1])))


def _coding(
    coding: ET.Element, holder: ET.Element, span: tuple[int, int] | None
) -> Iterator[_Place]:
    names = [one.get("creatingUser") or one.get("modifyingUser") for one in (coding, holder)]
    days = [one.get("creationDateTime") or one.get("modifiedDateTime") for one in (coding, holder)]
    for reference in _children(coding, "CodeRef"):
        yield _Place(
            plain_guid(coding.get("guid")),
            plain_guid(reference.get("targetGUID")),
            # Not whoever made the text: that one did not necessarily code it.
            next(filter(None, map(plain_guid, names)), ""),
            next(filter(None, map(day_of, days)), ""),
            span,
            holder.get("name") or "",
        )


def _spans(
    text: ET.Element,
    content: bytes | None,
    file: TextFile,
    places: list[_Place],
    answer_id: str,
    remarks: Remarks,
    *,
    ours: bool,
) -> Iterator[tuple[_Place, tuple[int, int] | None]]:
    """The span in our answer's file of each place; what cannot be placed is noted.

    Of a project that we wrote (``ours``) it is known what is counted.
    """
    where = f"answer {answer_id}"
    selected = [one for one in places if one.span is not None]
    yield from ((one, None) for one in places if one.span is None)
    if not selected:
        return
    decoded = _decoded(text, content)
    if decoded is None:
        remarks.add(where, f"its text is not in the file: {len(selected)} places not taken")
        return
    raw, marked = decoded
    there = raw.replace("\r\n", "\n").replace("\r", "\n")
    ways = readings(raw, marked)
    counted = [(*one.span, one.words) for one in selected if one.span is not None]
    way, doubtful = (ways[0], False) if ours else choose(ways, there, counted)
    if doubtful:
        remarks.add(where, f"places counted in {way.name}; another count fits as well")
    elif way is not ways[0]:
        remarks.add(where, f"places counted in {way.name}")
    for one in selected:
        if one.span is None:
            continue
        found = way.find(*one.span)
        if found is None:
            remarks.add(where, f"a place outside the text, {one.span[0]}-{one.span[1]}: not taken")
            continue
        moved = _in_ours(there, found, file.text)
        if moved is None:
            remarks.add(where, "words that are not in the answer (once): not taken")
        elif moved[0] == moved[1] and file.text:
            remarks.add(where, f"an empty place, {one.span[0]}: not taken")
        else:
            if moved != found:
                remarks.add(where, "the text was changed there: the same words taken here")
            yield one, moved


def _decoded(text: ET.Element, content: bytes | None) -> tuple[str, bool] | None:
    """The text of a source, without its byte order mark, and whether it had one."""
    if content is None:
        inline = _child(text, "PlainTextContent")
        return None if inline is None else (inline.text or "", False)
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        told = content.decode("utf-16" if wide else "utf-8")
    except UnicodeDecodeError:
        return None
    return told.removeprefix("\ufeff"), wide or told.startswith("\ufeff")


def _in_ours(there: str, span: tuple[int, int], ours: str) -> tuple[int, int] | None:
    """The place in our text of the words at a place of theirs: the same one, or the only one."""
    if there == ours:
        return span
    if span == (0, len(there)):
        return 0, len(ours)
    words = there[span[0] : span[1]]
    if ours[span[0] : span[1]] == words and there[: span[0]] == ours[: span[0]]:
        return span
    at = ours.find(words) if words else -1
    return (at, at + len(words)) if at >= 0 and ours.find(words, at + 1) < 0 else None


def _said(
    placed: list[tuple[str, _Place, tuple[int, int] | None]],
    files: Mapping[str, TextFile],
    matched: Matched,
    names: Mapping[str, str],
    coders: Mapping[str, str],
    remarks: Remarks,
) -> Iterator[Said]:
    """The codings whose code is a theme; the others are counted per code."""
    untaken: dict[str, int] = {}
    for answer_id, one, there in placed:
        theme = matched.themes.get(one.code)
        if not theme:
            name = matched.names.get(one.code, "that the file's codebook does not have")
            untaken[name] = untaken.get(name, 0) + 1
            continue
        user = names[one.user]
        span = (
            None if there is None else _meant(files[answer_id], there, one, answer_id, user, theme)
        )
        yield Said(answer_id, coders[user], theme, span, one.at)
    for name, count in sorted(untaken.items()):
        remarks.add(f"code {name}", f"{count} codings not taken: no theme of the frame")


def _meant(
    file: TextFile, there: tuple[int, int], one: _Place, answer_id: str, user: str, theme: str
) -> tuple[int, int] | None:
    """The span of our answer that was coded; none for the whole.

    A file that we wrote says it by the coding's identifier, also where a place of the file stands
    for several of the answer. Elsewhere a selection of all the text is the whole answer.
    """
    everything = there == (0, len(file.text))
    if everything and one.coding == coding_guid(answer_id, user, theme, None):
        return None
    for span in file.candidates(*there):
        if one.coding == coding_guid(answer_id, user, theme, span):
            return span
    return None if everything else file.from_file(*there)


def _count_unread(root: ET.Element, remarks: Remarks) -> None:
    for name in _UNREAD:
        if count := len(_child(root, name) or ()):
            remarks.add(name, f"{count} in the file: not read")


def _child(element: ET.Element | None, name: str) -> ET.Element | None:
    return next(iter(_children(element, name)), None)


def _children(element: ET.Element | None, name: str) -> list[ET.Element]:
    return [] if element is None else [child for child in element if local(child) == name]
