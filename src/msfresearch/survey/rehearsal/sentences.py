"""What invented respondents say: two sentences per theme and language, all our own.

Each sentence says its theme in so many words, some with a phrase that a codebook would list and
some without. The keys are the theme ids of ``codebook/themes.yml``.
"""

from __future__ import annotations

from collections.abc import Mapping

Sentences = Mapping[str, tuple[str, ...]]

BARRIERS: Mapping[str, Sentences] = {
    "technical_complexity": {
        "en": ("The drafts are too technical for most groups", "Nobody reads such complex annexes"),
        "es": ("Los borradores son demasiado técnicos", "Casi nadie entiende unos anexos así"),
        "fr": ("Les documents sont trop techniques", "Presque personne ne comprend ces annexes"),
    },
    "narrow_circle": {
        "en": ("It is always the same organisations", "Five people meet and speak for everyone"),
        "es": ("Siempre son las mismas organizaciones", "Cinco personas hablan por todas"),
        "fr": (
            "Ce sont toujours les mêmes organisations",
            "Cinq personnes parlent au nom de tous",
        ),
    },
    "capital_bias": {
        "en": ("Everything happens in the capital", "Groups from the provinces are never there"),
        "es": (
            "Todo ocurre en la capital",
            "Los grupos de las provincias nunca están en la mesa",
        ),
        "fr": (
            "Tout se passe dans la capitale",
            "Les associations des provinces ne sont jamais là",
        ),
    },
    "selection_representativeness": {
        "en": (
            "Members are hand-picked by the ministry",
            "We do not know how our seats were filled",
        ),
        "es": ("Los miembros son elegidos a dedo", "No sabemos cómo se repartieron los puestos"),
        "fr": (
            "Les membres sont choisis par le ministère",
            "On ignore comment les sièges ont été attribués",
        ),
    },
    "tokenism_openwashing": {
        "en": ("The consultation is a box-ticking exercise", "We sit there for the photograph"),
        "es": ("La consulta es un mero trámite", "Estamos allí para la foto"),
        "fr": ("La consultation est une simple formalité", "Nous sommes là pour la photo"),
    },
    "no_reasoned_response": {
        "en": (
            "We never got feedback on our proposals",
            "Comments go in and nobody says what became of them",
        ),
        "es": (
            "Nunca recibimos respuesta a nuestras propuestas",
            "Los aportes entran y nadie explica qué fue de ellos",
        ),
        "fr": (
            "Nous n'avons jamais reçu de réponse à nos propositions",
            "Personne ne dit ce que deviennent nos contributions",
        ),
    },
    "weak_mandate": {
        "en": ("The forum has no legal mandate", "It may advise, and then it decides nothing"),
        "es": ("El foro no tiene mandato legal", "Puede opinar, pero no decide nada"),
        "fr": ("Le forum n'a pas de mandat légal", "Il peut donner son avis et ne décide rien"),
    },
    "political_will": {
        "en": ("There is a lack of political will", "The cabinet does not care about any of this"),
        "es": ("Falta voluntad política", "Al gabinete no le importa nada de esto"),
        "fr": ("La volonté politique manque", "Le cabinet ne s'intéresse pas à tout cela"),
    },
    "government_turnover": {
        "en": ("Staff turnover in the ministry", "After the election we began again from zero"),
        "es": (
            "La rotación de funcionarios",
            "Después de las elecciones empezamos otra vez de cero",
        ),
        "fr": (
            "Le changement fréquent de fonctionnaires",
            "Après les élections, tout a recommencé à zéro",
        ),
    },
    "divided_civil_society": {
        "en": ("Civil society is divided", "Our networks compete instead of speaking together"),
        "es": ("La sociedad civil está dividida", "Nuestras redes compiten en vez de coordinarse"),
        "fr": (
            "La société civile est divisée",
            "Nos réseaux se font concurrence au lieu de s'entendre",
        ),
    },
    "civic_space": {
        "en": ("Civic space is shrinking", "Critical groups fear reprisals if they speak"),
        "es": ("El espacio cívico se reduce", "Los grupos críticos temen represalias"),
        "fr": (
            "L'espace civique se réduit",
            "Les associations critiques craignent des représailles",
        ),
    },
    "implementation_gap": {
        "en": ("Commitments stay on paper", "After the launch hardly anything is carried out"),
        "es": (
            "Los compromisos se quedan en el papel",
            "Después del lanzamiento casi nada se cumple",
        ),
        "fr": (
            "Les engagements restent sur le papier",
            "Après le lancement, presque rien n'est mis en œuvre",
        ),
    },
    "awareness_outreach": {
        "en": ("Few people know that the forum exists", "The public was never told of it"),
        "es": ("Poca gente sabe que el foro existe", "A la ciudadanía nunca se le informó de él"),
        "fr": ("Peu de gens savent que le forum existe", "Le public n'en a jamais été informé"),
    },
    "timelines": {
        "en": ("The deadlines are too short", "We were given four days to comment"),
        "es": ("Los plazos son demasiado cortos", "Nos dieron cuatro días para comentar"),
        "fr": ("Les délais sont trop courts", "On nous a laissé quatre jours pour réagir"),
    },
}

