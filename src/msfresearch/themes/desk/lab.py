"""The coding desk in JupyterLab: one answer at a time, as plain text, and a box per theme.

A respondent's text goes into the value of a text area and nowhere else. The browser shows such a
value letter by letter; no mark-up, formula or link in it is ever interpreted. The area is not
disabled, so that the keyboard reaches it and scrolls a long answer; what is typed into it is put
back. Nor does the text get into the notebook's file: the plain form of the desk, which the
notebook keeps as output, names the coder alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
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

    Every click on “Save and next” writes a line into the coder's log. By keyboard: type the
    numbers of the themes, 0 for none; Tab ticks them and leads to “Save and next”, the space bar
    presses it. What is typed replaces what was ticked.

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
    numbers : ipywidgets.Text
        Where numbers of themes are typed.
    themes : dict of ipywidgets.Checkbox
        Per theme id, in the order of their numbers, from 1.
    meaning : ipywidgets.Textarea
        What the codebook says of the theme that was ticked last.
    none, save, back : widgets
        The box for “no theme”, and the buttons.
    """

    def __init__(self, pile: Pile, codebook: Codebook, lang: str) -> None:
        import ipywidgets as widgets

        self._pile, self._codebook, self._lang = pile, codebook, lang
        wide = widgets.Layout(width="98%")
        self.text = widgets.Textarea(rows=8, layout=wide, description=word("text", lang))
        self.text.observe(self._put_back, "value")
        self.progress = widgets.Label()
        # Areas, since a label shows one line and hides the rest.
        self.message = widgets.Textarea(rows=3, layout=widgets.Layout(width="98%"), disabled=True)
        self.meaning = widgets.Textarea(rows=5, layout=wide, disabled=True)
        self.numbers = widgets.Text(
            description=word("numbers", lang),
            placeholder=word("numbers_typed", lang),
            # One value when it is complete: a click may not overtake it.
            continuous_update=False,
        )
        self.numbers.observe(self._tick, "value")
        self.themes: dict[str, Any] = {}
        families = []
        for family, labels in codebook.families.items():
            own = {t: theme for t, theme in codebook.themes.items() if theme.family == family}
            for theme_id, theme in own.items():
                self.themes[theme_id] = widgets.Checkbox(
                    description=f"{len(self.themes) + 1} {theme.labels[lang]}",
                    tooltip=theme.definition[lang],
                    indent=False,
                    layout=wide,
                )
                self.themes[theme_id].observe(partial(self._explain, theme_id), "value")
            column = [widgets.Label(labels[lang]), *(self.themes[theme_id] for theme_id in own)]
            families.append(widgets.VBox(column, layout=widgets.Layout(min_width="23em")))
        self.none = widgets.Checkbox(description=f"0 {word('none', lang)}", indent=False)
        self.none.tooltip = word("mark_none", lang)
        whole = widgets.Layout(width="auto", flex="0 0 auto")
        self.save = widgets.Button(
            description=word("save", lang), button_style="primary", layout=whole
        )
        self.back = widgets.Button(description=word("back", lang), layout=whole)
        self.save.on_click(self._save)
        self.back.on_click(self._back)
        # Before the boxes: Tab leads from the numbers to the button.
        wrapped = widgets.Layout(flex_flow="row wrap")
        steps = widgets.HBox([self.numbers, self.save, self.back], layout=wrapped)
        boxes = widgets.HBox(families, layout=wrapped)
        self.box = widgets.VBox(
            [self.progress, self.text, steps, self.message, boxes, self.none, self.meaning]
        )
        self._show()

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        bundle: Mapping[str, Any] = self.box._repr_mimebundle_(**options)
        return {**bundle, "text/plain": f"<coding desk of {self._pile.coder}>"}

    def _put_back(self, _: object) -> None:
        if self.text.value != self._pile.text:
            self.text.value = self._pile.text

    def _tick(self, _: object) -> None:
        """Tick what was typed, and nothing else."""
        typed = self.numbers.value.replace(",", " ").split()
        if not typed or self._pile.done:
            return
        places = {str(at): box for at, box in enumerate(self.themes.values(), start=1)}
        places["0"] = self.none
        unknown = [one for one in typed if one not in places]
        if unknown:
            self._say(word("no_number", self._lang).format(found=" ".join(unknown)))
            return
        for number, box in places.items():
            box.value = number in typed
        self.numbers.value = ""
        self._say("")

    def _explain(self, theme_id: str, change: Mapping[str, Any]) -> None:
        if change["new"]:
            theme, lang = self._codebook.themes[theme_id], self._lang
            parts = (theme.definition, theme.include, theme.exclude)
            names = ("definition", "include", "exclude")
            told = [f"{word(n, lang)}: {part[lang]}" for n, part in zip(names, parts, strict=True)]
            self.meaning.value = "\n".join([theme.labels[lang], *told])

    def _say(self, message: str) -> None:
        self.message.value = message
        self.message.layout.display = "flex" if message else "none"

    def _save(self, _: object) -> None:
        ticked = [theme for theme, box in self.themes.items() if box.value]
        if self.numbers.value.strip():
            # Typed and not understood: what is ticked is not what the coder means.
            self._say(word("no_number", self._lang).format(found=self.numbers.value.strip()))
            return
        if bool(ticked) == self.none.value:
            self._say(word("choose", self._lang))
            return
        try:
            self._pile.save(ticked, none=self.none.value)
        except MsfResearchError as wrong:
            # Shown at the desk: the output of a button's click is easily overlooked.
            self._say(str(wrong))
            return
        self._show()
        self.numbers.focus()

    def _back(self, _: object) -> None:
        self._pile.back()
        self._show()
        self.numbers.focus()

    def _show(self) -> None:
        pile = self._pile
        self.text.value = pile.text
        decided = pile.decision
        for theme, box in self.themes.items():
            box.value = decided is not None and theme in decided
        self.none.value = decided is not None and not decided
        self.numbers.value = self.meaning.value = ""
        for widget in (*self.themes.values(), self.none, self.numbers, self.save):
            widget.disabled = pile.done
        self.back.disabled = pile.at == 0
        at = min(pile.at + 1, pile.total)
        self.progress.value = word("progress", self._lang).format(
            at=at, total=pile.total, coded=pile.coded
        )
        self._say(word("done", self._lang) if pile.done else "")
