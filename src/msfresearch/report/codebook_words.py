"""Words of the codebook page, in the three languages in which a questionnaire is written."""

from __future__ import annotations

from collections.abc import Mapping

from msfresearch.survey.source import Text


def _text(en: str, es: str, fr: str) -> Text:
    return Text(en=en, es=es, fr=fr)


#: Our own words by what they are for; braces take values.
WORDS: Mapping[str, Text] = {
    "skip": _text("Skip to the content", "Ir al contenido", "Aller au contenu"),
    "contents": _text("Contents", "Contenido", "Sommaire"),
    "home": _text("All waves", "Todas las olas", "Toutes les vagues"),
    "title": _text("Codebook: {title}", "Libro de códigos: {title}", "Livre de codes : {title}"),
    "banner": _text(
        "This is a rehearsal, simulated answers: no file beside this page holds a finding.",
        "Esto es un ensayo, con respuestas simuladas: ningún archivo junto a esta página contiene "
        "un hallazgo.",
        "Ceci est une répétition, avec des réponses simulées : aucun fichier joint à cette page ne "
        "contient de résultat.",
    ),
    "lead": _text(
        "What is asked or coded, how it can be answered, and what stands in the data.",
        "Qué se pregunta o codifica, cómo se puede responder y qué figura en los datos.",
        "Ce qui est demandé ou codé, comment on peut y répondre et ce qui figure dans les données.",
    ),
    "reading": _text("How to read this page", "Cómo leer esta página", "Comment lire cette page"),
    "about codes": _text(
        "A code is what the raw file holds; where the clean data hold something else, it follows "
        "after an arrow.",
        "Un código es lo que contiene el archivo original; si los datos limpios contienen otra "
        "cosa, esta sigue tras una flecha.",
        "Un code est ce que contient le fichier d'origine ; lorsque les données nettoyées "
        "contiennent autre chose, cela suit après une flèche.",
    ),
    "about evidence": _text(
        "Found: the question stands in a public source. Adapted: it was made from one. Inferred: "
        "we wrote it. Here: {counts}.",
        "Encontrada: la pregunta figura en una fuente pública. Adaptada: se elaboró a partir de "
        "una. Inferida: la escribimos nosotros. Aquí: {counts}.",
        "Trouvée : la question figure dans une source publique. Adaptée : elle en est tirée. "
        "Inférée : nous l'avons écrite. Ici : {counts}.",
    ),
    "about consent": _text(
        "Consent is asked first. Without it nothing else is asked, and the answer is set aside.",
        "El consentimiento se pide primero. Sin él no se pregunta nada más y la respuesta se "
        "aparta.",
        "Le consentement est demandé en premier. Sans lui, rien d'autre n'est demandé et la "
        "réponse est écartée.",
    ),
    "about join": _text(
        "Rows take over from the table {table}: {items}.",
        "Las filas toman de la tabla {table}: {items}.",
        "Les lignes reprennent de la table {table} : {items}.",
    ),
    "about left out": _text(
        "Columns of the raw file that are left out: {columns}.",
        "Columnas del archivo original que se omiten: {columns}.",
        "Colonnes du fichier d'origine laissées de côté : {columns}.",
    ),
    "found": _text("found", "encontrada", "trouvée"),
    "adapted": _text("adapted", "adaptada", "adaptée"),
    "inferred": _text("inferred", "inferida", "inférée"),
    "of table": _text("{table}: {part}", "{table}: {part}", "{table} : {part}"),
    "items": _text("Items", "Ítems", "Variables"),
    "noted": _text(
        "Noted without being asked", "Registrado sin preguntar", "Noté sans être demandé"
    ),
    "derived": _text("Made of other items", "Derivado de otros ítems", "Tiré d'autres variables"),
    "item": _text("Item", "Ítem", "Variable"),
    "kind": _text("Type", "Tipo", "Type"),
    "answers": _text("Answers", "Respuestas", "Réponses"),
    "missing": _text("No answer", "Sin respuesta", "Sans réponse"),
    "asked": _text("Asked", "Se pregunta", "Posée"),
    "beside": _text("In words", "En palabras", "En toutes lettres"),
    "evidence": _text("Evidence", "Procedencia", "Provenance"),
    "note": _text("Note", "Nota", "Note"),
    "column": _text("Raw column", "Columna original", "Colonne d'origine"),
    "shared": _text("Also in", "También en", "Aussi dans"),
    "made of": _text("Made of", "Se forma con", "Tiré de"),
    "empty": _text("empty", "vacío", "vide"),
    "offered": _text(
        "offered by the form", "ofrecida en el formulario", "proposée par le formulaire"
    ),
    "if": _text(
        "only if “{question}” is answered: {answers}",
        "solo si «{question}» se responde: {answers}",
        "seulement si la réponse à « {question} » est : {answers}",
    ),
    "or": _text(" or ", " o ", " ou "),
    "single": _text("one answer", "una respuesta", "une seule réponse"),
    "ordinal": _text(
        "one answer; the answers have an order",
        "una respuesta; las respuestas tienen un orden",
        "une seule réponse ; les réponses ont un ordre",
    ),
    "multi": _text(
        "several answers, a column of 0 and 1 for each",
        "varias respuestas, una columna de 0 y 1 para cada una",
        "plusieurs réponses, une colonne de 0 et 1 pour chacune",
    ),
    "numeric": _text("a number", "un número", "un nombre"),
    "whole": _text("a whole number", "un número entero", "un nombre entier"),
    "date": _text("a date", "una fecha", "une date"),
    "text": _text("in one's own words", "con palabras propias", "avec ses propres mots"),
    "country": _text("a country", "un país", "un pays"),
    "id": _text("a name for something", "un nombre de algo", "un nom de quelque chose"),
    "between": _text(
        "{kind} from {low} to {high}", "{kind} de {low} a {high}", "{kind} de {low} à {high}"
    ),
    "from": _text("{kind}, {low} or more", "{kind}, {low} o más", "{kind}, {low} ou plus"),
    "to": _text("{kind}, {high} or less", "{kind}, {high} o menos", "{kind}, {high} ou moins"),
    "first_of": _text(
        "the first that is there of", "el primero disponible de", "le premier disponible de"
    ),
    "joined_of": _text("joined by a colon", "unidos por dos puntos", "joints par deux-points"),
    "files": _text(
        "Files of this questionnaire",
        "Archivos de este cuestionario",
        "Fichiers de ce questionnaire",
    ),
    "file form": _text(
        "the form, to be put to respondents with KoBoToolbox or ODK (XLSForm)",
        "el formulario, para aplicarlo con KoBoToolbox u ODK (XLSForm)",
        "le formulaire, à proposer avec KoBoToolbox ou ODK (XLSForm)",
    ),
    "file schema": _text(
        "the columns of the clean table (Table Schema)",
        "las columnas de la tabla limpia (Table Schema)",
        "les colonnes de la table nettoyée (Table Schema)",
    ),
    "file sav": _text(
        "the clean data for SPSS; they hold single answers and are not for publication",
        "los datos limpios para SPSS; contienen respuestas individuales y no son para publicar",
        "les données nettoyées pour SPSS ; elles contiennent des réponses individuelles et ne sont "
        "pas à publier",
    ),
    "file labels": _text(
        "the variables of that file: labels in full, codes, missing codes",
        "las variables de ese archivo: etiquetas completas, códigos, códigos de falta",
        "les variables de ce fichier : libellés complets, codes, codes d'absence",
    ),
    "provenance": _text(
        "How this page was made", "Cómo se hizo esta página", "Comment cette page a été faite"
    ),
    "wave": _text("Wave", "Ola", "Vague"),
    "source": _text("Questionnaire", "Cuestionario", "Questionnaire"),
    "package": _text("Package", "Paquete", "Paquet"),
}


def words(key: str, lang: str, **values: object) -> str:
    """Our words for ``key``, with values set in; values are never read as templates."""
    return WORDS[key].in_language(lang).format(**values)