CAPACITY: Mapping[str, Sentences] = {
    "cso_capacity": {
        "en": (
            "Small CSOs lack capacity to take part",
            "Our organisations cannot keep up with the work",
        ),
        "es": (
            "Las organizaciones pequeñas no tienen capacidad",
            "Nuestras organizaciones no dan abasto",
        ),
        "fr": (
            "Les petites associations manquent de capacités",
            "Nos associations n'arrivent pas à suivre",
        ),
    },
    "civil_servant_capacity": {
        "en": (
            "Civil servants do not know how to run a consultation",
            "Officials need to learn facilitation",
        ),
        "es": (
            "Los funcionarios no saben conducir una consulta",
            "El personal público debe aprender a facilitar",
        ),
        "fr": (
            "Les fonctionnaires ne savent pas mener une consultation",
            "Les agents publics doivent apprendre à animer",
        ),
    },
    "funding": {
        "en": ("There is no budget for the forum", "Somebody has to pay for travel and rooms"),
        "es": ("No hay presupuesto para el foro", "Alguien tiene que pagar viajes y salas"),
        "fr": (
            "Il n'y a pas de budget pour le forum",
            "Il faut bien que quelqu'un paie les déplacements",
        ),
    },
    "staff_time": {
        "en": ("We are short of staff", "One person does this beside three other jobs"),
        "es": (
            "Nos falta personal",
            "Una sola persona lo hace además de otros tres trabajos",
        ),
        "fr": (
            "Nous manquons de personnel",
            "Une seule personne s'en charge en plus de trois autres postes",
        ),
    },
    "skills_training": {
        "en": ("Training on co-creation is missing", "People need workshops and practice"),
        "es": ("Falta capacitación en cocreación", "Hacen falta talleres y práctica"),
        "fr": ("Il manque de la formation à la co-création", "Il faudrait des ateliers"),
    },
    "technology_access": {
        "en": ("Internet access is poor outside the cities", "Half of our groups have no computer"),
        "es": (
            "El acceso a internet es malo fuera de las ciudades",
            "La mitad de los grupos no tiene computadora",
        ),
        "fr": (
            "L'accès à internet est mauvais hors des villes",
            "La moitié des associations n'a pas d'ordinateur",
        ),
    },
    "language_access": {
        "en": (
            "Documents are not translated into local languages",
            "The papers come in English and we do not work in it",
        ),
        "es": (
            "Los documentos no se traducen a las lenguas locales",
            "Los textos llegan en inglés y no trabajamos en ese idioma",
        ),
        "fr": (
            "Les documents ne sont pas traduits dans les langues locales",
            "Les textes arrivent en anglais et nous n'y travaillons pas",
        ),
    },
}

ENABLERS: Mapping[str, Sentences] = {
    "permanent_dialogue": {
        "en": ("There is now a permanent dialogue", "We sit down together every month, year round"),
        "es": ("Ahora existe un diálogo permanente", "Nos sentamos juntos cada mes, todo el año"),
        "fr": (
            "Il existe désormais un dialogue permanent",
            "Nous nous réunissons chaque mois, toute l'année",
        ),
    },
    "united_civil_society": {
        "en": (
            "Civil society speaks with one voice",
            "Our organisations formed a coalition of forty groups",
        ),
        "es": (
            "La sociedad civil habla con una sola voz",
            "Nuestras organizaciones formaron una coalición",
        ),
        "fr": (
            "La société civile parle d'une seule voix",
            "Nos associations ont formé une coalition",
        ),
    },
    "ogp_framework": {
        "en": ("The OGP guidelines helped us", "The rules of the partnership give a frame"),
        "es": ("Las guías de OGP nos ayudaron", "Las reglas de la alianza dan un marco"),
        "fr": (
            "Les lignes directrices du PGO ont aidé",
            "Les règles du partenariat donnent un cadre",
        ),
    },
    "trust_cooperation": {
        "en": ("Trust between the two sides has grown", "We now pick up the phone and call them"),
        "es": ("Creció la confianza entre ambas partes", "Ahora levantamos el teléfono y hablamos"),
        "fr": (
            "La confiance entre les deux parties a grandi",
            "Désormais nous décrochons le téléphone",
        ),
    },
    "high_level_leadership": {
        "en": ("The minister takes part in person", "Support from the top opened every door"),
        "es": ("El ministro participa en persona", "El apoyo desde arriba abrió todas las puertas"),
        "fr": (
            "Le ministre participe en personne",
            "L'appui venu d'en haut a ouvert toutes les portes",
        ),
    },
    "transparent_selection": {
        "en": (
            "Members were chosen in an open election",
            "The call for seats was public and the votes were published",
        ),
        "es": (
            "Los miembros se eligieron en una votación abierta",
            "La convocatoria fue pública y se publicaron los votos",
        ),
        "fr": (
            "Les membres ont été choisis par une élection ouverte",
            "L'appel était public et les votes ont été publiés",
        ),
    },
    "peer_learning": {
        "en": ("Peer exchange with other countries", "We learned a lot from a neighbour's forum"),
        "es": (
            "El intercambio con otros países",
            "Aprendimos mucho del foro de un país vecino",
        ),
        "fr": (
            "L'échange entre pairs avec d'autres pays",
            "Nous avons beaucoup appris du forum d'un voisin",
        ),
    },
    "joint_agenda": {
        "en": ("We set the agenda jointly", "Both sides wrote the plan of work together"),
        "es": (
            "Definimos la agenda conjuntamente",
            "Las dos partes escribieron juntas el plan de trabajo",
        ),
        "fr": (
            "Nous fixons l'ordre du jour ensemble",
            "Les deux parties ont écrit ensemble le programme de travail",
        ),
    },
    "feedback_loop": {
        "en": (
            "Every comment gets a written answer",
            "A table shows what was taken up and why",
        ),
        "es": (
            "Cada comentario recibe una respuesta por escrito",
            "Una tabla muestra qué se incorporó y por qué",
        ),
        "fr": (
            "Chaque commentaire reçoit une réponse écrite",
            "Un tableau montre ce qui a été retenu et pourquoi",
        ),
    },
}

