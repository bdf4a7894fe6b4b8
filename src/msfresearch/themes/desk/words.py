"""What a coding sheet and the desk say to a coder, in three languages."""

from __future__ import annotations

from collections.abc import Mapping

from msfresearch.errors import CodebookError

LANGUAGES = ("en", "es", "fr")

_WORDS: Mapping[str, tuple[str, str, str]] = {
    # Pages of the workbook.
    "page_answers": ("Answers", "Respuestas", "Réponses"),
    "page_codebook": ("Codebook", "Libro de códigos", "Grille de codage"),
    "page_instructions": ("Instructions", "Instrucciones", "Consignes"),
    # Columns of the answers.
    "id": ("Id", "Id", "Id"),
    "language": ("Language", "Idioma", "Langue"),
    "text": ("Answer", "Respuesta", "Réponse"),
    "text_more": ("Answer, continued", "Respuesta, continuación", "Réponse, suite"),
    "decision": ("Decision", "Decisión", "Décision"),
    "none": ("No theme", "Ningún tema", "Aucun thème"),
    "note": ("Note", "Nota", "Remarque"),
    "sheet": ("Sheet", "Hoja", "Feuille"),
    "check": ("Check", "Control", "Contrôle"),
    # Columns of the codebook.
    "family": ("Family", "Familia", "Famille"),
    "theme": ("Theme", "Tema", "Thème"),
    "definition": ("Definition", "Definición", "Définition"),
    "include": ("Include", "Incluir", "Inclure"),
    "exclude": ("Exclude", "Excluir", "Exclure"),
    "examples": ("Examples (invented)", "Ejemplos (inventados)", "Exemples (inventés)"),
    # What a cell says.
    "one_or_blank": ("1 or blank", "1 o vacío", "1 ou vide"),
    "mark": (
        "1 where the theme is there; blank where it is not.",
        "1 si el tema está presente; vacío si no lo está.",
        "1 si le thème est présent ; vide s'il ne l'est pas.",
    ),
    "mark_none": (
        "1 where you have decided that no theme of the codebook is there.",
        "1 si ha decidido que ningún tema del libro de códigos está presente.",
        "1 si vous avez décidé qu'aucun thème de la grille n'est présent.",
    ),
    # The desk in JupyterLab.
    "save": ("Save and next", "Guardar y seguir", "Enregistrer et continuer"),
    "back": ("Back", "Atrás", "Retour"),
    "done": (
        "All answers are coded. Back leads to the last one.",
        "Todas las respuestas están codificadas. Atrás lleva a la última.",
        "Toutes les réponses sont codées. Retour mène à la dernière.",
    ),
    "progress": (
        "answer {at} of {total}, {coded} coded",
        "respuesta {at} de {total}, {coded} codificadas",
        "réponse {at} sur {total}, {coded} codées",
    ),
    "numbers": ("Numbers", "Números", "Numéros"),
    "numbers_typed": (
        "3 14, then Tab; 0 for none",
        "3 14 y Tab; 0 si ninguno",
        "3 14, puis Tab ; 0 si aucun",
    ),
    "no_number": (
        "No theme has this number: {found}. Nothing was ticked or saved.",
        "Ningún tema tiene este número: {found}. No se marcó ni guardó nada.",
        "Aucun thème n'a ce numéro : {found}. Rien n'a été coché ni enregistré.",
    ),
    "choose": (
        "Tick at least one theme, or “No theme”, and not both.",
        "Marque al menos un tema, o «Ningún tema», y no ambos.",
        "Cochez au moins un thème, ou « Aucun thème », et pas les deux.",
    ),
}
_INSTRUCTIONS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "Read each answer alone. Code what it says, not what you know of its author.",
        "Write 1 under every theme that is there; an answer may have several. Blank means: not "
        "there.",
        "Where you have read an answer and no theme is there, write 1 under “No theme”. A row "
        "without any 1 counts as not yet coded.",
        "The second page holds the codebook: definition, what to include and exclude, examples. "
        "Its examples are invented.",
        "Do not speak with other coders about single answers before all sheets are back.",
        "Columns may be moved, rows sorted (whole rows) or left for later. Do not change the "
        "columns Id, Sheet and Check: they tie your decision to its answer.",
        "A later decision about an answer replaces the earlier one; both stay in the log.",
        "Save the sheet as .xlsx or .csv and give it back. What could not be read comes back as "
        "a list beside it; all other rows are kept.",
    ),
    "es": (
        "Lea cada respuesta por sí sola. Codifique lo que dice, no lo que sepa de quien la "
        "escribió.",
        "Escriba 1 bajo cada tema presente; una respuesta puede tener varios. Vacío significa: "
        "no está.",
        "Si ha leído una respuesta y ningún tema está presente, escriba 1 bajo «Ningún tema». "
        "Una fila sin ningún 1 cuenta como aún no codificada.",
        "La segunda página contiene el libro de códigos: definición, qué incluir y excluir, "
        "ejemplos. Los ejemplos son inventados.",
        "No hable con otras personas que codifican sobre respuestas concretas antes de que se "
        "hayan devuelto todas las hojas.",
        "Puede mover columnas, ordenar filas (enteras) o dejarlas para más tarde. No cambie las "
        "columnas Id, Hoja y Control: unen su decisión con la respuesta.",
        "Una decisión posterior sobre una respuesta sustituye a la anterior; ambas quedan en el "
        "registro.",
        "Guarde la hoja como .xlsx o .csv y devuélvala. Lo que no se pudo leer vuelve en una "
        "lista; todas las demás filas se conservan.",
    ),
    "fr": (
        "Lisez chaque réponse pour elle-même. Codez ce qu'elle dit, non ce que vous savez de son "
        "auteur.",
        "Écrivez 1 sous chaque thème présent ; une réponse peut en avoir plusieurs. Vide "
        "signifie : absent.",
        "Si vous avez lu une réponse et qu'aucun thème n'est présent, écrivez 1 sous « Aucun "
        "thème ». Une ligne sans aucun 1 compte comme non codée.",
        "La deuxième page contient la grille de codage : définition, ce qu'il faut inclure et "
        "exclure, exemples. Les exemples sont inventés.",
        "Ne parlez pas de réponses particulières avec les autres codeurs avant le retour de "
        "toutes les feuilles.",
        "Vous pouvez déplacer des colonnes, trier des lignes (entières) ou les laisser pour plus "
        "tard. Ne changez pas les colonnes Id, Feuille et Contrôle : elles lient votre décision "
        "à la réponse.",
        "Une décision ultérieure sur une réponse remplace la précédente ; les deux restent au "
        "journal.",
        "Enregistrez la feuille en .xlsx ou .csv et rendez-la. Ce qui n'a pu être lu revient "
        "sous forme de liste ; toutes les autres lignes sont conservées.",
    ),
}
#: Where a spreadsheet program takes the comma for the decimal mark, a semicolon parts columns.
DELIMITERS: Mapping[str, str] = {"en": ",", "es": ";", "fr": ";"}


def word(name: str, lang: str) -> str:
    """One word or sentence; the language was checked by `check_language`."""
    return _WORDS[name][LANGUAGES.index(lang)]


def instructions(lang: str) -> tuple[str, ...]:
    """What to do with a coding sheet, a sentence or two each."""
    return _INSTRUCTIONS[lang]


def check_language(lang: str) -> None:
    """Raise CodebookError unless sheets and desk speak the language."""
    if lang not in LANGUAGES:
        raise CodebookError(
            "coding sheets and the desk do not have this language",
            found=lang,
            expected="one of: " + ", ".join(LANGUAGES),
        )
