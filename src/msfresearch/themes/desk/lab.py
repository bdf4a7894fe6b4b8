"""The coding desk in JupyterLab: one answer at a time, as plain text, and a box per theme.

A respondent's text goes into the value of a text area and nowhere else. The browser shows such a
value letter by letter; no mark-up, formula or link in it is ever interpreted. The area is not
disabled, so that the keyboard reaches it and scrolls a long answer; what is typed into it is put
back. Nor does the text get into the notebook's file: the plain form of the desk, which the
notebook keeps as output, names the coder alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from msfresearch.errors import MsfResearchError
from msfresearch.themes.codebook import Codebook
from msfresearch.themes.desk.pile import Pile
from msfresearch.themes.desk.words import check_language, word


def desk(
    answers: pd.DataFrame,
    codebook: Codebook,
    folder: Path,
    coder: str,
    lang: str = "en",
    draw: str = "random",
) -> Desk:
    """Code answers in a notebook.

    Every click on “Save and next” writes a line into the coder's log. Tab leads from the answer
    through boxes and buttons, the space bar ticks and presses them.

    Parameters
    ----------
    answers : DataFrame
        ``answer_id``, ``text``, ``language``: the coder's answers in their order; what else it
        holds is not shown.
    codebook : Codebook
        The frame.
    folder : Path
        Folder of the logs.
    coder : str
        Whose decisions: as the log is called.
    lang : str
        Language of labels and buttons.
    draw : str
        How the answers were drawn: random or chosen.

    Returns
    -------
    Desk
        As the last line of a cell it shows itself.

    Raises
    ------
    AnswerError, CodebookError
        See `Pile`; for a language that the desk or the frame does not have.
    """
    check_language(lang)
    codebook.check_language(lang)
    return Desk(Pile(answers, codebook, folder, coder, draw), codebook, lang)


class Desk:
    """The widgets of one pile.

    Attributes
    ----------
    box : ipywidgets.VBox
        All of them.
    text, progress, message : widgets
        The answer; how far; what is wrong.
    themes : dict of ipywidgets.Checkbox
        Per theme id.
    none, save, back : widgets
        The box for “no theme”, and the buttons.
    """

    def __init__(self, pile: Pile, codebook: Codebook, lang: str) -> None:
        import ipywidgets as widgets

        self._pile, self._lang = pile, lang
        wide = widgets.Layout(width="100%")
        self.text = widgets.Textarea(rows=10, layout=wide, description=word("text", lang))
        self.text.observe(self._put_back, "value")
        self.progress = widgets.Label()
        self.message = widgets.Label()
        self.themes = {
            theme_id: widgets.Checkbox(
                description=theme.labels[lang],
                tooltip=theme.definition[lang],
                indent=False,
                layout=wide,
            )
            for theme_id, theme in codebook.themes.items()
        }
        families = [
            widgets.VBox(
                [
                    widgets.Label(labels[lang]),
                    *(
                        self.themes[theme_id]
                        for theme_id, theme in codebook.themes.items()
                        if theme.family == family
                    ),
                ],
                layout=widgets.Layout(min_width="16em"),
            )
            for family, labels in codebook.families.items()
        ]
        self.none = widgets.Checkbox(description=word("none", lang), indent=False)
        self.none.tooltip = word("mark_none", lang)
        self.save = widgets.Button(
            description=word("save", lang),
            button_style="primary",
            layout=widgets.Layout(width="auto"),
        )
        self.back = widgets.Button(description=word("back", lang))
        self.save.on_click(self._save)
        self.back.on_click(self._back)
        buttons = widgets.HBox([self.none, self.back, self.save])
        boxes = widgets.HBox(families, layout=widgets.Layout(flex_flow="row wrap"))
        self.box = widgets.VBox([self.progress, self.text, boxes, buttons, self.message])
        self._show()

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        bundle: Mapping[str, Any] = self.box._repr_mimebundle_(**options)
        return {**bundle, "text/plain": f"<coding desk of {self._pile.coder}>"}

    def _put_back(self, _: object) -> None:
        if self.text.value != self._pile.text:
            self.text.value = self._pile.text

    def _save(self, _: object) -> None:
        ticked = [theme for theme, box in self.themes.items() if box.value]
        if bool(ticked) == self.none.value:
            self.message.value = word("choose", self._lang)
            return
        try:
            self._pile.save(ticked, none=self.none.value)
        except MsfResearchError as wrong:
            # Shown at the desk: the output of a button's click is easily overlooked.
            self.message.value = str(wrong)
            return
        self._show()
        self.text.focus()

    def _back(self, _: object) -> None:
        self._pile.back()
        self._show()
        self.text.focus()

    def _show(self) -> None:
        pile = self._pile
        self.text.value = pile.text
        decided = pile.decision
        for theme, box in self.themes.items():
            box.value = decided is not None and theme in decided
        self.none.value = decided is not None and not decided
        for widget in (*self.themes.values(), self.none, self.save):
            widget.disabled = pile.done
        self.back.disabled = pile.at == 0
        at = min(pile.at + 1, pile.total)
        self.progress.value = word("progress", self._lang).format(
            at=at, total=pile.total, coded=pile.coded
        )
        self.message.value = word("done", self._lang) if pile.done else ""