#: A theme named to say that it is no problem: a coder must not count it.
NEGATED: Mapping[str, Sentences] = {
    "funding": {
        "en": ("Funding was no problem",),
        "es": ("El financiamiento no fue un problema",),
        "fr": ("Le financement n'a pas été un problème",),
    },
    "timelines": {
        "en": ("The deadlines were not too short",),
        "es": ("Los plazos no fueron demasiado cortos",),
        "fr": ("Les délais n'étaient pas trop courts",),
    },
    "political_will": {
        "en": ("Political will is not lacking",),
        "es": ("No falta voluntad política",),
        "fr": ("La volonté politique ne manque pas",),
    },
    "staff_time": {
        "en": ("We are not short of staff",),
        "es": ("No nos falta personal",),
        "fr": ("Nous ne manquons pas de personnel",),
    },
}

#: Answers without a theme.
NOTHING: Sentences = {
    "en": ("Nothing to add", "See my earlier answer", "Hard to say", "Thank you for asking"),
    "es": ("Nada que agregar", "Ver mi respuesta anterior", "Difícil de decir", "Gracias"),
    "fr": ("Rien à ajouter", "Voir ma réponse précédente", "Difficile à dire", "Merci à vous"),
}

OPENERS: Sentences = {
    "en": ("", "", "", "In our case: ", "Frankly, ", "As far as I can tell, "),
    "es": ("", "", "", "En nuestro caso: ", "Francamente, ", "Por lo que veo, "),
    "fr": ("", "", "", "Dans notre cas : ", "Franchement, ", "À ce que je vois, "),
}
CLOSERS: Sentences = {
    "en": (".", ".", "", "!", ", at least last year.", ", as everyone here knows."),
    "es": (".", ".", "", "!", ", al menos el año pasado.", ", como aquí todos saben."),
    "fr": (".", ".", "", " !", ", du moins l'an dernier.", ", comme chacun le sait ici."),
}
JOINTS: Sentences = {
    "en": (". ", "; also: ", ". Besides, "),
    "es": (". ", "; también: ", ". Además, "),
    "fr": (". ", " ; aussi : ", ". De plus, "),
}
EMOJI = ("🙂", "🙄", "👍", "🤷")

#: What stands beside "other", in words that no list of answers has.
OTHERS: Sentences = {
    "en": ("by drawing lots", "it depends on the topic", "a mix, case by case"),
    "es": ("por sorteo", "depende del tema", "una mezcla, caso por caso"),
    "fr": ("par tirage au sort", "cela dépend du sujet", "un mélange, au cas par cas"),
}

#: How a contact slips into an open answer: what is written, and what masking leaves of it.
CONTACTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "en": (
        (" Write to forum.desk@example.org for details.", " Write to [e-mail] for details."),
        (" Call +1 613 555 0142 any time.", " Call [telephone] any time."),
    ),
    "es": (
        (" Escríbanme a mesa.foro@example.org por favor.", " Escríbanme a [e-mail] por favor."),
        (" Mi teléfono es +1 613 555 0187.", " Mi teléfono es [telephone]."),
    ),
    "fr": (
        (
            " Écrivez à bureau.forum@example.org pour en savoir plus.",
            " Écrivez à [e-mail] pour en savoir plus.",
        ),
        (" Appelez le +1 613 555 0119 à toute heure.", " Appelez le [telephone] à toute heure."),
    ),
}
