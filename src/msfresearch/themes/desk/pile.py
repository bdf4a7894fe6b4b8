"""Answers to be coded one at a time: where a coder is, what was decided, what a step does.

It knows nothing of widgets. Every decision goes into the log at once; to go back and decide
otherwise is a further line there.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection
from pathlib import Path

import pandas as pd

from msfresearch.errors import AnswerError
from msfresearch.themes.codebook import Codebook
from msfresearch.themes.desk.codes import Code, format_codes, parse_codes
from msfresearch.themes.desk.log import CODER, append, decisions, read_log
from msfresearch.themes.desk.shown import visible
from msfresearch.themes.schemas import LOG, table


class Pile:
    """A coder's answers, in their order.

    Parameters
    ----------
    answers : DataFrame
        ``answer_id``, ``text``, ``language``; nothing else is read.
    codebook : Codebook
        The frame.
    folder : Path
        Folder of the logs.
    coder : str
        Whose decisions.
    draw : str
        How the answers came to be here: random or chosen.
    today : callable, optional
        Gives the date that a decision carries.

    Attributes
    ----------
    coder : str
        Whose decisions.
    at : int
        Place of the answer that is looked at, from 0; the number of answers when all are done.

    Raises
    ------
    AnswerError
        When an id repeats, there is no answer, the coder's name is none, or the log is damaged.
    """

    def __init__(
        self,
        answers: pd.DataFrame,
        codebook: Codebook,
        folder: Path,
        coder: str,
        draw: str = "random",
        today: Callable[[], datetime.date] = datetime.date.today,
    ) -> None:
        self._ids = [str(one) for one in answers["answer_id"]]
        if len(set(self._ids)) < len(self._ids) or not self._ids:
            raise AnswerError(
                "no answers to code one by one",
                column="answer_id",
                found=f"{len(self._ids)} answers, {len(set(self._ids))} ids",
                expected="at least one answer, each once",
            )
        if not CODER.fullmatch(coder) or draw not in ("random", "chosen"):
            raise AnswerError(
                "coder or draw is none",
                found=f"{coder}, {draw}",
                expected="a coder's name (a-z, 0-9, - and _), and random or chosen",
            )
        self._texts = [visible(str(text)) for text in answers["text"]]
        self._languages = [str(one) for one in answers["language"]]
        self._codebook, self._path = codebook, folder / f"{coder}.csv"
        self.coder, self._draw, self._today = coder, draw, today
        self._decided = self._from_log(folder)
        self.at = 0
        self._on()

    @property
    def total(self) -> int:
        """Answers in the pile."""
        return len(self._ids)

    @property
    def coded(self) -> int:
        """Answers of the pile that are decided on."""
        return len(self._decided)

    @property
    def done(self) -> bool:
        """Whether the coder is beyond the last answer."""
        return self.at == self.total

    @property
    def text(self) -> str:
        """The answer that is looked at; blank beyond the last."""
        return "" if self.done else self._texts[self.at]

    @property
    def language(self) -> str:
        """Its language."""
        return "" if self.done else self._languages[self.at]

    @property
    def decision(self) -> frozenset[str] | None:
        """The themes decided on for this answer; None where nothing is decided yet."""
        return None if self.done else self._decided.get(self._ids[self.at])

    def save(self, themes: Collection[str], none: bool) -> None:
        """Write the decision about this answer and go to the next that is not decided.

        Parameters
        ----------
        themes : collection of str
            Ids of the themes that are there.
        none : bool
            Whether it is decided that none is.

        Raises
        ------
        AnswerError
            When neither or both are given, a theme is unknown, or no answer is left; when the
            log is damaged. Nothing is written then.
        StageError
            When the log cannot be written.
        """
        if self.done:
            raise AnswerError("no answer is left", action="go back to the last one")
        if bool(themes) == none or not set(themes) <= set(self._codebook.themes):
            raise AnswerError(
                "not a decision",
                found=f"{len(themes)} themes, no theme: {none}",
                expected="themes of the code frame, or no theme",
            )
        codes = format_codes(map(Code, themes))
        line = (
            self._today().isoformat(),
            self.coder,
            self._codebook.version,
            self._draw,
            self._ids[self.at],
            codes,
        )
        row = {name: [cell] for name, cell in zip(LOG.columns, line, strict=True)}
        append(self._path, table(LOG, {name: list(cells) for name, cells in row.items()}))
        self._decided[self._ids[self.at]] = frozenset(themes)
        self.at += 1
        self._on()

    def back(self) -> None:
        """Look at the answer before; at the first one nothing happens."""
        self.at = max(self.at - 1, 0)

    def _on(self) -> None:
        """Go on to an answer that is not decided; where none follows, to one that was skipped."""
        places = [*range(self.at, self.total), *range(self.at)]
        self.at = next((at for at in places if self._ids[at] not in self._decided), self.total)

    def _from_log(self, folder: Path) -> dict[str, frozenset[str]]:
        """What this coder has decided before.

        A decision of another draw does not count: a randomly drawn answer that was once chosen
        is looked at again, so that the random sample is coded whole.
        """
        log = read_log(folder)
        mine = log[log["coder"] == self.coder]
        random = decisions(mine).set_index("answer_id")["draw"].to_dict()
        latest = dict(zip(mine["answer_id"], mine["codes"], strict=True))
        return {
            one: frozenset(code.theme for code in parse_codes(latest[one]))
            for one in self._ids
            if one in latest and random[one] in (self._draw, "random")
        }
